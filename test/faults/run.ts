// npm run test:faults: what the service does when things go wrong, on PostgreSQL processes of its own; prints a table.
import { cpus } from 'node:os'
import { startPostgres, whyNoPostgres, type Postgres } from '../postgres.ts'
import { databaseHeld } from './database-held.ts'
import { diskFull } from './disk-full.ts'
import type { Figure } from './figure.ts'
import { toldToStop } from './graceful-stop.ts'
import { databaseKilled, serviceKilled } from './killed.ts'
import { startedTogether } from './migrations.ts'
import { slowSockets } from './slow-sockets.ts'

const CYCLES = Number(process.env['CYCLES'] ?? 20)

const FAULTS: [cycles: number, (postgres: Postgres, cycles: number) => Promise<Figure[]>][] = [
  [CYCLES, databaseKilled],
  [CYCLES, serviceKilled],
  [Math.ceil(CYCLES / 10), databaseHeld],
  [Math.ceil(CYCLES / 10), (_postgres, cycles) => diskFull(cycles)],
  [Math.ceil(CYCLES / 10), slowSockets],
  [Math.ceil(CYCLES / 4), toldToStop],
  [Math.ceil(CYCLES / 4), startedTogether]
]

const why = await whyNoPostgres()
if (why !== null) throw new Error(why)
const postgres = await startPostgres()
const { version } = postgres
const figures: Figure[] = []
try {
  for (const [cycles, fault] of FAULTS) figures.push(...await fault(postgres, cycles))
} finally {
  await postgres.remove()
}

const processors = cpus()
console.log(`${new Date().toISOString().slice(0, 10)}, ${processors[0]!.model} × ${processors.length}, PostgreSQL ${version}, Node ${process.version}`)
console.table(figures.map(({ fault, rule, figure, holds }) => (
  { fault, 'must hold': rule, figure, '': holds === null ? 'skipped' : holds ? 'holds' : 'FAILS' })))
if (figures.some(({ holds }) => holds === false)) process.exitCode = 1

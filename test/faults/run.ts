// npm run test:faults: what the service does when things go wrong, on PostgreSQL processes of its own; prints a table.
import { cpus } from 'node:os'
import { startPostgres, whyNoPostgres, type Postgres } from '../postgres.ts'
import { backendKilled } from './backend-killed.ts'
import { secretsKept } from './secrets.ts'
import { databaseHeld } from './database-held.ts'
import { diskFull } from './disk-full.ts'
import type { Measurement } from './measurement.ts'
import { toldToStop } from './graceful-stop.ts'
import { databaseKilled, serviceKilled } from './killed.ts'
import { hostileInput } from './hostile-input.ts'
import { startedTogether } from './migrations.ts'
import { backupRestored } from './restored.ts'
import { sameKeyAtOnce } from './same-key.ts'
import { slowSockets } from './slow-sockets.ts'
import { streamTakenOver } from './stream-taken-over.ts'
import { databaseKilledInStream, serviceKilledInStream } from './streams.ts'

const CYCLES = Number(process.env['CYCLES'] ?? 20)

const FAULTS: [cycles: number, (postgres: Postgres, cycles: number) => Promise<Measurement[]>][] = [
  [CYCLES, databaseKilled],
  [CYCLES, serviceKilled],
  [CYCLES, backendKilled],
  [CYCLES, databaseKilledInStream],
  [CYCLES, serviceKilledInStream],
  [Math.ceil(CYCLES / 4), streamTakenOver],
  [Math.ceil(CYCLES / 10), databaseHeld],
  [Math.ceil(CYCLES / 10), async function filledUp (_postgres, cycles) { return diskFull(cycles) }],
  [Math.ceil(CYCLES / 10), slowSockets],
  [Math.ceil(CYCLES / 4), toldToStop],
  [Math.ceil(CYCLES / 4), startedTogether],
  [Math.ceil(CYCLES / 4), sameKeyAtOnce],
  [Math.ceil(CYCLES / 4), backupRestored],
  [CYCLES, hostileInput],
  [Math.ceil(CYCLES / 4), secretsKept]
]

const why = await whyNoPostgres()
if (why !== null) throw new Error(why)
const postgres = await startPostgres()
const { version } = postgres
const measurements: Measurement[] = []
try {
  for (const [cycles, fault] of FAULTS) {
    const measured = await fault(postgres, cycles).catch((error: unknown): Measurement[] => (
      [{ fault: fault.name, rule: 'it can be measured', measured: String(error), holds: false }]))
    measurements.push(...measured)
  }
} finally {
  await postgres.remove()
}

const processors = cpus()
console.log(`${new Date().toISOString().slice(0, 10)}, ${processors[0]!.model} × ${processors.length}, PostgreSQL ${version}, Node ${process.version}`)
console.table(measurements.map(({ fault, rule, measured, holds }) => (
  { fault, 'must hold': rule, measured, '': holds === null ? 'skipped' : holds ? 'holds' : 'FAILS' })))
if (measurements.some(({ holds }) => holds === false)) process.exitCode = 1

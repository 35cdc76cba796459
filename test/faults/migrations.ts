import { readdir } from 'node:fs/promises'
import { MIGRATIONS } from '../../src/database/migrations/migrate.ts'
import type { Postgres } from '../postgres.ts'
import { launch, listening } from '../process.ts'
import { none, type Measurement } from './measurement.ts'
import { settingsOf } from './service.ts'

const TOGETHER = 4
const FAULT = `${TOGETHER} processes started at once on an empty database`

/** Processes that start together: each migration is applied once, and all of them serve. */
export async function startedTogether (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const failed: string[] = []
  const wrong: unknown[] = []
  for (let cycle = 0; cycle < cycles; cycle++) {
    const url = await postgres.createDatabase()
    const processes = Array.from({ length: TOGETHER }, () => launch({ ...settingsOf(url), LOAD_SAMPLE: 'true' }))
    for (const launched of processes) {
      const address = await listening(launched).catch((error: Error) => { failed.push(error.message) })
      if (address === undefined) continue
      const { status } = await fetch(`${address}/readyz`)
      if (status !== 200) failed.push(`readyz answers ${status}`)
    }
    const applied = await postgres.query('select name from kysely_migration order by name', [], url)
    if (applied.map(({ name }) => `${name}.sql`).join() !== (await files()).join()) wrong.push(applied)
    for (const { child, ended } of processes) { child.kill('SIGTERM'); await ended }
  }
  return [
    none(FAULT, 'every one of them starts', failed, `${cycles * TOGETHER} starts`),
    none(FAULT, 'each migration is applied once', wrong, `${cycles} databases`)
  ]
}

async function files (): Promise<string[]> {
  return (await readdir(MIGRATIONS)).filter(file => file.endsWith('.sql')).sort()
}

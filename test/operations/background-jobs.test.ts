import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import { buildApp } from '../../src/app.ts'
import { logOptions } from '../../src/observability/log.ts'
import { forEachDatabase } from '../database.ts'

forEachDatabase('what the service does beside requests', async (t, { db }) => {
  await sql`alter table waiting_dossiers rename to waiting_elsewhere`.execute(db)
  await sql`alter table procedure_corrections rename to corrections_elsewhere`.execute(db)

  t.test('is logged where it fails, and requests are answered', async t => {
    const failed = new Set<string>()
    const logger = pino(logOptions('error'), { write: line => { failed.add((JSON.parse(line) as { msg: string }).msg) } })
    const app = await buildApp({ db, logger, corrections: { lookEvery: 3_600_000 } })
    t.teardown(() => app.close())
    await app.ready()
    const deadline = Date.now() + 10_000
    while (failed.size < 2 && Date.now() < deadline) await sleep(20)
    t.same([...failed].sort(), ['moving dossiers to other fields failed', 'taking in dossiers that waited failed'])
    t.equal((await app.inject('/v1/units?limit=1')).statusCode, 200)
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { start } from '../../running.ts'
import { item, send } from '../given.ts'
import { chunkInFlight } from './given.ts'

const PROCEDURE = {
  code: '9.1', name: 'Thủ tục thử', field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-01-01'
}

forEachDatabase('a service that is killed while it moves dossiers to another field', async (t, { app, address, db, post }) => {
  if (!('connectionString' in address)) return
  await app.ready()
  await post('/v1/procedures', { items: [PROCEDURE] })
  const all = Array.from({ length: 12_000 }, (_, i) => item({ code: `d-${i}`, procedure: PROCEDURE.code }))
  await send(db, all.slice(0, 6_000))
  await send(db, all.slice(6_000))
  const fields = async () => (await sql<{ field: string }>`select distinct field from dossiers`.execute(db)).rows.map(({ field }) => field)
  const settings = { DATABASE_URL: address.connectionString, ALLOW_UNSAFE_DURABILITY: 'true', LOAD_SAMPLE: 'false' }
  const killed = await start(t, settings)

  const { promise: ingested, resolve: commit } = Promise.withResolvers<void>()
  // The job waits for a chunk in flight when it has moved what was there.
  const chunk = chunkInFlight(db, ingested)
  const { correction } = await killed.json('/v1/procedures', {
    method: 'POST', headers: { ...ADMIN, 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ ...PROCEDURE, field: 'justice', correction: true }] })
  })
  const job = async (service: typeof killed) => service.json(`/v1/procedure-corrections/${correction}`, { headers: ADMIN })
  while ((await job(killed)).dossiers_moved !== all.length) await sleep(20)
  t.match(await job(killed), { state: 'running', dossiers_total: all.length, ended_at: null })
  await killed.stop('SIGKILL')
  commit()
  await chunk
  t.same(await fields(), ['land'], 'the old answer holds')
  await send(db, [item({ code: 'meanwhile', procedure: PROCEDURE.code })])
  t.same(await fields(), ['land'], 'also for what comes meanwhile')

  const next = await start(t, settings)
  while ((await job(next)).state !== 'done') await sleep(20)
  t.match(await job(next), { dossiers_moved: all.length + 1 })
  t.same(await fields(), ['justice'])
  t.same(await rebuildRollups(db), [])
  await next.stop('SIGTERM')
})

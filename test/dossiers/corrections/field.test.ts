import { sql } from 'kysely'
import { today } from '../../../src/time/business-day.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { givenClient } from '../../client.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { connect } from '../../../src/database/connect.ts'
import { ingestDossiers } from '../../../src/dossiers/ingest/chunk.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { decide, withdraw } from '../../catalogue/procedure-decisions/given.ts'
import { CONTEXT, item, send } from '../given.ts'
import { jobEnded } from './given.ts'

const PROCEDURE = {
  code: '9.000001', name: 'Cấp giấy phép thử nghiệm', field: 'land', level: 'district', interlinked: 'none',
  valid_from: '2021-01-01'
}
const OTHER = { ...PROCEDURE, code: '9.000002' }
const justice = { ...PROCEDURE, field: 'justice' }
const supplements = [{ requested_at: '2021-06-02T08:00:00+07:00', completed_at: '2021-06-12T08:00:00+07:00', old_due_at: null, new_due_at: null }]
const dossiers = [
  item({ code: 'a', procedure: PROCEDURE.code, channel: 'online', supplements }),
  item({ code: 'b', procedure: PROCEDURE.code, unit: 'H56-14755', status: 10, finished_at: '2021-06-11T08:00:00+07:00' }),
  item({ code: 'c', procedure: PROCEDURE.code, status: 1 }),
  item({ code: 'd', procedure: OTHER.code })
]

/** How many were received by field, from the rollups and from the rows. */
async function received ({ get }: Service) {
  const byField = async (query: string) => {
    const { items } = (await get(`/v1/on-time?basis=records&group_by=field&${query}`)).body
    return Object.fromEntries(items.map((row: Record<string, unknown>) => [row['field'], row['received']]))
  }
  return [await byField('period=2021-Q2'), await byField('from=2021-03-15&to=2021-06-13')]
}
const both = (counts: object) => [counts, counts]

forEachDatabase('the field of a procedure that was wrong from the beginning', async (t, service) => {
  const { db, get, post, put } = service
  await post('/v1/procedures', { items: [PROCEDURE, OTHER] })
  await send(db, dossiers)
  t.same(await received(service), both({ land: 3 }))
  const correction = { items: [{ ...justice, correction: true }] }

  t.test('is another from today on where nothing says that it is a correction', async t => {
    const { body } = await post('/v1/procedures', { items: [justice] })
    t.match(body, { updated: 1, correction: Number })
    t.match(await jobEnded(service, body.correction), { state: 'done', dossiers_moved: 0, procedures: [PROCEDURE.code], client: 'tests' })
    t.match((await post('/v1/procedures', { items: [{ ...justice, correction: false }] })).body, { unchanged: 1, correction: null })
    t.same(await received(service), both({ land: 3 }))
    const now = `${today()}T00:00:00+07:00`
    await send(db, [item({ code: 'today', unit: 'H56-SNV', procedure: PROCEDURE.code, received_at: now, due_at: null, updated_at: now })])
    t.match((await get('/v1/dossiers/today')).body, { field: 'justice' })
    await service.delete('/v1/dossiers/today')
  })

  t.test('is corrected by a key for all units alone', async t => {
    const { headers } = await givenClient({ put, post }, 'district', { scopes: ['write:catalogue'], unit: 'H56-381' })
    t.match(await post('/v1/procedures', correction, headers), {
      status: 403, body: { code: 'forbidden_rows', errors: [{ pointer: '/items/0/correction', code: 'forbidden_unit' }] }
    })
  })

  t.test('is tried without a change', async t => {
    t.match((await post('/v1/procedures?dry_run=true', correction)).body, { unchanged: 1, correction: null })
    t.same(await received(service), both({ land: 3 }))
  })

  t.test('is corrected for all of its dossiers, and for no others', async t => {
    const { body } = await post('/v1/procedures', correction)
    t.match(body, { unchanged: 1, correction: Number })
    t.match(await jobEnded(service, body.correction), { state: 'done', dossiers_total: 3, dossiers_moved: 3 })
    t.same(await received(service), both({ justice: 2, land: 1 }))
    const { items } = (await get('/v1/dossiers')).body
    t.same(items.map(({ code, field }: Record<string, string>) => `${code} ${field}`), ['a justice', 'b justice', 'c justice', 'd land'])
    t.same(await rebuildRollups(db), [])
    t.match((await post('/v1/procedures', correction)).body, { unchanged: 1, correction: null }, 'once')
  })

  t.test('is in the audit and in the feed once, with how many were moved', async t => {
    const { items } = (await get('/v1/audit?resource=procedure-corrections', { ...(await admin(service)) })).body
    t.match(items, [
      { key: { procedure: '9.000001' }, action: 'updated', after: { field: 'justice', dossiers: 3 }, unit: null },
      { key: { procedure: '9.000001' }, after: { field: 'justice', dossiers: 0 } }
    ])
    t.equal(items.length, 2)
    t.match((await get('/v1/changes?resource=procedure-corrections', { ...(await admin(service)) })).body.items, [
      { key: { procedure: '9.000001' }, action: 'updated' }, {}
    ])
  })

  t.test('is right for what is sent afterwards', async t => {
    await send(db, [item({ code: 'e', procedure: PROCEDURE.code })])
    await send(db, dossiers.map(dossier => ({ ...dossier, updated_at: '2021-06-20T08:00:00+07:00', status: 6, finished_at: null })))
    t.same(await received(service), both({ justice: 4, land: 1 }))
    t.same(await rebuildRollups(db), [])
  })

  t.test('has jobs that are listed, the newest first', async t => {
    const { items } = (await get('/v1/procedure-corrections', await catalogueKey(service))).body
    t.same(items.map(({ state }: { state: string }) => state), ['done', 'done'])
    t.ok(items[0].id > items[1].id)
    t.equal((await get('/v1/procedure-corrections/999', await catalogueKey(service))).status, 404)
  })
})

forEachDatabase('the field of a dossier', async (t, service) => {
  const { db, get, post } = service
  await post('/v1/procedures', { items: [PROCEDURE, OTHER] })
  const fieldOf = async (code: string) => (await get(`/v1/dossiers/${code}`)).body.field
  const on = (code: string, day: string, given = {}) => item({
    code, procedure: PROCEDURE.code, received_at: `${day}T08:00:00+07:00`, due_at: null, updated_at: '2021-08-01T08:00:00+07:00', ...given
  })
  await send(db, [on('before', '2021-06-30'), on('after', '2021-07-01'), on('deleted', '2021-07-01')])
  await service.delete('/v1/dossiers/deleted')
  let id = 0

  t.test('follows a decision that arrives late', async t => {
    const { body } = await decide(service, '1', '2021-07-01', { amended: [{ code: PROCEDURE.code, field: 'justice' }] })
    id = body.id
    t.match(await jobEnded(service, body.correction), { state: 'done', dossiers_moved: 1 })
    t.same([await fieldOf('before'), await fieldOf('after')], ['land', 'justice'])
    t.same(await rebuildRollups(db), [])
  })

  t.test('is that of the day on which it is received, in Vietnam', async t => {
    await send(db, [
      on('last', '2021-06-30', { received_at: '2021-06-30T16:59:59Z' }), on('first', '2021-07-01', { received_at: '2021-06-30T17:00:00Z' }),
      on('early', '2020-01-01')
    ])
    t.same([await fieldOf('last'), await fieldOf('first'), await fieldOf('early')], ['land', 'justice', 'land'])
  })

  t.test('comes back with it, as it is now', async t => {
    await send(db, [on('deleted', '2021-07-01', { updated_at: '2021-08-03T08:00:00+07:00', deleted: false })])
    t.equal(await fieldOf('deleted'), 'justice')
    t.same(await rebuildRollups(db), [])
  })

  t.test('is another from the beginning where the day of its reception was wrong', async t => {
    await send(db, [on('after', '2021-06-01', { updated_at: '2021-08-05T08:00:00+07:00' })])
    t.equal(await fieldOf('after'), 'land')
    t.same((await get('/v1/on-time?basis=records&group_by=field&from=2021-06-01&to=2021-08-31')).body.items
      .map((row: Record<string, unknown>) => [row['field'], row['transferred_in']]), [['justice', 0], ['land', 0]])
    await send(db, [on('after', '2021-07-01', { updated_at: '2021-08-06T08:00:00+07:00' })])
    t.equal(await fieldOf('after'), 'justice')
    t.same(await rebuildRollups(db), [])
  })

  t.test('goes back when the decision is withdrawn, also of a dossier that was of the procedure before', async t => {
    await send(db, [on('after', '2021-07-01', { procedure: OTHER.code, updated_at: '2021-08-07T08:00:00+07:00' })])
    const { body } = await withdraw(service, id)
    t.match(await jobEnded(service, body.correction), { state: 'done', dossiers_moved: 3 })
    t.same([await fieldOf('first'), await fieldOf('deleted')], ['land', 'land'])
    t.same((await sql`select distinct field from dossier_states`.execute(db)).rows, [{ field: 'land' }])
    t.same(await rebuildRollups(db), [])
    t.same((await sql`select counted_fields from procedures where code = ${PROCEDURE.code}`.execute(db)).rows, [{ counted_fields: null }])
  })
})

async function admin ({ put, post }: Service) {
  return (await givenClient({ put, post }, 'auditor', { scopes: ['admin'] })).headers
}

async function catalogueKey ({ put, post }: Service) {
  return (await givenClient({ put, post }, 'catalogue', { scopes: ['write:catalogue'] })).headers
}

forEachDatabase('a correction of a field', async (t, service) => {
  const { address, db, post } = service
  // The embedded database has one connection.
  if (!('connectionString' in address)) return
  await post('/v1/procedures', { items: [PROCEDURE] })
  const second = connect(address, { max: 1, onLost: () => {} })
  t.teardown(() => second.close())

  t.test('moves what a chunk in flight brings', async t => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const chunk = runOwnWrite(second.db, 'tests', 'send', async write => {
      const ingested = await ingestDossiers(write, dossiers.slice(0, 2), CONTEXT)
      await asked
      return ingested
    })
    await new Promise(resolve => setTimeout(resolve, 200))
    const { body } = await post('/v1/procedures', { items: [{ ...justice, correction: true }] })
    await new Promise(resolve => setTimeout(resolve, 200))
    ask()
    await chunk
    t.match(await jobEnded(service, body.correction), { state: 'done', dossiers_moved: 2 })
    t.same((await sql`select distinct field from dossiers`.execute(db)).rows, [{ field: 'justice' }])
    t.same(await rebuildRollups(db), [])
  })
})

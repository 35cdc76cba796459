import { sql } from 'kysely'
import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase, type Service } from '../../database.ts'
import type { Db } from '../../../src/database/connect.ts'

const DOCUMENT = { number: '12/NQ-HĐND', date: '2022-12-10', issuer: 'Hội đồng nhân dân tỉnh' }
const BASE = { kind: 'commune', level: 'commune', reports_dossiers: true, valid_from: '2020-01-01' }
const NEW = { name: 'Xã Mới', kind: 'commune', level: 'commune', parent: 'T1-1', reports_dossiers: true }
const reason = { 'x-reason': 'wrong document' }

async function givenProvince ({ post }: Pick<Service, 'post'>) {
  const { status, text } = await post('/v1/units', {
    items: [
      { ...BASE, code: 'T1', name: 'Tỉnh thử', kind: 'province', level: 'province' },
      ...['T1-1', 'T1-2'].map(code => ({ ...BASE, code, name: code, kind: 'district', level: 'district', parent: 'T1' })),
      ...['11', '12', '13', '21'].map(code => (
        { ...BASE, code: `T1-${code}`, name: code, parent: `T1-${code[0]}`, valid_to: code === '13' ? '2022-12-31' : null }))
    ]
  })
  if (status !== 200) throw new Error(text)
}

/** All that says what units are and were. */
async function unitTables (db: Db): Promise<string> {
  const tables = ['units', 'unit_versions', 'unit_successions', 'unit_assignments', 'unit_aliases']
  const rows = await Promise.all(tables.map(table => sql`select * from ${sql.table(table)} as t order by t::text`.execute(db)))
  return JSON.stringify(rows.map(({ rows }) => rows))
}

forEachDatabase('an event set that was wrong', async (t, service) => {
  const { get, post, db } = service
  await givenProvince(service)
  const withdraw = (id: number, headers: Record<string, string> = reason) => service.delete(`/v1/unit-changes/${id}`, headers)
  const set = async (day: string, ...events: object[]): Promise<number> => {
    const { status, text, body } = await post('/v1/unit-changes', { effective_on: day, document: DOCUMENT, events })
    t.equal(status, 200, text)
    return body.id
  }
  const issues = async (id: number) => {
    const { status, body } = await withdraw(id)
    return [status, ...body.errors.map(({ code }: { code: string }) => code)]
  }
  const merge = { type: 'merge', units: ['T1-11', 'T1-12', 'T1-13'], into: { ...NEW, code: 'T1-11', aliases: ['mc:11'] } }

  t.test('is withdrawn as a whole, and all is as before', async t => {
    const before = await unitTables(db)
    const id = await set('2023-01-01', merge, { type: 'move', unit: 'T1-21', parent: 'T1-1' }, { type: 'rename', unit: 'T1-2', name: 'x' })
    t.not(await unitTables(db), before)
    t.match(await withdraw(id, {}), { status: 400, body: { errors: [{ pointer: '/headers/x-reason', code: 'missing' }] } })
    t.match(await withdraw(id), { status: 200, body: { id, created: 1, ended: 3, changed: 2 } })
    t.equal(await unitTables(db), before)
    t.match((await get('/v1/unit-changes')).body.items, [{ id, withdrawn: true }])
    t.same(await issues(id), [409, 'already_withdrawn'])
    t.equal((await withdraw(999)).status, 404)
    const { headers } = await givenClient(service, 'one', { scopes: ['write:catalogue'], unit: 'T1-1' })
    t.equal((await withdraw(id, { ...headers, ...reason })).status, 404, 'of which some is out of reach')
    const feed = (await get('/v1/changes?limit=10000')).body.items
    t.match(feed.filter(({ resource, action }: Record<string, string>) => resource === 'unit-changes' || (resource === 'units' && action === 'deleted')).slice(-2), [
      { resource: 'unit-changes', action: 'deleted' }, { action: 'deleted', key: { id: 'T1-11@2023-01-01' }, unit: 'T1-1' }
    ])
  })

  t.test('stays while a later one changes the same units', async t => {
    const first = await set('2023-01-01', merge)
    const second = await set('2024-01-01', { type: 'merge', units: ['T1-11', 'T1-21'], into: { ...NEW, code: 'T1-99' } })
    t.same(await issues(first), [409, 'changed_later', 'changed_later'].slice(0, 2))
    t.equal((await withdraw(second)).status, 200)
    t.equal((await withdraw(first)).status, 200)
  })

  t.test('stays while feedback is stored for its units, or was', async t => {
    const id = await set('2023-01-01', merge)
    const of = { unit: 'T1-11@2023-01-01', period: '2024-Q1', source: 'one-stop' }
    const refusal = async () => (await withdraw(id)).body.errors
    await post('/v1/feedback-statistics', { items: [{ ...of, received: 1 }] })
    t.match(await refusal(), [{ code: 'unit_has_figures', detail: /feedback of 2024-Q1 is stored/ }])
    await service.delete(`/v1/feedback-statistics?unit=${of.unit}&period=${of.period}&source=${of.source}`)
    t.match(await refusal(), [{ code: 'unit_has_figures', detail: /feedback of 2024-Q1 was stored/ }])
    await sql`delete from withdrawn_feedback`.execute(db)
    t.equal((await withdraw(id)).status, 200)
  })

  t.test('stays while figures, dossiers, clients or units stand on its units', async t => {
    const id = await set('2023-01-01', merge)
    const unit = 'T1-11@2023-01-01'
    await post('/v1/units', { items: [{ ...BASE, code: 'T1-111', name: 'thôn', parent: unit, valid_from: '2023-02-01' }] })
    await post('/v1/dossier-statistics', { items: [{ unit, period: '2024-Q1', source: 'one-stop', received: 1 }] })
    await post('/v1/indicator-values', { items: [{ unit, period: '2024-H1', indicator: '3.1.3', printed: '9' }] })
    await post('/v1/dossiers?source=one-stop', {
      items: [{
        code: 'd-1', unit, procedure: '1.001612', channel: 'direct', status: 4,
        received_at: '2024-05-31T08:00:00+07:00', updated_at: '2024-05-31T08:00:00+07:00'
      }]
    })
    await givenClient(service, 'of-new', { scopes: ['read'], unit })
    t.same((await issues(id)).filter((code, i, all) => all.indexOf(code) === i), [409, 'client_bound', 'unit_has_figures', 'units_depend'])
  })
})

forEachDatabase('a client whose unit is merged', async (t, service) => {
  const { get, post } = service
  await givenProvince(service)
  const dossier = async (unit: string, code: string, received: string) => {
    const finished = `${received}T17:00:00+07:00`
    const { status, text } = await post('/v1/dossiers?source=one-stop', {
      items: [{
        code, unit, procedure: '1.001612', channel: 'direct', status: 10,
        received_at: `${received}T08:00:00+07:00`, finished_at: finished, updated_at: finished
      }]
    })
    t.equal(status, 200, text)
  }
  for (const unit of ['T1-11', 'T1-12', 'T1-21']) await dossier(unit, `old-${unit}`, '2022-06-01')
  const { status, text } = await post('/v1/unit-changes', {
    effective_on: '2023-01-01', document: DOCUMENT,
    events: [
      { type: 'merge', units: ['T1-11', 'T1-12'], into: { ...NEW, code: 'T1-11' } },
      { type: 'split', unit: 'T1-21', into: [{ unit: 'T1-11', procedures: ['1.001612'] }, { unit: { ...NEW, code: 'T1-22' }, dossiers: ['d-9'] }] },
      { type: 'abolish', unit: 'T1-2', successor: 'T1-1' }
    ]
  })
  t.equal(status, 200, text)
  await dossier('T1-11', 'new', '2023-06-01')
  const reads = async (unit: string) => {
    const { headers } = await givenClient(service, `of-${unit.toLowerCase().replace('@', '-')}`, { scopes: ['read', 'write:dossiers'], source: 'one-stop', unit })
    return (await get('/v1/dossiers', headers)).body.items.map(({ code }: { code: string }) => code).sort()
  }

  t.test('reaches its own history and the unit that took it over, and no sibling from before', async t => {
    t.same(await reads('T1-12@2022-06-01'), ['new', 'old-T1-12'])
    t.same(await reads('T1-11@2022-06-01'), ['new', 'old-T1-11'])
    t.same(await reads('T1-21@2022-06-01'), ['new', 'old-T1-21'])
  })

  t.test('reaches what all predecessors had, if it reaches the new unit', async t => {
    t.same(await reads('T1-11'), ['new', 'old-T1-11', 'old-T1-12', 'old-T1-21'])
    t.same(await reads('T1-1'), ['new', 'old-T1-11', 'old-T1-12', 'old-T1-21'])
    t.same(await reads('T1-22'), ['old-T1-21'])
  })

  t.test('sees the event set and the lineage as far as it reaches', async t => {
    const { headers } = await givenClient(service, 'again', { scopes: ['read'], unit: 'T1-12@2022-06-01' })
    const { events } = (await get('/v1/unit-changes', headers)).body.items[0]
    t.same(events.map(({ type }: { type: string }) => type), ['merge', 'split'])
    t.same(events[0].units, ['T1-11', 'T1-12'], 'a merger is shown whole, as its document is public')
    t.equal((await get('/v1/units/T1-11@2022-06-01', headers)).status, 404, 'and the other unit is not')
    t.same((await get('/v1/units/T1-11/lineage', headers)).body.units.map(({ id }: { id: string }) => id), ['T1-12', 'T1-11@2023-01-01'])
    t.equal((await get('/v1/units/T1-22/lineage', headers)).status, 404)
    t.match((await get('/v1/units/T1-11', headers)).body, { id: 'T1-11@2023-01-01', others: [] })
  })

  t.test('names an old dossier by its old unit, also under the name of the new one', async t => {
    const { headers } = await givenClient(service, 'late', { scopes: ['read', 'write:dossiers'], source: 'one-stop', unit: 'T1-12@2022-06-01' })
    const item = {
      procedure: '1.001612', channel: 'direct', status: 10, received_at: '2022-06-01T08:00:00+07:00',
      finished_at: '2022-06-05T08:00:00+07:00', updated_at: '2023-02-01T08:00:00+07:00'
    }
    const send = (unit: string, code: string, as?: Record<string, string>) => post('/v1/dossiers?source=one-stop', { items: [{ ...item, unit, code }] }, as)
    t.equal((await send('T1-11@2023-01-01', 'late-1', headers)).status, 200)
    t.equal((await get('/v1/dossiers/late-1')).body.unit, 'T1-12')
    t.match((await send('T1-22', 'late-2')).status, 200, 'the only one that there was')
    t.equal((await get('/v1/dossiers/late-2')).body.unit, 'T1-21')
  })
})

forEachDatabase('a dossier of a unit with several predecessors', async (t, service) => {
  const { get, post } = service
  await givenProvince(service)
  await post('/v1/unit-changes', {
    effective_on: '2023-01-01', document: DOCUMENT, events: [{ type: 'merge', units: ['T1-11', 'T1-12'], into: { ...NEW, code: 'T1-90' } }]
  })
  const item = {
    code: 'x', unit: 'T1-90', procedure: '1.001612', channel: 'direct', status: 4,
    received_at: '2022-06-01T08:00:00+07:00', updated_at: '2023-02-01T08:00:00+07:00'
  }
  const problem = await post('/v1/dossiers?source=one-stop', { items: [item] })
  t.match(problem, { status: 422, body: { errors: [{ pointer: '/items/0/unit', code: 'unit_not_valid', predecessors: ['T1-11', 'T1-12'] }] } })
  const stream = await service.app.inject({
    method: 'POST', url: '/v1/imports?source=one-stop', payload: `${JSON.stringify(item)}\n`,
    headers: { authorization: ADMIN.authorization, 'content-type': 'application/x-ndjson' }
  })
  t.equal(stream.statusCode, 422)
  const { body: { items } } = await get('/v1/imports', ADMIN)
  t.match((await get(`/v1/imports/${items[0].id}/errors`, ADMIN)).body.items, [
    { code: 'unit_not_valid', predecessors: ['T1-11', 'T1-12'] }
  ])
})

import { givenClient } from '../../client.ts'
import { item, send } from '../../dossiers/given.ts'
import { forEachDatabase, type Service } from '../../database.ts'

const DOCUMENT = { number: '1/NQ', date: '2021-12-01', issuer: 'Quốc hội' }
const UNIT = { kind: 'commune', level: 'commune', reports_dossiers: true, valid_from: '2020-01-01' }
const DISTRICT = { ...UNIT, kind: 'district', level: 'district', reports_dossiers: false, parent: 'T1' }
const UNITS = [
  { ...DISTRICT, code: 'T1', name: 'Tỉnh thử', kind: 'province', level: 'province', parent: null },
  { ...DISTRICT, code: 'A', name: 'Huyện A' }, { ...DISTRICT, code: 'B', name: 'Huyện B' },
  ...['own', 'sibling', 'leaving', 'staying'].map(code => ({ ...UNIT, code, name: `Xã ${code}`, parent: 'A' }))
]
const REFORM = {
  effective_on: '2022-01-01',
  document: DOCUMENT,
  events: [
    {
      type: 'merge', units: ['own', 'sibling'],
      into: { code: 'merged', name: 'Xã Mới', kind: 'commune', level: 'commune', parent: 'B', reports_dossiers: true }
    },
    { type: 'move', unit: 'leaving', parent: 'B' }
  ]
}
/** Dossiers that each unit received and resolved in November 2021; it reported ten times as many. */
const COUNTS = { own: 3, sibling: 50, leaving: 7, staying: 2 }

const resolved = (unit: string, n: number, day: string) => item({
  code: `${unit}-${day}-${n}`, unit, procedure: '1.001193', status: 10, received_at: `${day}T09:00:00+07:00`,
  due_at: `${day}T17:00:00+07:00`, finished_at: `${day}T10:00:00+07:00`, updated_at: `${day}T10:00:00+07:00`
})

async function given ({ db, post }: Service) {
  const ok = async (url: string, body: object) => {
    const { status, text } = await post(url, body)
    if (status !== 200) throw new Error(text)
  }
  await ok('/v1/units', { items: UNITS })
  const units = Object.entries(COUNTS)
  await send(db, units.flatMap(([unit, count]) => Array.from({ length: count }, (_, n) => resolved(unit, n, '2021-11-02'))))
  await ok('/v1/dossier-statistics', {
    items: units.map(([unit, count]) => ({
      unit, period: '2021-Q4', source: 'first', field: 'land', received_online: 0, received_direct: 10 * count, carried_over: 0,
      resolved_in_time: 10 * count, resolved_overdue: 0
    }))
  })
  await ok('/v1/unit-changes', REFORM)
  await send(db, [resolved('leaving', 0, '2022-01-20')])
}

type Row = Record<string, unknown>

forEachDatabase('a key that is bound to a unit, by the units of a day', async (t, service) => {
  const { get } = service
  await given(service)
  const clients = {
    everyone: {},
    own: (await givenClient(service, 'own', { scopes: ['read'], unit: 'own' })).headers,
    A: (await givenClient(service, 'a', { scopes: ['read'], unit: 'A' })).headers
  }
  type Client = keyof typeof clients
  const ask = async (client: Client, path: string) => {
    const { status, text, body } = await get(`/v1${path}`, clients[client])
    if (status !== 200) throw new Error(text)
    return body
  }
  const list = async (client: Client, path: string): Promise<Row[]> => (await ask(client, path)).items
  const shown = (rows: Row[], key: string) => [...new Set(rows.map(row => row[key]))].sort()

  const MERGED = 'unit=merged&hierarchy=current'
  const BEFORE = 'hierarchy=as_of:2021-12-31'

  t.test('follows its unit into a merger, and does not see what the others were before', async t => {
    t.equal((await get('/v1/dossiers/sibling-2021-11-02-0', clients.own)).status, 404)
    t.equal((await get('/v1/dossiers/own-2021-11-02-0', clients.own)).status, 200)
    for (const [basis, factor] of [['records', 1], ['reported', 10]] as const) {
      for (const keys of ['', '&group_by=unit', '&group_by=level', '&group_by=field', '&group_by=period']) {
        const asked = `/on-time?period=2021-Q4&basis=${basis}&${MERGED}${keys}`
        t.match(await list('everyone', asked), [{ received: 53 * factor, units_expected: 2, units_reported: 2 }])
        t.match(await list('own', asked), [{ received: 3 * factor, units_expected: 1, units_reported: 1 }], asked)
      }
    }
  })

  t.test('counts what its unit became, all of it, since the merger', async t => {
    t.same(shown(await list('own', '/units'), 'id'), ['merged', 'own'])
    await send(service.db, [resolved('merged', 0, '2022-01-10')])
    const after = `/on-time?period=2022-Q1&basis=records&${MERGED}`
    t.same((await list('own', after))[0]!['received'], (await list('everyone', after))[0]!['received'])
  })

  t.test('is shown no rows and no dossiers of the others', async t => {
    for (const basis of ['reported', 'records']) {
      const explained = async (client: Client) => ask(client, `/on-time/explain?period=2021-Q4&basis=${basis}&${MERGED}`)
      const keysOf = ({ rows }: { rows: { key: Row }[] }) => shown(rows.map(({ key }) => key), 'unit')
      t.same(keysOf(await explained('everyone')), ['own', 'sibling'])
      t.same(keysOf(await explained('own')), ['own'])
      t.match(await explained('own'), { units_expected: 1 })
    }
    const dossiers = `/on-time/explain/dossiers?from=2021-11-01&to=2021-11-30&method=received&${MERGED}`
    t.same(shown(await list('everyone', dossiers), 'unit'), ['own', 'sibling'])
    t.same(shown(await list('own', dossiers), 'unit'), ['own'])
  })

  t.test('has the same in the series, the form and the reconciliation', async t => {
    for (const [basis, factor] of [['records', 1], ['reported', 10]] as const) {
      const form = async (client: Client) => ask(client, `/forms/ii-06a/merged/2021-Q4?hierarchy=current&basis=${basis}`)
      t.match((await form('everyone')).grand_total, { received: 53 * factor, units_expected: 2 })
      t.match((await form('own')).grand_total, { received: 3 * factor, units_expected: 1 })
    }
    const series = '/units/merged/on-time-series?from=2021-11&to=2021-11&basis=records&hierarchy=current'
    t.match(await list('everyone', series), [{ received: 53, units_expected: 2, units_reported: 2 }])
    t.match(await list('own', series), [{ received: 3, units_expected: 1, units_reported: 1 }])
    for (const scope of ['own', 'total']) {
      const compared = `/reconciliation?period=2021-Q4&scope=${scope}&${MERGED}`
      t.match((await list('everyone', compared))[0], { from_records: 53, units_expected: 2, units_recorded: 2 })
      t.match((await list('own', compared))[0], { from_records: 3, units_expected: 1, units_recorded: 1 })
    }
    const reconciled = `/reconciliation?period=2021-Q4&source=first&${MERGED}`
    t.match((await list('everyone', reconciled))[0], { reported: 530 })
    t.match((await list('own', reconciled))[0], { reported: 30 })
  })

  t.test('sees nothing of a unit that has moved away, by the units of a day before', async t => {
    t.equal((await get('/v1/dossiers/leaving-2022-01-20-0', clients.A)).status, 404)
    const dossiers = `/on-time/explain/dossiers?from=2022-01-01&to=2022-01-31&method=received&unit=A&${BEFORE}`
    t.same(shown(await list('everyone', dossiers), 'code'), ['leaving-2022-01-20-0'])
    t.same(await list('A', dossiers), [])
    t.match(await list('everyone', `/on-time?period=cal-2022-M01&basis=records&unit=A&${BEFORE}`), [{ received: 1 }])
    for (const unit of ['', '&unit=A']) {
      t.match(await list('A', `/on-time?period=cal-2022-M01&basis=records${unit}&${BEFORE}`), [{ received: 0, units_expected: 1 }])
    }
    for (const [basis, factor] of [['records', 1], ['reported', 10]] as const) {
      const asked = `/on-time?period=2021-Q4&basis=${basis}&group_by=unit&unit=A&${BEFORE}`
      t.match(await list('everyone', asked), [{ unit: 'leaving', received: 7 * factor }, { unit: 'own' }, { unit: 'sibling' }, { unit: 'staying' }])
      t.match(shown(await list('A', asked), 'unit'), ['own', 'sibling', 'staying'])
      const { sections } = await ask('A', `/forms/ii-06a/A/2021-Q4?basis=${basis}&${BEFORE}`)
      t.notOk(shown(sections.flatMap(({ rows }: { rows: Row[] }) => rows), 'unit').includes('leaving'))
    }
    t.match((await list('A', `/units/A/on-time-series?from=2022-01&to=2022-01&basis=records&${BEFORE}`)), [{ received: 0 }])
  })

  t.test('has as reported what stood below its unit then', async t => {
    for (const basis of ['records', 'reported']) {
      const asked = `/on-time?period=2021-Q4&basis=${basis}&unit=A&group_by=unit`
      t.same(await list('A', asked), await list('everyone', asked))
    }
  })
  t.test('is told no sources of the others', async t => {
    const asked = `/on-time?period=2021-Q4&${MERGED}`
    await service.post('/v1/dossier-statistics', {
      items: [{ unit: 'sibling@2021-12-01', period: '2021-Q4', source: 'second', field: 'land', received: 1 }]
    })
    t.match(await list('everyone', asked), [{ sources_used: ['first', 'second'], sources_left_out: ['first'] }])
    const [own] = await list('own', asked)
    t.same([own!['sources_used'], own!['sources_left_out']], [['first'], []])
  })
})

import { forEachDatabase, type Answer, type Service } from '../../database.ts'

const NOTHING = {
  created: 0, updated: 0, unchanged: 0, stale: 0, deleted: 0, rejected: 0, errors: [], warning_count: 0, warnings: [],
  displacement_count: 0, displacements: []
}

/** A row of a district, whole. */
const row = (more: object = {}) => ({
  unit: 'H56-380', period: '2021-Q4', source: 'one-stop', received_online: 10, received_direct: 20, carried_over: 5,
  resolved_in_time: 28, resolved_overdue: 2, ...more
})

const codesOf = ({ body }: Answer): string[][] =>
  body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code])

const postTo = ({ post }: Service) => (items: unknown[], query = '') => post(`/v1/dossier-statistics${query}`, { items })

forEachDatabase('posting dossier statistics', async (t, service) => {
  const { get } = service
  const post = postTo(service)
  const stored = async (query: string) => (await get(`/v1/dossier-statistics?source=one-stop&${query}`)).body.items

  t.test('creates a row, and the same body again changes nothing', async t => {
    t.same((await post([row()])).body, { ...NOTHING, received: 1, created: 1 })
    t.same((await post([row()])).body, { ...NOTHING, received: 1, unchanged: 1 })
    t.same((await post([row({ scope: 'own', field: null, procedure: null, pending: 5 })])).body, { ...NOTHING, received: 1, unchanged: 1 },
      'defaults, nulls and what follows from the rest may be written out')
  })

  t.test('stores what follows from the rest', async t => {
    t.match(await stored('period=2021-Q4'), [{ received: 35, resolved: 30, pending: 5, pending_in_time: null, received_postal: null }])
  })

  t.test('updates a row by its key', async t => {
    t.same((await post([row({ resolved_overdue: 3 })])).body, { ...NOTHING, received: 1, updated: 1 })
    t.match(await stored('period=2021-Q4'), [{ resolved: 31, pending: 4 }])
  })

  t.test('updates one row of a set that has many, and knows it again', async t => {
    const fields = ['land', 'justice', 'construction', 'civil-status', 'health'].map(field => row({ unit: 'H56-386', field }))
    t.match((await post(fields)).body, { created: 5 })
    t.match((await post([{ ...fields[1], resolved_overdue: 3 }])).body, { created: 0, updated: 1 })
    t.match((await post([{ ...fields[1], resolved_overdue: 3 }])).body, { unchanged: 1 })
    t.same((await stored('period=2021-Q4&unit=H56-386')).map((one: { pending: number }) => one.pending).sort(), [4, 5, 5, 5, 5])
  })

  t.test('knows a unit by the alias of the source or of another', async t => {
    t.match((await post([row({ unit: 'gso:380', resolved_overdue: 3 })])).body, { unchanged: 1 })
    t.match((await post([row({ unit: '380', source: 'gso' })])).body, { created: 1 })
  })

  t.test('refuses each row at fault by name and pointer, and writes nothing', async t => {
    const answer = await post([
      row({ unit: 'H56-381' }),
      row({ unit: 'H56-382', received: 1 }),
      row({ unit: 'H56-384', resolved: 1 }),
      row({ unit: 'H56-385', pending: 5, pending_in_time: 1, pending_overdue: 1 }),
      row({ unit: 'H56-386', received: 35, pending: 1 }),
      row({ unit: 'H56-999' }), row({ unit: 'H56-387', period: '2021-Q9' }), row({ unit: 'H56-388', field: 'magic' }),
      row({ unit: 'H56-389', procedure: '9.999999' }), row({ unit: 'H56-390', procedure: '1.001193', field: 'land' }),
      row({ unit: 'H56-391', period: '2026-Q1' }),
      row({ unit: 'H56-392', received_online: '10' }), row({ unit: 'H56-393', received_online: -1 }),
      row({ unit: 'H56-394', received_online: 2 ** 31 }), row({ unit: 'H56-395', on_time: 1 }), { period: '2021-Q4' }, null
    ])
    t.equal(answer.status, 422)
    t.match(answer.body, { code: 'invalid_rows', detail: '16 of 17 rows are at fault; nothing was written' })
    t.same(codesOf(answer), [
      ['/items/1/received', 'received_identity'], ['/items/1/received', 'balance_identity'],
      ['/items/2/resolved', 'resolved_identity'],
      ['/items/3/pending', 'pending_identity'],
      ['/items/4/received', 'balance_identity'],
      ['/items/5/unit', 'unknown_unit'], ['/items/6/period', 'unknown_period'], ['/items/7/field', 'unknown_field'],
      ['/items/8/procedure', 'unknown_procedure'], ['/items/9/field', 'field_mismatch'], ['/items/10/unit', 'unit_not_valid'],
      ['/items/11/received_online', 'invalid_type'], ['/items/12/received_online', 'out_of_range'],
      ['/items/13/received_online', 'out_of_range'], ['/items/14/on_time', 'unknown_property'],
      ['/items/15/unit', 'missing'], ['/items/15/source', 'missing'], ['/items/16', 'invalid_type']
    ])
    t.same(await stored('unit=H56-381'), [])
  })

  t.test('takes no own rows of a province, which has no desk: a forgotten scope would double it', async t => {
    t.same(codesOf(await post([row({ unit: 'H56' })])), [['/items/0/scope', 'no_own_desk']])
  })

  t.test('writes the other rows in partial mode', async t => {
    const answer = await post([row({ unit: 'H56-381' }), row({ unit: 'H56-382', received: 1 })], '?mode=partial')
    t.equal(answer.status, 200)
    t.match(answer.body, { received: 2, created: 1, rejected: 1, errors: [{ pointer: '/items/1/received' }, {}] })
    t.same((await stored('unit=H56-381')).length, 1)
    t.same(await stored('unit=H56-382'), [])
  })

  t.test('refuses every row of a key that the batch names twice, for nobody can tell which is right', async t => {
    const answer = await post([row({ unit: 'H56-383' }), row({ unit: 'H56-384' }), row({ unit: 'H56-384', received_online: 11 })], '?mode=partial')
    t.same(codesOf(answer), [['/items/0/unit', 'unknown_unit'], ['/items/1', 'duplicate_key'], ['/items/2', 'duplicate_key']])
  })

  t.test('tells in a dry run what would happen, and writes nothing', async t => {
    const answer = await post([row({ unit: 'H56-381', received_online: 11, resolved_in_time: 29 }), row({ unit: 'H56-396' })], '?dry_run=true')
    t.match(answer.body, {
      created: 1, updated: 1,
      rows: [
        { pointer: '/items/0', outcome: 'updated', before: { received_online: 10, resolved: 30 }, after: { received_online: 11, resolved: 31 } },
        { pointer: '/items/1', outcome: 'created', before: null, after: { unit: 'H56-396', received: 35 } }
      ]
    })
    t.match(await stored('unit=H56-381'), [{ received_online: 10 }])
    t.same(await stored('unit=H56-396'), [])
  })

  t.test('takes an empty batch, and a batch that has nothing right in it', async t => {
    t.same((await post([])).body, { ...NOTHING, received: 0 })
    t.match((await post([null], '?mode=partial&replace=true')).body, { received: 1, rejected: 1 })
  })
})

forEachDatabase('replacing what a unit reported', async (t, service) => {
  const { get } = service
  const post = postTo(service)
  const fieldsOf = async (unit: string) => (await get(`/v1/dossier-statistics?source=one-stop&unit=${unit}`)).body.items
    .map((item: { field: string | null, procedure: string | null }) => item.procedure ?? item.field)

  t.beforeEach(async () => {
    await post([row({ field: 'land' }), row({ field: 'justice' }), row({ unit: 'H56-381', field: 'land' })], '?replace=true')
  })

  t.test('deletes and counts its other rows, and nobody else\'s', async t => {
    t.match((await post([row({ field: 'justice' })], '?replace=true')).body, { unchanged: 1, deleted: 1, created: 0 })
    t.same(await fieldsOf('H56-380'), ['justice'])
    t.same(await fieldsOf('H56-381'), ['land'])
  })

  t.test('shows the rows that it would delete', async t => {
    const { body } = await post([row({ field: 'justice' })], '?replace=true&dry_run=true')
    t.match(body.rows, [{ outcome: 'unchanged' }, { pointer: null, outcome: 'deleted', before: { field: 'land' }, after: null }])
    t.same(await fieldsOf('H56-380'), ['justice', 'land'])
  })

  t.test('is the only way to another detail', async t => {
    const refused = await post([row()])
    t.same(codesOf(refused), [['/items/0', 'mixed_detail']])
    t.match((await post([row({ procedure: '1.001193' })], '?replace=true')).body, { created: 1, deleted: 2 })
    t.same(await fieldsOf('H56-380'), ['1.001193'])
    t.match((await get('/v1/on-time?period=2021-Q4&unit=H56-380&group_by=field')).body.items, [{ field: 'civil-status', received: 35 }])
  })

  t.test('refuses two details in one batch, whether it replaces or not', async t => {
    for (const query of ['', '?replace=true']) {
      t.same(codesOf(await post([row({ unit: 'H56-382' }), row({ unit: 'H56-382', field: 'land' })], query)),
        [['/items/0', 'mixed_detail'], ['/items/1', 'mixed_detail']])
    }
  })

  t.test('leaves a set as it is where one of its rows is at fault', async t => {
    const answer = await post([
      row({ field: 'justice' }), row({ field: 'land', received: 1 }), row({ unit: 'H56-381', field: 'justice' })
    ], '?replace=true&mode=partial')
    t.match(answer.body, { created: 1, deleted: 1, rejected: 2 })
    t.match(codesOf(answer), [['/items/0', 'set_incomplete'], ['/items/1/received', 'received_identity'], []])
    t.same(await fieldsOf('H56-380'), ['justice', 'land'])
    t.same(await fieldsOf('H56-381'), ['justice'])
  })

  t.test('finds the set of a row at fault by whatever the row says of it', async t => {
    for (const fault of [{ field: 7 }, { received_online: '1' }, { procedure: '9.999999' }, { unit: 'gso:380', pending: -1 }]) {
      const answer = await post([row({ field: 'justice' }), row(fault)], '?replace=true&mode=partial')
      t.match(codesOf(answer)[0], ['/items/0', 'set_incomplete'])
    }
    t.match((await post([row({ field: 'land' }), row({ field: 'justice' }), row({ unit: 'H56-999' })], '?replace=true&mode=partial')).body,
      { unchanged: 2, rejected: 1 }, 'a unit that does not exist has no set')
  })

  t.test('replaces nothing where a row does not say which set it belongs to', async t => {
    for (const fault of [null, 'x', {}, row({ unit: 7 }), row({ scope: null }), row({ scope: 'Own' }), row({ period: 1 }), row({ unit: 'a\0' }), row({ source: '\ud800' })]) {
      const answer = await post([row({ field: 'justice' }), fault], '?replace=true&mode=partial')
      t.match(codesOf(answer)[0], ['/items/0', 'set_incomplete'])
    }
    t.same(await fieldsOf('H56-380'), ['justice', 'land'])
  })
})

forEachDatabase('one batch', async (t, { db, post }) => {
  await db.insertInto('units').values({
    id: 'H40', code: 'H40', province_code: 'H40', name: 'Tỉnh Nghệ An', kind: 'province', level: 'province', parent: null, path: ['H40'],
    reports_dossiers: true, valid_from: '2019-12-01', valid_to: null, search_name: 'tinh nghe an'
  }).execute()
  const items = [row(), row({ unit: 'H40' })]
  const answer = await post('/v1/dossier-statistics', { items })
  t.same(codesOf(answer), [['/items/1/unit', 'several_provinces']], 'is for one province')
})

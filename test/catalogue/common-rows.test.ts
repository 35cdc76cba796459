import { forEachDatabase, type Service } from '../database.ts'

const COUNTS = { created: 0, updated: 0, unchanged: 0, deleted: 0, rejected: 0, errors: [] }
const LEVEL = { code: 'hamlet', name: 'Thôn', position: 40, valid_from: '2021-01-01' }
const FIELD = { code: 'tourism', name: 'Du lịch', position: 90 }
const PERIOD = {
  code: 'm21-2021-M06', calendar: 'from-21st', kind: 'month', year: 2021, starts_on: '2021-05-21', ends_on: '2021-06-20'
}

async function faultsOf (post: Service['post'], url: string, ...items: unknown[]) {
  const { body } = await post(url, { items })
  return body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`).sort()
}

forEachDatabase('levels, fields and periods that are posted', async (t, { get, post, put }) => {
  for (const [name, item, stored] of [
    ['levels', LEVEL, { ...LEVEL, valid_to: null }],
    ['fields', FIELD, FIELD],
    ['periods', PERIOD, { ...PERIOD, report_due_on: null }]
  ] as const) {
    t.test(`${name}: are created, then unchanged, then updated, and listed as changes`, async t => {
      const url = `/v1/${name}`
      t.match((await post(`${url}?dry_run=true`, { items: [item] })).body, { created: 1, rows: [{ after: stored }] })
      t.same((await post(url, { items: [item] })).body, { ...COUNTS, received: 1, created: 1 })
      t.same((await post(url, { items: [stored] })).body, { ...COUNTS, received: 1, unchanged: 1 })
      const changed = name === 'periods' ? { ...item, ends_on: '2021-06-19' } : { ...item, name: 'Tên khác' }
      t.match((await post(url, { items: [changed] }, { 'x-reason': 'typing error' })).body, { updated: 1 })
      const { items } = (await get(`${url}?limit=10000`)).body
      t.match(items.find(({ code }: { code: string }) => code === item.code), changed)
      const changes = (await get(`/v1/changes?resource=${name}&limit=10000`)).body.items
      t.match(changes.at(-1), { resource: name, action: 'updated', key: { code: item.code } })
    })

    t.test(`${name}: are not one province's to change`, async t => {
      const { secret } = await keyFor(`bound-${name}`)
      t.match(await post(`/v1/${name}`, { items: [item] }, { authorization: `Bearer ${secret}` }), {
        status: 403, body: { code: 'forbidden_rows', errors: [{ code: 'forbidden_unit' }] }
      })
    })
  }

  async function keyFor (client: string) {
    await put(`/v1/clients/${client}`, { name: client, scopes: ['write:catalogue'], unit: 'H56' })
    const { body } = await post(`/v1/clients/${client}/keys`, undefined)
    return { secret: body.key as string }
  }
})

forEachDatabase('the order of levels', async (t, { post, get }) => {
  t.test('is one: no two levels have one position', async t => {
    t.same(await faultsOf(post, '/v1/levels', { ...LEVEL, position: 2 }), ['/items/0/position position_taken'])
    t.same(await faultsOf(post, '/v1/levels', LEVEL, { ...LEVEL, code: 'other' }),
      ['/items/0/position position_taken', '/items/1/position position_taken'])
  })

  t.test('stays such that no unit stands above its parent', async t => {
    const { items } = (await get('/v1/levels')).body
    const [province, district, commune] = items
    const swapped = [{ ...district, position: commune.position }, { ...commune, position: district.position }]
    t.same(await faultsOf(post, '/v1/levels', ...swapped), ['/items/0/position units_depend', '/items/1/position units_depend'])
    t.match((await post('/v1/levels', { items: [province, district, { ...commune, position: 30 }] })).body, { unchanged: 2, updated: 1 })
  })

  t.test('and its days are in order', async t => {
    t.same(await faultsOf(post, '/v1/levels', { ...LEVEL, valid_to: '2020-01-01' }), ['/items/0/valid_to out_of_range'])
  })
})

forEachDatabase('a period that is posted', async (t, { get, post }) => {
  t.test('does not overlap another of its calendar and kind', async t => {
    await post('/v1/periods', { items: [PERIOD] })
    t.same(await faultsOf(post, '/v1/periods', { ...PERIOD, code: 'm21-b', starts_on: '2021-06-20', ends_on: '2021-07-20' }),
      ['/items/0/starts_on period_overlaps'])
    t.same(await faultsOf(post, '/v1/periods',
      { ...PERIOD, code: 'm21-c', starts_on: '2022-01-01', ends_on: '2022-03-01' },
      { ...PERIOD, code: 'm21-d', starts_on: '2022-01-02', ends_on: '2022-01-03' },
      { ...PERIOD, code: 'm21-e', starts_on: '2022-02-01', ends_on: '2022-02-03' }),
    ['/items/0/starts_on period_overlaps', '/items/0/starts_on period_overlaps', '/items/1/starts_on period_overlaps', '/items/2/starts_on period_overlaps'])
    t.match((await post('/v1/periods', {
      items: [
        { ...PERIOD, code: 'm21-2021-M07', starts_on: '2021-06-21', ends_on: '2021-07-20' },
        { ...PERIOD, code: 'w-1', kind: 'week', starts_on: '2021-06-21', ends_on: '2021-06-27' }
      ]
    })).body, { created: 2 })
  })

  t.test('has the days of the rule if its code is a usual one', async t => {
    const usual = (await get('/v1/periods/2021-H1')).body
    t.match((await post('/v1/periods', { items: [usual] })).body, { unchanged: 1 })
    t.same(await faultsOf(post, '/v1/periods', { ...usual, report_due_on: null, ends_on: '2021-06-15' }),
      ['/items/0/ends_on other_days_by_rule', '/items/0/report_due_on other_days_by_rule'])
    const ordinary = (await get('/v1/periods/cal-2021')).body
    t.same(await faultsOf(post, '/v1/periods', { ...ordinary, report_due_on: '2022-01-05' }), ['/items/0/report_due_on other_days_by_rule'])
    t.same(await faultsOf(post, '/v1/periods', { ...PERIOD, code: '2014-Q1', year: 2014 }), ['/items/0/year out_of_range'])
    t.same(await faultsOf(post, '/v1/periods', { ...PERIOD, code: 'odd', ends_on: '2021-01-01', report_due_on: '2020-01-01' }),
      ['/items/0/ends_on out_of_range', '/items/0/report_due_on out_of_range'])
  })

  t.test('is asked by its new days at once, until figures are stored for it', async t => {
    const days = async () => {
      const { body } = await get('/v1/on-time?basis=records&period=moving')
      return body.items[0]
    }
    const moving = { ...PERIOD, code: 'moving', calendar: 'moving' }
    await post('/v1/periods', { items: [moving] })
    t.equal((await days()).as_of.slice(0, 10), '2021-06-21')
    t.match((await post('/v1/periods', { items: [{ ...moving, ends_on: '2021-06-25' }] })).body, { updated: 1 })
    t.equal((await days()).as_of.slice(0, 10), '2021-06-26')
    const figures = { unit: 'H56-380', period: 'moving', source: 'one-stop', received: 1, resolved: 0 }
    t.match((await post('/v1/dossier-statistics', { items: [figures] })).status, 200)
    t.same(await faultsOf(post, '/v1/periods', moving), ['/items/0 period_has_figures'])
    t.match((await post('/v1/periods', { items: [{ ...moving, ends_on: '2021-06-25', report_due_on: '2021-06-30' }] })).body, { updated: 1 })
  })
})

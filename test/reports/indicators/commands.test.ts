import { reportedValues } from '../../../src/seed/catalogue/form.ts'
import { forEachDatabase } from '../../database.ts'

const KEY = { unit: 'H56', period: '2021-Q3', indicator: '3.1.3' }

forEachDatabase('posting indicator values', async (t, { get, post, db }) => {
  const stored = async (query: string) => (await get(`/v1/indicator-values?${query}`)).body.items
  const faultsOf = async (items: unknown[], query = '') => (await post(`/v1/indicator-values${query}`, { items })).body.errors
    .map(({ pointer, code }: { pointer: string, code: string }) => `${pointer} ${code}`)

  t.test('the whole report as printed, then again, changes nothing the second time', async t => {
    const items = reportedValues().map(value => ({ ...value, unit: 'H56', period: '2021' }))
    t.match((await post('/v1/indicator-values', { items })).body, { received: 96, created: 96, unchanged: 0, errors: [] })
    const before = await db.selectFrom('indicator_values').selectAll().where('period', '=', '2021').orderBy('indicator').execute()
    t.match((await post('/v1/indicator-values', { items })).body, { received: 96, created: 0, updated: 0, unchanged: 96 })
    t.same(await db.selectFrom('indicator_values').selectAll().where('period', '=', '2021').orderBy('indicator').execute(), before)
  })

  t.test('reads Vietnamese notation and keeps every digit of it', async t => {
    const expected = [
      { indicator: '1.3.2', printed: '09', state: 'reported', number: 9 },
      { indicator: '1.3.3', printed: '0', state: 'reported', number: 0 },
      { indicator: '1.4.1', printed: '-', state: 'no_data', number: null },
      { indicator: '3.1.3', printed: '2.079', state: 'reported', number: 2079 },
      { indicator: '3.2.1', printed: '', state: 'not_provided', number: null },
      { indicator: '3.4.1', printed: '92,41', state: 'reported', number: 92.41 },
      { indicator: '4.1.4.c', printed: '1975', state: 'reported', number: 1975 },
      { indicator: '5.1.1', printed: '48/48', state: 'reported', number: null, numerator: 48, denominator: 48 },
      { indicator: '7.3', printed: '2', state: 'reported', number: null, choice: 2 }
    ]
    const items = expected.map(({ indicator, printed }) => ({ unit: 'H56', period: '2021-M05', indicator, printed }))
    t.match((await post('/v1/indicator-values', { items })).body, { created: 9 })
    t.match(await stored('period=2021-M05'), expected)
  })

  t.test('keeps contradictions of the report as they are: 6.1 to 6.4 add up to more than 4.1.4', async t => {
    const values = await stored('unit=H56&period=2021-H1&indicator=4.1.4,6.1,6.2,6.3,6.4')
    t.same(values.map(({ number }: { number: number }) => number), [2_221, 1, 12, 21, 2_256])
  })

  t.test('a correction replaces the value, and only the rows that it changes', async t => {
    const other = { ...KEY, indicator: '3.1.1', number: 48 }
    await post('/v1/indicator-values', { items: [{ ...KEY, printed: '2.079', note: 'tạm tính' }, other] })
    const { body } = await post('/v1/indicator-values', { items: [{ ...KEY, number: 2080 }, other] })
    t.match(body, { created: 0, updated: 1, unchanged: 1 })
    t.match(await stored('period=2021-Q3&indicator=3.1.3'), [{ number: 2080, printed: '2.080', note: null }])
  })

  t.test('another spelling of the same number is a change of the text', async t => {
    const item = { ...KEY, indicator: '3.1.2' }
    await post('/v1/indicator-values', { items: [{ ...item, printed: '9' }] })
    t.match((await post('/v1/indicator-values', { items: [{ ...item, printed: '09' }] })).body, { updated: 1 })
    t.match((await post('/v1/indicator-values', { items: [{ ...item, number: 9, printed: '09' }] })).body, { unchanged: 1 })
  })

  t.test('a value becomes no data, and no data a value', async t => {
    const item = { ...KEY, indicator: '3.4.4' }
    await post('/v1/indicator-values', { items: [{ ...item, state: 'no_data' }] })
    await post('/v1/indicator-values', { items: [{ ...item, number: 0 }] })
    t.match(await stored('period=2021-Q3&indicator=3.4.4'), [{ state: 'reported', number: 0, printed: '0' }])
    await post('/v1/indicator-values', { items: [{ ...item, state: 'not_provided', note: '' }] })
    t.match(await stored('period=2021-Q3&indicator=3.4.4'), [{ state: 'not_provided', number: null, printed: '', note: null }])
  })

  t.test('notes in either form of Unicode are the same', async t => {
    const item = { ...KEY, indicator: '1.4', note: 'Đã xây dựng kế hoạch' }
    await post('/v1/indicator-values', { items: [{ ...item, note: item.note.normalize('NFD') }] })
    t.match((await post('/v1/indicator-values', { items: [item] })).body, { unchanged: 1 })
  })

  t.test('a dry run tells what would happen, row by row, and writes nothing', async t => {
    const item = { ...KEY, period: '2022-Q1', number: 5 }
    const { body } = await post('/v1/indicator-values?dry_run=true', { items: [item, { ...KEY, period: '2021-H1', number: 2_079 }] })
    t.match(body, { created: 1, unchanged: 1 })
    t.strictSame(body.rows[0], {
      pointer: '/items/0',
      outcome: 'created',
      before: null,
      after: {
        unit: 'H56', period: '2022-Q1', form: 'cchc-2021', indicator: '3.1.3', state: 'reported', number: 5,
        numerator: null, denominator: null, choice: null, printed: '5', note: null
      }
    })
    t.strictSame(body.rows[1].before, body.rows[1].after)
    t.same(await stored('period=2022-Q1'), [])
  })

  t.test('tells all that is wrong, where it is, and writes nothing', async t => {
    t.same(await faultsOf([
      { ...KEY, indicator: '3.1.1', number: 7 },
      { ...KEY, number: -1 },
      { ...KEY, unit: 'H57', number: 1.5 },
      { ...KEY, period: '2021-X', number: 1 },
      { ...KEY, form: 'cchc-1999', number: 1 },
      { ...KEY, indicator: '9.9', number: 1 },
      { ...KEY, indicator: '3.4.1', printed: '92.41' },
      { ...KEY, indicator: '7.3', choice: 3 },
      { ...KEY, indicator: '3', number: 1 },
      { ...KEY, indicator: '5.1.1', number: 48 },
      { unit: 'H56', number: 1, extra: true },
      7
    ]), [
      '/items/1/number out_of_range',
      '/items/2/unit unknown_unit',
      '/items/2/number out_of_range',
      '/items/3/period unknown_period',
      '/items/4/form unknown_form',
      '/items/5/indicator unknown_indicator',
      '/items/6/printed malformed',
      '/items/7/choice not_a_choice',
      '/items/8/number heading_has_no_value',
      '/items/9/number value_of_other_type',
      '/items/10/indicator missing',
      '/items/10/period missing',
      '/items/10/extra unknown_property',
      '/items/11 invalid_type'
    ])
    t.match(await stored('period=2021-Q3&indicator=3.1.1'), [{ number: 48 }])
  })

  t.test('takes the rows without fault when asked to', async t => {
    const items = [{ ...KEY, period: '2022-Q2', number: 1 }, { ...KEY, period: '2022-Q3', printed: 'nhiều' }]
    const { status, body } = await post('/v1/indicator-values?mode=partial', { items })
    t.equal(status, 200)
    t.match(body, { received: 2, created: 1, rejected: 1, errors: [{ pointer: '/items/1/printed', code: 'malformed' }] })
    t.equal((await stored('period=2022-Q2')).length, 1)
  })

  t.test('an empty batch does nothing', async t => {
    t.match(await post('/v1/indicator-values', { items: [] }), { status: 200, body: { received: 0, created: 0 } })
  })

  t.test('the same value twice in a batch is a fault of both, under whatever name of the unit', async t => {
    const item = { ...KEY, period: '2022-Q4' }
    const twice = [{ ...item, unit: 'H56-380', number: 1 }, { ...item, unit: 'gso:380', form: 'cchc-2021', number: 2 }]
    t.same(await faultsOf(twice), ['/items/0 duplicate_key', '/items/1 duplicate_key'])
    t.same(await faultsOf([twice[0], { ...twice[1], number: 2.5 }], '?mode=partial'),
      ['/items/0 duplicate_key', '/items/1/number out_of_range', '/items/1 duplicate_key'])
    t.same(await stored('period=2022-Q4'), [])
  })

  t.test('a unit reports only for periods in which it exists', async t => {
    await db.updateTable('units').set({ valid_to: '2025-06-30' }).where('code', '=', 'H56-381').execute()
    const item = { ...KEY, unit: 'H56-381', number: 1 }
    t.same(await faultsOf([{ ...item, period: '2025-Q4' }]), ['/items/0/unit unit_not_valid'])
    t.same(await faultsOf([{ ...item, period: '2025-Q3' }]), [], 'which ends after the unit')
    await db.updateTable('units').set({ valid_from: '2021-01-01', valid_to: null }).where('code', '=', 'H56-381').execute()
    t.same(await faultsOf([{ ...item, period: '2021-M01' }]), [], 'which begins before the unit')
    await db.updateTable('units').set({ valid_from: '2021-01-15' }).where('code', '=', 'H56-381').execute()
    t.same(await faultsOf([{ ...item, period: '2021-M01' }]), ['/items/0/unit unit_not_valid'])
  })

  t.test('a batch is for one province', async t => {
    await db.insertInto('units').values({
      id: 'H01', code: 'H01', province_code: 'H01', name: 'Tỉnh khác', kind: 'province', level: 'province', parent: null,
      path: ['H01'], reports_dossiers: false, valid_from: '2020-01-01', valid_to: null, search_name: 'tinh khac'
    }).execute()
    t.same(await faultsOf([{ ...KEY, number: 2080 }, { ...KEY, unit: 'H01', number: 1 }]), ['/items/1/unit several_provinces'])
    t.same(await faultsOf([{ ...KEY, unit: 'H01', number: 1 }]), [])
  })

  t.test('the form is the one in force, or must be named', async t => {
    const item = { ...KEY, number: 1 }
    t.same(await faultsOf([{ ...item, period: '2020-M01' }]), ['/items/0/form unknown_form'])
    t.same(await faultsOf([{ ...item, period: '2020-M01', form: 'cchc-2021' }]), [])
    await db.insertInto('forms').values({ code: 'cchc-2026', name: 'Biểu mới', valid_from: '2026-01-01', valid_to: null }).execute()
    t.same(await faultsOf([{ ...item, period: '2026-Q1' }]), ['/items/0/form unknown_form'])
    t.same(await faultsOf([{ ...item, period: '2026-Q1', form: 'cchc-2026' }]), ['/items/0/indicator unknown_indicator'])
    t.same(await faultsOf([{ ...item, period: '2026-Q1', form: 'cchc-2021' }]), [])
    t.same(await faultsOf([{ ...item, period: '2025-Q4' }]), [])
  })

  t.test('batches that cross one another are counted once each', async t => {
    const items = reportedValues().map(value => ({ ...value, unit: 'H56-380', period: '2021-H1' }))
    const answers = await Promise.all([items, items.toReversed(), items.slice(40), items.slice(0, 50)]
      .map(async crossing => (await post('/v1/indicator-values', { items: crossing })).body))
    t.equal(answers.reduce((sum, { created }) => sum + created, 0), 96)
    t.equal(answers.reduce((sum, { unchanged }) => sum + unchanged, 0), 96 + 56 + 50)
  })
})

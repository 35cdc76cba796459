import { seriesOf } from '../../../src/reports/indicator-values/series.ts'
import t from 'tap'
import { forEachDatabase } from '../../database.ts'

const COUNT = { name: 'Tổng số TTHC đang có hiệu lực', value_type: 'count', measure: 'Thủ tục', position: 1 }

forEachDatabase('a series through changes of the form', async (t, { get, post }) => {
  await post('/v1/forms', { items: [
    { code: 'cchc-2021', name: 'x', valid_from: '2020-12-15', valid_to: '2024-12-14' },
    {
      code: 'cchc-2025', name: 'x', valid_from: '2024-12-15', valid_to: '2026-12-14',
      indicators: [
        { ...COUNT, code: '1', corresponds_to: { form: 'cchc-2021', indicator: '3.1.3' } },
        { ...COUNT, code: '3.1.3', name: 'Số khác', position: 2 }
      ]
    }
  ] })
  await post('/v1/forms', { items: [{
    code: 'cchc-2027', name: 'x', valid_from: '2026-12-15',
    indicators: [{ ...COUNT, code: 'A', corresponds_to: { form: 'cchc-2025', indicator: '1' } }]
  }] })
  const values = [['2025-H1', '1', 1_900], ['2025-H1', '3.1.3', 7], ['2027-H1', 'A', 1_800]].map(([period, indicator, number]) => (
    { unit: 'H56', period, indicator, number }))
  t.match((await post('/v1/indicator-values', { items: values })).body, { created: 3 })
  await post('/v1/indicator-values', { items: [{ unit: 'H56-380', period: '2025-H1', indicator: '1', number: 5 }] })
  const SERIES = [['2021-H1', 'cchc-2021', '3.1.3', 2_079], ['2025-H1', 'cchc-2025', '1', 1_900], ['2027-H1', 'cchc-2027', 'A', 1_800]]
  const ask = async (query: string) => (await get(`/v1/indicator-values?follow=true&${query}`)).body.items

  t.test('has the values of each form, whichever of them it is asked for by', async t => {
    for (const [, form, indicator] of SERIES) {
      const rows = (await ask(`form=${form}&indicator=${indicator}`)).filter((row: { unit: string }) => row.unit === 'H56')
      t.same(rows.map((row: Record<string, unknown>) => [row['period'], row['form'], row['indicator'], row['number']]), SERIES)
      t.ok(rows.every(({ series }: { series: string }) => series === indicator))
    }
  })

  t.test('has nothing to do with what has the same code in another form', async t => {
    t.match(await ask('form=cchc-2025&indicator=3.1.3'), [{ number: 7, series: '3.1.3' }])
    const both = await ask('form=cchc-2025&indicator=1,3.1.3&period=2025-H1&unit=H56&state=reported')
    t.same(both.filter(({ unit }: { unit: string }) => unit === 'H56').map((row: Record<string, unknown>) => [row['series'], row['number']]), [
      ['1', 1_900], ['3.1.3', 7]
    ])
    t.same(await ask('form=none&indicator=1'), [])
  })

  t.test('is added up by level, too', async t => {
    t.match(await ask('form=cchc-2027&indicator=A&group_by=level&period=2021-H1,2025-H1,2027-H1'), [
      { period: '2025-H1', form: 'cchc-2025', indicator: '1', level: 'district', number: 5, units_reported: 1, series: 'A' }
    ])
  })

  t.test('is that of indicators of one form', async t => {
    t.match(await get('/v1/indicator-values?follow=true'), { status: 400, body: { errors: [
      { pointer: '/query/indicator', code: 'missing' }, { pointer: '/query/form', code: 'missing' }
    ] } })
    t.match(await get('/v1/indicator-values?follow=true&indicator=A&form=cchc-2021,cchc-2027'), {
      status: 400, body: { errors: [{ pointer: '/query/form' }] }
    })
  })
})

t.test('a series is what an indicator continues and what continues it, and not what else continues the same', async t => {
  const one = (form: string, earlier: string | null) => (
    { form, code: 'x', corresponds_to: earlier === null ? null : { form: earlier, indicator: 'x' } })
  const all = [one('a', null), one('b', 'a'), one('c', 'b'), one('other', 'a')]
  const seriesBy = (i: number) => seriesOf(all, all[i]!).map(({ form }) => form).toSorted()
  t.same([0, 1, 2, 3].map(seriesBy), [['a', 'b', 'c', 'other'], ['a', 'b', 'c'], ['a', 'b', 'c'], ['a', 'other']])
})

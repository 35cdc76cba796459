import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'
import {
  answer, counts, FORM, givenEnded, givenForm, givenWriters, PERIOD, points, rate, rowsOf, type Row
} from './given.ts'

// The form: 1.1 by hand, at most 2; 1.2 by answer, 3, 1.5 or 0; 2.1 four points from 95 % on, in proportion from 60 %:
// 4 × rate / 0.95; 2.2 counted, 6 × rate from 95 % on, otherwise 0; 3 surveyed, 5 × rate. Worked out by hand:
//
//                1.1          1.2              2.1                     2.2                       3
// 380 self       2            3                76/100 → 3.2            40/40 → 6                 –             14.2
// 380 counts     1.5 (2 − .5) late 1.5 (− 1.5) 76/100 → 3.2 (± 0)      39/40 = 97.5 % → 5.85     171/200 4.275 16.33
// 381            1            none 0           50/100 → 0              9/10 = 90 % → 0           200/200 5      6
// 382            2            on time 3        95/100 → 4              no dossiers: unknown    171/200 4.28  13.28 (14)
// 384            2            on time 3        95/100 → 4              by hand 5                 200/200 5     19
// 385            1.5          late 1.5         76/100 → 3.2            by hand 5.85              171/200 4.28  16.33
// 4.275 is 4.28: a half is rounded up, in each criterion, so that columns add up.

forEachDatabase('the PAR index of a small form, worked out by hand', async (t, service) => {
  const { get } = service
  const { selfScored, surveyed, appraised } = await givenWriters(service)
  await givenForm(service)
  await givenEnded(service, 'H56-380', 39, 1)
  await givenEnded(service, 'H56-381', 9, 1)
  await selfScored(
    points('H56-380', '1.1', 2, { evidence: 'Hai sáng kiến' }), answer('H56-380', 'on_time'), rate('H56-380', '2.1', 76, 100),
    counts('H56-380', 40, 40), points('H56-381', '1.1', 1)
  )
  await surveyed(
    rate('H56-380', '3', 171, 200, { note: 'Phiếu hợp lệ' }), rate('H56-381', '3', 200, 200), rate('H56-382', '3', 171, 200),
    rate('H56-384', '3', 200, 200), rate('H56-385', '3', 171, 200)
  )
  const why = { reason: 'Theo tài liệu kiểm chứng' }
  await appraised(
    points('H56-380', '1.1', 1.5, { reason: 'Một sáng kiến không có tài liệu' }),
    answer('H56-380', 'late', { reason: 'Ban hành ngày 05/02' }), rate('H56-380', '2.1', 76, 100),
    points('H56-381', '1.1', 1), answer('H56-381', 'none', why), rate('H56-381', '2.1', 50, 100, why),
    points('H56-382', '1.1', 2, why), answer('H56-382', 'on_time', why), rate('H56-382', '2.1', 95, 100, why),
    points('H56-384', '1.1', 2, why), answer('H56-384', 'on_time', why), rate('H56-384', '2.1', 95, 100, why),
    points('H56-384', '2.2', 5, why),
    points('H56-385', '1.1', 1.5, why), answer('H56-385', 'late', why), rate('H56-385', '2.1', 76, 100, why),
    points('H56-385', '2.2', 5.85, why)
  )
  const ask = `/v1/par-index?period=${PERIOD}`
  const criteria = `/v1/par-index/criteria?period=${PERIOD}`

  t.test('has the points, the percent, what is known of it, and places 1, 2, 2, 4', async t => {
    const columns = ['unit', 'points', 'points_of', 'index_percent', 'known_percent', 'rank', 'unranked', 'unknown']
    t.same(rowsOf(await get(`${ask}&sort=rank`), ...columns), [
      ['H56-384', 19, 20, 95, 100, 1, null, null],
      ['H56-380', 16.33, 20, 81.65, 100, 2, null, null],
      ['H56-385', 16.33, 20, 81.65, 100, 2, null, null],
      ['H56-381', 6, 20, 30, 100, 4, null, null],
      ['H56-382', 13.28, 14, 94.86, 70, null, 'covers_less', 'nothing_counted']
    ])
    t.match((await get(ask)).body.items[0], {
      period: PERIOD, from: '2021-01-01', to: '2021-12-31', unit: 'H56-380', unit_name: 'Thành phố Thanh Hóa', level: 'district',
      level_name: 'Cấp huyện', form: FORM.code, maximum: 20, self_points: 14.2, self_of: 15, computed_points: 10.13, computed_of: 11,
      appraised_points: 6.2, appraised_of: 9, appraisal_change: -2, changed_criteria: 2,
      ranked_units: 4, provisional: false
    })
  })

  t.test('of one unit is among all units, and rows are of those that are asked for', async t => {
    t.same(rowsOf(await get(`${ask}&unit=H56-381`), 'unit', 'rank', 'ranked_units'), [['H56-381', 4, 4]])
    t.same(rowsOf(await get(`${ask}&sort=-points`), 'unit'),
      [['H56-384'], ['H56-380'], ['H56-385'], ['H56-382'], ['H56-381']])
    t.same(rowsOf(await get(`${ask}&sort=unit`), 'unit'), ['380', '381', '382', '384', '385'].map(code => [`H56-${code}`]))
    t.same(rowsOf(await get(`${ask}&level=commune`), 'unit'), [])
    t.same(rowsOf(await get('/v1/par-index?period=cal-2020'), 'unit'), [], 'before there was a form')
  })

  t.test('has units of which nothing is known last, in either order', async t => {
    await appraised(points('H56-385', '1.1', 1.5, { ...why, period: 'cal-2022' }), points('H56-384', '1.1', 2, { ...why, period: 'cal-2022' }))
    const rows = [
      ['H56-384', 2, 1], ['H56-385', 1.5, 2], ['H56-380', null, null], ['H56-381', null, null], ['H56-382', null, null]
    ]
    for (const by of ['-points', 'rank']) {
      t.same(rowsOf(await get(`/v1/par-index?period=cal-2022&sort=${by}`), 'unit', 'points', 'rank'), rows, by)
    }
  })

  t.test('has a row for each criterion, with what is counted beside what is posted', async t => {
    const answer = await get(`${criteria}&unit=H56-380`)
    const columns = [
      'kind', 'criterion', 'parent', 'self_points', 'computed_points', 'appraised_points', 'points', 'points_from'
    ]
    t.same(rowsOf(answer, ...columns), [
      ['sum', '1', null, 5, null, 3, 3, 'appraised'],
      ['criterion', '1.1', '1', 2, null, 1.5, 1.5, 'appraised'],
      ['criterion', '1.2', '1', 3, null, 1.5, 1.5, 'appraised'],
      ['sum', '2', null, 9.2, 5.85, 3.2, 9.05, 'mixed'],
      ['criterion', '2.1', '2', 3.2, null, 3.2, 3.2, 'appraised'],
      ['criterion', '2.2', '2', 6, 5.85, null, 5.85, 'computed'],
      ['criterion', '3', null, null, 4.28, null, 4.28, 'computed'],
      ['total', null, null, 14.2, 10.13, 6.2, 16.33, 'mixed']
    ])
    const rows = answer.body.items as Row[]
    t.match(rows[1], {
      evidence: 'Hai sáng kiến', reason: 'Một sáng kiến không có tài liệu', appraisal_change: -0.5, scored_by: 'hand', rate_percent: null,
      computed_unknown: 'not_computed', numerator: null, known_percent: null
    })
    t.match(rows[4], { rate_percent: 76, appraisal_change: 0 })
    t.match(rows[5], {
      numerator: 39, denominator: 40, known_percent: 100, rate_percent: 97.5,
      self_difference: -0.15, appraised_difference: null
    })
    t.match(rows[6], { survey_source: 'survey-2021', survey_note: 'Phiếu hợp lệ', self_unknown: 'not_self_scored', rate_percent: 85.5 })
    t.match(rows[7], { name: 'Tổng điểm', self_difference: null, unknown: null })
    const byHand = (await get(`${criteria}&unit=H56-382&criterion=2.2`)).body.items
    t.match(byHand, [{ points: null, unknown: 'nothing_counted', computed_unknown: 'nothing_counted', self_unknown: 'nothing_posted' }])
    t.match((await get(`${criteria}&unit=H56-381&criterion=2.2`)).body.items, [{ points: 0, rate_percent: 90, unknown: null }])
  })

  t.test('says what appraisal changed, and why', async t => {
    t.same(rowsOf(await get(`${criteria}&changed=true`), 'unit', 'criterion', 'appraisal_change', 'reason'), [
      ['H56-380', '1.1', -0.5, 'Một sáng kiến không có tài liệu'], ['H56-380', '1.2', -1.5, 'Ban hành ngày 05/02']
    ])
    t.same(rowsOf(await get(`${criteria}&kind=total&unit=H56-381`), 'criterion', 'appraisal_change', 'points'), [[null, 0, 6]])
    t.match((await get(`${criteria}&unit=H56-380&criterion=1.1&format=csv`)).text,
      /\r\ncal-2021,2021-01-01,2021-12-31,H56-380,Thành phố Thanh Hóa,district,Cấp huyện,par-2021,criterion,1,1\.1,/)
    t.equal((await get(`${ask}&format=xlsx`)).status, 200)
  })

  t.test('is explained down to inputs, steps and dossiers', async t => {
    const explain = (criterion: string) => get(`/v1/par-index/explain?period=${PERIOD}&unit=H56-380&criterion=${criterion}`)
    const { body: counted } = await explain('2.2')
    t.match(counted, {
      row: { points: 5.85, unit_name: 'Thành phố Thanh Hóa' }, parts: [], criterion: { counted: 'on_time' },
      self: { inputs: { numerator: 40, denominator: 40 } },
      computed: { inputs: { numerator: 39, denominator: 40 } }, appraised: null
    })
    t.same((counted.computed.steps as Row[]).at(-1), { pointer: '/points', op: 'proportional', value: 5.85, unknown: null, input: null })
    t.equal((await get(counted.explain_url)).body.numerator, 39)
    t.same(rowsOf(await get(counted.dossiers_url), 'code'), [['H56-380-39']])
    t.match((await explain('3')).body, { computed: { inputs: { satisfied: 171, asked: 200 } }, explain_url: null, dossiers_url: null })
    t.same((await explain('1.1')).body.appraised, { inputs: {}, steps: [] }, 'points by hand have no steps')
    const details = { ...FORM.criteria.find(({ code }) => code === '2.2')!, parent: null, counted: 'electronic_result' }
    await givenForm(service, { ...FORM, code: 'details', valid_from: '2020-01-01', maximum: 6, survey_maximum: 0, criteria: [details] })
    await send(service.db, [item({
      code: 'e', status: 10, finished_at: '2021-06-09T08:00:00+07:00', updated_at: '2021-06-12T08:00:00+07:00', electronic_result: true
    })])
    t.match((await get(`/v1/par-index/explain?period=${PERIOD}&unit=H56-380&criterion=2.2&form=details`)).body, {
      row: { points: 6, known_percent: 2.44 }, computed: { inputs: { numerator: 1, denominator: 1 } }, explain_url: null
    }, 'one of 41 results says so')
    const { body: sum } = await explain('1')
    t.same([sum.row.points, ...(sum.parts as Row[]).map(({ criterion }) => criterion)], [3, '1.1', '1.2'])
  })
})

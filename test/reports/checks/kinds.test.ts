import { sql } from 'kysely'
import { forEachDatabase, type Service } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'
import { consistentReport, constant, found, givenReport, input, ruleOf } from './given.ts'

const UNIT = 'H56-380'

/** What is not tried of a rule: the reason, and the inputs. */
async function untried ({ get }: Pick<Service, 'get'>, unit: string, period: string, rule: string) {
  const { body } = await get(`/v1/reports/${unit}/${period}/checks`)
  return body.not_tried.filter((one: { rule: string }) => one.rule === rule)
    .map(({ reason, inputs }: { reason: string, inputs: string[] }) => [reason, ...inputs])
}

async function givenRules ({ post }: Pick<Service, 'post'>, ...items: object[]) {
  const { status, text } = await post('/v1/rules', { items })
  if (status !== 200) throw new Error(text)
}

async function givenDossiers ({ post }: Pick<Service, 'post'>, ...items: object[]) {
  const { status, text } = await post('/v1/dossier-statistics', { items })
  if (status !== 200) throw new Error(text)
}

forEachDatabase('a made-up report', async (t, service) => {
  t.test('in which everything agrees has no finding', async t => {
    await givenReport(service, UNIT, '2021-H1', consistentReport())
    t.same(await found(service, UNIT, '2021-H1'), [])
  })

  t.test('that is empty has none either: no rule can be tried', async t => {
    const { body } = await service.get('/v1/reports/H56-381/2021-H1/checks')
    t.match(body, { unit: 'H56-381', errors: 0, warnings: 0, findings: [] })
    t.equal(body.rules_not_tried, body.rules)
  })

  t.test('of a time without districts is held to its two levels', async t => {
    const figures = { '3.1.3': 1_000, '3.1.3.a': 700, '3.1.3.c': 200, '3.4.1': 92.41, '3.4.3': 99.38 }
    await givenReport(service, 'H56', '2025-Q4', figures)
    t.same(await found(service, 'H56', '2025-Q4'), [['cchc-2021-procedures-by-two-levels', null, 900, 1_000, -100]])
    t.same(await untried(service, 'H56', '2025-Q4', 'cchc-2021-procedures-by-level'), [], 'the rule of before no longer holds')
  })

  t.test('is checked by rules that hold on its last day, on every day of it or on any, as each says', async t => {
    const holding = async (given: object) => {
      const rule = { left: input('3.1.1'), right: constant(0, 'count'), ...given }
      const rules = ['last', 'every', 'any'].map(days => ruleOf({ code: `own-${days}`, period_days: days, ...rule }))
      await givenRules(service, ...rules)
      return (await found(service, 'H56-382', '2021-Q2')).map(([code]) => code)
    }
    await givenReport(service, 'H56-382', '2021-Q2', { '3.1.1': 1 })
    // From 2021-03-15 to 2021-06-14.
    t.same(await holding({ valid_from: '2021-03-15', valid_to: '2021-06-14' }), ['own-any', 'own-every', 'own-last'])
    t.same(await holding({ valid_from: '2021-03-16', valid_to: '2021-06-14' }), ['own-any', 'own-last'])
    t.same(await holding({ valid_from: '2021-03-15', valid_to: '2021-06-13' }), ['own-any'])
    t.same(await holding({ valid_from: '2021-01-01', valid_to: '2021-03-14' }), [])
    t.same(await holding({ valid_from: '2021-06-15' }), [])
  })

  t.test('of a period with days of districts is held to three levels, though districts are gone on its last day', async t => {
    const dossiers = { unit: 'H56', scope: 'total', source: 'a', resolved: 1_000 }
    const periods = ['2025-Q3', '2025', '2025-Q4', '2026-Q1']
    // Six of a hundred are late, which is between those of departments and of districts.
    await givenDossiers(service, ...periods.map(period => ({ ...dossiers, period, resolved_overdue: 60 })))
    for (const period of periods) await givenReport(service, 'H56', period, { '3.4.1': 97, '3.4.2': 92, '3.4.3': 99 })
    t.same(await found(service, 'H56', '2025-Q3'), [])
    t.same(await found(service, 'H56', '2025'), [])
    for (const period of ['2025-Q4', '2026-Q1']) {
      const found = (await service.get(`/v1/checks?period=${period}&unit=H56&kind=hull`)).body.items
      t.match(found, [{ rule: 'cchc-2021-on-time-within-two-levels', left: 94, right: 97, difference: -3 }], period)
      t.same(await untried(service, 'H56', period, 'cchc-2021-on-time-within-levels'), [], 'no day of it has districts')
    }
    t.same(await untried(service, 'H56', '2025-Q3', 'cchc-2021-on-time-of-districts'), [['no_dossiers', 'dossiers/district/resolved_in_time']],
      'and what is stated of districts is looked at')
    t.same(await untried(service, 'H56', '2026-Q1', 'cchc-2021-on-time-of-districts'), [])
  })
})

forEachDatabase('a report beside those of before', async (t, service) => {
  const flows = (factor: number) => ({
    2.1: 10 * factor, 2.2: 20 * factor, 2.3: 30 * factor, '3.1.1': 5 * factor, '3.1.2': 4 * factor, '5.2.4': 40 * factor
  })

  t.test('jumps where a figure is far from the median of at least three, by how much they usually differ', async t => {
    const levels = [100, 104, 96, 100]
    for (const [i, number] of levels.entries()) await givenReport(service, UNIT, `2021-Q${1 + i}`, { '7.6.2': number })
    t.same(await untried(service, UNIT, '2021-Q3', 'cchc-2021-jump'), [['not_provided', 'each'], ['too_few_periods', 'median/each']])
    await givenReport(service, UNIT, '2022-Q1', { '7.6.2': 151 })
    // The median is 100, and half of it is more than 5 times the median distance of 2.
    t.same(await found(service, UNIT, '2022-Q1'), [['cchc-2021-jump', '7.6.2', 151, 150, 1]])
    await givenReport(service, UNIT, '2022-Q1', { '7.6.2': 150 })
    t.same(await found(service, UNIT, '2022-Q1'), [])
    await givenReport(service, UNIT, '2022-Q1', { '7.6.2': 49 })
    t.same(await found(service, UNIT, '2022-Q1'), [['cchc-2021-jump', '7.6.2', 49, 50, -1]])
  })

  t.test('repeats it where many figures of what happened are the same', async t => {
    await givenReport(service, 'H56-381', '2021-Q1', { ...flows(1), '5.4.1': 0 })
    await givenReport(service, 'H56-381', '2021-Q2', { ...flows(1), '5.4.1': 0 })
    t.same(await found(service, 'H56-381', '2021-Q2'), [['cchc-2021-unchanged', null, 6, 4, 2]], 'zeros do not count')
    await givenReport(service, 'H56-381', '2021-Q2', flows(2))
    t.same(await found(service, 'H56-381', '2021-Q2'), [])
  })

  t.test('is the sum of its quarters, once both are known', async t => {
    await givenReport(service, 'H56-381', '2021-H1', { ...flows(3), 2.1: 31 })
    t.same(await found(service, 'H56-381', '2021-H1'), [['cchc-2021-sum-of-parts', '2.1', 31, 30, 1]])
    await givenReport(service, 'H56-382', '2021-H1', flows(3))
    await givenReport(service, 'H56-382', '2021-Q1', flows(1))
    t.same(await untried(service, 'H56-382', '2021-H1', 'cchc-2021-sum-of-parts'), [['not_provided', 'each'], ['parts_missing', 'parts/each']])
    await givenReport(service, 'H56-382', '2021-M02', { 2.1: 1 })
    t.ok((await untried(service, 'H56-382', '2021-M02', 'cchc-2021-sum-of-parts')).some(([reason]: string[]) => reason === 'parts_missing'),
      'a month has no parts')
  })

  t.test('is not the sum of periods that leave a day out', async t => {
    const period = { calendar: 'short', year: 2021, report_due_on: null }
    await service.post('/v1/periods', { items: [
      { ...period, code: 'short-q', kind: 'quarter', starts_on: '2021-03-01', ends_on: '2021-04-30' },
      { ...period, code: 'short-1', kind: 'month', starts_on: '2021-03-01', ends_on: '2021-03-30' },
      { ...period, code: 'short-2', kind: 'month', starts_on: '2021-04-01', ends_on: '2021-04-30' }
    ] })
    for (const code of ['short-q', 'short-1', 'short-2']) await givenReport(service, UNIT, code, { 2.1: 7 })
    t.same(await untried(service, UNIT, 'short-q', 'cchc-2021-sum-of-parts'), [['not_provided', 'each'], ['parts_missing', 'parts/each']])
    t.same(await found(service, UNIT, 'short-q'), [])
  })

  t.test('continues what was there at the end of the period before, whichever has it', async t => {
    await givenReport(service, UNIT, '2021-Q2', { '3.1.3': 100 })
    await givenReport(service, UNIT, '2021-Q3', { '3.1.3': 108, '3.1.1': 10, '3.1.2': 3 })
    t.same(await found(service, UNIT, '2021-Q3'), [['cchc-2021-procedures-continued', null, 108, 107, 1]])
    await givenReport(service, UNIT, '2021-H1', { '3.1.3': 101 })
    t.same(await found(service, UNIT, '2021-Q3'), [], 'the longer period comes first')
  })

  t.test('can be compared with the period of the same kind before', async t => {
    await givenRules(service, ruleOf({
      code: 'own-growth', indicators: ['2.2'], left: input('each'), right: { op: 'product', of: [constant(2, 'count'), { op: 'ratio', numerator: input('before/each'), denominator: constant(1, 'count') }] },
      message_en: '{each}: {left} after {before/each}'
    }))
    await givenReport(service, 'H56-382', '2021-Q3', { 2.2: 5 })
    await givenReport(service, 'H56-382', '2021-Q4', { 2.2: 11 })
    t.same(await found(service, 'H56-382', '2021-Q4'), [['own-growth', '2.2', 11, 10, 1]])
    t.same(await untried(service, 'H56-382', '2021-Q3', 'own-growth'), [['no_earlier_report', 'before/each']])
  })
})

forEachDatabase('a report on another form than the one before', async (t, service) => {
  const { post } = service
  const count = (code: string, position: number, earlier: string | null) => ({
    code, position, name: `Chỉ tiêu ${code}`, value_type: 'count', measure: 'Thủ tục',
    corresponds_to: earlier === null ? null : { form: 'cchc-2021', indicator: earlier }
  })
  await post('/v1/forms', { items: [
    { code: 'cchc-2021', name: 'x', valid_from: '2020-12-15', valid_to: '2021-06-14' },
    {
      code: 'cchc-2022', name: 'x', valid_from: '2021-06-15',
      indicators: [count('1', 1, '3.1.3'), count('2', 2, '2.1'), count('2.1', 3, null), count('3', 4, '2.2')]
    }
  ] })
  const ofForm = (given: object) => ruleOf({ form: 'cchc-2022', ...given })
  await givenRules(
    service,
    ofForm({ code: 'own-continued', left: input('1'), comparison: 'equal', right: input('opening/1') }),
    ofForm({ code: 'own-before', indicators: ['2', '2.1'], left: input('each'), comparison: 'equal', right: input('before/each'), message_en: '{each}' }),
    ofForm({ code: 'own-parts', left: input('2'), comparison: 'equal', right: input('parts/2'), message_en: '{left}' })
  )
  await givenReport(service, UNIT, '2021-Q1', { 2.1: 2 })
  await givenReport(service, UNIT, '2021-Q2', { 2.1: 5, '3.1.3': 100 })
  await givenReport(service, UNIT, '2021-Q3', { 1: 101, 2: 6, 2.1: 9, 3: 1 })

  t.test('is compared by the indicators that continue others, and not by codes that are the same', async t => {
    t.same(await found(service, UNIT, '2021-Q3'), [['own-before', '2', 6, 5, 1], ['own-continued', null, 101, 100, 1]])
    t.same(await untried(service, UNIT, '2021-Q3', 'own-before'), [['no_earlier_report', 'before/each']])
  })

  t.test('is the sum of shorter periods of both', async t => {
    await givenReport(service, UNIT, '2021-Q4', { 2: 7 })
    await givenReport(service, UNIT, '2021', { 2: 21 })
    t.same((await found(service, UNIT, '2021')).filter(([rule]) => rule === 'own-parts'), [['own-parts', null, 21, 20, 1]])
  })

  t.test('has what is reported on its own form before what another has of the same series', async t => {
    await post('/v1/indicator-values', { items: [{ unit: UNIT, period: '2021-Q2', form: 'cchc-2022', indicator: '2', number: 6 }] })
    t.same(await found(service, UNIT, '2021-Q3'), [['own-continued', null, 101, 100, 1]])
    await givenReport(service, UNIT, '2021-Q3', { 1: 100 })
    t.same(await found(service, UNIT, '2021-Q3'), [])
  })
})

forEachDatabase('a report beside dossiers', async (t, service) => {
  const { db } = service

  t.test('has the percentages of the levels that its dossiers come to', async t => {
    const { items } = (await service.get('/v1/on-time?period=2021-Q3&group_by=level')).body
    const percentages: number[] = items.map((row: { on_time_percent: number }) => row.on_time_percent)
    const [commune, district, province] = percentages
    await givenReport(service, 'H56', '2021-Q3', { '3.4.1': province!, '3.4.2': district!, '3.4.3': commune! })
    t.same(await found(service, 'H56', '2021-Q3'), [])
    t.same(await untried(service, 'H56', '2021-Q3', 'dossiers-continued'), [['other_scope', 'opening/dossiers/pending']])
    const stated = Math.round(commune! * 100 - 1) / 100
    await givenReport(service, 'H56', '2021-Q3', { '3.4.3': stated })
    const [[rule, , left]] = await found(service, 'H56', '2021-Q3') as [[string, null, number]]
    t.same([rule, left], ['cchc-2021-on-time-of-communes', stated])
  })

  t.test('has those of a unit without others below from its own', async t => {
    const [row] = (await service.get(`/v1/on-time?period=2021-Q3&unit=${'H56-380'}&group_by=level&level=district`)).body.items
    const commune = (await service.get('/v1/units?parent=H56-380&limit=1')).body.items[0].code as string
    const [own] = (await service.get(`/v1/on-time?period=2021-Q3&unit=${commune}`)).body.items
    await givenReport(service, 'H56-380', '2021-Q3', { '3.4.2': row.on_time_percent })
    await givenReport(service, commune, '2021-Q3', { '3.4.3': own.on_time_percent === 0 ? 50 : 0, '3.4.2': 50 })
    t.same(await found(service, 'H56-380', '2021-Q3'), [])
    t.match(await found(service, commune, '2021-Q3'), [['cchc-2021-on-time-of-communes']])
    t.same(await untried(service, commune, '2021-Q3', 'cchc-2021-on-time-of-districts'), [['no_dossiers', 'dossiers/district/resolved_in_time']])
  })

  t.test('has them the same in a list of many units, below one unit or of all', async t => {
    const below = (await service.get('/v1/units?parent=H56-381&limit=2')).body.items as { code: string }[]
    const communes = below.map(({ code }) => code)
    for (const commune of communes) await givenReport(service, commune, '2021-Q3', { '3.4.3': 0.01 })
    const alone = await Promise.all(communes.map(commune => found(service, commune, '2021-Q3')))
    for (const query of ['', '&unit=H56-381']) {
      const { items } = (await service.get(`/v1/checks?period=2021-Q3${query}`)).body
      const rows = items.filter(({ unit }: { unit: string }) => communes.includes(unit))
        .map((one: Record<string, unknown>) => [one['rule'], one['indicator'], one['left'], one['right'], one['difference']])
      t.same(rows, alone.flat(), query)
    }
    t.ok(alone.every(findings => findings.length > 0))
  })

  t.test('carries over what was pending in the period before, as far as both are known', async t => {
    const row = { unit: 'H56', scope: 'total', source: 'a' }
    await givenDossiers(service, { ...row, period: '2022-Q1', pending: 40 }, { ...row, period: '2022-Q2', carried_over: 41 })
    t.same(await found(service, 'H56', '2022-Q2'), [['dossiers-continued', null, 41, 40, 1]])
    await givenDossiers(service, { ...row, period: '2022-Q2', carried_over: 40 })
    t.same(await found(service, 'H56', '2022-Q2'), [])
    t.same(await untried(service, 'H56', '2022-Q1', 'dossiers-continued'), [['no_dossiers', 'dossiers/carried_over']])
  })

  t.test('is not compared with dossiers of which some units have not reported', async t => {
    await givenDossiers(service, { unit: 'H56-380', period: '2022-Q3', scope: 'own', source: 'a', carried_over: 5, pending: 7 })
    await givenDossiers(service, { unit: 'H56-380', period: '2022-Q2', scope: 'own', source: 'a', pending: 4 })
    t.same(await untried(service, 'H56', '2022-Q3', 'dossiers-continued'), [['incomplete', 'dossiers/carried_over']])
  })

  t.test('does not report more than records have, beyond what a few late ones make', async t => {
    const unit = (await service.get('/v1/units?parent=H56-381&limit=1')).body.items[0].code as string
    const records = Array.from({ length: 3 }, (_, i) => item({
      code: `r-${i}`, unit, procedure: '1.001193', received_at: '2022-07-01T08:00:00+07:00', due_at: null, updated_at: '2022-07-01T08:00:00+07:00'
    }))
    await send(db, records)
    const row = { unit, period: '2022-Q3', scope: 'own', source: 'a', carried_over: 0, resolved: 0 }
    await givenDossiers(service, { ...row, received_online: 0, received_direct: 9 })
    t.same(await found(service, unit, '2022-Q3'), [], 'records that begin within the period say nothing of the days before')
    t.same(await untried(service, unit, '2022-Q3', 'dossiers-received-beside-records'), [['records_incomplete', 'records/received']])
    await send(db, [item({
      code: 'r-first', unit, procedure: '1.001193', status: 10, received_at: '2022-06-01T08:00:00+07:00', due_at: null,
      finished_at: '2022-06-02T08:00:00+07:00', updated_at: '2022-06-02T08:00:00+07:00'
    })])
    await givenDossiers(service, { ...row, received_online: 0, received_direct: 8 })
    t.same(await found(service, unit, '2022-Q3'), [])
    await givenDossiers(service, { ...row, received_online: 0, received_direct: 9 })
    t.same(await found(service, unit, '2022-Q3'), [['dossiers-received-beside-records', null, 9, 8, 1]])
  })
})

forEachDatabase('a report of a unit that sends records and had no dossiers', async (t, service) => {
  t.test('is compared with 0, which is known', async t => {
    const [unit, other] = (await service.get('/v1/units?parent=H56-381&limit=2')).body.items.map(({ code }: { code: string }) => code)
    const finished = { status: 10, due_at: null, finished_at: '2022-03-02T08:00:00+07:00', updated_at: '2022-03-02T08:00:00+07:00' }
    await send(service.db, [item({ code: 'r-0', unit, procedure: '1.001193', received_at: '2022-03-01T08:00:00+07:00', ...finished })])
    const row = { period: '2022-Q4', scope: 'own', source: 'a', carried_over: 0, resolved: 0, received_online: 0, received_direct: 9 }
    await givenDossiers(service, { ...row, unit }, { ...row, unit: other })
    t.same(await found(service, unit, '2022-Q4'), [['dossiers-received-beside-records', null, 9, 5, 4]])
    t.same(await untried(service, other, '2022-Q4', 'dossiers-received-beside-records'), [['no_dossiers', 'records/received']])
  })
})

forEachDatabase('a rule of one\'s own', async (t, service) => {
  await givenReport(service, UNIT, '2021-H1', { '1.4.1': 0, '1.4.2': { choice: 2 }, '3.1.1': 11, '3.1.2': 0, '3.4.1': 33.3333 })

  t.test('can hold that there is at least so much, within a tolerance', async t => {
    await givenRules(service, ruleOf({ left: input('3.1.1'), comparison: 'at_least', right: constant(12, 'count'), tolerance: 0.5 }))
    t.same(await found(service, UNIT, '2021-H1'), [['own', null, 11, 12, -1]])
    await givenRules(service, ruleOf({ left: input('3.1.1'), comparison: 'at_least', right: constant(12, 'count'), tolerance: 1 }))
    t.same(await found(service, UNIT, '2021-H1'), [])
  })

  t.test('can hold that a coded answer goes with a count', async t => {
    await givenRules(service, ruleOf({
      left: { op: 'choice', name: '1.4.2', points: { 0: 1, 1: 1, 2: 1 } }, comparison: 'at_most',
      right: { op: 'product', of: [constant(1, 'points'), { op: 'ratio', numerator: input('1.4.1'), denominator: constant(1, 'count') }] },
      message_en: 'Answer {1.4.2} of {1.4.1} sheets.'
    }))
    t.match((await service.get(`/v1/reports/${UNIT}/2021-H1/checks`)).body.findings, [{ left: 1, right: 0, message: 'Answer 2 of 0 sheets.' }])
  })

  t.test('is not tried where it divides by 0, and says so', async t => {
    await givenRules(service, ruleOf({
      left: { op: 'percent', of: { op: 'ratio', numerator: input('3.1.1'), denominator: input('3.1.2') } }, right: constant(10, 'percent')
    }))
    t.same(await untried(service, UNIT, '2021-H1', 'own'), [['denominator_zero']])
  })

  t.test('can say what holds where it would divide by 0', async t => {
    const ratio = { op: 'ratio', numerator: input('3.2.1'), denominator: input('3.1.2'), when_zero: { op: 'constant', value: 0.5 } }
    await givenRules(service, ruleOf({ left: { op: 'percent', of: ratio }, right: constant(10, 'percent'), message_en: '{left} % of {3.2.1}' }))
    t.match((await service.get(`/v1/reports/${UNIT}/2021-H1/checks`)).body.findings, [{ left: 50, message: '50 % of -' }])
  })

  t.test('names its figures in its messages as they are printed in the language', async t => {
    await givenRules(service, ruleOf({
      indicators: ['3.4.1'], left: input('each'), right: constant(1, 'percent'), message_vi: '{each}: {left} hơn {right} là {difference}',
      message_en: '{each}: {left} over {right} by {difference}'
    }))
    const message = async (language: string) => (
      (await service.get(`/v1/reports/${UNIT}/2021-H1/checks`, { 'accept-language': language })).body.findings[0].message)
    t.equal(await message('vi-VN,en;q=0.5'), '3.4.1: 33,3333 hơn 1 là 32,3333')
    t.equal(await message('en'), '3.4.1: 33.3333 over 1 by 32.3333')
  })

  t.test('whose indicator the form no longer has is not tried', async t => {
    await givenRules(service, ruleOf({}))
    await sql`update rules set "left" = '{"op": "input", "name": "9.9"}' where code = 'own'`.execute(service.db)
    t.same(await untried(service, UNIT, '2021-H1', 'own'), [['not_provided', '9.9']])
  })
})

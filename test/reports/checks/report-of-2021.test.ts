import type { Finding, ReportChecks } from '../../../src/reports/checks/schema.ts'
import type { Rule } from '../../../src/reports/rules/schema.ts'
import { forEachDatabase } from '../../database.ts'

/** Every contradiction of the appendix, and of it with the province's dossiers, worked out from the paper. */
const CONTRADICTIONS = [
  // 7.6.2.a + 7.6.2.b = 99.3 + 91.73
  ['cchc-2021-documents-by-way', 'error', null, 191.03, 100, 91.03],
  // 3 058 715 of 3 062 315, against 92.41, 97.24 and 99.38
  ['cchc-2021-on-time-within-levels', 'error', null, 99.8824, 99.38, 0.5024],
  // 6.1 + 6.2 + 6.3 + 6.4 = 1 + 12 + 21 + 2 256
  ['cchc-2021-service-units-by-autonomy', 'error', null, 2290, 2221, 69],
  // 6.4 alone
  ['cchc-2021-service-units-of-one-autonomy', 'error', '6.4', 2256, 2221, 35],
  // 395 of 3 692 + 395
  ['cchc-2021-civil-servants-reduced', 'warning', null, 15.2, 9.6648, 5.5352],
  // 2 079 with online payment, and 162 whose level has none, of 2 079
  ['cchc-2021-payment-beside-level-3', 'warning', null, 2241, 2079, 162],
  // 23 624 of 60 859 + 23 624
  ['cchc-2021-service-staff-reduced', 'warning', null, 27.6, 27.963, -0.363]
]

/** What its figures bear out, by equal ones as well: 2 079 three times, 831 twice, 3 692 twice, 14 of 14, 48 of 48. */
const AGREEMENTS = [
  'agencies-with-positions', 'civil-servants-present', 'documents-handled', 'documents-proposed', 'national-portal-online', 'online-by-level',
  'portal-in-force', 'portal-online', 'portal-payment', 'procedures-by-level', 'procedures-interlinked', 'procedures-new',
  'service-staff-present', 'service-units-by-owner', 'service-units-with-positions', 'tasks-of-government', 'tasks-of-plan'
].map(code => `cchc-2021-${code}`)

/** For want of a figure: a blank cell, a dash, an earlier report, a split by level, dossier records. */
const NOT_TRIED = {
  'cchc-2021-jump': ['too_few_periods', 'no_data', 'not_provided'],
  'cchc-2021-national-portal-published': ['not_provided'],
  'cchc-2021-on-time-of-communes': ['no_dossiers'],
  'cchc-2021-on-time-of-departments': ['no_dossiers'],
  'cchc-2021-on-time-of-districts': ['no_dossiers'],
  'cchc-2021-percentages': ['no_data'],
  'cchc-2021-problems-solved': ['no_data'],
  'cchc-2021-procedures-continued': ['no_earlier_report'],
  'cchc-2021-procedures-published': ['not_provided'],
  'cchc-2021-sum-of-parts': ['parts_missing', 'no_data'],
  'cchc-2021-unchanged': ['no_earlier_report'],
  'dossiers-continued': ['no_dossiers'],
  'dossiers-overdue-beside-records': ['no_dossiers'],
  'dossiers-received-beside-records': ['no_dossiers'],
  'dossiers-resolved-beside-records': ['no_dossiers']
}

forEachDatabase('the report of Thanh Hóa for the first half of 2021', async (t, { get }) => {
  const { status, body } = await get('/v1/reports/H56/2021-H1/checks') as { status: number, body: ReportChecks }
  const found = ({ rule, severity, indicator, left, right, difference }: Finding) => (
    [rule, severity, indicator, left, right, difference])

  t.test('holds these contradictions, and no other', async t => {
    t.equal(status, 200)
    t.same(body.findings.map(found), CONTRADICTIONS)
    t.match(body, { unit: 'H56', period: '2021-H1', form: 'cchc-2021', errors: 4, warnings: 3 })
  })

  t.test('says which rules could not be tried, and why', async t => {
    const byRule = Map.groupBy(body.not_tried, ({ rule }) => rule)
    t.same(Object.fromEntries([...byRule].map(([rule, rows]) => [rule, rows.map(({ reason }) => reason)])), NOT_TRIED)
    t.equal(body.rules_not_tried, Object.keys(NOT_TRIED).length)
    const percentages = body.not_tried.find(({ rule }) => rule === 'cchc-2021-percentages')
    t.same(percentages, {
      rule: 'cchc-2021-percentages', kind: 'range', reason: 'no_data', indicators: ['3.4.4', '3.4.5'], inputs: ['each']
    })
  })

  t.test('agrees by all the rules that were tried and found nothing', async t => {
    const { items } = (await get('/v1/rules?form=cchc-2021&as_of=2021-06-14')).body as { items: Rule[] }
    t.equal(body.rules, items.length)
    const named = new Set([...body.findings, ...body.not_tried].map(({ rule }) => rule))
    t.same(items.map(({ code }) => code).filter(code => !named.has(code)), AGREEMENTS)
  })

  t.test('is told of them in sentences with their figures, in either language', async t => {
    const messages = async (language: string) => Object.fromEntries(
      (await get('/v1/reports/H56/2021-H1/checks', { 'accept-language': language })).body.findings.map(({ rule, message }: Finding) => [rule, message]))
    t.match(await messages('vi'), {
      'cchc-2021-service-units-by-autonomy':
        'Đơn vị sự nghiệp công lập theo mức tự chủ (6.1 đến 6.4) cộng lại là 2.290, nhưng tổng số (4.1.4) là 2.221; chênh lệch 69.',
      'cchc-2021-service-units-of-one-autonomy': 'Chỉ tiêu 6.4 có 2.256 đơn vị sự nghiệp công lập, nhiều hơn tổng số (4.1.4: 2.221) là 35.',
      'cchc-2021-on-time-within-levels': 'Tỷ lệ đúng hạn chung là 99,8824 % (3.058.715 trên 3.062.315 hồ sơ), ngoài khoảng tỷ lệ của các cấp ' +
        '(sở, ngành 92,41 %, huyện 97,24 %, xã 99,38 %): cách 99,38 % là 0,5024 điểm phần trăm.'
    })
    t.match(await messages('en'), {
      'cchc-2021-service-units-by-autonomy':
        'Public service units by degree of autonomy (6.1 to 6.4) add up to 2,290, but the total (4.1.4) is 2,221: they differ by 69.',
      'cchc-2021-service-staff-reduced': 'The percentage of staff of service units reduced (4.3.4) is stated as 27.6 %, but 23,624 reduced (4.3.3) ' +
        'of 60,859 assigned (4.3.1) and those reduced come to 27.963 %: 0.363 points apart.'
    })
    for (const message of Object.values({ ...await messages('vi'), ...await messages('en') })) t.notMatch(message, /[{}]/, 'no figure is missing')
  })
})

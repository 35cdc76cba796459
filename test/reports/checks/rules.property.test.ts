import fc from 'fast-check'
import t from 'tap'
import { prepared, tried, type PreparedRule } from '../../../src/reports/checks/trying/compare.ts'
import { ReportFigures } from '../../../src/reports/checks/trying/figures.ts'
import type { StoredFigure } from '../../../src/reports/checks/trying/values.ts'
import { shippedRules } from '../../../src/seed/rules/shipped.ts'
import { runs } from '../../property.ts'
import { consistentReport, SLACK, type Given, type GivenReport } from './given.ts'

const rules = shippedRules().filter(({ form, valid_from: from }) => form !== null && from < '2025-01-01').map(prepared)
const identities = rules.filter(({ rule }) => rule.kind === 'identity')
const namesIn = ({ inputs }: PreparedRule) => inputs.map(({ name }) => name)
const inIdentities = [...new Set(identities.flatMap(namesIn))]

function stored (value: Given): StoredFigure {
  if (typeof value === 'number') return ['reported', value, null, null, null]
  return Array.isArray(value) ? ['reported', null, ...value, null] : ['reported', null, null, null, value.choice]
}

/** The codes of the rules that find something in a report. */
function breached (report: GivenReport): string[] {
  const values = Object.fromEntries(Object.entries(report).map(([code, value]) => [code, stored(value)]))
  const related = { earlier: [], opening: [], parts: [] }
  const figures = new ReportFigures('H56', { now: values, numbers: new Map() }, related, () => undefined)
  return rules.filter(rule => rule.tries.some(each => {
    const found = tried(rule, each, figures)
    return found !== null && !('reason' in found)
  })).map(({ rule: { code } }) => code)
}

const report = fc.infiniteStream(fc.nat(1_000_000)).map(numbers => (
  consistentReport(most => (numbers.next().value as number) % (most + 1))))

t.test('nothing is found in a report that satisfies all the identities', async t => {
  fc.assert(fc.property(report, report => { t.same(breached(report), []) }), { numRuns: runs(500) })
})

t.test('a change of one figure is found by exactly the identities that hold it', async t => {
  const by = fc.integer({ min: 1, max: SLACK / 2 })
  const change = fc.record({ code: fc.constantFrom(...inIdentities), by, up: fc.boolean() })
  fc.assert(fc.property(report, change, (report, { code, by, up }) => {
    const changed = { ...report, [code]: report[code] as number + (up ? by : -by) }
    const holding = identities.filter(rule => namesIn(rule).includes(code))
    t.same(breached(changed), holding.map(({ rule }) => rule.code), code)
  }), { numRuns: runs(500) })
})

t.test('a stated rate is found once it is further from its counts than it is rounded', async t => {
  const rate = fc.constantFrom(
    ['4.2.5', '4.2.4', '4.2.1', 'cchc-2021-civil-servants-reduced'] as const,
    ['4.3.4', '4.3.3', '4.3.1', 'cchc-2021-service-staff-reduced'] as const)
  const away = fc.integer({ min: -40, max: 40 })
  fc.assert(fc.property(report, rate, away, (report, [stated, reduced, assigned, rule], by) => {
    const [n, of] = [report[reduced] as number, report[assigned] as number]
    // In hundredths, with whole numbers: as far as 0.05 from 100 n / (n + of) is tolerated.
    const hundredths = Math.round(report[stated] as number * 100) + by
    const isFar = Math.abs(hundredths * (n + of) - 10_000 * n) > 5 * (n + of)
    t.same(breached({ ...report, [stated]: hundredths / 100 }), isFar ? [rule] : [])
  }), { numRuns: runs(500) })
})

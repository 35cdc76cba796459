import fc from 'fast-check'
import t from 'tap'
import type { Facts } from '../../../src/evaluation/scores/points/counts.ts'
import { scoresOf, type Score } from '../../../src/evaluation/scores/points/rows.ts'
import { NO_PART } from '../../../src/evaluation/scores/points/parts.ts'
import { foundFormula } from '../../../src/seed/evaluation/found.ts'
import { runs } from '../../property.ts'

const FORMULA = foundFormula()
const UNIT = { span: 0, unit: 'H56', province_code: 'H56', level: 'province', stands_above: false }
const CODES = FORMULA.groups.flatMap(({ criteria }) => criteria.map(({ code }) => code))

/** Counts and points of each criterion, any of which may be missing. */
const posted = fc.array(fc.record({
  code: fc.constantFrom(...CODES, ...FORMULA.groups.map(({ code }) => code), 'total'),
  numerator: fc.option(fc.nat(1_000)), denominator: fc.option(fc.nat(1_000)), points: fc.option(fc.nat(200))
}))

t.test('columns add up: a sum is that of its parts within its most points, or what the portal gives', async t => {
  fc.assert(fc.property(posted, items => {
    const byCode = new Map(items.map(item => [item.code, item]))
    const facts: Facts = {
      recorded: () => undefined,
      unrecorded: () => [],
      coverage: () => ({ expected: 1, reported: 0 }),
      partsOf: () => [],
      counted: (_, code) => {
        const { numerator = null, denominator = null } = byCode.get(code) ?? {}
        const values = { ...numerator === null ? {} : { numerator }, ...denominator === null ? {} : { denominator } }
        return Object.keys(values).length === 0 ? undefined : { values, source: 'a' }
      },
      imported: (_, code) => {
        const points = byCode.get(code)?.points ?? null
        return points === null ? undefined : { points: points / 100, source: 'b' }
      }
    }
    const scores = scoresOf({ unit: 'H56', level: 'province', units: [UNIT], part: NO_PART }, FORMULA, facts)
    const groups = scores.filter(({ kind }) => kind === 'group')
    for (const group of groups) holds(group, scores.filter(one => one.kind === 'criterion' && one.group === group.group))
    holds(scores.at(-1)!, groups)
    for (const { computed, unknown, kind, maximum } of scores.filter(({ kind }) => kind === 'criterion')) {
      t.equal(computed === null, unknown !== null, `${kind} is either known or says why not`)
      t.ok(computed === null || (computed.points >= 0 && computed.points <= maximum!))
    }
  }), { numRuns: runs(200) })

  function holds (sum: Score, parts: Score[]) {
    const known = parts.map(({ chosen }) => chosen).filter(chosen => chosen !== null)
    const of = Math.min(known.reduce((total, one) => total + one.of, 0), sum.maximum!)
    const points = Math.min(known.reduce((total, one) => total + one.points, 0), sum.maximum!)
    if (sum.imported !== null && of < sum.maximum!) t.same(sum.chosen, { points: sum.imported, of: sum.maximum })
    else t.same(sum.chosen, known.length === 0 ? null : { points, of })
  }
})

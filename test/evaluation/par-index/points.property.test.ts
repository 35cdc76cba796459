import fc from 'fast-check'
import t from 'tap'
import type { FormCriterion, ParIndexForm } from '../../../src/evaluation/par-index/forms/schema.ts'
import { scoresOf, type Facts } from '../../../src/evaluation/par-index/results/points.ts'
import type { ParIndexScore, Stage } from '../../../src/evaluation/par-index/scores/schema.ts'
import { runs } from '../../property.ts'

const BASE = { inputs: [], rate: null, points: null, counted: null, note: null }
const RATIO = {
  op: 'ratio', numerator: { op: 'input', name: 'numerator' }, denominator: { op: 'input', name: 'denominator' }
} as const
const SCORED_BY = ['hand', 'formula', 'count', 'survey'] as const
type By = typeof SCORED_BY[number]

interface Leaf {
  by: By
  maximum: number
  self: [number, number] | null
  other: [number, number] | null
  appraised: number | null
}

/** Hundredths, and counts of which the first is at most the second; null: not posted. */
const rate = fc.option(fc.tuple(fc.nat(50), fc.nat(50)))
const leaf: fc.Arbitrary<Leaf> = fc.record({
  by: fc.constantFrom(...SCORED_BY), maximum: fc.integer({ min: 1, max: 1_000 }), self: rate, other: rate,
  appraised: fc.option(fc.nat(1_000))
})
/** Fields, each with criteria, each with parts or without. */
const SOME = { minLength: 1, maxLength: 4 }
const tree = fc.array(fc.array(fc.oneof(leaf, fc.array(leaf, SOME)), SOME), SOME)

interface Given {
  form: ParIndexForm
  leaves: Map<string, Leaf>
  /** Codes of the leaves that each criterion has. */
  under: Map<string, string[]>
}

function formOf (fields: (Leaf | Leaf[])[][]): Given {
  const leaves = new Map<string, Leaf>()
  const under = new Map<string, string[]>()
  const criteria: FormCriterion[] = []
  const add = (code: string, parent: string | null, one: Leaf | (Leaf | Leaf[])[]): string[] => {
    const node = { ...BASE, code, parent, name: code, scored_by: null, maximum: 0 }
    criteria.push(node)
    if (!Array.isArray(one)) {
      const { by } = one
      const maximum = one.maximum / 100
      const points = { op: 'proportional', value: { op: 'input', name: 'rate' }, from: 0.6, full_from: 0.95, points: maximum }
      const formulas = by === 'hand' ? {} : { rate: RATIO, points }
      Object.assign(node, { maximum, scored_by: by, ...formulas, counted: by === 'count' ? 'progress' : null })
      leaves.set(code, one)
      under.set(code, [code])
      return [code]
    }
    const within = one.flatMap((part, i) => add(`${code}.${i + 1}`, code, part))
    node.maximum = within.reduce((sum, code) => sum + leaves.get(code)!.maximum, 0) / 100
    under.set(code, within)
    return within
  }
  fields.forEach((field, i) => { add(String(i + 1), null, field) })
  const form = { criteria, ranked_within: 'level' } as unknown as ParIndexForm
  return { form, leaves, under }
}

/** Points by hand, in hundredths: full from 95 %, in proportion from 60 %; null: unknown. */
function byHand ({ by, maximum }: Leaf, given: [number, number] | null): number | null {
  if (given === null) return null
  const [n, d] = given
  if (by === 'hand') return Math.min(n, maximum)
  if (d === 0) return null
  if (100 * n >= 95 * d) return maximum
  if (100 * n < 60 * d) return 0
  // maximum × n / d / 0.95, a half rounded up.
  return Math.floor((2 * 100 * maximum * n + 95 * d) / (2 * 95 * d))
}

function factsOf (leaves: Map<string, Leaf>): Facts & { now: string } {
  const base = { unit: 'u', period: 'p', form: 'f', source: null, note: null }
  const inputs = ([numerator, denominator]: [number, number]) => ({ numerator, denominator })
  const facts = {
    now: '',
    posted: (criterion: string, stage: Stage): ParIndexScore | undefined => {
      const one = leaves.get(criterion)!
      facts.now = criterion
      const key = { ...base, criterion, stage }
      if (stage === 'appraised') {
        if (one.appraised === null) return undefined
        return { ...key, points: Math.min(one.appraised, one.maximum) / 100, inputs: {} }
      }
      const given = stage === 'self' ? one.by === 'survey' ? null : one.self : one.by === 'survey' ? one.other : null
      if (given === null) return undefined
      if (one.by === 'hand') return { ...key, points: byHand(one, given)! / 100, inputs: {} }
      return { ...key, points: null, inputs: inputs(given) }
    },
    // Asked for after what is posted of the same criterion.
    counted: () => {
      const { other } = leaves.get(facts.now)!
      if (other === null) return undefined
      return { values: inputs(other), source: null, rules: null, known: 1, of: 1, estimated: false }
    }
  }
  return facts
}

interface Sums { self: number | null, appraised: number | null, chosen: number | null, of: number }

/** What a criterion has by a count by hand. */
function expectedOf (one: Leaf): Sums {
  const self = one.by === 'survey' ? null : byHand(one, one.self)
  const appraised = one.appraised === null ? null : Math.min(one.appraised, one.maximum)
  const computed = one.by === 'count' || one.by === 'survey' ? byHand(one, one.other) : null
  const chosen = appraised ?? computed
  return { self, appraised, chosen, of: chosen === null ? 0 : one.maximum }
}

const sum = (all: (number | null)[]) => {
  const known = all.filter(one => one !== null)
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0)
}

t.test('the score of every criterion, sum and whole is a count by hand, and what is unknown says why', async t => {
  fc.assert(fc.property(tree, fields => {
    const { form, leaves, under } = formOf(fields)
    const scores = scoresOf(form, factsOf(leaves))
    t.equal(scores.length, form.criteria.length + 1)
    for (const { criterion, self, appraised, chosen, unknown, maximum } of scores) {
      const codes = criterion === null ? [...leaves.keys()] : under.get(criterion.code)!
      const within = codes.map(code => leaves.get(code)!)
      const all = within.map(expectedOf)
      t.equal(maximum, sum(within.map(one => one.maximum)))
      t.equal(self?.points ?? null, sum(all.map(one => one.self)))
      t.equal(appraised?.points ?? null, sum(all.map(one => one.appraised)))
      t.equal(chosen?.points ?? null, sum(all.map(one => one.chosen)))
      t.equal(chosen?.of ?? 0, sum(all.map(one => one.of)))
      t.equal(unknown.chosen === null, chosen?.of === maximum)
    }
  }), { numRuns: runs(200) })
})

t.test('an appraisal changes the criterion that it names and the sums above it, and nothing else', async t => {
  fc.assert(fc.property(tree, fc.nat(), fc.nat(1_000), (fields, nth, points) => {
    const { form, leaves, under } = formOf(fields)
    const codes = [...leaves.keys()]
    const named = codes[nth % codes.length]!
    const before = scoresOf(form, factsOf(leaves))
    const after = scoresOf(form, factsOf(new Map([...leaves, [named, { ...leaves.get(named)!, appraised: points }]])))
    for (const [i, score] of before.entries()) {
      const isAbove = score.criterion === null || under.get(score.criterion.code)!.includes(named)
      if (!isAbove) t.same(after[i], score)
      t.same(after[i]!.self, score.self)
      t.same(after[i]!.computed, score.computed)
    }
  }), { numRuns: runs(100) })
})

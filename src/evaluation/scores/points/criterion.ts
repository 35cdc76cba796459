import { evaluate, type InputValues, type Step, type Unknown, type Value } from '../../../formulas/evaluate.ts'
import { hundredthsOf, rationalOf, type Rational } from '../../../formulas/rational.ts'
import { RATE } from '../../formulas/check.ts'
import type { Criterion } from '../../formulas/schema.ts'
import type { UNKNOWN } from '../schema.ts'

/** Hundredths: of points, or of percent. */
export type Hundredths = number

export interface UnknownPoints {
  code: typeof UNKNOWN[number]
  input: string | null
}

export interface CriterionScore {
  /** Hundredths of percent; null: unknown. */
  rate: Hundredths | null
  points: Hundredths | null
  /** Why no points come out; null: they do. */
  unknown: UnknownPoints | null
}

/**
 * What the formulas of a criterion come to.
 * @param values counts by the names of its inputs; undefined: none is posted
 * @param steps gets every node, with pointers into the criterion; left out: none is kept
 */
export function scoreOf (
  criterion: Pick<Criterion, 'rate' | 'points' | 'maximum'>, values: InputValues | undefined, steps?: Step[]
): CriterionScore {
  if (values === undefined) return { rate: null, points: null, unknown: { code: 'nothing_posted', input: null } }
  const rate = criterion.rate === null ? null : stepped('/rate', steps, steps => evaluate(criterion.rate!, values, steps))
  const shownRate = rate?.known == null ? null : percentOf(rate.known)
  if (criterion.points === null) return { rate: shownRate, points: null, unknown: { code: 'formula_unknown', input: null } }
  const points = stepped('/points', steps, steps => (
    evaluate(criterion.points!, { ...values, [RATE]: rate?.known }, steps)))
  if (points.known === null) return { rate: shownRate, points: null, unknown: reasonOf(points.unknown, rate) }
  const most = rationalOf(criterion.maximum!)
  const capped = Number(hundredthsOf(points.known))
  return { rate: shownRate, points: Math.min(capped, Number(hundredthsOf(most))), unknown: null }
}

/** Why points are unknown: where they lack the rate, why that is. */
function reasonOf (unknown: Unknown, rate: Value | null): Unknown {
  return unknown.input === RATE && rate?.known === null ? rate.unknown : unknown
}

function percentOf (rate: Rational): Hundredths {
  return Number(hundredthsOf({ n: rate.n * 100n, d: rate.d }))
}

function stepped (at: string, all: Step[] | undefined, run: (steps?: Step[]) => Value): Value {
  if (all === undefined) return run()
  const steps: Step[] = []
  const value = run(steps)
  all.push(...steps.map(step => ({ ...step, pointer: `${at}${step.pointer}` })))
  return value
}

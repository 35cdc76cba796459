import { placesAmong } from '../../scores/ranks.ts'
import { scoreOf, type CriterionScore, type Hundredths } from '../../scores/points/criterion.ts'
import type { Recorded } from '../../scores/points/counts.ts'
import { partsOf, type Part } from '../forms/parts.ts'
import type { FormCriterion, ParIndexForm } from '../forms/schema.ts'
import { givenPoints } from '../scores/given.ts'
import type { ParIndexScore, Stage } from '../scores/schema.ts'
import type { Reason } from './schema.ts'

/** Points, and of how many they are. */
export interface Sum {
  points: Hundredths
  of: Hundredths
}

/** What is known of a unit. */
export interface Facts {
  posted: (criterion: string, stage: Stage) => ParIndexScore | undefined
  counted: (counted: NonNullable<FormCriterion['counted']>) => Recorded | undefined
}

/** Points of a criterion, of one with parts, or of the whole. */
export interface Score {
  /** null: the whole. */
  criterion: FormCriterion | null
  isLeaf: boolean
  maximum: Hundredths
  self: Sum | null
  computed: Sum | null
  appraised: Sum | null
  /** Those that count. */
  chosen: Sum | null
  from: 'appraised' | 'computed' | 'mixed' | null
  /** Why there are none, or not of all; null: they are of all. */
  unknown: { self: Reason | null, computed: Reason | null, chosen: Reason | null }
  rate: Hundredths | null
  /** What appraisal changed, where a unit has points of its own; null: nothing is appraised that it has. */
  change: Hundredths | null
  /** Criteria whose points appraisal changed. */
  changed: number
  own: ParIndexScore | undefined
  appraisal: ParIndexScore | undefined
  survey: ParIndexScore | undefined
  recorded: Recorded | undefined
}

/**
 * The scores of a unit by a form, in the order of the form, the whole last.
 * @param parts those of the form
 */
export function scoresOf (form: ParIndexForm, facts: Facts, parts: readonly Part[] = partsOf(form.criteria)): Score[] {
  const scores: Score[] = []
  const leaves = parts.map(({ criterion, isLeaf }) => isLeaf ? leafScore(criterion, facts) : null)
  for (const [i, { criterion, leaves: within }] of parts.entries()) {
    scores.push(leaves[i] ?? sumOf(criterion, within.map(leaf => leaves[leaf]!)))
  }
  return [...scores, sumOf(null, leaves.filter(leaf => leaf !== null))]
}

function leafScore (criterion: FormCriterion, facts: Facts): Score {
  const { code, scored_by: by } = criterion
  const maximum = Math.round(criterion.maximum * 100)
  const [own, survey, appraisal] = (['self', 'survey', 'appraised'] as const).map(stage => facts.posted(code, stage))
  const recorded = by === 'count' ? facts.counted(criterion.counted!) : undefined
  const self = by === 'survey' ? without('not_self_scored') : pointsOf(criterion, own)
  const computed = computedOf(criterion, survey, recorded)
  const appraised = pointsOf(criterion, appraisal)
  const chosen = appraisal !== undefined ? appraised : countingWithout(criterion, own, computed)
  const sum = ({ points }: Found) => points === null ? null : { points, of: maximum }
  const change = appraised.points === null || self.points === null ? null : appraised.points - self.points
  return {
    criterion, isLeaf: true, maximum,
    self: sum(self), computed: sum(computed), appraised: sum(appraised), chosen: sum(chosen),
    from: chosen.points === null ? null : appraisal !== undefined ? 'appraised' : 'computed',
    unknown: { self: self.unknown, computed: computed.unknown, chosen: chosen.unknown },
    rate: chosen.rate, change, changed: change === null || change === 0 ? 0 : 1, own, appraisal, survey, recorded
  }
}

/** What counts where nothing is appraised: what is counted or surveyed, and nothing that a unit gives itself. */
function countingWithout ({ scored_by: by }: FormCriterion, own: ParIndexScore | undefined, computed: Found): Found {
  if (by === 'count' || by === 'survey') return computed
  return without(own === undefined ? 'nothing_posted' : 'not_appraised')
}

type Found = Omit<CriterionScore, 'unknown'> & { unknown: Reason | null }

function without (unknown: Reason): Found {
  return { rate: null, points: null, unknown }
}

function pointsOf (criterion: FormCriterion, given: ParIndexScore | undefined): Found {
  return given === undefined ? without('nothing_posted') : found(givenPoints(criterion, given))
}

function computedOf (
  criterion: FormCriterion, survey: ParIndexScore | undefined, recorded: Recorded | undefined
): Found {
  if (criterion.scored_by === 'survey') return pointsOf(criterion, survey)
  if (criterion.scored_by !== 'count') return without('not_computed')
  return recorded === undefined ? without('nothing_counted') : found(scoreOf(criterion, recorded.values))
}

/** A form has a formula wherever one is needed. */
function found ({ unknown, ...score }: CriterionScore): Found {
  return { ...score, unknown: unknown === null ? null : unknown.code as Reason }
}

/** What leaves have together: rounded points, so that columns add up. */
function sumOf (criterion: FormCriterion | null, leaves: readonly Score[]): Score {
  const maximum = leaves.reduce((sum, leaf) => sum + leaf.maximum, 0)
  const froms = new Set(leaves.map(({ from }) => from).filter(from => from !== null))
  const changes = leaves.map(({ change }) => change).filter(change => change !== null)
  const reason = (of: keyof Score['unknown']) => leaves.find(({ unknown }) => unknown[of] !== null)?.unknown[of] ?? null
  return {
    criterion, isLeaf: false, maximum,
    self: added(leaves.map(({ self }) => self)),
    computed: added(leaves.map(({ computed }) => computed)),
    appraised: added(leaves.map(({ appraised }) => appraised)),
    chosen: added(leaves.map(({ chosen }) => chosen)),
    from: froms.size > 1 ? 'mixed' : [...froms][0] ?? null,
    unknown: { self: reason('self'), computed: reason('computed'), chosen: reason('chosen') },
    rate: null,
    change: changes.length === 0 ? null : changes.reduce((sum, change) => sum + change, 0),
    changed: leaves.reduce((sum, { changed }) => sum + changed, 0),
    own: undefined, appraisal: undefined, survey: undefined, recorded: undefined
  }
}

function added (sums: readonly (Sum | null)[]): Sum | null {
  const known = sums.filter(sum => sum !== null)
  if (known.length === 0) return null
  return known.reduce((total, { points, of }) => ({ points: total.points + points, of: total.of + of }))
}

/** A unit with its score by a form. */
export interface Whole {
  level: string
  form: ParIndexForm
  total: Score
}

/** The place of each unit among those of its level, or of all that its form is for: 1, 2, 2, 4. */
export function ranksOf<One extends Whole> (all: readonly One[]) {
  const groups = Map.groupBy(all, ({ form, level }) => form.ranked_within === 'level' ? `${form.code} ${level}` : form.code)
  const pointsOf = ({ total }: One) => total.chosen
  const unrankedOf = ({ total }: One) => total.chosen === null ? 'points_unknown' as const : null
  return new Map([...groups.values()].flatMap(peers => [...placesAmong(peers, pointsOf, unrankedOf)]))
}

import type { Criterion, EvaluationFormula, Group } from '../../formulas/schema.ts'
import { TOTAL } from '../../formulas/check.ts'
import { chosenCounts, NO_COUNTS, type ChosenCounts } from './chosen.ts'
import type { Counted, Facts } from './counts.ts'
import { scoreOf, type Hundredths, type UnknownPoints } from './criterion.ts'
import type { EvaluationRow } from '../schema.ts'
import { NO_PART } from './parts.ts'
import type { Subject } from './units.ts'

/** Points, and of how many they are. */
interface Sum {
  points: Hundredths
  of: Hundredths
}

type From = EvaluationRow['points_from']

/** A row before it is written: points in hundredths, which add up without error. */
export interface Score {
  kind: EvaluationRow['kind']
  group: string | null
  criterion: string | null
  name: string
  maximum: Hundredths | null
  chosen: Sum | null
  from: From
  unknown: UnknownPoints | null
  computed: Sum | null
  imported: Hundredths | null
  rate: Hundredths | null
  /** Counts of a criterion; undefined: none, or not a criterion. */
  values: Counted['values'] | undefined
  countsFrom: EvaluationRow['counts_from']
  /** What is posted beside counts of records, and the points that it comes to; null: not both, or not a criterion. */
  posted: { values: Counted['values'], points: Hundredths | null } | null
  known: Pick<ChosenCounts, 'known' | 'of' | 'others' | 'coverage' | 'rules'>
  /** Of a sum: any of its counts is. */
  estimated: boolean
  certainty: Pick<EvaluationRow, 'rate_status' | 'points_status'>
  /** Units with counts. */
  reported: readonly string[]
  sources: readonly string[]
}

const NOT_COUNTED = { values: undefined, countsFrom: null, posted: null, known: NO_COUNTS }
const NO_CERTAINTY = { rate_status: null, points_status: null }

/**
 * The rows of a unit or a level: each group after its criteria, the total last.
 * @param formula undefined: none holds
 */
export function scoresOf (subject: Subject, formula: EvaluationFormula | undefined, facts: Facts): Score[] {
  if (formula === undefined) return [withoutFormula(importedOf(subject, TOTAL, facts))]
  const groups = formula.groups.map(group => {
    const criteria = group.criteria.map(criterion => criterionScore(subject, group, criterion, facts))
    const sum = sumOf(criteria, hundredths(group.maximum), importedOf(subject, group.code, facts))
    return { criteria, score: { ...sum, kind: 'group', group: group.code, name: group.name } satisfies Score }
  })
  const maximum = groups.reduce((sum, { score }) => sum + score.maximum!, 0)
  const total = sumOf(groups.map(({ score }) => score), maximum, importedOf(subject, TOTAL, facts))
  return [...groups.flatMap(({ criteria, score }) => [...criteria, score]), total]
}

function criterionScore (subject: Subject, group: Group, criterion: Criterion, facts: Facts): Score {
  const { code, levels, rate_status, points_status } = criterion
  const maximum = criterion.maximum === null ? null : hundredths(criterion.maximum)
  const inScope = levels === null || (subject.level !== null && levels.includes(subject.level))
  const counts = inScope ? chosenCounts(subject, criterion, facts) : NO_COUNTS
  const { values, counted, from: countsFrom, posted: other } = counts
  const isSplit = subject.part !== NO_PART && criterion.counted == null
  const { rate, points, unknown } = !inScope || isSplit
    ? { rate: null, points: null, unknown: { code: inScope ? 'not_split' as const : 'not_in_scope' as const, input: null } }
    : scoreOf(criterion, values)
  const imported = inScope ? importedOf(subject, code, facts) : undefined
  const of = maximum ?? 0
  const computed = points === null ? null : { points, of }
  const posted = imported === undefined ? null : { points: hundredths(imported.points), of }
  return {
    kind: 'criterion', group: group.code, criterion: code, name: criterion.name, maximum,
    chosen: computed ?? posted,
    from: computed !== null ? 'computed' : posted !== null ? 'imported' : null,
    unknown, computed, imported: posted?.points ?? null, rate,
    values, countsFrom,
    posted: other === undefined ? null : { values: other, points: scoreOf(criterion, other).points },
    known: counts,
    estimated: counts.estimated,
    certainty: { rate_status, points_status },
    reported: counted.map(({ unit }) => unit),
    sources: sourcesOf([...counted.flatMap(({ source, otherSources }) => [source, ...otherSources]), imported?.source])
  }
}

/** A count by its name; null: unknown. */
export function countIn (values: Counted['values'] | undefined, name: 'numerator' | 'denominator'): number | null {
  return (values?.[name] as number | undefined) ?? null
}

/** Points of several units do not add up, and those of a unit are not known by parts. */
function importedOf ({ unit, units, part }: Subject, code: string, facts: Facts) {
  return unit === null || part !== NO_PART ? undefined : facts.imported(units[0]!, code)
}

/** The sum of criteria, or of groups. Those without a maximum are not in it. */
function sumOf (parts: readonly Score[], maximum: Hundredths, imported: ReturnType<typeof importedOf>): Score {
  const own = parts.filter(part => part.maximum !== null)
  const chosen = added(own.map(part => part.chosen), maximum)
  const computed = added(own.map(part => part.computed), maximum)
  const posted = imported === undefined ? null : { points: hundredths(imported.points), of: maximum }
  const takesPosted = posted !== null && (chosen === null || chosen.of < maximum)
  const froms = new Set(own.map(({ from }) => from).filter(from => from !== null))
  const from = takesPosted ? 'imported' : froms.size > 1 ? 'mixed' : [...froms][0] ?? null
  return {
    kind: 'total', group: null, criterion: null, name: 'Tổng điểm', maximum,
    chosen: takesPosted ? posted : chosen, from,
    unknown: computed?.of === maximum ? null : parts.find(part => part.unknown !== null)?.unknown ?? null,
    computed, imported: posted?.points ?? null, rate: null, ...NOT_COUNTED, certainty: NO_CERTAINTY,
    estimated: parts.some(({ estimated }) => estimated),
    reported: [...new Set(parts.flatMap(({ reported }) => reported))],
    sources: sourcesOf([...parts.flatMap(({ sources }) => sources), imported?.source])
  }
}

function added (sums: readonly (Sum | null)[], maximum: Hundredths): Sum | null {
  const known = sums.filter(sum => sum !== null)
  if (known.length === 0) return null
  const sum = (of: keyof Sum) => Math.min(known.reduce((total, one) => total + one[of], 0), maximum)
  return { points: sum('points'), of: sum('of') }
}

function withoutFormula (imported: ReturnType<typeof importedOf>): Score {
  const score = sumOf([], 0, imported)
  return { ...score, maximum: null, unknown: { code: 'no_formula', input: null } }
}

function sourcesOf (sources: readonly (string | null | undefined)[]): string[] {
  return [...new Set(sources.filter(source => source != null))].sort()
}

/** Points have at most two decimals. */
function hundredths (points: number): Hundredths {
  return Math.round(points * 100)
}

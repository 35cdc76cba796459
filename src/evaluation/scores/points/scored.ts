import type { Hierarchy } from '../../../catalogue/hierarchy/hierarchy.ts'
import type { Reach } from '../../../contract/caller.ts'
import { DomainError } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import type { FormulaOn } from '../../formulas/queries.ts'
import type { EvaluationFormula } from '../../formulas/schema.ts'
import { postedFacts, type Facts } from './counts.ts'
import { keyOfPart, NO_PART, type Part, type PartKey } from './parts.ts'
import { countedIn, recordedFacts } from './records/records.ts'
import { countIn, scoresOf, type Score } from './rows.ts'
import type { Span } from './spans.ts'
import { unitsIn, type Subject, type UnitInSpan } from './units.ts'

/** Whose points are asked for. */
export interface Asked {
  /** null: every province. */
  unit: string | null
  children: boolean
  level: readonly string[] | undefined
  byLevel: boolean
  /** Each unit or level is split by these. */
  parts: readonly PartKey[]
  /** Codes of what is asked for: other scores may lack counts of records; undefined: all. */
  criteria?: readonly string[] | undefined
  /** Which units have the counts of records. */
  hierarchy: Hierarchy
  reach: Reach
  /** Code of the counting rules of dossiers on time; left out: those of what is counted. */
  rules?: string | undefined
}

/** A score with what it is about. */
export interface Scored {
  span: Span
  subject: Subject
  formula: EvaluationFormula | undefined
  score: Score
  /** Dossiers of the unit or the level; null: unknown. */
  dossiers: number | null
}

const MAX_ROWS = 50_000

/**
 * The scores of each unit, or each level, in each span.
 * @param now milliseconds since 1970
 * @param shown how many of the spans have rows; the others are what those are compared with
 * @throws DomainError `too_many_rows`
 */
export async function scored (
  db: Db, spans: readonly Span[], { byLevel, ...asked }: Asked, formulaOn: FormulaOn, now: number, shown = spans.length
): Promise<Scored[]> {
  const units = await unitsIn(db, spans, { ...asked, unitsOf: asked.hierarchy.unitsOf })
  const formulas = spans.map(({ to }) => formulaOn(to))
  const wholes = spans.map((_, i) => {
    const within = units.filter(unit => unit.span === i)
    return byLevel ? levelsOf(within) : within.map(ofUnit)
  })
  // Before anything is counted; parts are known when it is.
  assertNotTooMany(wholes.slice(0, shown), formulas)
  const counted = formulas.map(formula => countedIn(formula, asked.criteria))
  const facts = {
    ...await postedFacts(db, spans, units), ...await recordedFacts(db, spans, units, asked, counted, now)
  }
  const subjects = asked.parts.length === 0 ? wholes : wholes.map(all => all.flatMap(one => partsOf(one, facts)))
  if (subjects !== wholes) assertNotTooMany(subjects.slice(0, shown), formulas)
  return spans.flatMap((span, i) => subjects[i]!.flatMap(subject => scoresWith(span, subject, formulas[i], facts)))
}

/** @throws DomainError `too_many_rows` */
function assertNotTooMany (
  subjects: readonly (readonly Subject[])[], formulas: readonly (EvaluationFormula | undefined)[]
): void {
  const rows = subjects.reduce((sum, { length }, i) => sum + length * rowsOf(formulas[i]), 0)
  if (rows <= MAX_ROWS) return
  const detail = `the answer would have ${rows} rows, and has at most ${MAX_ROWS}; ask for fewer units, keys or periods`
  throw new DomainError('too_many_rows', detail)
}

/** The parts of a unit or a level that anything is counted of, in the order of their codes. */
function partsOf (whole: Subject, facts: Facts): Subject[] {
  const parts = new Map<string, Part>()
  for (const unit of whole.units) for (const part of facts.partsOf(unit)) parts.set(keyOfPart(part), part)
  return [...parts].sort(([a], [b]) => a < b ? -1 : 1).map(([, part]) => ({ ...whole, part }))
}

function rowsOf (formula: EvaluationFormula | undefined): number {
  return 1 + (formula?.groups ?? []).reduce((sum, { criteria }) => sum + 1 + criteria.length, 0)
}

function scoresWith (
  span: Span, subject: Subject, formula: EvaluationFormula | undefined, facts: Facts
): Scored[] {
  const scores = scoresOf(subject, formula, facts)
  const volume = scores.find(({ criterion }) => criterion !== null && criterion === formula?.volume)
  const dossiers = countIn(volume?.values, 'denominator')
  return scores.map(score => ({ span, subject, formula, score, dossiers }))
}

function ofUnit (unit: UnitInSpan): Subject {
  return { unit: unit.unit, level: unit.level, units: [unit], part: NO_PART }
}

/** The units of each level; the one above those that it has below it is not one of them. */
function levelsOf (units: readonly UnitInSpan[]): Subject[] {
  const levels = Map.groupBy(units.filter(({ stands_above: isAbove }) => !isAbove), ({ level }) => level)
  return [...levels].map(([level, units]) => ({ unit: null, level, units, part: NO_PART }))
}

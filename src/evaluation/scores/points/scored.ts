import type { Reach } from '../../../contract/caller.ts'
import { DomainError } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import type { FormulaOn } from '../../formulas/queries.ts'
import type { EvaluationFormula } from '../../formulas/schema.ts'
import { postedFacts, type Facts } from './counts.ts'
import { countedIn, recordedFacts } from './records.ts'
import { countIn, scoresOf, type Score, type Subject } from './rows.ts'
import type { Span } from './spans.ts'
import { unitsIn, type UnitInSpan } from './units.ts'

/** Whose points are asked for. */
export interface Asked {
  /** null: every province. */
  unit: string | null
  children: boolean
  level: readonly string[] | undefined
  byLevel: boolean
  reach: Reach
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
 * @throws DomainError `too_many_rows`
 */
export async function scored (
  db: Db, spans: readonly Span[], { byLevel, ...asked }: Asked, formulaOn: FormulaOn, now: number
): Promise<Scored[]> {
  const units = await unitsIn(db, spans, asked)
  const ofSpans = spans.map((span, i) => {
    const within = units.filter(unit => unit.span === i)
    return { span, subjects: byLevel ? levelsOf(within) : within.map(ofUnit), formula: formulaOn(span.to) }
  })
  const rows = ofSpans.reduce((sum, { subjects, formula }) => sum + subjects.length * rowsOf(formula), 0)
  if (rows > MAX_ROWS) {
    const detail = `the answer would have ${rows} rows, and has at most ${MAX_ROWS}; ask for one province or fewer periods`
    throw new DomainError('too_many_rows', detail)
  }
  const counted = ofSpans.map(({ formula }) => countedIn(formula))
  const facts = {
    ...await postedFacts(db, spans, units), recorded: await recordedFacts(db, spans, units, asked, counted, now)
  }
  return ofSpans.flatMap(({ span, subjects, formula }) => (
    subjects.flatMap(subject => scoresWith(span, subject, formula, facts))))
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
  return { unit: unit.unit, level: unit.level, units: [unit] }
}

/** The units of each level; the one above those that it has below it is not one of them. */
function levelsOf (units: readonly UnitInSpan[]): Subject[] {
  const levels = Map.groupBy(units.filter(({ stands_above: isAbove }) => !isAbove), ({ level }) => level)
  return [...levels].map(([level, units]) => ({ unit: null, level, units }))
}

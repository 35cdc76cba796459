import { hierarchyOf, REPORTED } from '../../catalogue/hierarchy/hierarchy.ts'
import { exactly, reachedUnit } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { rulesOn } from '../../dossiers/counting-rules/queries.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import { TOTAL } from '../formulas/check.ts'
import { formulaInForce, type FormulaOn } from '../formulas/queries.ts'
import type { Criterion } from '../formulas/schema.ts'
import { compared, comparedKey, NO_COMPARISON } from './comparison.ts'
import { NO_RANK, ranksOf } from './ranks.ts'
import type { EvaluationExplainQuery, EvaluationQuery, NamedEvaluationRow } from './schema.ts'
import { PART_KEYS } from './points/parts.ts'
import { scored, type Scored } from './points/scored.ts'
import { rowOf } from './shown.ts'
import { comparedSpans, isSameSpan, spansAsked, type Span } from './points/spans.ts'

interface Answer {
  /** Without names, for which there are places. */
  items: NamedEvaluationRow[]
  next_cursor: null
  /** That of the unit that is asked about; null: of any. */
  province: string | null
}

/**
 * Points of units by the formula that holds on the last day of each span, from
 * dossier records and from what is posted.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes and for what does not go together; `too_many_rows`
 */
export async function evaluation (db: Db, question: EvaluationQuery, reach: Reach, now: number): Promise<Answer> {
  const byLevel = question.group_by?.includes('level') === true
  if (byLevel && question.group_by!.includes('unit')) {
    throw invalid('/query/group_by', 'not_allowed', 'a unit has one level; group either by unit or by level')
  }
  if (byLevel && question.rank === true) throw invalid('/query/rank', 'not_allowed', 'units are ranked, and levels are not')
  const spans = await spansAsked(db, question, now)
  const hierarchy = hierarchyOf(question.hierarchy, reach, now)
  const { id, province } = await unitAsked(db, question.unit, hierarchy.unitsOf?.day ?? spans.at(-1)!.to, reach)
  const parts = PART_KEYS.filter(key => question.group_by?.includes(key))
  const { level, criterion: criteria, children = false, rules } = question
  await assertRules(db, rules, spans, now)
  if (question.rank === true && id !== null && !children) {
    const detail = `${id} alone has no place: those directly below it are ranked with children=true, and provinces without a unit`
    throw invalid('/query/rank', 'not_allowed', detail)
  }
  const asked = { unit: id, children, level, byLevel, parts, criteria, hierarchy, reach, rules }
  const formulaOn = await formulaInForce(db, question.formula)
  const { compare, across_formulas: across = false } = question
  const before = compare === undefined ? [] : await comparedSpans(db, spans, compare, now)
  // What is asked for as well is counted once.
  const others = before.filter(span => span !== null).filter(span => !spans.some(one => isSameSpan(one, span)))
  const scores = await scored(db, [...spans, ...others], asked, formulaOn, now, spans.length)
  const comparisonOf = comparisons(spans, before, scores, across)
  const all = scores.filter(one => spans.includes(one.span) && isAsked(one, question))
  const ranks = question.rank === true ? ranksOf(all, question.least_dossiers!) : undefined
  const rows = all.map(one => rowOf(one, hierarchy.name, ranks?.get(one) ?? NO_RANK, comparisonOf(one)))
  return { items: sorted(rows, question.sort), next_cursor: null, province }
}

/** @throws DomainError `unknown_unit` at `/query/unit`, also for a unit out of reach */
export async function unitAsked (
  db: Db, name: string | undefined, day: string, reach: Reach
): Promise<{ id: string | null, province: string | null }> {
  if (name === undefined && reach === null) return { id: null, province: null }
  const unit = await reachedUnit(db, name ?? exactly(reach!), reach, { day })
  if (unit === undefined) throw invalid('/query/unit', 'unknown_unit', `there is no unit ${name}`)
  return { id: unit.id, province: unit.province_code }
}

/** @throws DomainError `unknown_rules`, also where nothing is counted by them */
async function assertRules (
  db: Db, rules: string | undefined, spans: readonly Span[], now: number
): Promise<void> {
  const today = nameOfDay(dayOf(now))
  for (const { to } of spans) await rulesOn(db, rules, to < today ? to : today)
}

/** One criterion of one unit in one span, as asked for. */
export interface CriterionAsked {
  span: Span
  unit: string
  province: string
  criterion: Criterion
  formulaOn: FormulaOn
  rules: string | undefined
}

/** @throws DomainError `invalid_request` for unknown codes, and without a unit */
export async function criterionAsked (
  db: Db, { criterion: code, ...asked }: EvaluationExplainQuery, reach: Reach, now: number
): Promise<CriterionAsked> {
  const found = await unitAndSpan(db, asked, reach, now)
  const criteria = found.formulaOn(found.span.to)?.groups.flatMap(({ criteria }) => criteria)
  const criterion = criteria?.find(one => one.code === code)
  if (criterion === undefined) {
    throw invalid('/query/criterion', 'unknown_criterion', `the formula that applies has no criterion ${code}`)
  }
  return { ...found, criterion }
}

/** The same of all criteria. */
export async function unitAndSpan (
  db: Db, asked: Omit<EvaluationExplainQuery, 'criterion'>, reach: Reach, now: number
): Promise<Omit<CriterionAsked, 'criterion'>> {
  const spans = await spansAsked(db, asked, now)
  const { id, province } = await unitAsked(db, asked.unit, spans[0]!.to, reach)
  if (id === null) throw invalid('/query/unit', 'missing', 'this is asked of one unit; name it')
  await assertRules(db, asked.rules, spans, now)
  const formulaOn = await formulaInForce(db, asked.formula)
  return { span: spans[0]!, unit: id, province: province!, formulaOn, rules: asked.rules }
}

/**
 * The scores of one unit in one span.
 * @param criteria those that are asked for; left out: all
 * @throws DomainError `unit_not_valid`
 */
export async function scoresOfUnit (
  db: Db, { span, unit, formulaOn, rules }: Omit<CriterionAsked, 'criterion'>, reach: Reach, now: number,
  criteria?: readonly string[]
): Promise<Scored[]> {
  const asked = {
    unit, children: false, level: undefined, byLevel: false, parts: [], criteria, hierarchy: REPORTED, reach, rules
  }
  const found = await scored(db, [span], asked, formulaOn, now)
  if (found.length === 0) throw invalid('/query/unit', 'unit_not_valid', `unit ${unit} does not exist in these days`)
  return found
}

/** @param before the span that each is compared with, if any is */
function comparisons (
  spans: readonly Span[], before: readonly (Span | null)[], scores: readonly Scored[], across: boolean
): (one: Scored) => typeof NO_COMPARISON {
  if (before.length === 0) return () => NO_COMPARISON
  const found = new Map(scores.map(one => [comparedKey(one.span, one), one]))
  return one => {
    const span = before[spans.indexOf(one.span)]!
    const other = span === null ? undefined : found.get(comparedKey(span, one))
    return other === undefined ? NO_COMPARISON : compared(one, other, across)
  }
}

function isAsked ({ score }: Scored, { kind, criterion }: EvaluationQuery): boolean {
  return (kind === undefined || kind.includes(score.kind)) &&
    (criterion === undefined || criterion.includes(score.criterion ?? score.group ?? TOTAL))
}

function sorted (rows: NamedEvaluationRow[], columns: readonly string[] = []): NamedEvaluationRow[] {
  const order = columns.map(column => column.startsWith('-')
    ? { name: column.slice(1) as keyof NamedEvaluationRow, sign: -1 }
    : { name: column as keyof NamedEvaluationRow, sign: 1 })
  return rows.toSorted((a, b) => {
    for (const { name, sign } of order) {
      const [x, y] = [a[name], b[name]]
      if (x === y) continue
      if (x === null) return 1
      if (y === null) return -1
      return x < y ? -sign : sign
    }
    return 0
  })
}

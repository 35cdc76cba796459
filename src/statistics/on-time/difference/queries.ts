import type { Reach } from '../../../contract/caller.ts'
import type { Issue } from '../../../contract/errors.ts'
import type { Page, PageRequest } from '../../../contract/paging.ts'
import type { Db, Trx } from '../../../database/connect.ts'
import { pageOf } from '../../../database/sql/keyset.ts'
import { inSlowRead } from '../../../database/time-limits.ts'
import type { AskedRules } from '../../../dossiers/counting-rules/queries.ts'
import type { Choices } from '../../../dossiers/counting-rules/schema.ts'
import { isAffectedBy, stepsBetween, type RulesStep } from '../../../dossiers/counts/index.ts'
import { assertAnswerable, refuse } from '../answerable.ts'
import { withinReach } from '../queries.ts'
import { recordsPlanOf, type RecordsPlan } from '../records/plan.ts'
import { recordsQuery } from '../records/records-sql.ts'
import { resolveQuery, rulesAsked, spansAsked, type AskedSpan, type ResolvedQuery } from '../resolve-query.ts'
import type { OnTimeQuery } from '../schema.ts'
import { BY_DOSSIER, changedPage, summedChanges } from './changed-sql.ts'
import { plus, rowOf, type KnownFigure, type OfAll } from './figures.ts'
import { reportedFigures } from './reported.ts'
import type { DifferenceDossier, DifferenceDossiersQuery, DifferenceQuery, DifferenceRow } from './schema.ts'

/**
 * Why two figures of dossiers on time differ, reason by reason, and the whole difference last. Empty: the span has not
 * begun. All is read in one snapshot.
 * @param now milliseconds since 1970
 * @param dossiersUrl where the dossiers of a reason are
 * @throws DomainError `invalid_request` as `onTime` does, and for less or more than two figures
 */
export async function onTimeDifference (
  db: Db, asked: DifferenceQuery, reach: Reach, now: number, dossiersUrl: (reason: string) => string
): Promise<DifferenceRow[]> {
  assertComparable(asked)
  const { method = 'resolved' } = asked
  const { rules: [code, otherCode], against: target, published_numerator, published_denominator, ...filters } = asked
  const question = recordsQuestion(filters, reach)
  if (target === 'reported') assertAnswerable({ ...question, basis: 'reported' })
  return inSlowRead(db, async trx => {
    const compared = await comparedIn(trx, question, [code!, otherCode], reach, now)
    if (compared === null) return []
    const { resolved, span, rules: [rules, otherRules] } = compared
    const plan = planBy(compared, rules.choices)
    const first = await figureOf(trx, plan)
    const last = otherRules === null ? first : await figureOf(trx, planBy(compared, otherRules.choices))
    const against = target ?? (published_numerator === undefined ? 'rules' : 'published')
    const ofAll: OfAll = {
      rules: rules.rules, rules_version: rules.rules_version, other_rules: otherRules?.rules ?? null,
      other_rules_version: otherRules?.rules_version ?? null, against, method,
      hierarchy: resolved.hierarchy.name, estimated: first.estimated || last.estimated, as_of: span.as_of,
      provisional: span.provisional
    }
    const rows = otherRules === null ? [] : await rowsByRules(trx, compared, first, ofAll, dossiersUrl)
    if (against === 'rules') return [...rows, rowOf('total', first, last, ofAll)]
    if (against === 'published') {
      const published = { numerator: published_numerator!, denominator: published_denominator! }
      return [...rows, rowOf('unexplained', last, published, ofAll), rowOf('total', first, published, ofAll)]
    }
    const ofLast = planBy(compared, (otherRules ?? rules).choices, ['unit'])
    const found = await reportedFigures(trx, question, resolved, ofLast)
    const { withoutRecords, withoutReports, reported, isEstimated } = found
    const named = { ...ofAll, estimated: ofAll.estimated || isEstimated }
    const [synchronised, known] = [plus(last, withoutRecords), plus(plus(last, withoutRecords), withoutReports)]
    return [
      ...rows,
      rowOf('units_without_records', last, synchronised, named, { units: withoutRecords.units }),
      rowOf('units_without_reports', synchronised, known, named, { units: withoutReports.units }),
      rowOf('unexplained', known, reported, named),
      rowOf('total', first, reported, named)
    ]
  })
}

function assertComparable (
  { rules, against, published_numerator: numerator, published_denominator: denominator }: DifferenceQuery
): void {
  const issue = (name: string, code: Issue['code'], detail: string): Issue => ({ pointer: `/query/${name}`, code, detail })
  const published = Object.entries({ numerator, denominator })
  const isPublished = published.some(([, count]) => count !== undefined)
  refuse([
    ...isPublished
      ? published.filter(([, count]) => count === undefined).map(([name]) => (
          issue(`published_${name}`, 'missing', `a published figure needs published_${name}`)))
      : [],
    ...isPublished && against !== undefined ? [issue('against', 'not_allowed', 'against and a published figure exclude one another')] : [],
    ...numerator !== undefined && denominator !== undefined && numerator > denominator
      ? [issue('published_numerator', 'out_of_range', 'published_numerator is more than published_denominator')]
      : [],
    ...rules.length === 1 && against === undefined && !isPublished
      ? [issue('rules', 'missing', 'name two counting rules, or what else records are compared with')]
      : []
  ])
}

function recordsQuestion (filters: Omit<OnTimeQuery, 'basis' | 'rules'>, reach: Reach): OnTimeQuery {
  const question = { ...withinReach(filters, reach), basis: 'records' } as const
  assertAnswerable(question)
  return question
}

interface Compared {
  question: OnTimeQuery
  resolved: ResolvedQuery
  span: AskedSpan
  rules: [AskedRules, AskedRules | null]
}

/** @returns null: the span has not begun */
async function comparedIn (
  db: Db, question: OnTimeQuery, codes: readonly [string, string | undefined], reach: Reach, now: number
): Promise<Compared | null> {
  const resolved = await resolveQuery(db, question, reach, now)
  const [span] = spansAsked(question, resolved.periods, now)
  const rulesOf = async (rules: string) => (await rulesAsked(db, { ...question, rules }, resolved.periods, now))!
  const rules = await rulesOf(codes[0])
  const otherRules = codes[1] === undefined ? null : await rulesOf(codes[1])
  return span === undefined ? null : { question, resolved, span, rules: [rules, otherRules] }
}

function planBy (
  { question, resolved, span, rules: [rules] }: Compared, choices: Choices | null, keys?: OnTimeQuery['group_by']
): RecordsPlan {
  const asked = keys === undefined ? question : { ...question, group_by: keys }
  return recordsPlanOf(asked, [span], { ...resolved, rules: { ...rules, choices } })
}

async function figureOf (trx: Trx, plan: RecordsPlan): Promise<KnownFigure & { estimated: boolean }> {
  const { rows: [row] } = await recordsQuery(plan).execute(trx)
  return row as KnownFigure & { estimated: boolean }
}

async function rowsByRules (
  trx: Trx, compared: Compared, first: KnownFigure, ofAll: OfAll, dossiersUrl: (reason: string) => string
): Promise<DifferenceRow[]> {
  const rows: DifferenceRow[] = []
  let before = first
  for (const step of stepsOf(compared)) {
    const { choice, ways: [choice_before, choice_after] } = step
    const { numerator_change, denominator_change, ...counts } = await changesOf(trx, compared, step)
    const after = plus(before, { numerator_change, denominator_change })
    rows.push(rowOf(choice, before, after, ofAll, {
      choice_before, choice_after, ...counts, dossiers_url: dossiersUrl(choice)
    }))
    before = after
  }
  return rows
}

/** Between two rules. */
function stepsOf ({ rules: [rules, otherRules] }: Compared): RulesStep[] {
  return stepsBetween(rules.choices, otherRules!.choices)
}

const UNCHANGED = {
  dossiers: 0, became_counted: 0, no_longer_counted: 0, became_in_time: 0, became_late: 0, numerator_change: 0,
  denominator_change: 0
}

async function changesOf (trx: Trx, compared: Compared, step: RulesStep) {
  if (step.ways[0] === step.ways[1]) return UNCHANGED
  const { rows: [changes] } = await summedChanges(...plansOf(compared, step)).execute(trx)
  return changes!
}

/** The plans before and after a step, about the dossiers that it can concern. */
function plansOf (compared: Compared, { choice, before, after }: RulesStep): [RecordsPlan, RecordsPlan] {
  const inOneState = isAffectedBy(choice, compared.span.to)
  return [{ ...planBy(compared, before), inOneState }, { ...planBy(compared, after), inOneState }]
}

/**
 * The dossiers that count otherwise for one reason.
 * @throws DomainError `invalid_request` as `onTimeDifference` does
 */
export async function differenceDossiers (
  db: Db, asked: DifferenceDossiersQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<DifferenceDossier>> {
  const { rules: [code, otherCode], reason, ...filters } = asked
  const question = recordsQuestion(filters, reach)
  return inSlowRead(db, async trx => {
    const compared = await comparedIn(trx, question, [code!, otherCode], reach, now)
    if (compared === null) return { items: [], next_cursor: null }
    const step = stepsOf(compared).find(({ choice }) => choice === reason)!
    if (step.ways[0] === step.ways[1]) return { items: [], next_cursor: null }
    const { rows } = await changedPage(...plansOf(compared, step), page).execute(trx)
    return pageOf(rows, BY_DOSSIER, page.limit)
  })
}

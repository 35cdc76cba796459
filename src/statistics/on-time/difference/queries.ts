import type { Reach } from '../../../contract/caller.ts'
import type { Page, PageRequest } from '../../../contract/paging.ts'
import type { Db, Trx } from '../../../database/connect.ts'
import { pageOf } from '../../../database/sql/keyset.ts'
import { inSlowRead } from '../../../database/time-limits.ts'
import type { RulesStep } from '../../../dossiers/counts/index.ts'
import { assertAnswerable } from '../answerable.ts'
import type { RecordsPlan } from '../records/plan.ts'
import { recordsQuery } from '../records/records-sql.ts'
import { BY_DOSSIER, changedPage, summedChanges } from './changed-sql.ts'
import {
  assertComparable, assertListed, comparedIn, lastByUnit, planBy, plansOf, recordsQuestion, stepsOf, type Compared
} from './compared.ts'
import { excusedBy, plus, rowOf, type Figure, type KnownFigure, type OfAll } from './figures.ts'
import { reportedFigures } from './reported.ts'
import {
  CAUSES_OF_OTHERS, isChoice, isUnreported, UNREPORTED, type CauseOfOthers, type DifferenceDossier,
  type DifferenceDossiersQuery, type DifferenceQuery, type DifferenceRow, type Reason
} from './schema.ts'
import { countedExcusable, excused, leftOut, switched } from './sides-sql.ts'

type DossiersUrl = (reason: Reason) => string

/**
 * Why two figures of dossiers on time differ, reason by reason, and the whole difference last. Empty: the span has not
 * begun. All is read in one snapshot.
 * @param now milliseconds since 1970
 * @param dossiersUrl where the dossiers of a reason are
 * @throws DomainError `invalid_request` as `onTime` does, and for less or more than two figures
 */
export async function onTimeDifference (
  db: Db, asked: DifferenceQuery, reach: Reach, now: number, dossiersUrl: DossiersUrl
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
    const first = await figureOf(trx, planBy(compared, rules.choices))
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
    const byUnit = lastByUnit(compared)
    if (against === 'published') {
      const published = { numerator: published_numerator!, denominator: published_denominator! }
      const left = await rowsLeft(trx, byUnit, { before: last, other: published, except: [] }, ofAll, dossiersUrl)
      return [...rows, ...left, rowOf('total', first, published, ofAll)]
    }
    const found = await reportedFigures(trx, question, resolved, byUnit)
    const { withoutRecords, without, reported, isEstimated } = found
    const named = { ...ofAll, estimated: ofAll.estimated || isEstimated }
    const synchronised = plus(last, withoutRecords)
    rows.push(rowOf('units_without_records', last, synchronised, named, { units: withoutRecords.units }))
    let before = synchronised
    for (const reason of filters.field === undefined ? ['units_without_reports' as const] : UNREPORTED) {
      const units = without[reason]
      const changes = units.length === 0 ? UNCHANGED : await changesOf(trx, leftOut(byUnit, units))
      const { numerator_change, denominator_change, ...counts } = changes
      const after = plus(before, { numerator_change, denominator_change })
      const more = { ...counts, units: units.length, dossiers_url: dossiersUrl(reason) }
      rows.push(rowOf(reason, before, after, named, more))
      before = after
    }
    const left = { before, other: reported, except: Object.values(without).flat() }
    return [
      ...rows,
      ...await rowsLeft(trx, byUnit, left, named, dossiersUrl),
      rowOf('total', first, reported, named)
    ]
  })
}

async function figureOf (trx: Trx, plan: RecordsPlan): Promise<KnownFigure & { estimated: boolean }> {
  const { rows: [row] } = await recordsQuery(plan).execute(trx)
  return row as KnownFigure & { estimated: boolean }
}

async function rowsByRules (
  trx: Trx, compared: Compared, first: KnownFigure, ofAll: OfAll, dossiersUrl: DossiersUrl
): Promise<DifferenceRow[]> {
  const rows: DifferenceRow[] = []
  let before = first
  for (const step of stepsOf(compared)) {
    const { choice, ways: [choice_before, choice_after] } = step
    const { numerator_change, denominator_change, ...counts } = await changesOfStep(trx, compared, step)
    const after = plus(before, { numerator_change, denominator_change })
    rows.push(rowOf(choice, before, after, ofAll, {
      choice_before, choice_after, ...counts, dossiers_url: dossiersUrl(choice)
    }))
    before = after
  }
  return rows
}

const UNCHANGED = {
  dossiers: 0, became_counted: 0, no_longer_counted: 0, became_in_time: 0, became_late: 0, numerator_change: 0,
  denominator_change: 0
}

async function changesOfStep (trx: Trx, compared: Compared, step: RulesStep) {
  return step.ways[0] === step.ways[1] ? UNCHANGED : changesOf(trx, switched(...plansOf(compared, step)))
}

async function changesOf (trx: Trx, sides: Parameters<typeof summedChanges>[0]) {
  const { rows: [changes] } = await summedChanges(sides).execute(trx)
  return changes!
}

interface Left {
  before: KnownFigure
  /** That of somebody else. */
  other: Figure
  /** Units whose dossiers do not count any more. */
  except: readonly string[]
}

/** What late dossiers may have to do with what is left of a difference, and what is left then. */
async function rowsLeft (
  trx: Trx, byUnit: RecordsPlan, { before: known, other, except }: Left, ofAll: OfAll, dossiersUrl: DossiersUrl
): Promise<DifferenceRow[]> {
  const { rows: late } = await countedExcusable(byUnit, except).execute(trx)
  let before: Figure = known
  const rows = CAUSES_OF_OTHERS.map(cause => {
    const { dossiers = 0, shares = 0 } = late.find(row => row.cause === cause) ?? {}
    const after = excusedBy(before, other, shares)
    const row = rowOf(cause, before, after, ofAll, { dossiers, dossiers_url: dossiersUrl(cause) })
    before = after
    return row
  })
  return [...rows, rowOf('unexplained', before, other, ofAll)]
}

/**
 * The dossiers of one reason.
 * @throws DomainError `invalid_request` as `onTimeDifference` does, and for a reason that there is not
 */
export async function differenceDossiers (
  db: Db, asked: DifferenceDossiersQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<DifferenceDossier>> {
  assertListed(asked)
  const { rules: [code, otherCode], reason, against, ...filters } = asked
  const question = recordsQuestion(filters, reach)
  if (against === 'reported') assertAnswerable({ ...question, basis: 'reported' })
  return inSlowRead(db, async trx => {
    const compared = await comparedIn(trx, question, [code!, otherCode], reach, now)
    const sides = compared === null ? null : await sidesOf(trx, compared, reason, against)
    if (sides === null) return { items: [], next_cursor: null }
    const { rows } = await changedPage(sides, page).execute(trx)
    return pageOf(rows, BY_DOSSIER, page.limit)
  })
}

/** @returns null: nothing counts otherwise */
async function sidesOf (
  trx: Trx, compared: Compared, reason: DifferenceDossiersQuery['reason'], against: DifferenceDossiersQuery['against']
) {
  if (isChoice(reason)) {
    const step = stepsOf(compared).find(({ choice }) => choice === reason)!
    return step.ways[0] === step.ways[1] ? null : switched(...plansOf(compared, step))
  }
  const byUnit = lastByUnit(compared)
  const { question, resolved } = compared
  if (against === undefined) return excused(byUnit, reason as CauseOfOthers, [])
  const { without } = await reportedFigures(trx, question, resolved, byUnit)
  return isUnreported(reason)
    ? leftOut(byUnit, without[reason])
    : excused(byUnit, reason, Object.values(without).flat())
}

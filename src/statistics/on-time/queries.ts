import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf } from '../../database/sql/keyset.ts'
import { exactly } from '../../catalogue/units/resolve.ts'
import { readWithTimeFor } from '../../dossiers/counts/index.ts'
import { DOSSIERS } from '../kinds/index.ts'
import type { StatisticsKind } from '../kinds/kind.ts'
import { assertAnswerable } from './answerable.ts'
import { OnTimeCaches } from './caches.ts'
import { comparedRows } from './comparison/queries.ts'
import { orderOf, recordsPage, reportedPage } from './page-sql.ts'
import type { CountedRow, RulesOfRow } from './percentage-sql.ts'
import { plannedRecords } from './records/planned.ts'
import { isOfFewUnits, rowsOfFewUnits } from './records/few-units.ts'
import { plannedReport } from './reported/plan.ts'
import {
  answeredRows, resolveDays, rulesAsked, rulesOfRow, spansAsked, type AskedPeriod, type ResolvedSpans
} from './resolve-query.ts'
import type { OnTimeQuery, OnTimeRow } from './schema.ts'

/**
 * On-time percentages: counts are summed, then divided once. What may not be added is not:
 * - of several sources for one unit, period and scope each counts where none before it does, as `decidedRows` says;
 * - a group is the sum of own rows where it has any, and otherwise the total of the one unit that it stands for;
 * - the opening stock of several periods is that of the first, the closing stock that of the last;
 * - what is reported and what is recorded are two bases.
 * A span that has not begun has no rows, and one that is not over is cut at now.
 *
 * @param now milliseconds since 1970
 * @param caches of the service; left out where the question has filters, for which nothing is cached
 * @param kind rows of another kind than dossiers have the columns of its own answer
 * @throws DomainError `invalid_request` for unknown codes, for periods that overlap or leave a gap, and for what the
 *   basis does not know
 */
export async function onTime (
  db: Db, asked: OnTimeQuery, page: PageRequest, reach: Reach, now: number, caches = new OnTimeCaches(),
  kind: StatisticsKind = DOSSIERS
): Promise<OnTimePage> {
  assertAnswerable(asked)
  const question = withinReach(asked, reach)
  const resolved = await resolveDays(db, question, reach, now, caches.periods)
  const spans = spansAsked(question, resolved.periods, now)
  const { province } = resolved
  if (spans.length === 0) return { items: [], next_cursor: null, province }
  const asOf = { ...resolved, spans }
  const rows = await rowsOf(db, kind, question, page, asOf, caches, now)
  return { ...pageOf(answeredRows(kind, rows, spans, resolved), orderOf(kind, question), page.limit), province }
}

/**
 * The counting rules that an answer about a period names, which is counted by `onTime`.
 * @throws DomainError `invalid_request` for unknown rules, and for any where what is reported is asked for
 */
export async function rulesNamed (
  db: Db, asked: Pick<OnTimeQuery, 'basis' | 'rules'>, period: Pick<AskedPeriod, 'code' | 'ends_on'>, now: number
): Promise<RulesOfRow> {
  assertAnswerable({ ...asked, period: [period.code] })
  return rulesOfRow(await rulesAsked(db, asked, [period], now))
}

interface OnTimePage extends Page<OnTimeRow> {
  /** That of the unit that is asked about; null: of any. */
  province: string | null
}

/** The question of a caller who reaches one unit is about that unit and all below it. */
export function withinReach (asked: OnTimeQuery, reach: Reach): OnTimeQuery {
  return reach === null ? asked : { ...asked, unit: asked.unit ?? exactly(reach) }
}

function rowsOf (
  db: Db, kind: StatisticsKind, question: OnTimeQuery, page: PageRequest, asOf: ResolvedSpans, caches: OnTimeCaches,
  now: number
): Promise<CountedRow[]> {
  const { compare, basis } = question
  if (compare !== undefined) return comparedRows(db, kind, { ...question, compare }, page, asOf, now)
  if (basis === 'records') return recordsRows(db, question, page, asOf, caches)
  return reportedRows(db, kind, question, page, asOf, caches)
}

async function reportedRows (
  db: Db, kind: StatisticsKind, question: OnTimeQuery, page: PageRequest, resolved: ResolvedSpans, caches: OnTimeCaches
): Promise<CountedRow[]> {
  const plan = plannedReport(kind, question, resolved)
  return (await db.executeQuery(reportedPage(db, question, plan, page, caches))).rows
}

async function recordsRows (
  db: Db, question: OnTimeQuery, page: PageRequest, resolved: ResolvedSpans, caches: OnTimeCaches
): Promise<CountedRow[]> {
  const plan = await plannedRecords(db, question, resolved)
  const order = orderOf(DOSSIERS, question)
  return readWithTimeFor(db, plan, async db => {
    const rows = isOfFewUnits(plan, order) ? await rowsOfFewUnits(db, plan, order, page) : undefined
    return rows ?? (await db.executeQuery(recordsPage(db, question, plan, page, caches))).rows
  })
}

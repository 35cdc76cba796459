import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf } from '../../database/sql/keyset.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { OnTimeCaches } from './caches.ts'
import { orderOf, recordsPage, reportedPage } from './page-sql.ts'
import { recordsPlanOf } from './records/plan.ts'
import { reportedPlanOf } from './reported/plan.ts'
import { assertAnswerable, namesOnlyPeriod, resolveDays, resolveQuery } from './resolve-query.ts'
import type { OnTimeQuery, OnTimeRow } from './schema.ts'

/**
 * On-time percentages: counts are summed, then divided once. What may not be added is not:
 * - of several sources for one unit, period and scope only the one of higher precedence counts, then the later;
 * - a group is the sum of own rows where it has any, and otherwise the total of the one unit that it stands for;
 * - the opening stock of several periods is that of the first, the closing stock that of the last;
 * - what is reported and what is recorded are two bases.
 *
 * @param caches of the service; left out where the question has filters, for which nothing is cached
 * @throws DomainError `invalid_request` for unknown codes, for periods that overlap or leave a gap, and for what the
 *   basis does not know
 */
export async function onTime (
  db: Db, asked: OnTimeQuery, page: PageRequest, reach: Reach, caches = new OnTimeCaches()
): Promise<Page<OnTimeRow>> {
  assertAnswerable(asked)
  const question = withinReach(asked, reach)
  const rowsOf = question.basis === 'records' ? recordsRows : reportedRows
  return pageOf(await rowsOf(db, question, page, reach, caches), orderOf(question), page.limit)
}

/** The question of a caller who reaches one unit is about that unit and all below it. */
export function withinReach (asked: OnTimeQuery, reach: Reach): OnTimeQuery {
  return reach === null ? asked : { ...asked, unit: asked.unit ?? reach }
}

async function reportedRows (
  db: Db, question: OnTimeQuery, page: PageRequest, reach: Reach, caches: OnTimeCaches
): Promise<OnTimeRow[]> {
  const isLookedUp = !namesOnlyPeriod(question)
  const plan = reportedPlanOf(question, isLookedUp ? await resolveQuery(db, question, reach) : null)
  const { rows } = await db.executeQuery(reportedPage(db, question, plan, page, caches))
  // A period for which anything is found exists: only where nothing is, it has to be looked up.
  if (!isLookedUp && rows.every(({ scope }) => scope === null)) await resolveQuery(db, question, reach)
  return rows
}

async function recordsRows (
  db: Db, question: OnTimeQuery, page: PageRequest, reach: Reach, caches: OnTimeCaches
): Promise<OnTimeRow[]> {
  const plan = recordsPlanOf(question, await resolveDays(db, question, reach, caches.periods))
  const statement = recordsPage(db, question, plan, page, caches)
  const { rows } = plan.table === 'dossiers'
    ? await inSlowRead(db, trx => trx.executeQuery(statement))
    : await db.executeQuery(statement)
  return rows
}

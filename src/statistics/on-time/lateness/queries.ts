import type { Reach } from '../../../contract/caller.ts'
import type { Page, PageRequest } from '../../../contract/paging.ts'
import type { Db } from '../../../database/connect.ts'
import { pageOf } from '../../../database/sql/keyset.ts'
import { inSlowRead } from '../../../database/time-limits.ts'
import { roundedCount } from '../../../form-ii06a/measures.ts'
import { assertAnswerable } from '../answerable.ts'
import { withinReach } from '../queries.ts'
import { recordsPlanOf } from '../records/plan.ts'
import { resolveQuery, spansAsked, type AskedSpan, type ResolvedQuery } from '../resolve-query.ts'
import type { OnTimeQuery } from '../schema.ts'
import { BY_DOSSIER, countedCauses, latePage } from './causes-sql.ts'
import { CAUSES, type Cause, type LateDossier, type LatenessDossiersQuery, type LatenessQuery, type LatenessRow } from './schema.ts'

const MEANINGS: Record<Cause, string> = {
  inherited: 'Nhận từ đơn vị khác khi đã quá hạn',
  waiting: 'Quá hạn do thời gian chờ bổ sung hồ sơ',
  sync: 'Giải quyết đúng hạn nhưng cập nhật, đồng bộ chậm',
  own: 'Giải quyết chậm tại đơn vị'
}

/**
 * The late dossiers of a figure, by cause: four rows, which add up to all of them. Empty: the span has not begun.
 * @param now milliseconds since 1970
 * @param dossiersUrl where the dossiers of a cause are
 * @throws DomainError `invalid_request` as `onTime` does
 */
export async function lateness (
  db: Db, asked: LatenessQuery, reach: Reach, now: number, dossiersUrl: (cause: Cause) => string
): Promise<LatenessRow[]> {
  const { question, resolved, span } = await resolvedOf(db, asked, reach, now)
  if (span === undefined) return []
  const plan = recordsPlanOf(question, [span], resolved)
  const { rows } = await inSlowRead(db, trx => countedCauses(plan).execute(trx))
  const { method = 'resolved' } = asked
  const late = roundedCount(rows.reduce((sum, { dossiers }) => sum + dossiers, 0))
  const { rules, rules_version } = resolved.rules!
  return CAUSES.map(cause => {
    const { dossiers = 0 } = rows.find(row => row.cause === cause) ?? {}
    return {
      cause, meaning: MEANINGS[cause], dossiers, late,
      share_percent: late === 0 ? null : Math.round(10_000 * dossiers / late) / 100,
      dossiers_url: dossiersUrl(cause), method, rules, rules_version, hierarchy: resolved.hierarchy.name,
      estimated: rows.some(({ estimated }) => estimated), as_of: span.as_of, provisional: span.provisional
    }
  })
}

/** The late dossiers themselves. @throws DomainError `invalid_request` as `onTime` does */
export async function lateDossiers (
  db: Db, { cause, ...asked }: LatenessDossiersQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<LateDossier>> {
  const { question, resolved, span } = await resolvedOf(db, asked, reach, now)
  if (span === undefined) return { items: [], next_cursor: null }
  const plan = recordsPlanOf(question, [span], resolved)
  const { rows } = await inSlowRead(db, trx => latePage(plan, cause, page).execute(trx))
  return pageOf(rows, BY_DOSSIER, page.limit)
}

interface Resolved {
  question: OnTimeQuery
  resolved: ResolvedQuery
  /** undefined: it has not begun. */
  span: AskedSpan | undefined
}

async function resolvedOf (db: Db, asked: LatenessQuery, reach: Reach, now: number): Promise<Resolved> {
  const question = { ...withinReach(asked, reach), basis: 'records' } as const
  assertAnswerable(question)
  const resolved = await resolveQuery(db, question, reach, now)
  const [span] = spansAsked(question, resolved.periods, now)
  return { question, resolved, span }
}

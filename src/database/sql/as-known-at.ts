import { sql, type RawBuilder } from 'kysely'
import { invalid, type DomainError } from '../../contract/errors.ts'
import { LATEST } from '../../time/business-day.ts'
import { instantOf } from '../../time/rfc3339.ts'
import type { Db } from '../connect.ts'

/** Longer than any write takes. Whatever was written before an older instant is committed, or never will be. */
const LONGEST_WRITE = '1 hour'

/**
 * Refuses an instant of which nothing can be known.
 * @param asKnownAt RFC 3339
 * @returns whether a write may still run that began before it
 * @throws DomainError `out_of_range` for an instant before 1970, or that is yet to come
 */
export async function isUnsettled (db: Db, asKnownAt: string): Promise<boolean> {
  const milliseconds = instantOf(asKnownAt)
  if (milliseconds < 0) throw invalid('/query/as_known_at', 'out_of_range', `${asKnownAt} is before 1970`)
  // Before it is asked of the database, which cannot read the ends of the years 1 and 9999 as JavaScript writes them.
  if (milliseconds > LATEST) throw yetToCome(asKnownAt)
  const instant = instantSql(asKnownAt)
  const { rows: [clock] } = await sql<{ past: boolean, recent: boolean }>`
    select ${instant} < clock_timestamp() as past,
      ${instant} > clock_timestamp() - ${LONGEST_WRITE}::interval as recent`.execute(db)
  if (!clock!.past) throw yetToCome(asKnownAt)
  return clock!.recent
}

/**
 * Makes sure that what the audit log says of an instant is settled: a write gets its instant while it holds the row
 * that gives out positions.
 * @throws DomainError `out_of_range`
 */
export async function settledAudit (db: Db, asKnownAt: string): Promise<void> {
  if (await isUnsettled(db, asKnownAt)) await sql`select from change_feed for share`.execute(db)
}

/**
 * The last microsecond of the millisecond: answers name instants to the millisecond, and what was written at such an
 * instant was known at it.
 * @param asKnownAt RFC 3339
 */
export function instantSql (asKnownAt: string): RawBuilder<string> {
  const milliseconds = new Date(instantOf(asKnownAt)).toISOString()
  return sql<string>`${milliseconds.replace('Z', '999Z')}::timestamptz`
}

function yetToCome (asKnownAt: string): DomainError {
  return invalid('/query/as_known_at', 'out_of_range', `${asKnownAt} is yet to come`)
}

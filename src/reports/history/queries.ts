import { sql, type RawBuilder } from 'kysely'
import { invalid, type DomainError } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { waitForAll } from '../../database/sql/advisory-lock.ts'
import { LATEST } from '../../time/business-day.ts'
import { instantOf } from '../../time/rfc3339.ts'

/** Longer than any write takes. Whatever was written before an older instant is committed, or never will be. */
const LONGEST_WRITE = '1 hour'

/**
 * Makes sure that what was known at an instant is settled: nobody writes any more what belongs to it.
 * @param asKnownAt RFC 3339; undefined: now, which needs no wait
 * @throws DomainError `out_of_range` for an instant before 1970, or that is yet to come
 */
export async function settled (db: Db, asKnownAt: string | undefined): Promise<void> {
  if (asKnownAt === undefined) return
  const milliseconds = instantOf(asKnownAt)
  if (milliseconds < 0) throw invalid('/query/as_known_at', 'out_of_range', `${asKnownAt} is before 1970`)
  // Before it is asked of the database, which cannot read the ends of the years 1 and 9999 as JavaScript writes them.
  if (milliseconds > LATEST) throw yetToCome(asKnownAt)
  const instant = new Date(milliseconds).toISOString()
  const { rows: [clock] } = await sql<{ past: boolean, recent: boolean }>`
    select ${instant}::timestamptz < clock_timestamp() as past,
      ${instant}::timestamptz > clock_timestamp() - ${LONGEST_WRITE}::interval as recent`.execute(db)
  if (!clock!.past) throw yetToCome(asKnownAt)
  if (clock!.recent) await waitForAll(db, 'values')
}

function yetToCome (asKnownAt: string): DomainError {
  return invalid('/query/as_known_at', 'out_of_range', `${asKnownAt} is yet to come`)
}

/** The table `indicator_values` as it is, or as it was known at an instant. */
export function valuesKnownAt (asKnownAt: string | undefined): RawBuilder<unknown> {
  if (asKnownAt === undefined) return sql`indicator_values`
  const instant = sql`${new Date(instantOf(asKnownAt)).toISOString()}::timestamptz`
  return sql`(
    select * from indicator_value_versions
    where known_from <= ${instant} and (known_until is null or known_until > ${instant})) as indicator_values`
}

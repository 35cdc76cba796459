import { sql, type RawBuilder } from 'kysely'
import { invalid } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { waitForAll } from '../../database/sql/advisory-lock.ts'
import { instantOf } from '../../time/rfc3339.ts'

/** Longer than any write takes. Whatever was written before an older instant is committed, or never will be. */
const LONGEST_WRITE = '1 hour'

/**
 * Makes sure that what was known at an instant is settled: nobody writes any more what belongs to it.
 * @param asKnownAt RFC 3339; undefined: now, which needs no wait
 * @throws DomainError `out_of_range` for an instant that is yet to come
 */
export async function settled (db: Db, asKnownAt: string | undefined): Promise<void> {
  if (asKnownAt === undefined) return
  const instant = new Date(instantOf(asKnownAt)).toISOString()
  const { rows: [clock] } = await sql<{ past: boolean, recent: boolean }>`
    select ${instant}::timestamptz < clock_timestamp() as past,
      ${instant}::timestamptz > clock_timestamp() - ${LONGEST_WRITE}::interval as recent`.execute(db)
  if (!clock!.past) throw invalid('/query/as_known_at', 'out_of_range', `${asKnownAt} is yet to come`)
  if (clock!.recent) await waitForAll(db, 'values')
}

/** The table `indicator_values` as it is, or as it was known at an instant. */
export function valuesKnownAt (asKnownAt: string | undefined): RawBuilder<unknown> {
  if (asKnownAt === undefined) return sql`indicator_values`
  const instant = sql`${new Date(instantOf(asKnownAt)).toISOString()}::timestamptz`
  return sql`(
    select * from indicator_value_versions
    where known_from <= ${instant} and (known_until is null or known_until > ${instant})) as indicator_values`
}

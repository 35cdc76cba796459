import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { waitForAll } from '../../database/sql/advisory-lock.ts'
import { instantSql, isUnsettled } from '../../database/sql/as-known-at.ts'

/**
 * Makes sure that what was known at an instant is settled: nobody writes any more what belongs to it.
 * @param asKnownAt RFC 3339; undefined: now, which needs no wait
 * @throws DomainError `out_of_range` for an instant before 1970, or that is yet to come
 */
export async function settled (db: Db, asKnownAt: string | undefined): Promise<void> {
  if (asKnownAt !== undefined && await isUnsettled(db, asKnownAt)) await waitForAll(db, 'values')
}

/** The table `indicator_values` as it is, or as it was known at an instant. */
export function valuesKnownAt (asKnownAt: string | undefined): RawBuilder<unknown> {
  if (asKnownAt === undefined) return sql`indicator_values`
  const instant = instantSql(asKnownAt)
  return sql`(
    select * from indicator_value_versions
    where known_from <= ${instant} and (known_until is null or known_until > ${instant})) as indicator_values`
}

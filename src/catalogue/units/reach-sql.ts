import { sql, type RawBuilder } from 'kysely'
import type { Reach } from '../../contract/caller.ts'
import type { Subtree } from './resolve.ts'

// Where a unit stood on a day says what is counted for the units above it: see catalogue/hierarchy. Whose keys reach it
// (`reached_by`) says what a caller may see: its history before a merger as well.

/** For access: whether a caller reaches the unit in a column. */
export function isReachedBy (column: string, reach: Reach): RawBuilder<boolean> {
  return reach === null ? sql`true` : sql`${sql.ref(column)} in (select id from units where ${reach} = any(reached_by))`
}

/** Whether the unit in a column is one that a list covers. */
export function isWithin (column: string, subtree: Subtree): RawBuilder<boolean> {
  return sql`${sql.ref(column)} in (select id from units where ${isCovered(subtree)})`
}

/** The same of a row of `units`. */
export function isCovered ({ id, by }: Pick<Subtree, 'id' | 'by'>): RawBuilder<boolean> {
  return sql`${id} = any(${sql.ref(`units.${by}`)})`
}

/**
 * Whether a row of facts is of a unit or one below it. Of a province its code alone says so. As an array the units are
 * known before rows are read, and an index finds them.
 */
export function isOfSubtree ({ id, by, path, province_code: province }: Subtree): RawBuilder<boolean> {
  const ofProvince = sql<boolean>`province_code = ${province}`
  return path.length === 1 ? ofProvince
    : sql`${ofProvince} and unit = any(array(select id from units where ${isCovered({ id, by })}))`
}

/** The codes of all provinces: they lead the keys of facts, so that an index is used although no province is named. */
export const PROVINCES = sql<string[]>`array(select id from units where parent is null)`

import { sql, type RawBuilder } from 'kysely'

/** Whether the unit in a column is this one or below it. */
export function isAtOrBelow (column: string, unit: string): RawBuilder<boolean> {
  return sql`${sql.ref(column)} in (select id from units where ${unit} = any(path))`
}

/** The codes of all provinces: they lead the keys of facts, so that an index is used although no province is named. */
export const PROVINCES = sql<string[]>`array(select id from units where parent is null)`

import { sql, type Insertable, type RawBuilder } from 'kysely'
import type { Trx } from '../connect.ts'
import type { DB } from '../tables.ts'

// Names of columns come from this code alone, so they are text; what callers send is always a parameter.

/** Names of columns, quoted; `table.column` as well. */
export function columns (names: readonly string[], table?: string): RawBuilder<unknown> {
  return sql.raw(names.map(name => quoted(table === undefined ? name : `${table}.${name}`)).join())
}

/** Whether two tables have the same in these columns. */
export function same (a: string, b: string, names: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`(${columns(names, a)}) = (${columns(names, b)})`
}

/** For `set`: each column as it is in another table. */
export function assignments (names: readonly string[], from: string): RawBuilder<unknown> {
  return sql.raw(names.map(name => `${quoted(name)} = ${quoted(`${from}.${name}`)}`).join())
}

/** Some columns of a table's rows, or all, as one parameter, whatever the number of rows; `asked` in the query. */
export function recordset<R extends object> (
  table: keyof DB, rows: readonly R[], names: readonly (keyof R & string)[]
): RawBuilder<R> {
  const json = JSON.stringify(rows, [...names])
  return sql`(select ${columns(names)} from json_populate_recordset(null::${sql.table(table)}, ${json}::json)) as asked`
}

/**
 * Inserts rows of reference data, updates changed ones, and does not touch those that are the same. They are one JSON
 * parameter, so their number has no limit; there must be one.
 */
export async function upsert<T extends keyof DB> (
  trx: Trx, table: T, key: (keyof DB[T] & string)[], rows: Insertable<DB[T]>[]
): Promise<void> {
  const names = namesIn(rows)
  const changing = names.filter(name => !key.some(column => column === name))
  await sql`
    ${insertion(table, names, rows)}
    on conflict (${columns(key)}) do update set ${assignments(changing, 'excluded')}
    where stored is distinct from excluded
  `.execute(trx)
}

/**
 * Inserts rows of reference data that are not stored yet; stored ones stay as they are. There must be a row.
 * @returns how many it inserted
 */
export async function insertMissing<T extends keyof DB> (
  trx: Trx, table: T, rows: readonly Insertable<DB[T]>[]
): Promise<number> {
  const { numAffectedRows } = await sql`
    ${insertion(table, namesIn(rows), rows)}
    on conflict do nothing
  `.execute(trx)
  return Number(numAffectedRows)
}

/** All columns that any of the rows has. */
function namesIn (rows: readonly object[]): string[] {
  return [...new Set(rows.flatMap(row => Object.keys(row)))]
}

function insertion (table: keyof DB, names: readonly string[], rows: readonly object[]): RawBuilder<unknown> {
  return sql`
    insert into ${sql.table(table)} as stored (${columns(names)})
    select ${columns(names)}
    from json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::json)`
}

export function quoted (name: string): string {
  return name.split('.').map(name => `"${name}"`).join('.')
}

import { type Insertable, sql } from 'kysely'
import type { Trx } from '../connect.ts'
import type { DB } from '../tables.ts'

/**
 * Writes rows of reference data: adds new ones, replaces changed ones, and does not touch those that are the same.
 * They travel as one JSON parameter, so their number has no limit; there must be one.
 */
export async function upsert<T extends keyof DB> (
  trx: Trx, table: T, key: (keyof DB[T] & string)[], rows: Insertable<DB[T]>[]
): Promise<void> {
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))]
  const changing = columns.filter(column => !key.some(part => part === column))
  const list = (names: string[]) => sql.join(names.map(name => sql.ref(name)))
  await sql`
    insert into ${sql.table(table)} as kept (${list(columns)})
    select ${list(columns)}
    from json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::json)
    on conflict (${list(key)}) do update
    set ${sql.join(changing.map(name => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`))}
    where kept is distinct from excluded
  `.execute(trx)
}

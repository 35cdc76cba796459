import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import { prepared } from '../database/sql/prepared.ts'

const TABLES = { level: 'levels', field: 'fields', unit: 'units', procedure: 'procedures' } as const
/** The column that rows name them by. */
const NAMED_BY = { level: 'code', field: 'code', unit: 'id', procedure: 'code' } as const
type Key = keyof typeof TABLES
const KEYS = Object.keys(TABLES) as Key[]

/** The names that stand beside codes, null where there is no code. */
type Names<K extends Key> = Record<`${K}_name`, string | null>

/**
 * Rows with the names of what their codes stand for, looked up at once for all rows.
 * @param keys the codes that a row has
 */
export async function withNames<R extends Record<K, string | null>, K extends Key = Key> (
  db: Db, rows: readonly R[], keys: readonly K[] = KEYS as K[]
): Promise<(R & Names<K>)[]> {
  const nameOf = await namesOf(db, rows, keys)
  return rows.map(row => {
    // A name comes after its code, in JSON as in a table. One object a row: rows are wide, and copies take longest.
    const named: Record<string, string | null> = {}
    for (const key of keys) {
      named[key] = row[key]
      named[`${key}_name`] = nameOf(key, row[key])
    }
    return Object.assign(named, row) as R & Names<K>
  })
}

/** Writes the names into rows that have a place for them, which saves a copy of each. */
export async function fillNames (
  db: Db, rows: readonly (Record<Key, string | null> & Names<Key>)[]
): Promise<void> {
  const nameOf = await namesOf(db, rows, KEYS)
  for (const row of rows) {
    row.level_name = nameOf('level', row.level)
    row.field_name = nameOf('field', row.field)
    row.unit_name = nameOf('unit', row.unit)
    row.procedure_name = nameOf('procedure', row.procedure)
  }
}

async function namesOf<K extends Key> (
  db: Db, rows: readonly Record<K, string | null>[], keys: readonly K[]
): Promise<(key: Key, code: string | null) => string | null> {
  const codes = keys.map(key => [key, [...new Set(rows.map(row => row[key]).filter(code => code !== null))]] as const)
  // Joined: of a list whose length is not known when a statement is planned, `any` compares each with each.
  const lookups = codes.filter(([, asked]) => asked.length > 0).map(([key, asked]) => (
    sql`select ${key}::text as key, asked.code, name
      from unnest(${asked}::text[]) as asked (code) join ${sql.table(TABLES[key])} as named on ${sql.ref(`named.${NAMED_BY[key]}`)} = asked.code`))
  const names = new Map<string, string>()
  if (lookups.length > 0) {
    const found = await prepared(sql<Record<'key' | 'code' | 'name', string>>`${sql.join(lookups, sql` union all `)}`).execute(db)
    for (const { key, code, name } of found.rows) names.set(`${key} ${code}`, name)
  }
  return (key, code) => names.get(`${key} ${code}`) ?? null
}

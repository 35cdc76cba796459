// Rows by unit and procedure, of which no sums are kept: only the dossiers of the units of a page are read.
import { sql } from 'kysely'
import type { PageRequest } from '../../../contract/paging.ts'
import type { Db } from '../../../database/connect.ts'
import { pageQuery, readCursor, type OrderColumn } from '../../../database/sql/keyset.ts'
import { unitsIn } from '../../../dossiers/counts/index.ts'
import type { CountedRow } from '../percentage-sql.ts'
import type { RecordsPlan } from './plan.ts'
import { recordsQuery } from './records-sql.ts'

/** So many units are read, one step after the other. */
const STEPS = [2, 2, 4, 8, 16, 32]
const MOST_UNITS = STEPS.reduce((sum, many) => sum + many)

/**
 * Whether a page is of few units: their rows come one after the other, and each has as many as it has procedures. Where
 * a unit moved between periods, each of these has units of its own.
 */
export function isOfFewUnits (
  { reading, carried, keys, procedure, moves }: RecordsPlan, [first]: readonly OrderColumn[]
): boolean {
  return reading === 'dossiers' && carried === 'nothing' && keys.includes('procedure') && procedure === undefined &&
    moves?.length === 0 && first!.name === 'unit' && !first!.descending
}

/**
 * @param db a transaction that sees one state: the page is read by several statements
 * @returns undefined where the page is of more units, by the rows of those read: all are read at once in less time
 */
export async function rowsOfFewUnits (
  db: Db, plan: RecordsPlan, order: readonly OrderColumn[], page: PageRequest
): Promise<CountedRow[] | undefined> {
  const units = await unitsFrom(db, plan, page.cursor === undefined ? '' : String(readCursor(page.cursor, order)[0]))
  const rows: CountedRow[] = []
  let read = 0
  for (const many of STEPS) {
    const ofSome = { ...plan, only: units.splice(0, many) }
    const missing = { ...page, limit: page.limit - rows.length }
    rows.push(...(await pageQuery(recordsQuery(ofSome), order, missing).execute(db)).rows)
    if (rows.length > page.limit || units.length === 0) return rows
    read += many
    // At this rate the most that are read step by step would not fill the page.
    if (rows.length * MOST_UNITS < page.limit * read) break
  }
  return undefined
}

/** The units of a question from one on, in the order of a list. */
async function unitsFrom (db: Db, plan: RecordsPlan, first: string): Promise<string[]> {
  const { province = null } = plan
  const asked = unitsIn(plan) ??
    sql`select id as unit from units where ${province}::text is null or province_code = ${province}`
  const { rows } = await sql<{ unit: string }>`select unit from (${asked}) as asked where unit >= ${first} order by unit`.execute(db)
  return rows.map(({ unit }) => unit)
}

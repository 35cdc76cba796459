import { sql, type RawBuilder } from 'kysely'
import type { Warning } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { assignments, columns, recordset, same } from '../../database/sql/bulk-json.ts'
import { MEASURES, type Measures } from '../../form-ii06a/measures.ts'

export type Detail = 'whole' | 'field' | 'procedure'

/** All the rows of one source for one unit, period and scope are one set: checked, replaced and counted together. */
export interface SetKey {
  province_code: string
  period: string
  unit: string
  scope: 'own' | 'total'
  source: string
}

export interface StatisticsRow extends SetKey, Measures {
  detail: Detail
  detail_code: string
  field: string | null
  procedure: string | null
  /** RFC 3339. null: not known. */
  reported_at: string | null
}

/** A row to be written, with the level of its unit. */
export interface NewRow extends StatisticsRow {
  level: string
  /** Whether its field is named, or follows from its procedure. */
  names_field: boolean
  /** Of its procedure, with a pointer relative to the item. null: there is nothing to warn of. */
  warning: Warning | null
}

export const SET_KEY = ['province_code', 'period', 'unit', 'scope', 'source'] as const
export const ROW_KEY = [...SET_KEY, 'detail_code'] as const
const ROW_COLUMNS = [...SET_KEY, 'detail', 'detail_code', 'field', 'procedure', 'reported_at', ...MEASURES] as const

/** Holds the rank of sources until the rows are counted. */
export async function holdSources (trx: Trx, codes: string[]): Promise<void> {
  if (codes.length === 0) return
  await trx.selectFrom('sources').select('code').where('code', 'in', [...new Set(codes)]).orderBy('code').forShare().execute()
}

/**
 * Adds the sets of the rows that are new.
 * @returns the detail that each set has
 */
export async function openSets (trx: Trx, rows: NewRow[]): Promise<Map<string, Detail>> {
  const asked = recordset('statistics_sets', distinctSets(rows), [...SET_KEY, 'detail', 'level'])
  await sql`insert into statistics_sets (${columns(SET_KEY)}, detail, level)
    select ${columns(SET_KEY)}, detail, level from ${asked}
    on conflict do nothing`.execute(trx)
  const { rows: stored } = await sql<SetKey & { detail: Detail }>`
    select ${columns(SET_KEY)}, stored.detail
    from statistics_sets as stored join ${asked} using (${columns(SET_KEY)})`.execute(trx)
  return new Map(stored.map(set => [setKeyOf(set), set.detail]))
}

/** The stored rows that have the keys of `rows`. */
export async function storedRows (
  trx: Trx, rows: readonly Pick<StatisticsRow, typeof ROW_KEY[number]>[]
): Promise<StatisticsRow[]> {
  if (rows.length === 0) return []
  return rowsBeside(trx, recordset('dossier_statistics', rows, ROW_KEY), ROW_KEY)
}

/** All rows of sets. */
export async function rowsOfSets (trx: Trx, sets: readonly SetKey[]): Promise<StatisticsRow[]> {
  return rowsBeside(trx, recordset('statistics_sets', distinctSets(sets), SET_KEY), SET_KEY)
}

async function rowsBeside (trx: Trx, asked: RawBuilder<unknown>, key: readonly string[]): Promise<StatisticsRow[]> {
  const { rows } = await sql<StatisticsRow>`
    select ${columns(ROW_COLUMNS, 'stored')}
    from ${asked} join dossier_statistics as stored using (${columns(key)})`.execute(trx)
  return rows
}

export async function deleteRows (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`delete from dossier_statistics as stored using ${recordset('dossier_statistics', rows, ROW_KEY)}
    where ${same('stored', 'asked', ROW_KEY)}`.execute(trx)
}

/** Deletes sets that have no rows any more. */
export async function deleteSets (trx: Trx, sets: SetKey[]): Promise<void> {
  await sql`delete from statistics_sets as stored using ${recordset('statistics_sets', sets, SET_KEY)}
    where ${same('stored', 'asked', SET_KEY)}`.execute(trx)
}

/** Gives sets without rows the detail of the rows to come. */
export async function setDetail (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`update statistics_sets as stored set detail = asked.detail
    from ${recordset('statistics_sets', distinctSets(rows), [...SET_KEY, 'detail'])}
    where ${same('stored', 'asked', SET_KEY)}`.execute(trx)
}

export async function upsertRows (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`insert into dossier_statistics (${columns(ROW_COLUMNS)})
    select ${columns(ROW_COLUMNS)} from ${recordset('dossier_statistics', rows, ROW_COLUMNS)}
    on conflict (${columns(ROW_KEY)}) do update set ${assignments(['field', 'reported_at', ...MEASURES], 'excluded')}`.execute(trx)
}

export function setKeyOf ({ period, unit, scope, source }: Omit<SetKey, 'province_code'>): string {
  return `${period} ${unit} ${scope} ${source}`
}

export function rowKeyOf (row: StatisticsRow): string {
  return `${setKeyOf(row)} ${row.detail} ${row.detail_code}`
}

export function distinctSets<S extends SetKey> (sets: readonly S[]): S[] {
  return [...new Map(sets.map(set => [setKeyOf(set), set])).values()]
}

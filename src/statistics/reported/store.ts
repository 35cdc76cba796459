import { sql, type RawBuilder } from 'kysely'
import type { Warning } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { unnested, type Columns } from '../../database/sql/bulk-binary.ts'
import { assignments, columns, same } from '../../database/sql/bulk-json.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { detailsText, type DetailsRead } from '../../form-ii06a/detail-measures.ts'
import { ofEachKind, tablesOf } from '../kinds/index.ts'
import type { Counts, Detail, SetKey, StatisticsKind, StatisticsRow } from '../kinds/kind.ts'

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
/** Of what a row says, those that its key does not tell. */
const saidColumnsOf = ofEachKind(({ measures, hasDetails }) => (
  ['field', 'reported_at', ...measures, ...hasDetails ? ['details'] as const : []] as const))
export const rowColumnsOf = ofEachKind(kind => (
  [...SET_KEY, 'detail', 'detail_code', 'procedure', ...saidColumnsOf(kind)] as const))

/** Columns that are texts, for `unnested`. */
export function texts<const N extends string> (names: readonly N[]): Columns<Record<N, string | null>> {
  return Object.fromEntries(names.map(name => [name, { type: 'text', of: (row: Record<N, string | null>) => row[name] }]))
}

const DETAILS: Columns<StatisticsRow> = { details: { type: 'jsonb', of: ({ details }) => details } }
const givenRows = ofEachKind(({ measures, hasDetails }): Columns<StatisticsRow> => ({
  ...texts([...ROW_KEY, 'detail', 'field', 'procedure']),
  // What is written says when it was reported: where its source does not, when it came.
  reported_at: { type: 'timestamptz', of: ({ reported_at: at }) => Date.parse(at!) },
  ...hasDetails ? DETAILS : {},
  ...Object.fromEntries(measures.map(measure => [measure, { type: 'int4', of: (row: Counts) => row[measure] }]))
}))

/** Rows that a statement is given, as the table `asked`. */
export function asked<R> (given: Columns<R>, rows: readonly R[]): RawBuilder<R> {
  return sql<R>`${unnested(given, rows)} as asked`
}

/** Holds the rank of sources until the rows are counted. */
export async function holdSources (trx: Trx, codes: string[]): Promise<void> {
  if (codes.length === 0) return
  await trx.selectFrom('sources').select('code').where('code', 'in', [...new Set(codes)]).orderBy('code').forShare().execute()
}

/** What is known of a stored set. */
export interface StoredSet {
  detail: Detail
  row_count: number
}

/** The sets that are stored, by `setKeyOf`. */
export async function storedSets (
  trx: Trx, kind: StatisticsKind, sets: readonly SetKey[]
): Promise<Map<string, StoredSet>> {
  const { rows } = await sql<SetKey & StoredSet>`
    select ${columns(SET_KEY)}, stored.detail, row_count
    from ${tablesOf(kind).sets} as stored join ${asked(texts(SET_KEY), sets)} using (${columns(SET_KEY)})`.execute(trx)
  return new Map(rows.map(set => [setKeyOf(set), set]))
}

/**
 * Adds the sets of the rows that are new.
 * @param stored the others; gets the new ones
 */
export async function openSets (
  trx: Trx, kind: StatisticsKind, rows: readonly NewRow[], stored: Map<string, StoredSet>
): Promise<void> {
  const sets = distinctSets(rows.filter(row => !stored.has(setKeyOf(row))))
  if (sets.length === 0) return
  await sql`insert into ${tablesOf(kind).sets} (${columns(SET_KEY)}, detail, level)
    select ${columns(SET_KEY)}, detail, level from ${asked(texts([...SET_KEY, 'detail', 'level']), sets)}
    on conflict do nothing`.execute(trx)
  for (const [key, set] of await storedSets(trx, kind, sets)) stored.set(key, set)
}

/**
 * Stored rows of sets, at least those that have the keys of `rows`. To read whole sets takes less than to look for each
 * row by its key, unless they have many others.
 */
export async function rowsBefore (
  trx: Trx, kind: StatisticsKind, rows: readonly NewRow[], sets: readonly SetKey[],
  stored: ReadonlyMap<string, StoredSet>
): Promise<StatisticsRow[]> {
  let inSets = 0
  for (const { row_count: count } of stored.values()) inSets += count
  return inSets <= 2 * rows.length ? rowsOfSets(trx, kind, sets) : storedRows(trx, kind, rows)
}

/** The stored rows that have the keys of `rows`. */
export async function storedRows (
  trx: Trx, kind: StatisticsKind, rows: readonly Pick<StatisticsRow, typeof ROW_KEY[number]>[]
): Promise<StatisticsRow[]> {
  if (rows.length === 0) return []
  return rowsBeside(trx, kind, asked(texts(ROW_KEY), rows), ROW_KEY)
}

/** All rows of some sets. */
export async function rowsOfSets (
  trx: Trx, kind: StatisticsKind, sets: readonly SetKey[]
): Promise<StatisticsRow[]> {
  return rowsBeside(trx, kind, asked(texts(SET_KEY), sets), SET_KEY)
}

async function rowsBeside (
  trx: Trx, kind: StatisticsKind, given: RawBuilder<unknown>, key: readonly string[]
): Promise<StatisticsRow[]> {
  const { rows } = await sql<Omit<StatisticsRow, 'details'> & { details?: DetailsRead | null }>`
    select ${columns(rowColumnsOf(kind), 'stored')}
    from ${given} join ${tablesOf(kind).rows} as stored using (${columns(key)})`.execute(trx)
  return rows.map(row => Object.assign(row, { details: detailsText(row.details) }))
}

export async function deleteRows (trx: Trx, kind: StatisticsKind, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`delete from ${tablesOf(kind).rows} as stored using ${asked(texts(ROW_KEY), rows)}
    where ${same('stored', 'asked', ROW_KEY)}`.execute(trx)
}

/** Deletes sets that have no rows any more. */
export async function deleteSets (trx: Trx, kind: StatisticsKind, sets: SetKey[]): Promise<void> {
  await sql`delete from ${tablesOf(kind).sets} as stored using ${asked(texts(SET_KEY), sets)}
    where ${same('stored', 'asked', SET_KEY)}`.execute(trx)
}

/** Gives sets without rows the detail of the rows to come. */
export async function setDetail (trx: Trx, kind: StatisticsKind, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`update ${tablesOf(kind).sets} as stored set detail = asked.detail
    from ${asked(texts([...SET_KEY, 'detail']), distinctSets(rows))}
    where ${same('stored', 'asked', SET_KEY)}`.execute(trx)
}

export async function upsertRows (trx: Trx, kind: StatisticsKind, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  const names = columns(rowColumnsOf(kind))
  await prepared(sql`insert into ${tablesOf(kind).rows} (${names})
    select ${names} from ${unnested(givenRows(kind), rows, 'same-text')} as asked
    on conflict (${columns(ROW_KEY)}) do update set ${assignments(saidColumnsOf(kind), 'excluded')}`).execute(trx)
}

export function setKeyOf ({ period, unit, scope, source }: Omit<SetKey, 'province_code'>): string {
  return `${period} ${unit} ${scope} ${source}`
}

export function rowKeyOf (row: StatisticsRow): string {
  return `${setKeyOf(row)} ${row.detail} ${row.detail_code}`
}

export function distinctSets<S extends SetKey> (sets: readonly S[]): S[] {
  const distinct = new Map<string, S>()
  for (const set of sets) distinct.set(setKeyOf(set), set)
  return [...distinct.values()]
}

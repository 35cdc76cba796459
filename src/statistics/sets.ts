import { sql, type RawBuilder } from 'kysely'
import type { Trx } from '../database/connect.ts'
import { MEASURES, type Measures } from './measures.ts'

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
}

export const SET_KEY = ['province_code', 'period', 'unit', 'scope', 'source'] as const
const ROW_KEY = [...SET_KEY, 'detail_code'] as const
const ROW_COLUMNS = [...SET_KEY, 'detail', 'detail_code', 'field', 'procedure', ...MEASURES] as const

/** What a source gets that nobody has described yet. */
const DEFAULT_PRECEDENCE = 100

/** Takes up sources that are new, and holds the rank of all of them until the rows are counted. */
export async function registerSources (trx: Trx, codes: string[]): Promise<void> {
  const sources = [...new Set(codes)].sort().map(code => ({ code, name: code, precedence: DEFAULT_PRECEDENCE, synthetic: false }))
  if (sources.length === 0) return
  await trx.insertInto('sources').values(sources).onConflict(conflict => conflict.doNothing()).execute()
  await trx.selectFrom('sources').select('code').where('code', 'in', sources.map(({ code }) => code)).orderBy('code').forShare().execute()
}

/**
 * Takes the sets for the rest of the transaction, making those that are new; always in the same order, so that two
 * batches never wait for each other in a circle.
 * @returns the detail that each set has
 */
export async function lockSets (trx: Trx, sets: (SetKey & { detail: Detail, level: string })[]): Promise<Map<string, Detail>> {
  const asked = recordset(distinctSets(sets), [...SET_KEY, 'detail', 'level'])
  await sql`insert into statistics_sets (${columns(SET_KEY)}, detail, level)
    select ${columns(SET_KEY)}, detail, level from ${asked} order by ${columns(SET_KEY)}
    on conflict do nothing`.execute(trx)
  const { rows: locked } = await sql<SetKey & { detail: Detail }>`
    select ${columns(SET_KEY)}, stored.detail from statistics_sets as stored join ${asked} using (${columns(SET_KEY)})
    order by ${columns(SET_KEY)} for update of stored`.execute(trx)
  return new Map(locked.map(set => [setKeyOf(set), set.detail]))
}

/** The stored rows that have the keys of `rows`, or, with `wholeSets`, all rows of their sets. */
export async function storedRows (trx: Trx, rows: StatisticsRow[], wholeSets: boolean): Promise<StatisticsRow[]> {
  const asked = wholeSets ? recordset(distinctSets(rows), SET_KEY) : recordset(rows, ROW_KEY)
  const { rows: stored } = await sql<StatisticsRow>`
    select ${columns(ROW_COLUMNS.map(column => `stored.${column}`))}
    from ${asked} join dossier_statistics as stored using (${columns(wholeSets ? SET_KEY : ROW_KEY)})`.execute(trx)
  return stored
}

export async function deleteRows (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`delete from dossier_statistics as stored using ${recordset(rows, ROW_KEY)}
    where ${same('stored', 'asked', ROW_KEY)}`.execute(trx)
}

/** Gives sets without rows the detail of the rows to come. */
export async function setDetail (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`update statistics_sets as stored set detail = asked.detail from ${recordset(distinctSets(rows), [...SET_KEY, 'detail'])}
    where ${same('stored', 'asked', SET_KEY)}`.execute(trx)
}

export async function upsertRows (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`insert into dossier_statistics (${columns(ROW_COLUMNS)})
    select ${columns(ROW_COLUMNS)} from ${recordset(rows, ROW_COLUMNS)}
    on conflict (${columns(ROW_KEY)}) do update set ${assignments(['field', ...MEASURES], 'excluded')}`.execute(trx)
}

export function setKeyOf ({ period, unit, scope, source }: SetKey): string {
  return `${period} ${unit} ${scope} ${source}`
}

export function distinctSets<S extends SetKey> (sets: S[]): S[] {
  return [...new Map(sets.map(set => [setKeyOf(set), set])).values()]
}

/** Names of columns, quoted. The names are ours: what callers send is always a parameter. */
export function columns (names: readonly string[]): RawBuilder<unknown> {
  return sql.raw(names.map(quoted).join(', '))
}

export function same (a: string, b: string, names: readonly string[]): RawBuilder<boolean> {
  return sql.raw(`(${names.map(name => quoted(`${a}.${name}`)).join()}) = (${names.map(name => quoted(`${b}.${name}`)).join()})`)
}

export function assignments (names: readonly string[], from: string): RawBuilder<unknown> {
  return sql.raw(names.map(name => `${quoted(name)} = ${quoted(`${from}.${name}`)}`).join())
}

/** Columns of rows as one parameter, whatever their number; `asked` in the query. */
export function recordset<R extends object> (rows: R[], names: readonly (keyof R & string)[]): RawBuilder<R> {
  const types = names.map(name => `${quoted(name)} ${MEASURES.some(measure => measure === name) ? 'integer' : 'text'}`)
  return sql`json_to_recordset(${JSON.stringify(rows, [...names])}::json) as asked (${sql.raw(types.join())})`
}

function quoted (name: string): string {
  return name.split('.').map(part => `"${part}"`).join('.')
}

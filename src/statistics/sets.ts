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

const SET_KEY = ['province_code', 'period', 'unit', 'scope', 'source'] as const
const ROW_COLUMNS = [...SET_KEY, 'detail', 'detail_code', 'field', 'procedure', ...MEASURES] as const

/** What a source gets that nobody has described yet. */
const DEFAULT_PRECEDENCE = 100

export async function registerSources (trx: Trx, codes: string[]): Promise<void> {
  const sources = [...new Set(codes)].sort().map(code => ({ code, name: code, precedence: DEFAULT_PRECEDENCE, synthetic: false }))
  if (sources.length === 0) return
  await trx.insertInto('sources').values(sources).onConflict(conflict => conflict.doNothing()).execute()
}

/**
 * Takes the sets for the rest of the transaction, making those that are new; always in the same order, so that two
 * batches never wait for each other in a circle.
 * @returns the detail that each set has
 */
export async function lockSets (trx: Trx, rows: StatisticsRow[]): Promise<Map<string, Detail>> {
  const { rows: locked } = await sql<SetKey & { detail: Detail }>`
    insert into statistics_sets (${columns(SET_KEY)}, detail)
    select distinct on (${columns(SET_KEY)}) ${columns(SET_KEY)}, detail from ${recordset(rows)}
    order by ${columns(SET_KEY)}
    on conflict (${columns(SET_KEY)}) do update set detail = statistics_sets.detail
    returning ${columns(SET_KEY)}, detail`.execute(trx)
  return new Map(locked.map(set => [[set.period, set.unit, set.scope, set.source].join(' '), set.detail]))
}

/** The stored rows that have the keys of `rows`, or, with `wholeSets`, all rows of their sets. */
export async function storedRows (trx: Trx, rows: StatisticsRow[], wholeSets: boolean): Promise<StatisticsRow[]> {
  const key = wholeSets ? SET_KEY : [...SET_KEY, 'detail_code'] as const
  const { rows: stored } = await sql<StatisticsRow>`
    select ${sql.join(ROW_COLUMNS.map(column => sql.ref(`stored.${column}`)))}
    from (select distinct ${columns(key)} from ${recordset(rows)}) as asked
    join dossier_statistics as stored using (${columns(key)})`.execute(trx)
  return stored
}

export async function deleteRows (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`delete from dossier_statistics as stored using ${recordset(rows)}
    where ${same('stored', 'asked', [...SET_KEY, 'detail_code'])}`.execute(trx)
}

/** Gives sets without rows the detail of the rows to come. */
export async function setDetail (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  await sql`update statistics_sets as stored set detail = asked.detail from ${recordset(rows)}
    where ${same('stored', 'asked', SET_KEY)}`.execute(trx)
}

export async function upsertRows (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  const updates = ['field' as const, ...MEASURES].map(column => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`)
  await sql`insert into dossier_statistics (${columns(ROW_COLUMNS)})
    select ${columns(ROW_COLUMNS)} from ${recordset(rows)}
    on conflict (${columns([...SET_KEY, 'detail_code'])}) do update set ${sql.join(updates)}`.execute(trx)
}

/** Counts the sets of `rows` again from the rows they have. */
export async function recountSets (trx: Trx, rows: StatisticsRow[]): Promise<void> {
  if (rows.length === 0) return
  const sums = MEASURES.flatMap(measure => [
    sql`coalesce(sum(${sql.ref(measure)}), 0) as ${sql.ref(measure)}`,
    sql`count(*) filter (where ${sql.ref(measure)} is null) as ${sql.ref(`${measure}_unknown`)}`
  ])
  const updates = MEASURES.flatMap(measure => [measure, `${measure}_unknown`])
    .map(column => sql`${sql.ref(column)} = ${sql.ref(`counted.${column}`)}`)
  await sql`update statistics_sets as stored
    set row_count = counted.row_count, changed_at = clock_timestamp(), ${sql.join(updates)}
    from (
      select ${columns(SET_KEY)}, count(*) as row_count, ${sql.join(sums)}
      from dossier_statistics join (select distinct ${columns(SET_KEY)} from ${recordset(rows)}) as changed using (${columns(SET_KEY)})
      group by ${columns(SET_KEY)}
    ) as counted
    where ${same('stored', 'counted', SET_KEY)}`.execute(trx)
}

function columns (names: readonly string[]): RawBuilder<unknown> {
  return sql.join(names.map(name => sql.ref(name)))
}

function same (a: string, b: string, names: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`(${sql.join(names.map(name => sql.ref(`${a}.${name}`)))}) = (${sql.join(names.map(name => sql.ref(`${b}.${name}`)))})`
}

/** Rows as one parameter, whatever their number. */
function recordset (rows: StatisticsRow[]): RawBuilder<StatisticsRow> {
  const types = ROW_COLUMNS.map(column => sql`${sql.ref(column)} ${sql.raw(MEASURES.some(m => m === column) ? 'integer' : 'text')}`)
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) as asked (${sql.join(types)})`
}

// Where rollups deviate from the dossiers. The database finds, keeps and corrects it by itself: when rollups are
// counted for the first time, all of their cells deviate, and these are far too many to be held here.
import { sql, type RawBuilder } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { quarterIn, sliceIn } from '../../time/business-day-sql.ts'
import { KEPT_RULES } from '../counting-rules/kept.ts'
import { graceOf } from '../counting-rules/seen.ts'
import { dossiersSeenBy, statesSeenBy } from '../counting-rules/seen-sql.ts'
import { countedResults } from '../details/results-sql.ts'
import { RESULT_MEASURES } from '../details/results.ts'
import { dossierEvents } from '../rules/events-sql.ts'
import { EVENT_MEASURES } from '../rules/events.ts'
import { dossierResults } from '../rules/results-sql.ts'
import { dossierStates, IN_ONE_STATE } from '../rules/timeline-sql.ts'
import { addedCells, keyOrder } from './cells.ts'
import { isOfDifferences, isOfResults, keysOf, measuresOf, ROLLUP_TABLES, ROLLUPS, type RollupTable } from './families.ts'
import { cellsOf } from './log.ts'

/** A row that differs from the dossiers. `key` holds the columns of the table's key after the province. */
export interface Deviation {
  table: RollupTable | 'dossier_desks' | 'backlog_sums' | 'backlog_sums_by_month'
  province: string
  key: Record<string, string>
  stored: Readonly<Record<string, number | string | null>>
  counted: Readonly<Record<string, number | string | null>>
}

const ALL = {
  plain: sql`(select * from dossiers where ${IN_ONE_STATE})`,
  states: dossierStates()
}

/**
 * What rollups are compared with: all dossiers by keys that several of them are summed from. By all keys at once there
 * would be nearly as many rows as dossiers.
 */
const COUNTED = {
  counted_desks: ['unit', 'level', 'field', 'channel'],
  counted_procedures: ['procedure', 'level', 'field']
}
type Counted = keyof typeof COUNTED

const EVENT_TABLES = ROLLUP_TABLES.filter(table => !isOfResults(table))

/** The same of differences: by how much kept rules count otherwise. */
const DIFFERENCES: Record<Counted, string> = {
  counted_desks: 'differing_desks', counted_procedures: 'differing_procedures'
}

/**
 * A temporary table of the cells of a rollup that deviate: by how much, in the columns of the measures, and what is
 * `stored`, as an array of these.
 */
function deviationsOf (table: RollupTable): RawBuilder<unknown> {
  return sql.table(`${table}_deviations`)
}

function keyOf (table: RollupTable): string[] {
  return ['province_code', ...ROLLUPS[table]]
}

function forEach (
  column: (name: RawBuilder<unknown>) => RawBuilder<unknown>, measures: readonly string[] = EVENT_MEASURES
): RawBuilder<unknown> {
  return sql.join(measures.map(name => column(sql.ref(name))))
}

/** Finds all of them, and keeps them in the session. @param snapshot in which rollups and dossiers must agree */
export async function findDeviations (snapshot: Trx): Promise<void> {
  for (const [counted, keys] of Object.entries(COUNTED) as [Counted, string[]][]) {
    const names = columns(['province_code', ...keys, 'day'])
    await sql`
      create temporary table ${sql.table(counted)} on commit drop as
      select ${names}, ${forEach(name => sql`sum(${name}) as ${name}`)}
      from (${dossierEvents(['province_code', ...keys], ALL)}) as events group by ${names}`.execute(snapshot)
    await findDifferences(snapshot, counted, keys)
    const isOfProcedures = counted === 'counted_procedures'
    for (const table of EVENT_TABLES.filter(table => keysOf(table).includes('procedure') === isOfProcedures)) {
      await findDeviationsOf(snapshot, table, isOfDifferences(table) ? DIFFERENCES[counted] : counted)
    }
  }
  await findResults(snapshot)
}

async function findResults (snapshot: Trx): Promise<void> {
  const names = columns(['province_code', 'unit', 'field', 'day'])
  await sql`
    create temporary table counted_results on commit drop as
    select ${names}, ${countedResults(RESULT_MEASURES)}
    from (${dossierResults(['province_code', 'unit', 'field', 'details'], ALL)}) as results group by ${names}`.execute(snapshot)
  for (const table of ROLLUP_TABLES.filter(isOfResults)) await findDeviationsOf(snapshot, table, 'counted_results')
}

/** Counts all dossiers by kept rules, less what they count by the default ones. */
async function findDifferences (snapshot: Trx, counted: Counted, keys: readonly string[]): Promise<void> {
  const names = columns(['province_code', ...keys, 'day'])
  const byRules = KEPT_RULES.map(({ code, choices }) => {
    const seen = { plain: dossiersSeenBy(choices, ALL.plain), states: statesSeenBy(choices, ALL.states, sql`true`) }
    return sql`
      select ${code}::text as rules, ${names}, ${forEach(name => sql`sum(${name}) as ${name}`)}
      from (
        select ${names}, ${columns(EVENT_MEASURES)}
        from (${dossierEvents(['province_code', ...keys], seen, graceOf(choices))}) as seen
        union all
        select ${names}, ${forEach(name => sql`-${name}`)} from ${sql.table(counted)}
      ) as both_counts group by ${names} having ${sql.join(EVENT_MEASURES.map(name => sql`sum(${sql.ref(name)}) <> 0`), sql` or `)}`
  })
  await sql`
    create temporary table ${sql.table(DIFFERENCES[counted])} on commit drop as
    ${sql.join(byRules, sql` union all `)}`.execute(snapshot)
}

async function findDeviationsOf (snapshot: Trx, table: RollupTable, counted: string): Promise<void> {
  const key = columns(keyOf(table))
  const measures = measuresOf(table)
  const summed = forEach(name => sql`sum(${name})::integer as ${name}`, measures)
  const [storedOnes, countedOnes] = ['stored', 'counted'].map(side => (
    forEach(name => sql`coalesce(${sql.ref(side)}.${name}, 0)`, measures)))
  await sql`
    create temporary table ${deviationsOf(table)} on commit preserve rows as
    with counted as (
      select ${key}, ${summed}
      from (select *, ${sliceIn('day')} as slice, ${quarterIn('day')} as quarter from ${sql.table(counted)}) as days
      group by ${key}
    ),
    stored as (select ${key}, ${summed} from ${cellsOf(table)} group by ${key})
    select ${key}, ${forEach(name => sql`coalesce(counted.${name}, 0) - coalesce(stored.${name}, 0) as ${name}`, measures)},
      array[${storedOnes}] as stored
    from counted full join stored using (${key})
    where (${storedOnes}) <> (${countedOnes})`.execute(snapshot)
}

/** Corrects each cell by its deviation. @returns how many there were */
export async function correctDeviations (trx: Trx): Promise<number> {
  let corrected = 0
  for (const table of ROLLUP_TABLES) {
    const { rows: [deviating] } = await sql<{ cells: number }>`
      select count(*)::integer as cells from ${deviationsOf(table)}`.execute(trx)
    corrected += deviating!.cells
    await addedCells(table, sql`
      select ${columns([...keyOf(table), ...measuresOf(table)])} from ${deviationsOf(table)}`).execute(trx)
  }
  return corrected
}

interface DeviatingCell {
  province: string
  key: string[]
  stored: number[]
  deviation: number[]
}

/** Lists them, by rollup and key. */
export async function listDeviations (session: Db): Promise<Deviation[]> {
  const found: Deviation[] = []
  for (const table of ROLLUP_TABLES) {
    const measures = measuresOf(table)
    const { rows } = await sql<DeviatingCell>`
      select province_code as province, array[${sql.join(ROLLUPS[table].map(name => sql`${sql.ref(name)}::text`))}] as key,
        stored, array[${columns(measures)}] as deviation
      from ${deviationsOf(table)} order by province_code, ${keyOrder(table)}`.execute(session)
    for (const { province, key, stored, deviation } of rows) {
      found.push({
        table, province, key: named(ROLLUPS[table], key), stored: named(measures, stored),
        counted: named(measures, stored.map((count, i) => count + deviation[i]!))
      })
    }
  }
  return found
}

function named<V> (names: readonly string[], values: readonly V[]): Record<string, V> {
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]))
}

export async function dropDeviations (session: Db): Promise<void> {
  await sql`drop table if exists ${sql.join(ROLLUP_TABLES.map(deviationsOf))}`.execute(session)
}

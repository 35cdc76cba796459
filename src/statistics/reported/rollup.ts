import { sql, type RawBuilder } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { assignments, columns, recordset, same } from '../../database/sql/bulk-json.ts'
import { MEASURES } from '../../form-ii06a/measures.ts'
import { distinctSets, SET_KEY, type SetKey } from './store.ts'

/** The key of the rollup by level and period, which answers the most frequent questions. */
export const LEVEL_KEY = ['province_code', 'period', 'level'] as const
export type LevelKey = Record<typeof LEVEL_KEY[number], string>
const SUMS = MEASURES.flatMap(measure => [measure, `${measure}_unknown`])

/**
 * Locks the rollup rows of levels for the rest of the transaction: only one transaction at a time changes what counts
 * in a level and period. Sources are locked before levels, and nothing is locked after them, so that batches cannot
 * deadlock. A finer lock would not do: which of two sources counts changes the rows of both.
 * @param levels a query that yields their keys
 */
export async function lockLevels (trx: Trx, levels: RawBuilder<LevelKey>): Promise<LevelKey[]> {
  const { rows } = await sql<LevelKey>`
    insert into statistics_by_level (${columns(LEVEL_KEY)})
    select distinct ${columns(LEVEL_KEY)} from (${levels}) as touched order by ${columns(LEVEL_KEY)}
    on conflict (${columns(LEVEL_KEY)}) do update set level = excluded.level
    returning ${columns(LEVEL_KEY)}`.execute(trx)
  return rows
}

/**
 * Sums the rows of the sets again, then the levels from their sets. From the rows and not by deltas: there are few rows
 * in a set, and a sum that was wrong once does not stay wrong.
 * @param levels those of the sets, locked
 */
export async function rollUpSets (trx: Trx, sets: SetKey[], levels: LevelKey[]): Promise<void> {
  if (sets.length === 0) return
  await sumRows(trx, recordset('statistics_sets', distinctSets(sets), SET_KEY))
  await rollUpLevels(trx, levels)
}

/** Updates the rollups that a source takes part in after its precedence has changed. */
export async function rollUpSource (trx: Trx, source: string): Promise<void> {
  const levels = sql<LevelKey>`select ${columns(LEVEL_KEY)} from statistics_sets where source = ${source}`
  await rollUpLevels(trx, await lockLevels(trx, levels))
}

async function sumRows (trx: Trx, keys: RawBuilder<SetKey>): Promise<void> {
  const sums = MEASURES.flatMap(measure => [
    sql`coalesce(sum(${sql.ref(measure)}), 0) as ${sql.ref(measure)}`,
    sql`count(*) filter (where ${sql.ref(measure)} is null) as ${sql.ref(`${measure}_unknown`)}`
  ])
  await sql`update statistics_sets as stored
    set row_count = counted.row_count, changed_at = clock_timestamp(), ${assignments(SUMS, 'counted')}
    from (
      select ${columns(SET_KEY)}, count(*) as row_count, ${sql.join(sums)}
      from dossier_statistics join ${keys} using (${columns(SET_KEY)})
      group by ${columns(SET_KEY)}
    ) as counted
    where ${same('stored', 'counted', SET_KEY)}`.execute(trx)
}

async function rollUpLevels (trx: Trx, levels: LevelKey[]): Promise<void> {
  const keys = recordset('statistics_by_level', levels, LEVEL_KEY)
  await markCounting(trx, keys)
  await sumSets(trx, keys)
}

/** Of several sources the one of higher precedence counts, then the later one. */
async function markCounting (trx: Trx, keys: RawBuilder<LevelKey>): Promise<void> {
  const ranked = sql`
    select ${columns(SET_KEY)}, counts, row_number() over (
      partition by province_code, period, unit, scope order by precedence desc, changed_at desc, source
    ) = 1 as should_count
    from statistics_sets join ${keys} using (${columns(LEVEL_KEY)}) join sources on sources.code = source`
  // First those that stop counting: a unique index allows one that counts.
  for (const should of [false, true]) {
    await sql`update statistics_sets as stored set counts = should_count from (${ranked}) as ranked
      where ${same('stored', 'ranked', SET_KEY)} and should_count = ${should} and stored.counts <> ${should}`.execute(trx)
  }
}

async function sumSets (trx: Trx, keys: RawBuilder<LevelKey>): Promise<void> {
  const sums = SUMS.map(column => sql`coalesce(sum(${sql.ref(column)}), 0) as ${sql.ref(column)}`)
  await sql`update statistics_by_level as stored set units_reported = counted.units_reported, ${assignments(SUMS, 'counted')}
    from (
      select ${columns(LEVEL_KEY)}, count(unit) as units_reported, ${sql.join(sums)}
      from ${keys} left join (select * from statistics_sets where counts and scope = 'own') as own using (${columns(LEVEL_KEY)})
      group by ${columns(LEVEL_KEY)}
    ) as counted
    where ${same('stored', 'counted', LEVEL_KEY)}`.execute(trx)
}

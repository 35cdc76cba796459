import { sql, type RawBuilder } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { assignments, columns, same } from '../../database/sql/bulk-json.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { KINDS, tablesOf } from '../kinds/index.ts'
import type { SetKey, StatisticsKind } from '../kinds/kind.ts'
import {
  countingSets, decidedRows, KEY_OF_GROUP, rankedSets, sumsOf, sumsOfRows, UNIT_KEY, type UnitKey
} from './counting.ts'
import { displacedIn, displacementsBeside, type Displaced, type DisplacementRow } from './displacements.ts'
import { asked, ROW_KEY, SET_KEY, texts } from './store.ts'

/** The key of the rollup by level and period, which answers the most frequent questions. */
export const LEVEL_KEY = ['province_code', 'period', 'level'] as const
export type LevelKey = Record<typeof LEVEL_KEY[number], string>

/** The levels of some rows, for `lockLevels`. */
export function levelsOf (rows: readonly LevelKey[]): RawBuilder<LevelKey> {
  const distinct = new Map(rows.map(row => [`${row.province_code} ${row.period} ${row.level}`, row]))
  return sql`select * from ${asked(texts(LEVEL_KEY), [...distinct.values()])}`
}

/**
 * Locks the rollup rows of levels for the rest of the transaction: only one transaction at a time changes what counts
 * in a level and period. Sources are locked before levels, and nothing is locked after them, so that batches cannot
 * deadlock. A finer lock would not do: which of two sources counts changes the rows of both.
 * @param levels a query that yields their keys
 */
export async function lockLevels (
  trx: Trx, kind: StatisticsKind, levels: RawBuilder<LevelKey>
): Promise<LevelKey[]> {
  const { rows } = await prepared(sql<LevelKey>`
    insert into ${tablesOf(kind).levels} (${columns(LEVEL_KEY)})
    select distinct ${columns(LEVEL_KEY)} from (${levels}) as touched order by ${columns(LEVEL_KEY)}
    on conflict (${columns(LEVEL_KEY)}) do update set level = excluded.level
    returning ${columns(LEVEL_KEY)}`).execute(trx)
  return rows
}

/**
 * Sums the rows of the sets again, then the levels from their sets. From the rows and not by deltas: there are few rows
 * in a set, and a sum that was wrong once does not stay wrong.
 * @param changed the sets with other rows than before
 * @param levels those of the sets, locked
 * @param posted the sets of the batch
 * @returns what of them and of others gives way
 */
export async function rollUpSets (
  trx: Trx, kind: StatisticsKind, changed: readonly SetKey[], levels: readonly LevelKey[], posted: readonly SetKey[]
): Promise<Displaced> {
  if (changed.length > 0) await sumRows(trx, kind, changed)
  const units = asked<UnitKey>(texts(UNIT_KEY), [...changed, ...posted])
  const displaced = await markCounting(trx, kind, units, posted)
  if (changed.length > 0) await sumSets(trx, kind, levels)
  return displaced
}

/** Updates the rollups that a source takes part in, of each kind in turn, after its precedence has changed. */
export async function rollUpSource (trx: Trx, source: string): Promise<void> {
  for (const kind of KINDS) {
    const sets = sql<LevelKey & UnitKey>`select * from ${tablesOf(kind).sets} where source = ${source}`
    const levels = await lockLevels(trx, kind, sets)
    await markCounting(trx, kind, sql`(${sets}) as asked`, [])
    await sumSets(trx, kind, levels)
  }
}

async function sumRows (trx: Trx, kind: StatisticsKind, sets: readonly SetKey[]): Promise<void> {
  await sql`update ${tablesOf(kind).sets} as stored
    set row_count = counted.row_count, changed_at = clock_timestamp(), ${assignments(sumsOf(kind), 'counted')}
    from (
      select ${KEY_OF_GROUP}, count(*) as row_count, ${sumsOfRows(kind)}
      from ${tablesOf(kind).rows} join ${asked(texts(SET_KEY), sets)} using (${columns(SET_KEY)})
      group by position
    ) as counted
    where ${same('stored', 'counted', SET_KEY)}`.execute(trx)
}

/**
 * Marks the rows that count, and of each set whether any does and how many do not. A set that is alone counts as it was
 * made, so that only those are looked at which are beside others, or were.
 * @param units those of which a set has changed: what counts of a unit follows from its own sets alone
 * @param posted sets of them
 * @returns what of these and of others gives way
 */
async function markCounting (
  trx: Trx, kind: StatisticsKind, units: RawBuilder<UnitKey>, posted: readonly SetKey[]
): Promise<Displaced> {
  const tables = tablesOf(kind)
  const ofUnits = sql`
    select * from ${tables.sets} where (${columns(UNIT_KEY)}) in (select ${columns(UNIT_KEY)} from ${units})`
  const several = sql`select * from (${rankedSets(ofUnits)}) as sets where sources > 1 or rows_left_out > 0`
  const { rows } = await sql<DisplacementRow>`
    with decided as materialized (${decidedRows(kind, several)}),
    marked as (
      update ${tables.rows} as stored set counts = should_count from decided
      where ${same('stored', 'decided', ROW_KEY)} and decided.counts <> should_count
    ),
    marked_sets as (
      update ${tables.sets} as stored set counts = now.counts, rows_left_out = now.rows_left_out
      from (
        select ${KEY_OF_GROUP}, bool_or(should_count) as counts, count(*) filter (where not should_count) as rows_left_out
        from decided group by unit_number, rank
        having bool_or(should_count) <> bool_or(set_counts) or count(*) filter (where not should_count) <> min(rows_left_out)
      ) as now
      where ${same('stored', 'now', SET_KEY)}
    )
    ${displacementsBeside(posted)}`.execute(trx)
  return displacedIn(rows)
}

async function sumSets (trx: Trx, kind: StatisticsKind, levels: readonly LevelKey[]): Promise<void> {
  const tables = tablesOf(kind)
  const keys = asked(texts(LEVEL_KEY), levels)
  const sums = sumsOf(kind).map(column => sql`coalesce(sum(${sql.ref(column)}), 0) as ${sql.ref(column)}`)
  await sql`
    with own as materialized (
      select stored.* from ${keys} join ${tables.sets} as stored using (${columns(LEVEL_KEY)}) where scope = 'own')
    update ${tables.levels} as stored
    set units_reported = counted.units_reported, sources_used = counted.sources_used,
      sources_left_out = coalesce(left_out.sources, '{}'), ${assignments(sumsOf(kind), 'counted')}
    from (
      select ${columns(LEVEL_KEY)}, count(distinct unit) as units_reported,
        coalesce(array_agg(distinct source order by source) filter (where source is not null), '{}') as sources_used,
        ${sql.join(sums)}
      from ${keys} left join (${countingSets(kind, sql`true`, sql`own`)}) as counting using (${columns(LEVEL_KEY)})
      group by ${columns(LEVEL_KEY)}
    ) as counted left join (
      select ${columns(LEVEL_KEY)}, array_agg(distinct source order by source) as sources
      from own where rows_left_out > 0 group by ${columns(LEVEL_KEY)}
    ) as left_out using (${columns(LEVEL_KEY)})
    where ${same('stored', 'counted', LEVEL_KEY)}`.execute(trx)
}

import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { columns, recordset, same } from '../../database/sql/bulk-json.ts'
import { decidedRows, rankedSets, UNIT_KEY } from './counting.ts'
import type { Displacement, DossierStatisticsAnswer } from './schema.ts'
import { distinctSets, SET_KEY, type SetKey } from './store.ts'

const MAX_LISTED = 100

/** Where the sets of a batch and those of other sources cannot both count: what gives way, and to which source. */
export async function displacementsBeside (
  trx: Trx, sets: readonly SetKey[]
): Promise<Pick<DossierStatisticsAnswer, 'displacements' | 'displacement_count'>> {
  if (sets.length === 0) return { displacement_count: 0, displacements: [] }
  const posted = recordset('statistics_sets', distinctSets(sets), SET_KEY)
  const beside = sql`select * from statistics_sets
    where (${columns(UNIT_KEY)}) in (select ${columns(UNIT_KEY)} from ${posted})`
  const several = sql`select * from (${rankedSets(beside)}) as ranked where sources > 1`
  const { rows } = await sql<Displacement & { displacement_count: number }>`
    select unit, period, scope, source, counted_source, count(*) over () as displacement_count,
      coalesce(array_agg(distinct field order by field) filter (where field is not null), '{}') as fields
    from (${decidedRows(several)}) as decided
    where not should_count and exists(
      select from ${posted} where ${same('asked', 'decided', UNIT_KEY)} and asked.source in (decided.source, counted_source))
    group by unit, period, scope, source, counted_source
    order by period, unit, scope, source, counted_source limit ${MAX_LISTED}`.execute(trx)
  return {
    displacement_count: rows[0]?.displacement_count ?? 0,
    displacements: rows.map(({ displacement_count: _, ...row }) => row)
  }
}

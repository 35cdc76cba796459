import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { KEY_OF_GROUP, UNIT_KEY } from './counting.ts'
import type { Displacement, DossierStatisticsAnswer } from './schema.ts'
import type { SetKey } from '../kinds/kind.ts'
import { asked, SET_KEY, texts } from './store.ts'

const MAX_LISTED = 100

/** A displacement, beside how many there are. */
export type DisplacementRow = Displacement & { displacement_count: number }
export type Displaced = Pick<DossierStatisticsAnswer, 'displacements' | 'displacement_count'>

/**
 * Where the sets of a batch and those of other sources cannot both count: what gives way, and to which source. For a
 * statement that has `decided`, of counting.ts.
 * @param posted the sets of the batch
 */
export function displacementsBeside (posted: readonly SetKey[]): RawBuilder<DisplacementRow> {
  const isPosted = (source: string) => sql`(${columns([...UNIT_KEY, source])}) in (
    select ${columns(SET_KEY)} from ${asked(texts(SET_KEY), posted)})`
  return sql`
    select unit, period, scope, source, counted_source, fields, count(*) over () as displacement_count
    from (
      select ${KEY_OF_GROUP}, counted_source,
        coalesce(array_agg(distinct field order by field) filter (where field is not null), '{}') as fields
      from decided where not should_count group by unit_number, rank, counted_source
    ) as displaced
    where ${isPosted('source')} or ${isPosted('counted_source')}
    order by period, unit, scope, source, counted_source limit ${MAX_LISTED}`
}

/** As the answer says it. */
export function displacedIn (rows: readonly DisplacementRow[]): Displaced {
  return {
    displacement_count: rows[0]?.displacement_count ?? 0,
    displacements: rows.map(({ displacement_count: _, ...row }) => row)
  }
}

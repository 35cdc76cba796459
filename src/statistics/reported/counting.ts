import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { ofEachKind, tablesOf } from '../kinds/index.ts'
import type { SetKey, StatisticsKind } from '../kinds/kind.ts'
import { SET_KEY } from './store.ts'

/** What the sets of several sources are beside one another: those of one unit, period and scope. */
export const UNIT_KEY = ['province_code', 'period', 'unit', 'scope'] as const
export type UnitKey = Pick<SetKey, typeof UNIT_KEY[number]>

/** The sums of a set, and in how many of its rows each is unknown. */
export const sumsOf = ofEachKind(({ measures }) => measures.flatMap(measure => [measure, `${measure}_unknown`]))

/**
 * The sets with their rank, how many there are beside one another, and a number for these. `unit_number` and `rank` are
 * a short key of a set: to sort and group rows by its texts takes most of the time.
 */
export function rankedSets (sets: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select ${columns(SET_KEY)}, counts as set_counts, rows_left_out, dense_rank() over (order by ${columns(UNIT_KEY)}) as unit_number,
      row_number() over ranked as rank, count(*) over (partition by ${columns(UNIT_KEY)}) as sources,
      first_value(detail) over ranked as best_detail, first_value(source) over ranked as best_source
    from (${sets}) as sets join sources on sources.code = source
    window ranked as (partition by ${columns(UNIT_KEY)} order by precedence desc, changed_at desc, source)`
}

/**
 * The rule for what counts where several sources report one unit, period and scope. They rank by precedence, then the
 * later one. If the first of them reports the whole, it alone counts. Otherwise the first source with rows of a field
 * counts in this field; if it reports the field by procedure, further procedures of the field count of the sources
 * after it. A whole gives way to detail that ranks before it.
 * @param ranked the sets to decide about, of `rankedSets`
 * @returns their rows, with what is stored of their sets, `should_count`, `field`, and the source that `counted_source`
 *   has in the place of the row
 */
export function decidedRows (kind: StatisticsKind, ranked: RawBuilder<unknown>): RawBuilder<unknown> {
  const first = (name: string, within: string[]) => sql`first_value(${sql.ref(name)}) over (
    partition by ${columns(['unit_number', ...within])} order by rank)`
  return sql`
    select ${columns(SET_KEY)}, set_counts, rows_left_out, unit_number, rank, detail_code, field, counts, detail = wanted_detail and source = first_of_code as should_count,
      case when detail = wanted_detail then first_of_code when by_whole then best_source else first_of_field end
        as counted_source
    from (
      select ${columns(SET_KEY)}, set_counts, rows_left_out, unit_number, rank, best_source, rows.detail, detail_code, field, rows.counts,
        'whole' in (best_detail, rows.detail) as by_whole,
        case when 'whole' in (best_detail, rows.detail) then best_detail else ${first('rows.detail', ['field'])} end as wanted_detail,
        ${first('source', ['rows.detail', 'detail_code'])} as first_of_code,
        ${first('source', ['field'])} as first_of_field
      from (${ranked}) as ranked join ${tablesOf(kind).rows} as rows using (${columns(SET_KEY)})
    ) as compared`
}

/** The key of a set, of its rows that are grouped by another one: a join would compare all groups with all sets. */
export const KEY_OF_GROUP = sql.raw(SET_KEY.map(name => `min("${name}") as "${name}"`).join())

/**
 * The sums of what counts of each set, with `level`. Nearly all sets count as a whole or not at all; only of the others
 * the rows are summed.
 * @param condition on the sets, besides that they count
 * @param sets a table of them; left out: all
 */
export function countingSets (
  kind: StatisticsKind, condition: RawBuilder<unknown>, sets = tablesOf(kind).sets
): RawBuilder<unknown> {
  const { rows } = tablesOf(kind)
  return sql`
    select ${columns([...SET_KEY, 'level', ...sumsOf(kind)])} from ${sets} where rows_left_out = 0 and counts and ${condition}
    union all
    select ${columns([...SET_KEY, 'level'])}, ${sumsOfRows(kind)}
    from (select ${columns([...SET_KEY, 'level'])} from ${sets} where rows_left_out > 0 and counts and ${condition}) as sets
      join (select * from ${rows} where counts) as rows using (${columns(SET_KEY)})
    group by ${columns([...SET_KEY, 'level'])}`
}

export const sumsOfRows = ofEachKind(({ measures }) => sql.raw(measures.map(measure => (
  `coalesce(sum("${measure}"), 0) as "${measure}", count(*) - count("${measure}") as "${measure}_unknown"`)).join()))

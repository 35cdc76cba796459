// What was known of reported statistics at an instant: the stored rows, with what the audit log says was changed since
// taken back, the last change first.
import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../../database/sql/bulk-json.ts'
import { instantSql } from '../../../database/sql/as-known-at.ts'
import { DETAIL_MEASURES } from '../../../form-ii06a/detail-measures.ts'
import { ofEachKind, tablesOf } from '../../kinds/index.ts'
import type { StatisticsKind } from '../../kinds/kind.ts'
import type { ListQuery } from '../schema.ts'
import { rowColumnsOf, SET_KEY } from '../store.ts'

/** A field and a procedure may have the same code. */
const KEY = [...SET_KEY, 'detail_code', 'is_procedure'] as const
/** Columns that the API shows, and the audit log has. */
const shownOf = ofEachKind(({ dimensions, measures }) => [...dimensions, 'reported_at', ...measures])

/**
 * The rows as they were known, in the place of their table.
 * @param asKnownAt RFC 3339; of a settled instant
 * @param asked the rows that matter; others may be among the result
 */
export function rowsKnownAt (
  kind: StatisticsKind, asKnownAt: string, { period, source, scope }: ListQuery, province: string | null
): RawBuilder<unknown> {
  const { rows } = tablesOf(kind)
  const conditions = [
    sql`resource = ${kind.resource}`, sql`writes.at > ${instantSql(asKnownAt)}`,
    ...province === null ? [] : [sql`changes.province_code = ${province}`],
    ...period === undefined ? [] : [sql`key ->> 'period' = any(${period})`],
    ...source === undefined ? [] : [sql`key ->> 'source' = ${source}`],
    ...scope === undefined ? [] : [sql`key ->> 'scope' = ${scope}`]
  ]
  const names = ['province_code', 'unit', 'period', 'source', 'scope', ...shownOf(kind), ...kind.hasDetails ? ['details'] : []]
  const details = sql`(
    select jsonb_object_agg(name, value) from jsonb_each(content) as said (name, value)
    where name = any(${[...DETAIL_MEASURES]}) and value <> 'null')`
  return sql`(
    with changed as (
      select changes.province_code, key ->> 'period' as period, changes.unit, key ->> 'scope' as scope, key ->> 'source' as source,
        coalesce(key ->> 'procedure', key ->> 'field', '') as detail_code, key ->> 'procedure' is not null as is_procedure,
        action, key, before, position, n
      from writes join changes on changes.province_code = writes.province_code and changes.write = writes.id
      where ${sql.join(conditions, sql` and `)}),
    ordered as (
      select *, first_value(action) over (partition by ${columns(KEY)} order by position, n) as first_action,
        min(position) filter (where action = 'deleted') over (partition by ${columns(KEY)}) as deletion
      from changed),
    -- Of a row that was deleted since, all is in the log, and what was stored under its key later is another one.
    taken_back as (
      select ${columns(KEY)}, deletion, jsonb_object_agg(name, value order by position desc, n desc) as content
      from ordered cross join lateral jsonb_each(case action when 'deleted' then key || before else before end) as was (name, value)
      where first_action <> 'created' and (deletion is null or position <= deletion)
      group by ${columns(KEY)}, deletion),
    stored as (select ${columns(rowColumnsOf(kind))}, detail = 'procedure' as is_procedure from ${rows}),
    earlier as (
      select ${columns(KEY)}, case when deletion is null then to_jsonb(stored) ${kind.hasDetails
        ? sql`|| coalesce(stored.details, '{}')` : sql``} else '{}' end || content as content
      from taken_back left join stored using (${columns(KEY)}))
    select ${columns(names)} from stored where (${columns(KEY)}) not in (select ${columns(KEY)} from changed)
    union all
    select ${columns(names, 'known')} from earlier cross join lateral jsonb_populate_record(null::${rows}, content || jsonb_build_object(
      'province_code', province_code, 'period', period, 'unit', unit, 'scope', scope, 'source', source, 'details', ${details})) as known)`
}

import { sql, type RawBuilder } from 'kysely'
import type { PageRequest } from '../../../contract/paging.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import { pageQuery, type OrderColumn } from '../../../database/sql/keyset.ts'
import { STOPPED, WITHDRAWN } from '../../../dossiers/rules/status.ts'
import { startOfDate } from '../../../time/business-day-sql.ts'
import { dossiersCounted } from '../explain/drill-down-sql.ts'
import type { RecordsPlan } from '../records/plan.ts'
import { LateDossier, type Cause, type LatenessRow } from './schema.ts'

export const BY_DOSSIER: OrderColumn[] = ['unit', 'code', 'source', 'counted_on'].map(name => (
  { name, kind: 'text', required: true }))

/** A row for each cause that there is. */
export function countedCauses (plan: RecordsPlan): RawBuilder<Pick<LatenessRow, 'cause' | 'dossiers' | 'estimated'>> {
  return sql`
    select cause, round(sum(share), 4)::float8 as dossiers, bool_or(share < 1) as estimated
    from (${lateDossiers(plan)}) as late group by cause`
}

/** One page of late dossiers. @param cause undefined: of all */
export function latePage (plan: RecordsPlan, cause: Cause | undefined, page: PageRequest): RawBuilder<LateDossier> {
  return pageQuery(sql<LateDossier>`
    select ${columns(Object.keys(LateDossier.properties))} from (${lateDossiers(plan)}) as late
    where ${cause === undefined ? sql`true` : sql`cause = ${cause}`}`, BY_DOSSIER, page)
}

/**
 * The late dossiers of a figure, each time that one counts, with `cause`. `until` is the end, or the end of the day for
 * which one counts that had not ended by then.
 */
export function lateDossiers (plan: RecordsPlan): RawBuilder<unknown> {
  return sql`
    select late.*, case
        when came_overdue then 'inherited'
        when (waited > interval '0' and until - waited <= due_by_rules) or (was_asked and until <= due_at) then 'waiting'
        when own_end <= due_by_rules or (is_end_unsaid and not is_pending) then 'sync'
        else 'own' end as cause
    from (
      select *, case when is_pending or ended_at is null
        then (counted_on::date + 1)::timestamp at time zone interval '7 hours' else ended_at end as until
      from (${dossiersCounted(plan)}) as counted where not in_time
    ) as late
    join (select id, province_code from units) as units on units.id = late.unit
    cross join lateral (
      select record, supplements, supplements is not null as was_asked,
        case when status >= ${sql.lit(WITHDRAWN)} then coalesce(finished_at, returned_at) end as own_end,
        status in (${sql.lit(WITHDRAWN)}, ${sql.lit(STOPPED)}) and finished_at is null and returned_at is null as is_end_unsaid
      from dossiers
      where dossiers.province_code = units.province_code and dossiers.code = late.code and dossiers.source = late.source
      order by (unit = late.unit) desc, record limit 1
    ) as now
    cross join lateral (
      select coalesce(sum(least(completed_at, until) - requested_at), interval '0') as waited
      from jsonb_to_recordset(coalesce(now.supplements, '[]')) as waits (
        requested_at timestamptz, completed_at timestamptz, old_due_at timestamptz, new_due_at timestamptz)
      where requested_at < until and coalesce(new_due_at <= coalesce(old_due_at, due_by_rules), true)
    ) as waits
    cross join lateral (
      select exists (
        select from dossier_states as former
        where former.province_code = units.province_code and former.code = late.code and former.record = now.record
          and former.unit <> late.unit and former.held_until <= late.counted_on::date
          and late.due_by_rules < ${startOfDate('former.held_until')}
      ) as came_overdue
    ) as moves`
}

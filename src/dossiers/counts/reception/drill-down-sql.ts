import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../../database/sql/bulk-json.ts'
import { dayOfInstant } from '../../../time/business-day-sql.ts'
import { ENDED_AT } from '../../rules/status.ts'
import type { CountPlan } from '../plan.ts'
import { filedInSpans, IS_KNOWN, IS_RECEIVED, WAITS_AT_END } from './filed-sql.ts'
import type { ListedDossier } from '../drill-down.ts'

const SHOWN = ['code', 'unit', 'procedure', 'field', 'channel', 'source', 'status']
const NAMES = [...SHOWN, 'due_at', 'finished_at', 'returned_at', 'updated_at']

/** The dossiers that count for reception in the only span of a plan, of which it is known whether they are in time. */
export function receptionDossiers (plan: CountPlan): RawBuilder<ListedDossier> {
  return sql<ListedDossier>`
    select ${columns(SHOWN)}, received as received_at, due_at, ended_at, counted_on, counted_wait <= allowed as in_time, is_pending,
      submitted as submitted_at, ${hours('counted_wait')} as waited_hours, ${hours('allowed')} as limit_hours
    from (
      select ${columns(NAMES)}, submitted, received, allowed, ${ENDED_AT} as ended_at, not ${IS_RECEIVED} is true as is_pending,
        case when ${IS_RECEIVED} then waited else waited_at_end end as counted_wait,
        to_char(case when ${IS_RECEIVED} then ${dayOfInstant(sql`received`)} else ends_on end, 'YYYY-MM-DD') as counted_on
      from ${filedInSpans(NAMES, plan)}
      where ${IS_KNOWN} and (${IS_RECEIVED} or ${WAITS_AT_END})
    ) as waits`
}

function hours (time: string): RawBuilder<number> {
  return sql<number>`round(${sql.ref(time)} / 3600000.0, 2)::float8`
}

import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import type { CountPlan } from './plan.ts'
import { instantsOf, whichDossiers } from './tables.ts'
import { dossierEvents } from '../rules/events-sql.ts'
import { ENDED_AT } from '../rules/status.ts'
import { singlePassDossiers, WITHOUT_SUPPLEMENTS, WITH_SUPPLEMENTS, type Counting } from '../rules/single-pass-sql.ts'

export interface ListedDossier {
  code: string
  unit: string
  procedure: string
  field: string
  channel: 'online' | 'direct' | 'postal'
  source: string
  status: number
  received_at: string
  due_at: string | null
  ended_at: string | null
  counted_on: string
  in_time: boolean
  is_pending: boolean
}

/** The dossiers that the only span of a plan counts, one row for each time that it counts one. */
export function dossiersOf (plan: CountPlan, counting: Counting): RawBuilder<ListedDossier> {
  const { from, to, dueTo } = plan.spans[0]!
  const inSpan = sql`day between ${from}::date and ${to}::date`
  const ended = sql`
    select ${columns(DOSSIER)}, day, resolved_overdue = 0 as in_time, false as is_pending
    from events where ${inSpan} and ${RESOLVED} = 1`
  const pending = sql`
    select ${columns(DOSSIER)}, ${to}::date,
      coalesce(sum(became_overdue) filter (where day <= ${dueTo}::date), 0) = sum(no_longer_overdue), true
    from events where day <= ${to}::date
    group by ${columns(DOSSIER)} having sum(received_online + received_direct - ${RESOLVED}) = 1`
  const due = sql`
    select ${columns(DOSSIER)}, day, due_in_time = 1 as in_time, false as is_pending from events
    where day between ${from}::date and ${dueTo}::date and due = 1`
  const entries = { ended, handled: sql`${ended} union all ${pending}`, due }
  return sql<ListedDossier>`
    with events as (${dossierEvents(DOSSIER, whichDossiers(plan, WITH_SUPPLEMENTS))}),
    entries as (${entries[counting]}),
    listed as (
      select ${columns(SHOWN)}, ${ENDED_AT} as ended_at, day, in_time, is_pending
      from entries join dossiers using (${columns(DOSSIER)})
      union all
      ${singlePassDossiers(SHOWN, whichDossiers(plan, WITHOUT_SUPPLEMENTS), instantsOf(plan), counting)}
    )
    select ${columns(SHOWN)}, ended_at, to_char(day, 'YYYY-MM-DD') as counted_on, in_time, is_pending from listed`
}

const RESOLVED = sql`(resolved_early + resolved_on_time + resolved_overdue)`

/** What identifies a dossier. */
const DOSSIER = ['province_code', 'code', 'record']
const SHOWN = ['code', 'unit', 'procedure', 'field', 'channel', 'source', 'status', 'received_at', 'due_at']

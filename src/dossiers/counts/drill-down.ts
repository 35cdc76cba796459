import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import type { CountPlan } from './plan.ts'
import { AS_SENT } from '../counting-rules/seen-sql.ts'
import { eventsBesideSinglePass, graceIn, instantsOf, whichDossiers, whichStates } from './tables.ts'
import { dayIn } from '../../time/business-day-sql.ts'
import { DOSSIER } from '../rules/events-sql.ts'
import { ENDED_AT, HAS_RESULT } from '../rules/status.ts'
import { singlePassDossiers, WITHOUT_SUPPLEMENTS, type Counting } from '../rules/single-pass-sql.ts'

export interface ListedDossier {
  code: string
  unit: string
  procedure: string
  field: string
  channel: 'online' | 'direct' | 'postal'
  source: string
  status: number
  /** null: it waits for reception. */
  received_at: string | null
  due_at: string | null
  ended_at: string | null
  /** As the rules see it. */
  due_by_rules: string | null
  counted_on: string
  in_time: boolean
  is_pending: boolean
  /** What counts for reception alone. */
  submitted_at: string | null
  waited_hours: number | null
  limit_hours: number | null
}

/**
 * The dossiers that the only span of a plan counts, one row for each time that it counts one, in the state in which it
 * counts. What has left more often than it came is listed with what is pending, as it is counted: of all that has left
 * as many as left on balance, those that did not come back first.
 */
export function dossiersOf (plan: CountPlan, counting: Counting): RawBuilder<ListedDossier> {
  const { from, to, dueTo } = plan.spans[0]!
  const [shown, listed] = [[...SHOWN, ...sentIn(plan)], [...LISTED, ...sentIn(plan)]]
  const inSpan = sql`day between ${from}::date and ${to}::date`
  const ended = sql`
    select ${columns(listed)}, day, resolved_overdue = 0 as in_time, false as is_pending
    from events where ${inSpan} and ${RESOLVED} = 1`
  const pending = sql`
    select ${columns(listed)}, ${to}::date,
      coalesce(sum(became_overdue) filter (where day <= ${graceIn(plan) === 0 ? dueTo : to}::date), 0) = sum(no_longer_overdue - moved_overdue), true
    from events where day <= ${to}::date
    group by ${columns(listed)} having sum(received_online + received_direct - ${RESOLVED} - cancelled + moved) = 1`
  // Of a unit that was split only a share counts.
  const share = plan.amongBorne === true ? sql`(select sum(share) from borne where borne.unit = events.unit)` : sql`1`
  const moves = sql`select *, ${share} as share from events where ${inSpan} and (moved <> 0 or moved_overdue <> 0)`
  const left = sql`
    select ${columns(listed)}, day, moved_overdue = 0, true
    from (
      select *, sum(share) over (
        partition by moved_overdue order by balance, ${columns([...DOSSIER, 'day'])} rows unbounded preceding) as n
      from (select *, sum(moved * share) over (partition by ${columns(DOSSIER)}) as balance from (${moves}) as moves) as moves
      where moved < 0
    ) as leaving
    cross join (
      select -sum(moved * share) as all_left,
        least(greatest(-sum(moved_overdue * share), 0), greatest(-sum(moved * share), 0)) as overdue_left
      from (${moves}) as moves
    ) as balance
    where n <= case when moved_overdue = 0 then all_left - overdue_left else overdue_left end`
  const due = sql`
    select ${columns(listed)}, day, due_in_time = 1 as in_time, false as is_pending from events
    where day between ${from}::date and ${dueTo}::date and due = 1`
  const entries = { ended, handled: sql`${ended} union all ${pending} union all ${left}`, due }
  return sql<ListedDossier>`
    with events as (${eventsBesideSinglePass(listed, plan)}),
    entries as (${entries[counting]}),
    listed as (
      select ${columns(shown)}, ${ENDED_AT} as ended_at, day, in_time, is_pending from entries
      union all
      ${singlePassDossiers(shown, whichDossiers(plan, WITHOUT_SUPPLEMENTS), instantsOf(plan), counting)}
    )
    select ${asSent(plan)}, ended_at, due_at as due_by_rules, to_char(day, 'YYYY-MM-DD') as counted_on, in_time, is_pending,
      null::timestamptz as submitted_at, null::float8 as waited_hours, null::float8 as limit_hours
    from listed`
}

/**
 * The dossiers that ended with a result in the only span of a plan: the columns asked for, `supplements`, `received_on`
 * and `ended_on`. One that was reopened and ended again has ended twice.
 */
export function resultsOf (plan: CountPlan, names: readonly string[]): RawBuilder<unknown> {
  const { from, to } = plan.spans[0]!
  const own = columns([...names, 'supplements'])
  const needed = [...new Set([...names, 'supplements', 'status', 'received_at'])]
  return sql`
    select ${own}, ${dayIn('received_at')} as received_on, day as ended_on
    from (${singlePassDossiers(needed, whichDossiers(plan), instantsOf(plan), 'ended')}) as ended where ${HAS_RESULT}
    union all
    select ${own}, received_on, ends_on from ${whichStates(plan)} as states
    where ${HAS_RESULT} and ends_on between ${from}::date and ${to}::date and ends_on >= held_from and ends_on < held_until`
}

/** What is listed is what a dossier says, and not how rules see it. */
function sentIn ({ rules = null }: CountPlan): string[] {
  return rules === null ? [] : Object.values(AS_SENT)
}

function asSent ({ rules = null }: CountPlan): RawBuilder<unknown> {
  const sent: Record<string, string> = rules === null ? {} : AS_SENT
  return sql.join(SHOWN.map(name => name in sent ? sql`${sql.ref(sent[name]!)} as ${sql.ref(name)}` : sql.ref(name)))
}

const RESOLVED = sql`(resolved_early + resolved_on_time + resolved_overdue)`

const SHOWN = ['code', 'unit', 'procedure', 'field', 'channel', 'source', 'status', 'received_at', 'due_at']
const LISTED = [...new Set([...DOSSIER, ...SHOWN, 'finished_at', 'returned_at', 'updated_at'])]

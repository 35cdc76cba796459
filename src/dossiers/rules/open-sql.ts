// Which dossiers are open, and when each is due: those of now by their rows alone, and those of a past day as they were
// at its end. The rules are those of events.ts: a dossier that awaits a supplement is not overdue, the supplement
// completed last sets the due date, and a due date that was past when it was set is reached on that day.
import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { startOfDate, startOfDay } from '../../time/business-day-sql.ts'
import { dayAfter } from '../../time/calendar.ts'
import { ASKED } from './events-sql.ts'
import { ENDED_AT, IS_COUNTED, IS_OPEN, WAITS } from './status.ts'
import { dossierStates, IN_ONE_STATE } from './timeline-sql.ts'

const LAST = sql`supplements -> -1`
const COMPLETED_AT = sql`(${LAST} ->> 'completed_at')::timestamptz`

/** Of an open dossier: whether a supplement is awaited now. */
export const AWAITS_NOW = sql<boolean>`(${WAITS} or (supplements is not null and ${LAST} ->> 'completed_at' is null))`

/** Of an open dossier that awaits no supplement: when its due date is reached; null: it has none. */
export const REACHED_AT_NOW = reachedAt(
  sql`coalesce((${LAST} ->> 'new_due_at')::timestamptz, due_at)`, sql`received_at`, COMPLETED_AT)

function reachedAt (...[due, ...others]: [RawBuilder<unknown>, ...RawBuilder<unknown>[]]): RawBuilder<string> {
  // Of several values `greatest` leaves out those that are null.
  return sql<string>`case when ${due} is not null then greatest(${sql.join([due, ...others])}) end`
}

/**
 * Dossiers that are open now, as a query: the columns asked for, `received_at`, `awaits_supplement`, and `reached_at`,
 * when the due date is reached; null: there is none, or a supplement is awaited.
 * @param before the end of today: what is received later is not there yet
 */
export function openNow (
  names: readonly string[], which: RawBuilder<unknown>, before: RawBuilder<string>
): RawBuilder<unknown> {
  return sql`
    select ${columns([...names, 'received_at'])}, ${AWAITS_NOW} as awaits_supplement,
      case when not ${AWAITS_NOW} then ${REACHED_AT_NOW} end as reached_at
    from dossiers where ${IS_OPEN} and received_at < ${before} and ${which}`
}

/** The same of dossiers that were open at the end of a past day, in the state and at the place of that day. */
export function openOn (day: string, names: readonly string[], which: RawBuilder<unknown>): RawBuilder<unknown> {
  const end = startOfDay(dayAfter(day))
  const shown = columns([...names, 'received_at'])
  const plain = sql`
    select *, received_at as began_at from dossiers
    where ${IN_ONE_STATE} and received_at < ${end} and coalesce(${ENDED_AT} >= ${end}, true) and ${which}`
  const states = sql`
    select *, ${startOfDate('received_on')} as began_at from ${dossierStates(which)} as states
    where held_from <= ${day}::date and held_until > ${day}::date and received_on <= ${day}::date
      and coalesce(ends_on > ${day}::date, true)`
  const open = (dossiers: RawBuilder<unknown>) => sql`
    select ${shown}, awaits_supplement, case when not awaits_supplement then ${REACHED_THEN} end as reached_at
    from (${dossiers}) as dossiers cross join lateral (${supplementsAt(end)}) as at_day
    where ${IS_COUNTED}`
  return sql`${open(plain)} union all ${open(states)}`
}

const REACHED_THEN = reachedAt(sql`coalesce(due_then, due_at)`, sql`began_at`, sql`completed_then`)

/** What the supplements of a dossier say at an instant. Those that were requested after its end say nothing. */
function supplementsAt (instant: RawBuilder<string>): RawBuilder<unknown> {
  return sql`
    select coalesce(bool_or(is_last and coalesce(completed_at >= ${instant}, true)), false) as awaits_supplement,
      max(completed_at) filter (where is_last) as completed_then,
      coalesce(max(new_due_at) filter (where is_last),
        (array_agg(old_due_at order by n) filter (where requested_at >= ${instant}))[1]) as due_then
    from (
      select *, requested_at < ${instant} and coalesce(lead(requested_at) over (order by n) >= ${instant}, true) as is_last
      from rows from (jsonb_to_recordset(${ASKED}) as (
        requested_at timestamptz, completed_at timestamptz, old_due_at timestamptz, new_due_at timestamptz
      )) with ordinality as waits (requested_at, completed_at, old_due_at, new_due_at, n)
      where ${ENDED_AT} is null or requested_at < ${ENDED_AT}
    ) as requested`
}

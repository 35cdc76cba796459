import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { dayIn, dayOfInstant } from '../../time/business-day-sql.ts'
import { EVENT_MEASURES } from './events.ts'
import { ENDED_AT, HAS_RESULT, IS_CANCELLED, IS_COUNTED, WAITS } from './status.ts'
import { LAST_STATE } from './timeline-sql.ts'

const NEEDED = ['status', 'channel', 'due_at']
/** Also what the conditions and expressions of status.ts, and `ASKED`, read. */
const READ = [...NEEDED, 'supplements', 'updated_at', 'finished_at', 'returned_at', 'details']

/**
 * The supplements, with the one that the status names and the list does not: a dossier that waits does so since its
 * version was updated, at the latest. It begins after those that are complete.
 */
export const ASKED = sql`case when ${WAITS} and (supplements is null or supplements -> -1 ->> 'completed_at' is not null)
  then coalesce(supplements, '[]') || jsonb_build_object(
    'requested_at', greatest(updated_at, (supplements -> -1 ->> 'completed_at')::timestamptz))
  else supplements end`

/** A query for dossiers that have one state, and one for the states of the others, as `dossierStates` yields them. */
export interface Counted {
  plain: RawBuilder<unknown>
  states: RawBuilder<unknown>
}

/**
 * The events of dossiers: the columns asked for, `day`, and the measures. It implements the rules of events.ts a second
 * time on purpose: one updates the rollups and the other rebuilds them, so a mistake in either shows.
 * @param names columns of the dossiers
 * @param grace so many days after its due day an open dossier is overdue at the end of the day
 */
export function dossierEvents (
  names: readonly string[], { plain, states }: Counted, grace: 0 | 1 = 0
): RawBuilder<unknown> {
  const own = names.length === 0 ? sql`` : sql`${columns(names)}, `
  return sql`
    select ${own}day, ${columns(HAPPENING)}, 0 as moved, 0 as moved_overdue
    from (${eventsOf(names, plain, { key: DOSSIER, receivedDay: dayIn('received_at'), endDay: dayIn('ended_at') }, grace)}) as events
    union all
    select * from (${eventsOfStates(names, states, grace)}) as of_states`
}

/**
 * The same of few dossiers. Those in one state are read as the others are: what is derived once takes half as long to
 * plan, which is most of the time of a question about few. Of many, more would be kept meanwhile than is counted.
 */
export function fewDossiersEvents (
  names: readonly string[], { plain, states }: Counted, grace: 0 | 1 = 0
): RawBuilder<unknown> {
  const read = columns([...new Set([...DOSSIER, ...READ, ...names])])
  return eventsOfStates(names, sql`(
    select ${read}, ${LAST_STATE} as state, '-infinity'::date as held_from, 'infinity'::date as held_until,
      ${dayIn('received_at')} as received_on, ${dayOfInstant(ENDED_AT)} as ends_on
    from ${plain} as dossiers
    union all
    select ${read}, state, held_from, held_until, received_on, ends_on from ${states} as states)`, grace)
}

/** The events of states while they were held, with what moved when they came and went. */
function eventsOfStates (names: readonly string[], states: RawBuilder<unknown>, grace: 0 | 1): RawBuilder<unknown> {
  const own = names.length === 0 ? sql`` : sql`${columns(names)}, `
  return sql`
    with events as (${eventsOf([...names, 'state', 'held_from', 'held_until'], states, OF_STATES, grace)})
    select ${own}day, ${columns(HAPPENING)}, 0 as moved, 0 as moved_overdue from events
    where day >= held_from and day < held_until
    union all
    select ${own}held_from, ${NOTHING}, ${PENDING}, ${OVERDUE} from events
    where day < held_from group by ${own}held_from
    union all
    select ${own}held_until, ${NOTHING}, -${PENDING}, -${OVERDUE} from events
    where day < held_until and held_until < 'infinity' group by ${own}held_until`
}

/** What identifies a dossier. */
export const DOSSIER = ['province_code', 'code', 'record']
/** The measures of what happens to a dossier in one state. */
const HAPPENING = EVENT_MEASURES.filter(measure => !measure.startsWith('moved'))
const NOTHING = sql.raw(HAPPENING.map(() => '0').join())
const PENDING = sql.raw(
  'sum(received_online + received_direct - resolved_early - resolved_on_time - resolved_overdue - cancelled)')
const OVERDUE = sql.raw('sum(became_overdue - no_longer_overdue)')

const OF_STATES = { key: [...DOSSIER, 'state'], receivedDay: sql`received_on`, endDay: sql`ends_on` }

interface Reading {
  /** The columns that tell apart what is counted. */
  key: readonly string[]
  /** The days on which a dossier was received and ended. */
  receivedDay: RawBuilder<unknown>
  endDay: RawBuilder<unknown>
}

/**
 * What happens to dossiers in one state, one row for each event: of the measures one is not 0 (two for a dossier
 * received by post, and for one due and in time).
 *
 * `counted` has each dossier with its business days; those without supplements need no more. For the few others,
 * `waits` has each supplement, `terms` the days between them with the due date then in force, `reached` the day on
 * which that due date came, `overdue` the days after it, of which those that touch are one, and `met` the due dates
 * that count as due. The fences (`offset 0`) keep the planner from copying each expression to all that compare it.
 */
function eventsOf (
  names: readonly string[], which: RawBuilder<unknown>, { key, receivedDay, endDay }: Reading, grace: 0 | 1
): RawBuilder<unknown> {
  const own = names.length === 0 ? sql`` : sql`${columns(names)}, `
  const ofTerm = columns([...new Set([...key, ...names, 'status', 'is_cancelled'])])
  const ofOne = sql`partition by ${columns(key)} order by n`
  const overdueOn = grace === 0 ? sql`reached_on` : sql`overdue_on`
  const [withGrace, neverWaited] = grace === 0
    ? [sql``, sql``]
    : [
        sql`, greatest(starts_on, ${dayIn('due')} + 1) as overdue_on`,
        sql`, case when never_waited and due_at is not null then greatest(received_on, due_on + 1) end as overdue_on`
      ]
  return sql`
    with counted as not materialized (
      select ${columns([...new Set([...key, ...NEEDED, ...names])])}, ended_at, asked,
        ${IS_CANCELLED} as is_cancelled, ${receivedDay} as received_on, ${endDay} as ended_on, ${dayIn('due_at')} as due_on,
        asked is null or coalesce(ended_at <= (asked -> 0 ->> 'requested_at')::timestamptz, false) as never_waited
      from (
        select *, ${ENDED_AT} as ended_at, ${ASKED} as asked from ${which} as dossiers where ${IS_COUNTED} offset 0
      ) as dossiers offset 0
    ),
    waits as (
      select *, coalesce(lag(new_due_at) over earlier, old_due_at, due_at) as due_until_then,
        coalesce(case when is_awaited then lag(new_due_at) over earlier else new_due_at end, due_at) as due_from_then,
        lag(waited_until) over earlier as waited_before, lead(n) over earlier is null as is_last
      from (
        select counted.*, n, requested_at, old_due_at, new_due_at, least(completed_at, ended_at) as waited_until,
          completed_at is null or coalesce(ended_at < completed_at, false) as is_awaited
        from counted cross join lateral rows from (jsonb_to_recordset(asked) as (
          requested_at timestamptz, completed_at timestamptz, old_due_at timestamptz, new_due_at timestamptz
        )) with ordinality as supplements (requested_at, completed_at, old_due_at, new_due_at, n)
        where asked is not null and (ended_at is null or requested_at < ended_at)
      ) as requested
      window earlier as (${ofOne})
    ),
    terms as (
      select ${ofTerm}, ended_at, ended_on, due_from_then as due, 2147483647 as n, true as final,
        greatest(received_on, ${dayIn('waited_until')}) as starts_on, 'infinity'::date as stops_on,
        coalesce(ended_at <= due_from_then, ended_at is not null) or (not ${HAS_RESULT} and is_awaited and
          coalesce(requested_at <= due_until_then, true)) as is_in_time
      from waits where is_last and waited_until is not null
      union all
      select ${ofTerm}, ended_at, ended_on, due_until_then, n, false,
        greatest(received_on, ${dayIn('waited_before')}), ${dayIn('requested_at')}, false
      from waits
    ),
    reached as (
      select *, ${dayIn('due')} as due_day, greatest(starts_on, ${dayIn('due')}) as reached_on${withGrace}
      from terms where due is not null
    ),
    overdue as (
      select *, overdue_until is distinct from lead(${overdueOn}) over later as ends,
        ${overdueOn} is distinct from lag(overdue_until) over later as begins
      from (select *, least(stops_on, ended_on) as overdue_until from reached) as until
      where ${overdueOn} < overdue_until
      window later as (${ofOne})
    ),
    met as (
      select *, due_day is distinct from lag(due_day) over (${ofOne}) as is_another
      from reached where final or reached_on < stops_on
    )
    select ${own}happened.*
    from counted
    cross join lateral (select
      due_at is null or ended_at <= due_at as is_in_time,
      due_at is not null and ended_on < due_on and ${HAS_RESULT} as is_early,
      case when never_waited and due_at is not null then greatest(received_on, due_on) end as reached_on${neverWaited}) as how
    cross join lateral (
      select received_on, (channel = 'online')::int, (channel <> 'online')::int, (channel = 'postal')::int, 0, 0, 0, 0, 0, 0, 0, 0
      union all
      select ended_on, 0, 0, 0, ${RESOLVED}, 0, 0, 0, 0, is_cancelled::int where ended_at is not null and never_waited
      union all
      select ${overdueOn}, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 where ${overdueOn} < coalesce(ended_on, 'infinity')
      union all
      select ended_on, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0 where ${overdueOn} < ended_on
      union all
      select reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1, coalesce(ended_at <= due_at, false)::int, 0
      where reached_on is not null
    ) as happened (day, ${columns(HAPPENING)})
    union all
    select ${own}ended_on, 0, 0, 0, ${RESOLVED}, 0, 0, 0, 0, is_cancelled::int
    from (
      select *, due is not null and ended_on < ${dayIn('due')} and ${HAS_RESULT} as is_early
      from terms where final and ended_at is not null
    ) as ended
    union all
    select ${own}${overdueOn}, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 from overdue where begins
    union all
    select ${own}overdue_until, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0 from overdue where ends and overdue_until < 'infinity'
    union all
    select ${own}reached_on, 0, 0, 0, 0, 0, 0, 0, 0, 1, is_in_time::int, 0 from met where is_another`
}

const RESOLVED = sql.raw(['is_in_time and is_early', 'is_in_time and not is_early', 'not is_in_time'].map(how => (
  `(not is_cancelled and ${how})::int`)).join())

import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { dayIn, dayOfInstant } from '../../time/business-day-sql.ts'
import { ENDED_AT } from './status.ts'

/** Conditions on dossiers. Those without a history, which are nearly all, have one state: their row. */
export const WITHOUT_HISTORY = sql`history is null`
export const WITH_HISTORY = sql`history is not null`

/** What a state has of its own, with its type in JSON. */
const OF_STATE = {
  unit: 'text collate "C"',
  level: 'text collate "C"',
  procedure: 'text collate "C"',
  field: 'text collate "C"',
  channel: 'text collate "C"',
  status: 'smallint',
  received_at: 'timestamptz',
  due_at: 'timestamptz',
  finished_at: 'timestamptz',
  returned_at: 'timestamptz',
  updated_at: 'timestamptz',
  supplements: 'jsonb'
}
const STATE = Object.keys(OF_STATE)
const FORMER = ['held_until', 'was_closed', ...STATE]
// The names of the properties, which are those of FORMER in the same order.
const PROPERTIES = sql.raw(Object.entries({ until: 'date', closed: 'boolean', ...OF_STATE })
  .map(([name, type]) => `${name} ${type}`).join())

/**
 * The states of dossiers with a history, one row for each: the columns of a dossier that decide for what it counts and
 * where, as the state has them; `state`, its number; `held_from` and `held_until`, its days; `ends_on`, the day on
 * which the dossier ends, as the state counts it. The rules of timeline.ts a second time.
 * @param which a query for dossiers with a history
 */
export function dossierStates (which: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select *, case
      when ended_on is null then null
      when was_held then greatest(ended_on, held_from)
      when is_closed then least(ended_on, held_from - 1)
      else ended_on end as ends_on
    from (
      select *, lag(received_on < held_until and coalesce(ended_on >= held_until, true) and not is_closed, 1, false) over (
        partition by province_code, code, record order by state) as was_held
      from (
        select *, ended_on is not null and finished_at is null and returned_at is null and received_on < held_from
          and lag(was_closed, 1, false) over states as is_closed
        from (
          select *, ${dayIn('received_at')} as received_on, ${dayOfInstant(ENDED_AT)} as ended_on,
            lag(held_until, 1, '-infinity') over (partition by province_code, code, record order by state) as held_from
          from (
            select province_code, code, record, source, former.*
            from ${which} as dossiers cross join lateral (
              select n as state, ${columns(FORMER)}
              from rows from (jsonb_to_recordset(history) as (${PROPERTIES})) with ordinality as listed (${columns(FORMER)}, n)
              union all
              select ${LAST}, 'infinity', false, ${columns(STATE, 'dossiers')}
            ) as former
          ) as each
        ) as dated
        window states as (partition by province_code, code, record order by state)
      ) as closing
    ) as held`
}

/** A number above that of any former state. */
const LAST = sql.raw('2147483647')

// Dossiers as counting rules see them: seen.ts a second time, for many.
import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { dayIn } from '../../time/business-day-sql.ts'
import { ASKED } from '../rules/events-sql.ts'
import {
  FINANCIAL_OBLIGATION, IN_PROCESS, IS_CANCELLED, IS_OPEN, PROCESSED, REFUSED, STOPPED, WITHDRAWN
} from '../rules/status.ts'
import { termDueAt } from './term-sql.ts'
import { graceOf } from './seen.ts'
import type { Choices } from './schema.ts'

const OWN = columns([
  'province_code', 'code', 'record', 'source', 'unit', 'level', 'procedure', 'field', 'channel', 'received_at',
  'updated_at', 'details', 'held_from', 'received_on'
])
const DAYS = columns(['state', 'held_until'])

/** What rules rewrite, as the dossier itself says it: columns of what they see. */
export const AS_SENT = { status: 'sent_status', due_at: 'sent_due_at' }

/**
 * Dossiers with one state as rules see them: the columns of a dossier that decide for what it counts, and those of
 * `AS_SENT`.
 * @param which a query for all columns of dossiers
 */
export function dossiersSeenBy (choices: Choices, which: RawBuilder<unknown>): RawBuilder<unknown> {
  return seen(choices, sql`(select *, false as was_opened from ${which} as dossiers)`, {
    days: sql`ends_on`, isLast: sql`true`, end: sql`greatest(received_at, first_requested_at)`, shown: sql`ends_on`
  })
}

/**
 * The states of the others, with their numbers and days.
 * @param states all of them, as `dossierStates` yields them
 * @param which a condition on their columns
 */
export function statesSeenBy (
  choices: Choices, states: RawBuilder<unknown>, which: RawBuilder<unknown>
): RawBuilder<unknown> {
  // The state before may be one that is not asked for.
  const withBefore = choices.stopped === 'ended'
    ? sql`(select *, false as was_opened from ${states} as states where ${which})`
    : sql`(
      select * from (
        select *, coalesce(lag(status = ${STOPPED_} and not ${IS_CANCELLED})
          over (partition by province_code, code, record order by state), false) as was_opened
        from ${states} as states
      ) as states where ${which})`
  return seen(choices, withBefore, {
    days: sql`${DAYS}, ends_on`,
    isLast: sql`held_until = 'infinity'`,
    end: sql`first_requested_at`,
    shown: sql`${DAYS}, case
      when seen = 'open' then null
      when seen = 'ended_by_request' then greatest(${dayIn('first_requested_at')}, received_on, held_from)
      when was_opened then greatest(ends_on, case when ends_on is not null then held_from end)
      else ends_on end as ends_on`
  })
}

const STOPPED_ = sql.lit(STOPPED)

interface Of {
  /** The columns of days that there are, and those that are shown. */
  days: RawBuilder<unknown>
  shown: RawBuilder<unknown>
  isLast: RawBuilder<unknown>
  /** When a dossier ended whose end is the request of a supplement. */
  end: RawBuilder<unknown>
}

function seen (choices: Choices, from: RawBuilder<unknown>, { days, shown, isLast, end }: Of): RawBuilder<unknown> {
  const grace = sql.raw(`interval '${24 * graceOf(choices)} hours'`)
  return sql`(
    select ${OWN}, ${shown}, sent_status, sent_due_at,
      case seen when 'refused' then ${sql.lit(STOPPED)} when 'open' then ${sql.lit(IN_PROCESS)}
        when 'ended_by_request' then ${sql.lit(PROCESSED)} when 'overdue' then ${sql.lit(IN_PROCESS)} else status end::smallint as status,
      case seen when 'in_time' then null when 'open' then null
        when 'ended_by_request' then coalesce((asked -> 0 ->> 'old_due_at')::timestamptz, due_at)
        when 'overdue' then least(due_at, (asked -> 1 ->> 'requested_at')::timestamptz - ${grace}) else due_at end as due_at,
      case seen when 'refused' then refused_at when 'ended_by_request' then ${end} else finished_at end as finished_at,
      case when seen = 'refused' then null else returned_at end as returned_at,
      case when seen is null or seen = 'refused' then supplements end as supplements
    from (
      select *, ${seenAs(choices, isLast)} as seen, (asked -> 0 ->> 'requested_at')::timestamptz as first_requested_at,
        (details ->> 'refused_at')::timestamptz as refused_at
      from (select *, ${ASKED} as asked from ${withDueDates(choices, from, days)} as dossiers) as asked
      offset 0
    ) as seen)`
}

function seenAs (choices: Choices, isLast: RawBuilder<unknown>): RawBuilder<unknown> {
  const requests = sql`jsonb_array_length(asked)`
  const cases = [
    sql`when ${IS_CANCELLED} then null`,
    ...choices.refused_after_acceptance === 'ended'
      ? [sql`when status = ${sql.lit(REFUSED)} and (details ->> 'refused_after_acceptance')::boolean
          and (details ->> 'refused_at')::timestamptz >= received_at then 'refused'`]
      : [],
    ...choices.withdrawn === 'on_time' ? [sql`when status = ${sql.lit(WITHDRAWN)} then 'in_time'`] : [],
    ...choices.stopped === 'open_in_time' ? [sql`when status = ${STOPPED_} then 'open'`] : [],
    ...choices.financial_obligation === 'open_in_time'
      ? [sql`when status = ${sql.lit(FINANCIAL_OBLIGATION)} then 'in_time'`]
      : [],
    sql`when not ${IS_OPEN} or not (${isLast}) then null`,
    ...choices.repeated_request === 'overdue' ? [sql`when ${requests} > 1 then 'overdue'`] : [],
    ...choices.open_supplement === 'request_is_end'
      ? [sql`when ${requests} = 1 and asked -> 0 ->> 'completed_at' is null then 'ended_by_request'`]
      : []
  ]
  return sql`case ${sql.join(cases, sql` `)} else null end`
}

/** The columns of dossiers, with other due dates, and with those that they had. */
function withDueDates (
  { due_until: until, no_due_date: none }: Choices, from: RawBuilder<unknown>, days: RawBuilder<unknown>
): RawBuilder<unknown> {
  const due = none === 'procedure_term' ? sql`coalesce(due_at, ${termDueAt()})` : sql`due_at`
  const others = columns(['status', 'finished_at', 'returned_at', 'was_opened'])
  const sent = sql`${OWN}, ${days}, ${others}, status as sent_status, due_at as sent_due_at`
  return until === 'due_instant'
    ? sql`(select ${sent}, ${due} as due_at, supplements from ${from} as sent)`
    : sql`(select ${sent}, ${endOfDay(due)} as due_at, ${SUPPLEMENTS_BY_DAY} as supplements from ${from} as sent)`
}

/** The last millisecond of the day of an instant. */
function endOfDay (instant: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`date_bin('1 day', ${instant}, '1970-01-01T00:00:00+07:00') + interval '24 hours' - interval '1 millisecond'`
}

const SUPPLEMENTS_BY_DAY = sql`case when supplements is not null then (
  select jsonb_agg(supplement || jsonb_build_object(
    'old_due_at', ${endOfDay(sql`(supplement ->> 'old_due_at')::timestamptz`)},
    'new_due_at', ${endOfDay(sql`(supplement ->> 'new_due_at')::timestamptz`)}) order by n)
  from jsonb_array_elements(supplements) with ordinality as each (supplement, n)) end`

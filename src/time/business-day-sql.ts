import { sql, type RawBuilder } from 'kysely'

// The functions of business-day.ts in SQL, where the reason for a fixed offset stands. Names are names of columns.

/** The business day of an instant. */
export function dayIn (instant: string): RawBuilder<string> {
  return dayOfInstant(sql.ref(instant))
}

/** The business day of an instant that is an expression. */
export function dayOfInstant (instant: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`(${instant} at time zone interval '7 hours')::date`
}

/** The instant at which a day, written `YYYY-MM-DD`, begins. */
export function startOfDay (day: string): RawBuilder<string> {
  return sql<string>`${`${day}T00:00:00+07:00`}::timestamptz`
}

/** The instant at which the day in a column of dates begins. */
export function startOfDate (day: string): RawBuilder<string> {
  // As a timestamp without a zone: a plain date would be read in the time zone of the server.
  return sql<string>`${sql.ref(day)}::timestamp at time zone interval '7 hours'`
}

/** The instant at which the business day of an instant begins. */
export function startOfDayIn (instant: string): RawBuilder<string> {
  return sql<string>`date_bin('1 day', ${sql.ref(instant)}, '1970-01-01T00:00:00+07:00')`
}

/** The first day of the slice of a day. */
export function sliceIn (day: string): RawBuilder<string> {
  const name = sql.ref(day)
  const inMonth = sql`date_part('day', ${name}::timestamp)::integer`
  return sql<string>`(${name} - case when ${inMonth} < 15 then ${inMonth} - 1 else ${inMonth} - 15 end)`
}

/** The first day of the quarter of a day. */
export function quarterIn (day: string): RawBuilder<string> {
  // As a timestamp without a zone: a plain date would be read in the time zone of the server.
  const first = sql`date_trunc('quarter', ${sql.ref(day)}::timestamp)`
  const middle = sql`(${first} + interval '2 months 14 days')`
  return sql<string>`(case when ${sql.ref(day)} < ${middle} then ${first} else ${middle} end)::date`
}

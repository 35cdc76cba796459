import { sql, type RawBuilder } from 'kysely'
import { isCovered, PROVINCES } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor, type Subtree } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import { dayIn, startOfDay } from '../../time/business-day-sql.ts'
import { dayAfter } from '../../time/calendar.ts'
import { openNow, openOn } from '../rules/open-sql.ts'
import { dayBounds, type DayBounds } from './day-bounds.ts'
import { BACKLOG_KEYS, type BACKLOG_COUNTS, type BacklogQuery, type BacklogRow } from './schema.ts'

/** Working days at which buckets of days left end. */
const AHEAD = [0, 3, 10]
/** Working days at which buckets of ages end; those of overdue days end at two of them. */
const AGES = [-60, -20, -10, -5]

/**
 * Open dossiers by age and by days left. Where the calendar ends before the days ahead, the counts by them are null.
 * @param now milliseconds since 1970
 * @throws DomainError `unknown_unit`, `out_of_range` for a day to come, `calendar_year_missing`
 */
export async function backlog (
  db: Db, asked: BacklogQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<BacklogRow> & { province: string | null }> {
  const today = nameOfDay(dayOf(now))
  const { as_of: day = today, group_by: keys = [] } = asked
  if (day > today) throw invalid('/query/as_of', 'out_of_range', `as_of (${day}) is to come; what will be open then is not known`)
  const unit = await subtreeFor(db, asked.unit, reach, { source: asked.source, day })
  const province = unit?.province_code ?? null
  const bounds = await dayBounds(db, province, day, AGES, '/query/as_of', AHEAD)
  const which = conditionsOf(asked, unit)
  const isToday = day === today
  const open = isToday ? openNow(keys, which, startOfDay(dayAfter(day))) : openOn(day, keys, which)
  const order = keys.map((name): OrderColumn => ({ name, kind: 'text', required: true }))
  const query = pageQuery(countedOpen(keys, open, { day, isToday, ...bounds }), order, page)
  const { rows } = await inSlowRead(db, trx => query.execute(trx))
  return { ...pageOf(rows, order, page.limit), province }
}

function conditionsOf (
  { level, field, procedure, channel, source }: BacklogQuery, unit: Subtree | null
): RawBuilder<unknown> {
  const lists = Object.entries({ level, field, procedure, channel }).filter(([, values]) => values !== undefined)
  return sql.join([
    unit === null
      ? sql`province_code = any(${PROVINCES})`
      : sql`province_code = ${unit.province_code} and unit = any(array(select id from units where ${isCovered(unit)}))`,
    ...lists.map(([name, values]) => sql`${sql.ref(name)} = any(${values})`),
    ...source === undefined ? [] : [sql`source = ${source}`]
  ], sql` and `)
}

interface Counted extends DayBounds {
  day: string
  isToday: boolean
}

/** @param open as from `openNow` and `openOn` */
function countedOpen (
  keys: readonly string[], open: RawBuilder<unknown>, { day, isToday, calendar, days }: Counted
): RawBuilder<BacklogRow> {
  const from = (distance: number) => startOfDay(days.get(distance)!)
  // Of today the due dates of the day are not over.
  const overdueUntil = startOfDay(isToday ? day : dayAfter(day))
  const ahead = AHEAD.flatMap(distance => days.get(distance) ?? [])
  const dueBounds = [from(-20), from(-5), overdueUntil, ...ahead.map(last => startOfDay(dayAfter(last)))]
  const own = keys.length === 0 ? sql`` : sql`${columns(keys)}, `
  return sql<BacklogRow>`
    select ${sql.join(BACKLOG_KEYS.map(key => keys.includes(key) ? sql.ref(key) : sql`null::text as ${sql.ref(key)}`))},
      ${countsFor(ahead.length)}, round(avg(${day}::date - received_on), 1)::float8 as mean_age_days,
      min(received_on) as oldest_received_on, ${day}::date as as_of, ${calendar}::text as calendar
    from (
      select ${own}awaits_supplement, width_bucket(reached_at, array[${sql.join(dueBounds)}]) as due,
        width_bucket(received_at, array[${sql.join(AGES.map(from))}]) as age, ${dayIn('received_at')} as received_on
      from (${open}) as open
    ) as placed
    ${keys.length === 0 ? sql`` : sql`group by ${columns(keys)}`}`
}

/** By the number of its bucket, which a row is put into once. */
const BUCKETS: Record<keyof typeof BACKLOG_COUNTS, string> = {
  open: 'true',
  awaiting_supplement: 'awaits_supplement',
  without_due_date: 'due is null and not awaits_supplement',
  overdue: 'due < 3',
  overdue_to_5: 'due = 2',
  overdue_6_to_20: 'due = 1',
  overdue_over_20: 'due = 0',
  due_today: 'due = 3',
  due_in_1_to_3: 'due = 4',
  due_in_4_to_10: 'due = 5',
  due_in_over_10: 'due = 6',
  age_to_5: 'age = 4',
  age_6_to_10: 'age = 3',
  age_11_to_20: 'age = 2',
  age_21_to_60: 'age = 1',
  age_over_60: 'age = 0'
}

/** How many of the days of `AHEAD` a count needs; left out: none. */
const DAYS_AHEAD: { [name: string]: number } = { due_today: 1, due_in_1_to_3: 2, due_in_4_to_10: 3, due_in_over_10: 3 }

/** @param known how many of the days of `AHEAD` the calendar has */
function countsFor (known: number): RawBuilder<unknown> {
  return sql.raw(Object.entries(BUCKETS).map(([name, where]) => (
    (DAYS_AHEAD[name] ?? 0) > known ? `null::bigint as ${name}` : `count(*) filter (where ${where}) as ${name}`)).join())
}

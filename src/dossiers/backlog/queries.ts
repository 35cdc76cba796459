import { sql, type RawBuilder } from 'kysely'
import { isCovered, isOfSubtree, PROVINCES } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor, type ResolvedUnit, type Subtree } from '../../catalogue/units/resolve.ts'
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
import { loggedBacklog } from '../backlog-sums/sums.ts'
import { openNow, openOn } from '../rules/open-sql.ts'
import { AGES, AHEAD, bucketsOf, countsOf, type Buckets } from './buckets.ts'
import { dayBounds } from './day-bounds.ts'
import { BACKLOG_COUNTS, BACKLOG_KEYS, type BacklogQuery, type BacklogRow } from './schema.ts'
import { openBySums } from './sums-sql.ts'

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
  const buckets = bucketsOf(day, isToday, bounds)
  const open = () => isToday ? openNow(keys, which, startOfDay(dayAfter(day))) : openOn(day, keys, which)
  const counted = isToday && areEnough(keys, asked)
    ? openBySums(keys, unitsAsked(asked, unit), buckets)
    : openInDossiers(keys, open(), buckets)
  const order = keys.map((name): OrderColumn => ({ name, kind: 'text', required: true }))
  const query = pageQuery(answered(keys, counted, buckets), order, page)
  const { rows } = await inSlowRead(db, trx => query.execute(trx))
  return { ...pageOf(rows, order, page.limit), province }
}

function conditionsOf (
  { level, field, procedure, channel, source }: BacklogQuery, unit: Subtree | null
): RawBuilder<unknown> {
  const lists = Object.entries({ level, field, procedure, channel }).filter(([, values]) => values !== undefined)
  return sql.join([
    unit === null ? sql`province_code = any(${PROVINCES})` : isOfSubtree(unit),
    ...lists.map(([name, values]) => sql`${sql.ref(name)} = any(${values})`),
    ...source === undefined ? [] : [sql`source = ${source}`]
  ], sql` and `)
}

/** Whether the sums of the backlog, which know units and thereby levels, answer a question about today. */
function areEnough (
  keys: readonly string[], { field, procedure, channel, source }: BacklogQuery
): keys is readonly ('unit' | 'level')[] {
  return keys.every(key => key === 'unit' || key === 'level') &&
    [field, procedure, channel, source].every(filter => filter === undefined)
}

/** The conditions of a question that these answer, on `province_code` and `unit` alone. */
function unitsAsked ({ level, ...asked }: BacklogQuery, unit: Subtree | null): RawBuilder<unknown> {
  const which = conditionsOf(asked, unit)
  return level === undefined ? which : sql`${which} and unit = any(array(select id from units where level = any(${level})))`
}

/** Rows of `openBySums` and `openInDossiers` with all that an answer has. */
function answered (
  keys: readonly string[], counted: RawBuilder<unknown>, { day, calendar }: Buckets
): RawBuilder<BacklogRow> {
  return sql<BacklogRow>`
    select ${sql.join(BACKLOG_KEYS.map(key => keys.includes(key) ? sql.ref(key) : sql`null::text as ${sql.ref(key)}`))},
      ${columns(Object.keys(BACKLOG_COUNTS))}, mean_age_days, oldest_received_on, ${day}::date as as_of,
      ${calendar}::text as calendar
    from (${counted}) as counted`
}

/** In which column of a dossier that is open its bucket is. */
const COLUMN = {
  received: 'age', awaiting: 'awaits_supplement and age', undated: 'due is null and not awaits_supplement and age', due: 'due'
}

/** @param open as from `openNow` and `openOn`; few buckets are counted, each of many dossiers */
function openInDossiers (
  keys: readonly string[], open: RawBuilder<unknown>, { day, ages, due, ahead }: Buckets
): RawBuilder<unknown> {
  const own = keys.length === 0 ? sql`` : sql`${columns(keys)}, `
  return sql`
    select ${own}${countsOf(ahead, COLUMN, 'coalesce(sum(dossiers) filter (where ?), 0)::bigint')},
      round(sum(days) / nullif(sum(dossiers), 0), 1)::float8 as mean_age_days, min(oldest) as oldest_received_on
    from (
      select ${own}awaits_supplement, due, age, count(*) as dossiers, sum(${day}::date - received_on) as days,
        min(received_on) as oldest
      from (
        select ${own}awaits_supplement, width_bucket(reached_at, array[${sql.join(due.map(startOfDay))}]) as due,
          width_bucket(received_at, array[${sql.join(ages.map(startOfDay))}]) as age, ${dayIn('received_at')} as received_on
        from (${open}) as open
      ) as placed
      group by ${own}awaits_supplement, due, age
    ) as buckets
    ${keys.length === 0 ? sql`` : sql`group by ${columns(keys)}`}`
}

/** Open dossiers that are due soon and not overdue. */
interface DueSoon {
  dossiers: number
  /** Working days from today within which they are due. */
  workingDays: number
}

/**
 * How many dossiers of a unit and all below it `dossiers` lists with `due_within`.
 * @param within working days
 * @param until the working days end with it, if that is sooner: what is due later does not matter to who asks
 * @returns null: the calendar has not these days
 */
export async function dueSoon (
  db: Db, { id, province_code: province }: Pick<ResolvedUnit, 'id' | 'province_code'>,
  { within, until }: { within: number, until: string }, now: number
): Promise<DueSoon | null> {
  const today = nameOfDay(dayOf(now))
  const distances = Array.from({ length: within + 1 }, (_, i) => i)
  const { days } = await dayBounds(db, province, today, [], '/query/due_within', distances)
  const workingDays = distances.find(distance => (days.get(distance) ?? until) >= until) ?? within
  const last = days.get(workingDays)!
  if (last === null) return null
  const which = sql`province_code = ${province} and unit = any(array(select id from units where ${isCovered({ id, by: 'path' })}))`
  const due = sql`kind = 'due' and day between ${today}::date and ${last}::date and ${which}`
  const end = startOfDay(dayAfter(last))
  const toCome = openNow([], sql`received_at >= ${startOfDay(dayAfter(today))} and ${which}`, sql`'infinity'`)
  const { rows: [counted] } = await sql<{ dossiers: number }>`
    select coalesce(sum(dossiers), 0)::bigint as dossiers from (
      select dossiers from backlog_sums where ${due}
      union all
      select dossiers from (${loggedBacklog()}) as logged where ${due}
      union all
      select -1 from (${toCome}) as to_come where reached_at < ${end}
    ) as cells`.execute(db)
  return { dossiers: counted!.dossiers, workingDays }
}

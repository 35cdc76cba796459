import { sql, type RawBuilder } from 'kysely'
import { isVersionOn } from '../../catalogue/hierarchy/places-sql.ts'
import { isCovered } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor, type Subtree } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { dayOfInstant } from '../../time/business-day-sql.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import { formFor } from '../indicators/form-in-force.ts'
import { allForms } from '../indicators/queries.ts'
import { stagesOf } from '../stages/stages-sql.ts'
import { VALUES_GIVEN, valuesOf } from '../submissions/counts-sql.ts'
import type { MatrixQuery, SubmissionRow } from './schema.ts'

const ORDER: OrderColumn[] = [{ name: 'level', kind: 'text' }, { name: 'unit', kind: 'text' }]

/**
 * How far the reports of all units of a period are: of each unit that exists in it, or added up by level. Units stand
 * where they do on the last day of the period.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for what is not known
 */
export async function submissions (
  db: Db, query: MatrixQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<SubmissionRow>> {
  const period = await db.selectFrom('periods').selectAll().where('code', '=', query.period).executeTakeFirst()
  if (period === undefined) throw invalid('/query/period', 'unknown_period', `there is no period ${query.period}`)
  const form = formFor(await allForms(db), query.form, period)
  if (typeof form === 'string') throw invalid('/query/form', 'unknown_form', form)
  const subtree = await subtreeFor(db, query.unit, reach, { day: period.ends_on })
  const asked = sql`
    select province_code, id as unit, ${period.code}::text as period, ${form.code}::text as form
    from units join unit_versions as versions on versions.unit = units.id and ${isVersionOn(sql`${period.ends_on}::date`)}
    where units.valid_from <= ${period.ends_on} and coalesce(units.valid_to, 'infinity') >= ${period.starts_on}
      and ${covers(subtree)} and ${isOneOf('versions.level', query.level)}`
  const rows = sql`
    select * from (${rowsOf(asked, form.code, period.ends_on, now)}) as rows
    where ${isOneOf('status', query.status)} and ${isOneOf('stage', query.stage)}`
  const listed = query.group_by === 'level' ? sumsOf(rows) : rows
  const { rows: found } = await pageQuery(listed as RawBuilder<SubmissionRow>, ORDER, page).execute(db)
  return pageOf(found, ORDER, page.limit)
}

function rowsOf (asked: RawBuilder<unknown>, form: string, day: string, now: number): RawBuilder<unknown> {
  const today = nameOfDay(dayOf(now))
  return sql`
    select asked.period, asked.form, versions.level, asked.unit, status, asked.stage, locked, due_on, lock_on, sent_at,
      submitted_at, approved_at, published_at, reopened_until, 1 as units,
      (status = 'on_time')::int as on_time, (status = 'late')::int as late, (status = 'missing')::int as missing,
      (status = 'not_due')::int as not_due, nothing_to_report::int as nothing_to_report,
      (asked.stage in ('approved', 'published'))::int as approved, (asked.stage = 'published')::int as published,
      values_given, ${valuesOf(form)} as values_of_form
    from (${stagesOf(asked, now)}) as asked
      join units on units.id = asked.unit
      join unit_versions as versions on versions.unit = units.id and ${isVersionOn(sql`${day}::date`)}
      cross join lateral (
        select case
          when sent_at is not null and ${dayOfInstant(sql`sent_at`)} > due_on then 'late'
          when sent_at is not null then 'on_time'
          when due_on < ${today} then 'missing'
          else 'not_due' end as status) as sent
      ${VALUES_GIVEN}`
}

const OF_A_UNIT = [
  ['unit', 'text'], ['status', 'text'], ['stage', 'text'], ['locked', 'boolean'], ['due_on', 'date'], ['lock_on', 'date'],
  ['sent_at', 'timestamptz'], ['submitted_at', 'timestamptz'], ['approved_at', 'timestamptz'],
  ['published_at', 'timestamptz'], ['reopened_until', 'timestamptz']
] as const
const ADDED = [
  'units', 'on_time', 'late', 'missing', 'not_due', 'nothing_to_report', 'approved', 'published', 'values_given', 'values_of_form'
]

function sumsOf (rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select period, form, level, ${sql.join(OF_A_UNIT.map(([name, type]) => sql`null::${sql.raw(type)} as ${sql.ref(name)}`))},
      ${sql.join(ADDED.map(name => sql`sum(${sql.ref(name)})::int as ${sql.ref(name)}`))}
    from (${rows}) as rows group by period, form, level`
}

/** What a key reaches does not depend on where a unit stood. */
function covers (subtree: Subtree | null): RawBuilder<boolean> {
  if (subtree === null) return sql`true`
  return subtree.by === 'path' ? sql`${subtree.id} = any(versions.path)` : isCovered(subtree)
}

function isOneOf (column: string, asked: readonly string[] | undefined): RawBuilder<boolean> {
  return asked === undefined ? sql`true` : sql`${sql.ref(column)} = any(${asked})`
}

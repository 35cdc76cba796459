import { sql, type RawBuilder } from 'kysely'
import { isVersionOn } from '../../catalogue/hierarchy/places-sql.ts'
import { isReachedBy, PROVINCES } from '../../catalogue/units/reach-sql.ts'
import { exactly, reachedUnit } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import type { EvaluationHistoryQuery, EvaluationHistoryRow } from './schema.ts'

const ORDER: OrderColumn[] = [
  ...['unit', 'period', 'group'].map(name => ({ name, kind: 'text', required: true } as const)),
  { name: 'day', kind: 'day', required: true }
]

/**
 * Points as they were on each day, beside those of the day before.
 * @param now milliseconds since 1970
 * @throws DomainError `unknown_unit`, also for a unit out of reach; `out_of_range`
 */
export async function evaluationHistory (
  db: Db, { unit, children = false, group, period_kind: kinds, from, to: asked }: EvaluationHistoryQuery,
  page: PageRequest, reach: Reach, now: number
): Promise<Page<EvaluationHistoryRow>> {
  const to = asked ?? nameOfDay(dayOf(now))
  if (from !== undefined && from > to) throw invalid('/query/to', 'out_of_range', `to (${to}) is before from (${from})`)
  const isAsked = await unitsAsked(db, { unit, children, to }, reach)
  const query = sql<EvaluationHistoryRow>`
    select stored.day, stored.taken_at, stored.period, periods.kind as period_kind, stored.unit, stored.level,
      stored."group", stored.maximum, stored.points, stored.points_of, stored.points_from, stored.unknown,
      stored.formula, stored.provisional,
      before.formula as compared_formula, before.points as compared_points, same.comparable,
      case when same.comparable then stored.points - before.points end as points_change
    from evaluation_snapshots as stored
      join periods on periods.code = stored.period
      left join evaluation_snapshots as before on before.province_code = stored.province_code
        and before.unit = stored.unit and before.period = stored.period and before."group" = stored."group"
        and before.day = stored.day - 1
      cross join lateral (
        select case when before.day is not null then
          before.formula is not distinct from stored.formula and before.points_of is not distinct from stored.points_of
        end as comparable) as same
    where stored.province_code = any(${PROVINCES})
      and stored.day between coalesce(${from ?? null}::date, ${to}::date - 30) and ${to}
      and ${isAsked} and ${isReachedBy('stored.unit', reach)}
      and ${isOneOf('stored.group', group)} and ${isOneOf('periods.kind', kinds)}`
  return pageOf((await pageQuery(query, ORDER, page).execute(db)).rows, ORDER, page.limit)
}

async function unitsAsked (
  db: Db, { unit: name, children, to }: { unit: string | undefined, children: boolean, to: string }, reach: Reach
): Promise<RawBuilder<boolean>> {
  if (name === undefined && reach === null) return children ? sql`true` : sql`stored.unit = stored.province_code`
  const unit = await reachedUnit(db, name ?? exactly(reach!), reach, { day: to })
  if (unit === undefined) throw invalid('/query/unit', 'unknown_unit', `there is no unit ${name}`)
  if (!children) return sql`stored.unit = ${unit.id}`
  return sql`(stored.unit = ${unit.id} or exists(
    select from unit_versions as versions join units on units.id = versions.unit
    where versions.unit = stored.unit and versions.parent = ${unit.id} and ${isVersionOn(sql`stored.day`)}))`
}

function isOneOf (column: string, asked: readonly string[] | undefined): RawBuilder<boolean> {
  return asked === undefined ? sql`true` : sql`${sql.ref(column)} = any(${asked})`
}

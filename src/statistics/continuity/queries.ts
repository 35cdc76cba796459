import { sql, type RawBuilder } from 'kysely'
import { lastDayOf } from '../../catalogue/periods/queries.ts'
import { isWithin, PROVINCES } from '../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { columns, same } from '../../database/sql/bulk-json.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'
import { tablesOf } from '../kinds/index.ts'
import type { StatisticsKind } from '../kinds/kind.ts'
import type { ContinuityQuery, Discontinuity } from './schema.ts'

function orderOf ({ dimensions }: StatisticsKind): OrderColumn[] {
  return ['period', 'unit', 'scope', 'source', 'period_before', ...dimensions].map(name => ({ name, kind: 'text' }))
}

/**
 * Where what a unit carried over is not what it had pending at the end of the period before.
 * @throws DomainError `invalid_request` for unknown codes
 */
export async function discontinuities (
  db: Db, kind: StatisticsKind, { period: asked, level, source, unit: name }: ContinuityQuery, page: PageRequest,
  reach: Reach
): Promise<Page<Discontinuity>> {
  const day = name === undefined ? undefined : await lastDayOf(db, asked)
  const unit = await subtreeFor(db, name, reach, { source, day })
  const { rows: known } = await sql<{ code: string }>`select code from periods where code = any(${asked})`.execute(db)
  const missing = asked.find(code => !known.some(period => period.code === code))
  if (missing !== undefined) throw invalid('/query/period', 'unknown_period', `there is no period ${missing}`)
  const conditions = [
    sql`now.province_code = any(${unit === null ? PROVINCES : sql`${[unit.province_code]}`})`,
    sql`now.period = any(${asked})`,
    level === undefined ? [] : sql`now.level = any(${level})`,
    source === undefined ? [] : sql`now.source = ${source}`,
    unit === null ? [] : isWithin('now.unit', unit)
  ].flat()
  const order = orderOf(kind)
  const query = sql<Discontinuity>`
    select ${columns(['period', 'unit', 'scope', 'source', ...kind.dimensions, ...COMPARED])} from (
      ${discontinuityQuery(kind, sql`${allSets(kind)} where ${sql.join(conditions, sql` and `)}`)}) as found`
  const { rows } = await inSlowRead(db, trx => pageQuery(query, order, page).execute(trx))
  return pageOf(rows, order, page.limit)
}

const COMPARED: (keyof Discontinuity)[] = ['carried_over', 'period_before', 'pending_before', 'difference']

/** What two sets that follow one another have in common. */
export const SERIES = ['province_code', 'unit', 'scope', 'source'] as const
export const PAIR = [...SERIES, 'period', 'period_before'] as const

function allSets (kind: StatisticsKind): RawBuilder<unknown> {
  const { sets } = tablesOf(kind)
  return sql`${sets} as now
    join periods as this on this.code = now.period
    join periods as previous on previous.calendar = this.calendar and previous.ends_on + 1 = this.starts_on
    join ${sets} as before on before.period = previous.code and ${same('before', 'now', SERIES)}`
}

/** The period before each period, and after each: of months and quarters there can be several. */
export async function adjacentPeriods (
  db: Db, periods: readonly string[]
): Promise<{ period: string, period_before: string }[]> {
  const { rows } = await prepared(sql<{ period: string, period_before: string }>`
    select this.code as period, previous.code as period_before
    from periods as this join periods as previous on previous.calendar = this.calendar and previous.ends_on = this.starts_on - 1
    where this.code = any(${periods})
    union select this.code, previous.code
    from periods as previous join periods as this on this.calendar = previous.calendar and this.starts_on = previous.ends_on + 1
    where previous.code = any(${periods})`).execute(db)
  return rows
}

/**
 * Differences between sets and those of the same source in the periods before, row by row where both have the same
 * detail, otherwise as a whole. A row that is not there is 0, as it is in the sum; what is unknown does not differ.
 * @param sets the tables of both, `now` and `before`, with a condition
 */
export function discontinuityQuery (
  kind: StatisticsKind, sets: RawBuilder<unknown>
): RawBuilder<Discontinuity & { detail_code: string | null }> {
  return sql`
    with pairs as (
      select ${columns([...SERIES, 'period'], 'now')}, before.period as period_before,
        now.detail = before.detail as by_row,
        case now.carried_over_unknown when 0 then now.carried_over end as carried_over,
        case before.pending_unknown when 0 then before.pending end as pending_before
      from ${sets}
    ),
    stocks as (
      select ${columns(PAIR)}, null::text as detail_code, null::text as field, null::text as procedure,
        carried_over, pending_before
      from pairs where not by_row
      union all
      select ${columns(PAIR, 'pairs')}, rows.detail_code, max(rows.field), max(rows.procedure),
        ${stockIn('period', 'carried_over')}, ${stockIn('period_before', 'pending')}
      from pairs join ${tablesOf(kind).rows} as rows on rows.period in (pairs.period, pairs.period_before)
        and ${same('rows', 'pairs', SERIES)}
      where by_row
      group by ${columns(PAIR, 'pairs')}, rows.detail_code
    )
    select *, carried_over - pending_before as difference from stocks where carried_over <> pending_before`
}

function stockIn (period: 'period' | 'period_before', measure: string): RawBuilder<number | null> {
  const inPeriod = sql`rows.period = ${sql.ref(`pairs.${period}`)}`
  const stock = sql.ref(`rows.${measure}`)
  return sql`case when bool_or(${inPeriod} and ${stock} is null) then null
    else coalesce(sum(${stock}) filter (where ${inPeriod}), 0) end`
}

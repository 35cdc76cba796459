import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { columns as refs } from '../../database/sql/bulk-json.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { lastDayOf } from '../../catalogue/periods/queries.ts'
import { isCovered } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor, type Subtree } from '../../catalogue/units/resolve.ts'
import { figuresByLevel } from '../aggregates/by-level.ts'
import { settled, valuesKnownAt } from '../history/queries.ts'
import { allForms, indicatorsOf, VALUE_COLUMNS, VALUE_KEY } from '../indicators/queries.ts'
import type { IndicatorValueQuery, IndicatorValueRow } from './schema.ts'
import { followed, type InSeries } from './series.ts'
import { levelRule, levelRow } from './levels.ts'

const BY_KEY: OrderColumn[] = VALUE_KEY.map(name => ({ name, kind: 'text' }))
const BY_LEVEL: OrderColumn[] = [
  ...['period', 'level', 'form', 'indicator'].map(name => ({ name, kind: 'text' as const })), { name: 'choice', kind: 'number' }
]

/**
 * Values as stored, or what the units of each level report together.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for an unknown unit, and for what does not go together
 */
export async function indicatorValues (
  db: Db, filters: IndicatorValueQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<IndicatorValueRow>> {
  await settled(db, filters.as_known_at)
  const series = filters.follow === true ? await followed(db, filters) : null
  const day = filters.unit === undefined ? undefined : await lastDayOf(db, filters.period)
  const unit = await subtreeFor(db, filters.unit, reach, { day })
  return filters.group_by === undefined
    ? storedValues(db, filters, page, unit, series)
    : valuesByLevel(db, filters, page, unit, series, now)
}

async function storedValues (
  db: Db, { period, form, indicator, state, as_known_at: asKnownAt }: IndicatorValueQuery, page: PageRequest,
  unit: Subtree | null, series: readonly InSeries[] | null
): Promise<Page<IndicatorValueRow>> {
  const isOneOf = (column: string, asked: readonly string[] | undefined) => (
    asked === undefined ? sql`true` : sql`${sql.ref(column)} = any(${asked})`)
  const isAsked = series === null
    ? sql`${isOneOf('indicator_values.form', form)} and ${isOneOf('indicator_values.indicator', indicator)}`
    : sql`true`
  const query = sql<IndicatorValueRow>`
    select ${refs(VALUE_KEY, 'indicator_values')}, ${refs(VALUE_COLUMNS)}${
      series === null ? sql`` : sql`, series.series`}
    from ${valuesKnownAt(asKnownAt)} join units on units.id = indicator_values.unit ${series === null ? sql`` : sql`
      join json_to_recordset(${JSON.stringify(series)}::json) as series (form text, code text, series text)
        on series.form = indicator_values.form and series.code = indicator_values.indicator`}
    where ${isWithin(unit)} and ${unit === null ? sql`true` : sql`indicator_values.province_code = ${unit.province_code}`}
      and ${isOneOf('indicator_values.period', period)} and ${isAsked} and ${isOneOf('indicator_values.state', state)}`
  const { rows } = await pageQuery(query, BY_KEY, page).execute(db)
  return pageOf(rows, BY_KEY, page.limit)
}

async function valuesByLevel (
  db: Db, { period, form, indicator, state, as_known_at: asKnownAt }: IndicatorValueQuery, page: PageRequest,
  unit: Subtree | null, series: readonly InSeries[] | null, now: number
): Promise<Page<IndicatorValueRow>> {
  if (period === undefined) throw invalid('/query/period', 'missing', 'values by level are those of periods; name them')
  if (state !== undefined) throw invalid('/query/state', 'not_allowed', 'only reported values are added up')
  if (asKnownAt !== undefined) throw invalid('/query/as_known_at', 'not_allowed', 'values are added up as they are now')
  const forms = series?.map(one => one.form) ?? form ?? (await allForms(db)).map(({ code }) => code)
  const isAsked = ({ form, code }: Pick<InSeries, 'form' | 'code'>) => series === null
    ? indicator?.includes(code) !== false
    : series.some(one => one.form === form && one.code === code)
  const asked = (await indicatorsOf(db, [...new Set(forms)])).filter(isAsked)
  const figures = figuresByLevel(asked.flatMap(levelRule), { periods: period, units: isWithin(unit), now })
  const { rows } = await pageQuery(figures, BY_LEVEL, page).execute(db)
  const { items, next_cursor } = pageOf(rows, BY_LEVEL, page.limit)
  return { items: items.map(figure => levelRow(figure, asked, series)), next_cursor }
}

function isWithin (unit: Subtree | null): RawBuilder<boolean> {
  return unit === null ? sql`true` : sql`${isCovered(unit)}`
}

import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { lastDayOf } from '../../catalogue/periods/queries.ts'
import { isWithin } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { settled, valuesKnownAt } from '../history/queries.ts'
import type { Form, Indicator, IndicatorQuery, IndicatorValue, IndicatorValueQuery } from './schema.ts'

const BY_CODE: OrderColumn[] = [{ name: 'code', kind: 'text' }]
const BY_POSITION: OrderColumn[] = [{ name: 'form', kind: 'text' }, { name: 'position', kind: 'number' }]
export const VALUE_KEY = ['period', 'unit', 'form', 'indicator'] as const
const BY_KEY: OrderColumn[] = VALUE_KEY.map(name => ({ name, kind: 'text' }))

export const VALUE_COLUMNS = ['state', 'number', 'numerator', 'denominator', 'choice', 'printed', 'note'] as const

export async function forms (db: Db, page: PageRequest): Promise<Page<Form>> {
  const { rows } = await pageQuery(sql<Form>`${db.selectFrom('forms').selectAll()}`, BY_CODE, page).execute(db)
  return pageOf(rows, BY_CODE, page.limit)
}

export async function allForms (db: Db): Promise<Form[]> {
  return db.selectFrom('forms').selectAll().orderBy('code').execute()
}

/** Indicators, ordered as in their forms. */
export async function indicators (db: Db, filters: IndicatorQuery, page: PageRequest): Promise<Page<Indicator>> {
  let query = db.selectFrom('indicators')
    .select(['form', 'code', 'position', 'printed_code', 'parent', 'name', 'value_type', 'measure', 'choices'])
  if (filters.form !== undefined) query = query.where('form', 'in', filters.form)
  const { rows } = await pageQuery(sql<Indicator>`${query}`, BY_POSITION, page).execute(db)
  return pageOf(rows.map(withOrderedChoices), BY_POSITION, page.limit)
}

/** jsonb does not keep the order of keys. A choice begins with its value, as the form prints it: `0=Chưa`. */
function withOrderedChoices (indicator: Indicator): Indicator {
  return { ...indicator, choices: indicator.choices.map(({ value, name }) => ({ value, name })) }
}

/** Values as stored. */
export async function indicatorValues (
  db: Db, filters: IndicatorValueQuery, page: PageRequest, reach: Reach
): Promise<Page<IndicatorValue>> {
  const day = filters.unit === undefined ? undefined : await lastDayOf(db, filters.period)
  const unit = await subtreeFor(db, filters.unit, reach, { day })
  await settled(db, filters.as_known_at)
  const conditions = [
    unit === null ? sql`true` : sql`province_code = ${unit.province_code} and ${isWithin('indicator_values.unit', unit)}`,
    ...(['period', 'form', 'indicator', 'state'] as const).map(name => (
      filters[name] === undefined ? sql`true` : sql`${sql.ref(name)} = any(${filters[name]})`))
  ]
  const query = sql`
    select unit, period, form, indicator, ${columns(VALUE_COLUMNS)} from ${valuesKnownAt(filters.as_known_at)}
    where ${sql.join(conditions, sql` and `)}`
  const { rows } = await pageQuery(sql<IndicatorValue>`${query}`, BY_KEY, page).execute(db)
  return pageOf(rows, BY_KEY, page.limit)
}

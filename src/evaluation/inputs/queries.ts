import { sql } from 'kysely'
import { lastDayOf } from '../../catalogue/periods/queries.ts'
import { isWithin } from '../../catalogue/units/reach-sql.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { instantText } from '../../time/business-day.ts'
import { instantOf } from '../../time/rfc3339.ts'
import type { EvaluationInput, EvaluationInputQuery } from './schema.ts'

const ORDER: OrderColumn[] = ['period', 'unit', 'criterion', 'source'].map(name => ({ name, kind: 'text' }))

/** Inputs as stored, of every source. */
export async function evaluationInputs (
  db: Db, { unit: name, period, criterion, source }: EvaluationInputQuery, page: PageRequest, reach: Reach
): Promise<Page<EvaluationInput>> {
  const day = name === undefined ? undefined : await lastDayOf(db, period)
  const unit = await subtreeFor(db, name, reach, { source, day })
  const within = unit === null ? sql`true` : sql`province_code = ${unit.province_code} and ${isWithin('evaluation_inputs.unit', unit)}`
  const query = sql<EvaluationInput>`
    select unit, period, criterion, source, numerator, denominator, inputs, points, reported_at, note
    from evaluation_inputs
    where ${within} and ${isOneOf('period', period)} and ${isOneOf('criterion', criterion)}
      and ${source === undefined ? sql`true` : sql`source = ${source}`}`
  const { items, next_cursor } = pageOf((await pageQuery(query, ORDER, page).execute(db)).rows, ORDER, page.limit)
  return { items: items.map(shown), next_cursor }
}

function isOneOf (column: string, asked: readonly string[] | undefined) {
  return asked === undefined ? sql`true` : sql`${sql.ref(column)} = any(${asked})`
}

/** As the API shows an input: the province follows from the unit. jsonb has an order of its own. */
export function shown (
  { unit, period, criterion, source, numerator, denominator, inputs, points, reported_at: at, note }: EvaluationInput
): EvaluationInput {
  return {
    unit, period, criterion, source, numerator, denominator,
    inputs: Object.fromEntries(Object.entries(inputs).sort()),
    points, reported_at: at === null ? null : instantText(instantOf(at)), note
  }
}

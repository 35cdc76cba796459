import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { lastDayOf } from '../periods/queries.ts'
import { isWithin } from '../units/reach-sql.ts'
import { subtreeFor } from '../units/resolve.ts'
import {
  OUTCOMES, type ProcedureReview, type ProcedureReviewCount, type ProcedureReviewCountQuery, type ProcedureReviewQuery
} from './schema.ts'

const ORDER: OrderColumn[] = ['period', 'unit', 'procedure'].map(name => ({ name, kind: 'text' }))

/** Reviews as stored. */
export async function procedureReviews (
  db: Db, filters: ProcedureReviewQuery, page: PageRequest, reach: Reach
): Promise<Page<ProcedureReview>> {
  const query = sql<ProcedureReview>`
    select unit, period, procedure, proposal, outcome, note from procedure_reviews
    where ${await conditionsOf(db, filters, reach)} and ${isOneOf('outcome', filters.outcome)}`
  const { rows } = await pageQuery(query, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/** How many procedures were reviewed, by how many units and with what outcome. */
export async function procedureReviewCounts (
  db: Db, filters: ProcedureReviewCountQuery, reach: Reach
): Promise<ProcedureReviewCount[]> {
  const unit = filters.group_by === undefined ? sql`null::text` : sql`unit`
  const outcomes = OUTCOMES.map(name => sql`count(*) filter (where outcome = ${name})::integer as ${sql.ref(name)}`)
  const { rows } = await sql<ProcedureReviewCount>`
    select period, ${unit} as unit, count(distinct procedure)::integer as procedures, count(distinct unit)::integer as units,
      ${sql.join(outcomes)}
    from procedure_reviews where ${await conditionsOf(db, filters, reach)}
    group by 1, 2 order by 1, 2`.execute(db)
  return rows
}

async function conditionsOf (
  db: Db, { unit: name, period, procedure }: Omit<ProcedureReviewCountQuery, 'group_by'>, reach: Reach
): Promise<RawBuilder<unknown>> {
  const day = name === undefined ? undefined : await lastDayOf(db, period)
  const unit = await subtreeFor(db, name, reach, { day })
  const within = unit === null ? sql`true` : sql`province_code = ${unit.province_code} and ${isWithin('procedure_reviews.unit', unit)}`
  return sql`${within} and ${isOneOf('period', period)} and ${isOneOf('procedure', procedure)}`
}

function isOneOf (column: string, asked: readonly string[] | undefined): RawBuilder<unknown> {
  return asked === undefined ? sql`true` : sql`${sql.ref(column)} = any(${asked})`
}

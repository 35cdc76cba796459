import { sql } from 'kysely'
import { lastDayOf } from '../../../catalogue/periods/queries.ts'
import { isWithin } from '../../../catalogue/units/reach-sql.ts'
import { subtreeFor } from '../../../catalogue/units/resolve.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Page, PageRequest } from '../../../contract/paging.ts'
import type { Db } from '../../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../../database/sql/keyset.ts'
import type { ParIndexScore, ParIndexScoreQuery } from './schema.ts'

const ORDER: OrderColumn[] = ['period', 'unit', 'form', 'criterion', 'stage'].map(name => ({ name, kind: 'text' }))

/** Scores as stored. */
export async function parIndexScores (
  db: Db, { unit: name, period, form, criterion, stage }: ParIndexScoreQuery, page: PageRequest, reach: Reach
): Promise<Page<ParIndexScore>> {
  const day = name === undefined ? undefined : await lastDayOf(db, period)
  const unit = await subtreeFor(db, name, reach, { day })
  const within = unit === null ? sql`true` : sql`province_code = ${unit.province_code} and ${isWithin('par_index_scores.unit', unit)}`
  const query = sql<ParIndexScore>`
    select unit, period, form, criterion, stage, source, points, inputs, note from par_index_scores
    where ${within} and ${isOneOf('period', period)} and ${isOneOf('form', form)} and ${isOneOf('criterion', criterion)}
      and ${isOneOf('stage', stage)}`
  const { items, next_cursor } = pageOf((await pageQuery(query, ORDER, page).execute(db)).rows, ORDER, page.limit)
  return { items: items.map(shown), next_cursor }
}

function isOneOf (column: string, asked: readonly string[] | undefined) {
  return asked === undefined ? sql`true` : sql`${sql.ref(column)} = any(${asked})`
}

/** As the API shows a score. jsonb has an order of its own. */
export function shown (
  { unit, period, form, criterion, stage, source, points, inputs, note }: ParIndexScore
): ParIndexScore {
  const sorted = Object.fromEntries(Object.entries(inputs).sort())
  return { unit, period, form, criterion, stage, source, points, inputs: sorted, note }
}

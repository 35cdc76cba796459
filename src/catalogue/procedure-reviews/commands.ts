import { sql } from 'kysely'
import { changeOf, type BatchAnswer, type BatchOptions } from '../../writes/batch.ts'
import { ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import type { Write } from '../../writes/write.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import { recordset, upsert } from '../../database/sql/bulk-json.ts'
import { resolvedChecks, REVIEW_KEY, reviewKeyOf, type StoredReview } from './check.ts'
import { ProcedureReviewItem, type ProcedureReview } from './schema.ts'

const checkItem = checkOf(ProcedureReviewItem)

/**
 * Creates or updates reviews of procedures, by unit, procedure and period.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postProcedureReviews (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  const { trx, by } = write
  return ingestBatch(write, items, options, {
    resource: 'procedure-reviews',
    key: ['period', 'unit', 'procedure'],
    show: shown,
    of: row => row,
    check: checkItem,
    resolve: (reviews: ProcedureReviewItem[]) => resolvedChecks(trx, reviews, by),
    store: rows => storeReviews(trx, rows)
  })
}

async function storeReviews (trx: Trx, rows: readonly BatchRow<StoredReview>[]) {
  // One batch after the other: two that create the same rows would both count them.
  await sql`lock table procedure_reviews in share row exclusive mode`.execute(trx)
  const { rows: stored } = await sql<StoredReview>`
    select stored.* from ${recordset('procedure_reviews', rows.map(({ row }) => row), REVIEW_KEY)}
    join procedure_reviews as stored using (${sql.join(REVIEW_KEY.map(name => sql.ref(name)))})`.execute(trx)
  const before = new Map(stored.map(row => [reviewKeyOf(row), row]))
  const changes = rows.map(({ index, row }) => changeOf(index, before.get(reviewKeyOf(row)), row))
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  if (written.length > 0) await upsert(trx, 'procedure_reviews', [...REVIEW_KEY], written)
  return { changes, issues: [] }
}

/** As the API shows a review: the province follows from the unit. */
function shown ({ unit, period, procedure, proposal, outcome, note }: StoredReview): ProcedureReview {
  return { unit, period, procedure, proposal, outcome, note }
}

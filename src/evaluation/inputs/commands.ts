import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { recordset, upsert } from '../../database/sql/bulk-json.ts'
import type { BatchAnswer, BatchOptions, Change } from '../../writes/batch.ts'
import { ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import type { Write } from '../../writes/write.ts'
import { checkOfItem, INPUT_KEY, inputKeyOf, resolvedChecks, type StoredInput } from './check.ts'
import { shown } from './queries.ts'
import type { EvaluationInputItem } from './schema.ts'

/**
 * Creates or updates counts and points, by unit, period, criterion and source.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postEvaluationInputs (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  const { trx, by } = write
  return ingestBatch<EvaluationInputItem, StoredInput, StoredInput>(write, items, options, {
    resource: 'evaluation-inputs',
    key: ['unit', 'period', 'criterion', 'source'],
    show: shown,
    of: row => row,
    check: checkOfItem(by),
    resolve: inputs => resolvedChecks(trx, inputs, by),
    store: rows => storeInputs(trx, rows)
  })
}

async function storeInputs (trx: Trx, rows: readonly BatchRow<StoredInput>[]) {
  // One batch after the other: two that create the same rows would both count them.
  await sql`lock table evaluation_inputs in share row exclusive mode`.execute(trx)
  const { rows: stored } = await sql<StoredInput>`
    select stored.* from ${recordset('evaluation_inputs', rows.map(({ row }) => row), INPUT_KEY)}
    join evaluation_inputs as stored using (${sql.join(INPUT_KEY.map(name => sql.ref(name)))})`.execute(trx)
  const before = new Map(stored.map(row => [inputKeyOf(row), row]))
  const changes = rows.map(({ index, row }) => changeOf(index, before.get(inputKeyOf(row)), row))
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  if (written.length > 0) await upsert(trx, 'evaluation_inputs', [...INPUT_KEY], written as never[])
  return { changes, issues: [] }
}

function changeOf (index: number, before: StoredInput | undefined, after: StoredInput): Change<StoredInput> {
  if (before === undefined) return { index, outcome: 'created', before: null, after }
  const same = JSON.stringify(shown(before)) === JSON.stringify(shown(after))
  return { index, outcome: same ? 'unchanged' : 'updated', before, after }
}

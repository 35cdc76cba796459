import { changeOf, type BatchAnswer, type BatchOptions } from '../../writes/batch.ts'
import { ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
import type { Trx } from '../../database/connect.ts'
import type { Write } from '../../writes/write.ts'
import { checkOf, type Check } from '../../contract/validation.ts'
import { resolvedChecks } from './check.ts'
import { VALUE_KEY } from './queries.ts'
import { IndicatorValueItem, type IndicatorValue } from './schema.ts'
import { insertOrLock, updateValues, valueKeyOf, type StoredValue } from './store.ts'

/** What is wrong with the shape of an item. */
export const checkItem = checkOf(IndicatorValueItem)

/**
 * Creates or updates indicator values, by unit, period, form and indicator, all in one transaction.
 * @param check of the shape of an item, which can have come in another way than as JSON
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postIndicatorValues (
  write: Write, items: readonly unknown[], options: BatchOptions, check: Check = checkItem
): Promise<BatchAnswer> {
  const { trx, by } = write
  return ingestBatch(write, items, options, {
    resource: 'indicator-values',
    key: VALUE_KEY,
    show: shown,
    of: row => row,
    check,
    resolve: (values: IndicatorValueItem[]) => resolvedChecks(trx, values, by),
    store: rows => storeValues(trx, rows)
  })
}

async function storeValues (trx: Trx, rows: readonly BatchRow<StoredValue>[]) {
  const before = new Map((await insertOrLock(trx, rows.map(({ row }) => row))).map(row => [valueKeyOf(row), row]))
  const changes = rows.map(({ index, row }) => changeOf(index, before.get(valueKeyOf(row)), row))
  await updateValues(trx, changes.filter(({ outcome }) => outcome === 'updated').map(({ after }) => after!))
  return { changes, issues: [] }
}

/** As the API shows a value: the province follows from the unit. */
function shown ({ unit, period, form, indicator, ...row }: StoredValue): IndicatorValue {
  const { state, number, numerator, denominator, choice, printed, note } = row
  return { unit, period, form, indicator, state, number, numerator, denominator, choice, printed, note }
}

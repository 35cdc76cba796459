import { addVersions } from '../history/versions.ts'
import { reportKeyOf, whyLocked } from '../stages/stage.ts'
import { lockReports } from '../stages/store.ts'
import { noteWritten } from '../stages/written.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { issueAt } from '../../writes/row-issues.ts'
import { changeOf, type BatchAnswer, type BatchOptions } from '../../writes/batch.ts'
import { ingestBatch, type BatchRow } from '../../writes/ingest-batch.ts'
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
 * @param now milliseconds since 1970
 * @param check of the shape of an item, which can have come in another way than as JSON
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`, `period_locked`
 */
export async function postIndicatorValues (
  write: Write, items: readonly unknown[], options: BatchOptions, now: number = Date.now(), check: Check = checkItem
): Promise<BatchAnswer> {
  const { trx, by } = write
  return ingestBatch(write, items, options, {
    resource: 'indicator-values',
    key: VALUE_KEY,
    show: shown,
    of: row => row,
    check,
    resolve: (values: IndicatorValueItem[]) => resolvedChecks(trx, values, by),
    store: rows => storeValues(write, rows, now)
  })
}

async function storeValues ({ trx, auditRows }: Write, rows: readonly BatchRow<StoredValue>[], now: number) {
  await lock(trx, 'values', 'shared')
  const stages = await lockReports(trx, rows.map(({ row }) => row), now)
  const open = rows.filter(({ row }) => !stages.get(reportKeyOf(row))!.locked)
  const locked = rows.filter(({ row }) => stages.get(reportKeyOf(row))!.locked)

  const before = new Map((await insertOrLock(trx, open.map(({ row }) => row))).map(row => [valueKeyOf(row), row]))
  const changes = open.map(({ index, row }) => changeOf(index, before.get(valueKeyOf(row)), row))
  await updateValues(trx, changes.filter(({ outcome }) => outcome === 'updated').map(({ after }) => after!))
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  await addVersions(trx, written)
  for (const key of new Set(written.map(reportKeyOf))) {
    auditRows.push(...await noteWritten(trx, stages.get(key)!, now))
  }

  const issues = locked.map(({ index, row }) => (
    { index, issues: [issueAt(null, 'period_locked', whyLocked(stages.get(reportKeyOf(row))!))] }))
  return { changes, issues }
}

/** As the API shows a value: the province follows from the unit. */
function shown ({ unit, period, form, indicator, ...row }: StoredValue): IndicatorValue {
  const { state, number, numerator, denominator, choice, printed, note } = row
  return { unit, period, form, indicator, state, number, numerator, denominator, choice, printed, note }
}

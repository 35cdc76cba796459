import type { BatchAnswer, BatchOptions } from '../../writes/batch.ts'
import type { Write } from '../../writes/write.ts'
import { checkOf } from '../../contract/validation.ts'
import { assertForAllUnits, postRows, type CodedTable } from '../post-rows.ts'
import { FieldItem, type Field } from './schema.ts'

const TABLE: CodedTable<FieldItem, Field> = {
  name: 'fields',
  columns: ['code', 'name', 'position'],
  check: checkOf(FieldItem),
  rowOf: item => ({ ...item, name: item.name.normalize('NFC') }),
  issues: async () => () => []
}

/**
 * Creates or updates fields, by code.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postFields (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  assertForAllUnits(write, 'fields')
  return postRows(write, items, options, TABLE)
}

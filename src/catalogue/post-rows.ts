import { sql } from 'kysely'
import { changeOf, type BatchAnswer, type BatchOptions, type Change } from '../writes/batch.ts'
import { duplicateKeys, ingestBatch, type BatchRow, type Rule } from '../writes/ingest-batch.ts'
import { issueAt, type RowIssues } from '../writes/row-issues.ts'
import type { Write } from '../writes/write.ts'
import { DomainError, type Issue } from '../contract/errors.ts'
import type { Check } from '../contract/validation.ts'
import type { Trx } from '../database/connect.ts'
import { upsert } from '../database/sql/bulk-json.ts'

/** A table of the catalogue whose rows are posted in batches, by code. */
export interface CodedTable<Item, Row extends { code: string }> {
  /** Of the table, and of its list in the API. */
  name: 'fields' | 'levels' | 'periods' | 'procedures'
  /** As the API shows a row. */
  columns: readonly (keyof Row & string)[]
  check: Check
  rowOf: (item: Item) => Row
  /** Looks up what rows name. @returns what is wrong with one of them alone */
  issues: (write: Write) => Promise<(row: Row, item: Item) => Issue[]>
  /** What is wrong with rows beside one another, after their codes. */
  rules?: (trx: Trx) => Promise<Rule<Row>[]>
  /** Rows as they are before, by their codes. Left out: as the table has them. */
  rowsBefore?: (trx: Trx, codes: string[]) => Promise<Row[]>
  /** What is stored with a row and not shown. */
  beside?: (row: Row) => object
  /** What stands against changes of rows, which no other write changes meanwhile; also those that change nothing. */
  refuse?: (trx: Trx, changes: readonly Change<Row>[]) => Promise<RowIssues[]>
  /** Writes what is taken, where that takes more than its rows. */
  write?: (trx: Trx, changes: readonly Change<Row>[]) => Promise<void>
}

/**
 * Creates or updates rows of the catalogue, by code. What an item leaves out becomes unknown.
 * @throws DomainError `too_many_items`, `invalid_rows`
 */
export async function postRows<Item, Row extends { code: string }> (
  write: Write, items: readonly unknown[], options: BatchOptions, table: CodedTable<Item, Row>
): Promise<BatchAnswer> {
  const { trx } = write
  const { name, check, rowOf, rules = async () => [] } = table
  return ingestBatch<Item, Row, Row>(write, items, options, {
    resource: name,
    key: ['code'],
    check,
    resolve: async () => {
      const issuesOf = await table.issues(write)
      return {
        prepare: item => {
          const row = rowOf(item)
          return { row, issues: issuesOf(row, item) }
        },
        rules: [duplicateKeys('code', ({ code }) => code), ...await rules(trx)]
      }
    },
    store: rows => storeRows(trx, rows, table)
  })
}

/**
 * Refuses a key that is bound to a unit: what provinces have in common is not for one of them to change.
 * @throws DomainError `forbidden_rows`
 */
export function assertForAllUnits ({ by }: Write, what: string): void {
  if (by.unit === null) return
  const detail = `${what} are common to all provinces: posting them needs a key for all units, not for ${by.unit} alone`
  throw new DomainError('forbidden_rows', detail, [{ pointer: '', code: 'forbidden_unit', detail }])
}

async function storeRows<Item, Row extends { code: string }> (
  trx: Trx, rows: readonly BatchRow<Row>[], table: CodedTable<Item, Row>
) {
  const { name, refuse = async () => [], write = (trx, changes) => writeRows(trx, changes, table) } = table
  const { rowsBefore = (trx, codes) => storedRows(trx, codes, table) } = table
  // One batch after the other: two that create the same rows would both count them, or deadlock.
  await sql`lock table ${sql.table(name)} in share row exclusive mode`.execute(trx)
  const stored = await rowsBefore(trx, rows.map(({ row }) => row.code))
  const before = new Map(stored.map(row => [row.code, row]))
  const changes = rows.map(({ index, row }) => changeOf(index, before.get(row.code), row))
  const issues = await refuse(trx, changes)
  const refused = new Set(issues.map(({ index }) => index))
  const taken = changes.filter(({ index }) => !refused.has(index!))
  await write(trx, taken)
  return { changes: taken, issues }
}

async function storedRows<Item, Row extends { code: string }> (
  trx: Trx, codes: string[], { name, columns }: CodedTable<Item, Row>
): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select ${sql.join(columns.map(column => sql.ref(column)))} from ${sql.table(name)}
    where code = any(${codes})`.execute(trx)
  return rows
}

async function writeRows<Item, Row extends { code: string }> (
  trx: Trx, changes: readonly Change<Row>[], { name, beside = () => ({}) }: CodedTable<Item, Row>
): Promise<void> {
  const written = changes.filter(({ outcome }) => outcome !== 'unchanged').map(({ after }) => after!)
  if (written.length === 0) return
  await upsert(trx, name, ['code'], written.map(row => ({ ...row, ...beside(row) })) as never[])
}

/** The issue of a last day before the first. */
export function daysInOrder ([first, last]: readonly [string, string], from: string, to: string | null): Issue[] {
  if (to === null || from <= to) return []
  return [issueAt(last, 'out_of_range', `${last} (${to}) is before ${first} (${from})`)]
}

import type { Issue } from '../contract/errors.ts'
import type { Check } from '../contract/validation.ts'
import { assertBatchSize, type BatchAnswer, type BatchOptions, type Change } from './batch.ts'
import { auditRowsOf } from './changes.ts'
import { addIssues, assertSound, issueAt, issuesOfBatch, type IssuesByRow, type RowIssues } from './row-issues.ts'
import type { Write } from './write.ts'

/** A row as it would be stored, with the index of its item. */
export interface BatchRow<Row> {
  index: number
  row: Row
}

/** What an item comes to: its row, or null where even its key is unknown, and all that is wrong with it alone. */
export interface Prepared<Row> {
  row: Row | null
  issues: readonly Issue[]
}

/** A batch between two of its checks. */
export interface CheckedBatch<Row> {
  /** All rows, also those at fault. */
  rows: readonly BatchRow<Row>[]
  /** Rows with no issue so far. */
  sound: readonly BatchRow<Row>[]
  /** Items at fault, which can be anything. */
  rejected: readonly unknown[]
}

/** Finds what is wrong with rows of a batch beside one another. */
export type Rule<Row> = (batch: CheckedBatch<Row>) => RowIssues[]

/** The checks of a batch whose references are resolved. */
export interface ResolvedChecks<Item, Row> {
  prepare: (item: Item) => Prepared<Row>
  /** Applied in turn: each sees what the ones before it reject. */
  rules: readonly Rule<Row>[]
}

export interface BatchSteps<Item, Row, Stored extends object> {
  /** For the audit: as in the address of the list, such as `dossier-statistics`. */
  resource: string
  /** The properties that identify a row. */
  key: readonly string[]
  /** A row as the API shows it. */
  show?: (row: Stored) => object
  /** The province and the unit of a row that belongs to one. */
  of?: (row: Stored) => { province_code: string, unit: string }
  /** Checks the shape of an item, which can be anything. */
  check: Check
  /** Looks up what the well-formed items name. */
  resolve: (items: Item[]) => Promise<ResolvedChecks<Item, Row>>
  /** Locks, compares with what is stored, and writes the rows with which nothing is wrong. */
  store: (rows: readonly BatchRow<Row>[]) => Promise<{ changes: Change<Stored>[], issues: RowIssues[] }>
}

/**
 * Writes a batch: check the shape, resolve references, check each row, check the rows beside one another, lock and
 * store, audit, answer. Every check returns issues, which are added up here alone.
 * @throws DomainError `too_many_items`; unless the mode is `partial`, `invalid_rows` or `forbidden_rows`
 */
export async function ingestBatch<Item, Row, Stored extends object> (
  { auditRows }: Pick<Write, 'auditRows'>, items: readonly unknown[], options: BatchOptions,
  { check, resolve, store, ...shown }: BatchSteps<Item, Row, Stored>
): Promise<BatchAnswer> {
  assertBatchSize(items)
  const issues: IssuesByRow = new Map()
  const settle = () => { if (options.mode === 'atomic') assertSound(issues, items.length) }
  addIssues(issues, malformedItems(items, check))

  const wellFormed = [...items.keys()].filter(index => !issues.has(index))
  const { prepare, rules } = await resolve(wellFormed.map(index => items[index] as Item))
  const prepared = wellFormed.map(index => ({ index, ...prepare(items[index] as Item) }))
  addIssues(issues, prepared)
  const rows = prepared.flatMap(({ index, row }) => row === null ? [] : [{ index, row }])
  const soundRows = () => rows.filter(({ index }) => !issues.has(index))
  for (const rule of rules) {
    const rejected = [...issues.keys()].map(index => items[index])
    addIssues(issues, rule({ rows, sound: soundRows(), rejected }))
  }
  settle()

  const stored = await store(soundRows())
  addIssues(issues, stored.issues)
  settle()
  auditRows.push(...auditRowsOf(shown.resource, stored.changes, shown))
  return answerOf(items.length, stored.changes, issues, options, shown.show)
}

/** What is wrong with the shapes of items. */
export function malformedItems (items: readonly unknown[], check: Check): RowIssues[] {
  return items.map((item, index) => {
    const at = `/items/${index}`
    // The detail names the whole path.
    return { index, issues: check(item, at).map(issue => ({ ...issue, pointer: issue.pointer.slice(at.length) })) }
  })
}

function answerOf<Row extends object> (
  received: number, changes: Change<Row>[], issues: IssuesByRow, { dry_run: dryRun }: BatchOptions,
  show: (row: Row) => object = row => row
): BatchAnswer {
  const count = (outcome: Change<Row>['outcome']) => changes.filter(change => change.outcome === outcome).length
  return {
    received,
    created: count('created'),
    updated: count('updated'),
    unchanged: count('unchanged'),
    deleted: count('deleted'),
    rejected: issues.size,
    errors: issuesOfBatch(issues),
    ...(dryRun ? { rows: changes.map(change => changeShown(change, show)) } : {})
  }
}

function changeShown<Row> ({ index, outcome, before, after }: Change<Row>, show: (row: Row) => object) {
  return {
    pointer: index === null ? null : `/items/${index}`, outcome, before: before && show(before), after: after && show(after)
  }
}

/** Rejects every row that shares its key with another: which of them is right is unknown. */
export function duplicateKeys<Row> (what: string, keyOf: (row: Row) => string): Rule<Row> {
  return ({ rows }) => {
    if (new Set(rows.map(({ row }) => keyOf(row))).size === rows.length) return []
    return [...Map.groupBy(rows, ({ row }) => keyOf(row)).values()]
      .filter(same => same.length > 1)
      .flatMap(same => same.map(({ index }) => {
        const others = same.filter(other => other.index !== index).map(other => `/items/${other.index}`)
        return { index, issues: [issueAt(null, 'duplicate_key', `the same ${what} as ${others.slice(0, 3).join(', ')}`)] }
      }))
  }
}

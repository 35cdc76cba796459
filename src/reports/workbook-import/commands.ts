import { DomainError, type Issue } from '../../contract/errors.ts'
import type { Check } from '../../contract/validation.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import type { DocumentLanguage } from '../../documents/document.ts'
import type { ReadSheet } from '../../documents/reading/sheet.ts'
import type { BatchAnswer, BatchOptions } from '../../writes/batch.ts'
import type { Write } from '../../writes/write.ts'
import { changedSince, type KnownValue } from '../filled-report/known-from.ts'
import { filledReport } from '../filled-report/queries.ts'
import type { FilledReport, ReportPath } from '../filled-report/schema.ts'
import { checkItem, postIndicatorValues } from '../indicators/commands.ts'
import { NOT_PROVIDED, parsePrinted, printedOf } from '../indicators/notation.ts'
import type { IndicatorValueItem, ValueType } from '../indicators/schema.ts'
import { reportNamed } from '../revisions/named.ts'
import { lockReports } from '../stages/store.ts'
import { addressOf, placed } from './addresses.ts'
import { noteIn, valueIn, type CellIssue } from './cells.ts'
import { AGAIN, assertOf } from './facts.ts'
import type { ImportQuery } from './schema.ts'
import { rowsOf, type PlacedCell, type TableRow } from './table.ts'

/**
 * Writes what a filled workbook says, as if its rows had been posted as indicator values. Rows that are empty in the
 * file and in what is stored say nothing. A cell that is empty takes back what was stored when the file was made, and
 * a cell that is as it was given takes back nothing newer.
 * @param now milliseconds since 1970
 * @returns the answer of the batch; its pointers are addresses of cells, as are those of what is thrown
 * @throws DomainError `not_found` for unit and period; `invalid_request` for a workbook that is not that of the report;
 *   `invalid_rows`
 */
export async function importReport (
  write: Write, path: ReportPath, sheets: readonly ReadSheet[], { form }: Pick<ImportQuery, 'form'>, options: BatchOptions,
  now: number
): Promise<BatchAnswer> {
  const { trx, by } = write
  const { key } = await reportNamed(trx, path, form, by.unit)
  // Nothing of it changes from here on: what another file has brought meanwhile is known.
  await lock(trx, 'values', 'shared')
  await lockReports(trx, [key], now)
  const report = await filledReport(trx, path, { form }, by.unit, now)
  const { knownFrom, language } = assertOf(sheets, report)
  const changed = await changedSince(trx, key, knownFrom)
  const rows = rowsOf(sheets, report.rows, language)
    .map(row => itemOf(row, report, changed, language)).filter(({ isNews }) => isNews)
  const byItem = new Map<unknown, ItemRow>(rows.map(row => [row.item, row]))
  const check: Check = (item, at) => {
    const { issues } = byItem.get(item)!
    return issues.length > 0 ? issues.map(issue => ({ ...issue, pointer: at + issue.pointer })) : checkItem(item, at)
  }
  try {
    const items = rows.map(({ item }) => item)
    const { errors, rows: outcomes, ...counts } = await postIndicatorValues(write, items, options, now, check)
    const answer = { ...counts, errors: errors.map(error => placed(error, rows)) }
    if (outcomes === undefined) return answer
    return { ...answer, rows: outcomes.map(one => ({ ...one, pointer: addressOf(one.pointer!, rows) })) }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw new DomainError(error.code, error.message, error.issues.map(issue => placed(issue, rows)))
  }
}

interface ItemRow extends Pick<TableRow, 'printed' | 'note'> {
  item: IndicatorValueItem
  /** What is wrong with the cells themselves. */
  issues: Issue[]
  /** Something is in the cells, or was stored. */
  isNews: boolean
}

function itemOf (
  { indicator, printed, note }: TableRow, { unit, period, form }: FilledReport,
  changed: ReadonlyMap<string, KnownValue>, language: DocumentLanguage
): ItemRow {
  const issues: Issue[] = []
  const take = <T>(property: 'printed' | 'note', { isMerged }: PlacedCell, read: T | CellIssue, otherwise: T): T => {
    const issue = isMerged ? MERGED : isIssue(read) ? read : null
    if (issue === null) return read as T
    issues.push({ pointer: `/${property}`, ...issue })
    return otherwise
  }
  const value = take('printed', printed, valueIn(printed.cell, indicator.value_type, language), { printed: '' })
  const text = take('note', note, noteIn(note.cell), null)
  const isStored = (indicator.state ?? 'not_provided') !== 'not_provided' || indicator.note !== null
  const isEmpty = issues.length === 0 && value.printed === '' && text === null
  const given = changed.get(indicator.code)
  if (issues.length === 0 && given !== undefined) {
    const isAsGiven = plainly(value, indicator.value_type) === plainly(given, indicator.value_type)
    if (isAsGiven && given.printed !== indicator.printed) {
      issues.push({ pointer: '/printed', ...changedSinceGiven(given.printed, indicator.printed) })
    }
    if (text === given.note && given.note !== indicator.note) {
      issues.push({ pointer: '/note', ...changedSinceGiven(given.note ?? '', indicator.note ?? '') })
    }
  }
  const item = { unit, period, form, indicator: indicator.code, ...value, note: text }
  return { item, printed, note, issues, isNews: isStored || !isEmpty }
}

const MERGED: CellIssue = {
  code: 'merged_cells', detail: 'the cell is merged with others, and each indicator needs a cell of its own; unmerge them'
}

/**
 * A value in one notation: programs make numbers of texts, and people write 2.079 as 2079.
 * @returns null: it is in no notation
 */
function plainly (
  { printed, number = null, choice = null }: Pick<IndicatorValueItem, 'printed' | 'number' | 'choice'>, type: ValueType
): string | null {
  const value = printed === undefined ? { ...NOT_PROVIDED, state: 'reported' as const, number, choice } : parsePrinted(printed, type)
  return value && printedOf(value)
}

/** A cell that nobody has filled in since: what it holds is older than what is stored. */
function changedSinceGiven (given: string, stored: string): CellIssue {
  const cell = given === '' ? 'empty' : `${JSON.stringify(given)} as it was given`
  const change = stored === '' ? 'that was taken back' : `${JSON.stringify(stored)} was written`
  return { code: 'changed_since', detail: `the cell is ${cell}, and ${change} after the file was made; ${AGAIN}` }
}

function isIssue (read: unknown): read is CellIssue {
  return typeof read === 'object' && read !== null && 'detail' in read
}

import { parse } from 'csv-parse/sync'
import type { TObject } from 'typebox'
import { DomainError, invalid, type Issue, type Place } from '../../contract/errors.ts'
import { nearestTo } from '../../text/nearest.ts'
import { MAX_ITEMS } from '../../writes/batch.ts'
import { valueReader, type ColumnSchema } from './csv-values.ts'

/** Where the items of a csv stand in it. */
export interface CsvLayout {
  /** Names of columns, from the left. */
  columns: readonly string[]
  /** The line on which each item begins. */
  lines: readonly number[]
}

/** No row of a batch is nearly as long; a longer one is for want of a quotation mark. */
const MAX_ROW = 1_000_000
const MAX_ISSUES = 100

/**
 * The rows of a csv as the items that they stand for: a cell that is not of the type of its column stays a text, which
 * the check of the item refuses.
 * @throws DomainError `invalid_request` for what is no table with these columns, `too_many_items`
 */
export function itemsOfCsv (text: string, { properties }: TObject): CsvLayout & { items: object[] } {
  const delimiter = /^[^\r\n]*/.exec(text)![0].includes(';') ? ';' : ','
  const columns: string[] = []
  let readers: ReturnType<typeof valueReader>[] | null = null
  const items: object[] = []
  const lines: number[] = []
  const issues: Issue[] = []

  const onRecord = (cells: string[], { lines: last }: { lines: number }) => {
    if (readers === null) {
      columns.push(...cells.map(cell => cell.trim()))
      assertColumns(columns, Object.keys(properties))
      readers = columns.map(name => valueReader(properties[name] as ColumnSchema, delimiter))
      return null
    }
    if (cells.every(cell => cell === '')) return null
    const line = last - lineBreaksIn(cells)
    const isRow = cells.length >= columns.length && cells.slice(columns.length).every(cell => cell === '')
    if (!isRow && issues.length < MAX_ISSUES) {
      const detail = `the row has ${cells.length} cells, and the header ${columns.length}`
      issues.push({ pointer: `/items/${items.length}`, code: 'not_csv', detail, line })
    }
    if (items.length === MAX_ITEMS) throw new DomainError('too_many_items', `a batch holds at most ${MAX_ITEMS} items`)
    const values = readers.map((read, i) => [columns[i]!, read(cells[i] ?? '')] as const)
    items.push(Object.fromEntries(values.filter(([, value]) => value !== undefined)))
    lines.push(line)
    return null
  }

  try {
    parse(text, {
      delimiter, record_delimiter: ['\r\n', '\n', '\r'], relax_column_count: true, skip_empty_lines: true,
      max_record_size: MAX_ROW, on_record: onRecord
    })
  } catch (error) {
    if (error instanceof DomainError) throw error
    throw invalid('', 'not_csv', `the body is not csv: ${(error as Error).message}`)
  }
  if (readers === null) throw invalid('', 'not_csv', 'the file has no header row')
  refuse(issues)
  return { columns, lines, items }
}

function assertColumns (columns: readonly string[], known: readonly string[]): void {
  const issues = columns.slice(0, MAX_ISSUES).flatMap((name, i): Issue[] => {
    const at = { pointer: `/items/0/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, line: 1, column: i + 1 }
    if (!known.includes(name)) {
      const detail = `there is no column ${JSON.stringify(name)}; the nearest is ${nearestTo(name, known)}`
      return [{ ...at, code: 'unknown_property', detail }]
    }
    if (columns.indexOf(name) === i) return []
    return [{ ...at, code: 'duplicate_key', detail: `there is another column ${name}` }]
  })
  refuse(issues)
}

function refuse (issues: readonly Issue[]): void {
  if (issues.length > 0) throw new DomainError('invalid_request', issues.map(({ detail }) => detail).join('; '), issues)
}

function lineBreaksIn (cells: readonly string[]): number {
  return cells.reduce((sum, cell) => sum + cell.split(/\r\n|\n|\r/).length - 1, 0)
}

/** Adds to each issue where it is in a csv; without one they stay as they are. */
export function placedIn<I extends { pointer: string }> (
  layout: CsvLayout | undefined, issues: readonly I[]
): readonly (I & Partial<Place>)[] {
  return layout === undefined ? issues : issues.map(issue => ({ ...issue, ...placeOf(layout, issue.pointer) }))
}

function placeOf ({ columns, lines }: CsvLayout, pointer: string): Partial<Place> {
  const [, index, name] = /^\/items\/(\d+)(?:\/([^/]+))?/.exec(pointer) ?? []
  if (index === undefined) return {}
  const column = columns.indexOf(name ?? '') + 1
  return { line: lines[Number(index)]!, ...(column === 0 ? {} : { column }) }
}

/** The answer to a batch that came as a csv. */
export function placedAnswer<A extends { errors: readonly { pointer: string }[] }> (layout: CsvLayout, answer: A): A {
  const { errors, warnings } = answer as A & { warnings?: readonly { pointer: string }[] }
  const placed = warnings === undefined ? {} : { warnings: placedIn(layout, warnings) }
  return { ...answer, errors: placedIn(layout, errors), ...placed }
}

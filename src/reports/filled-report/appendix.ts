import { createHash } from 'node:crypto'
import type { Document } from '../../documents/document.ts'
import type { Db } from '../../database/connect.ts'
import { reportingOf, type Reporting } from '../documents/queries.ts'
import { periodLine, signatureOf } from '../documents/wording.ts'
import { printedOf } from '../indicators/notation.ts'
import type { FilledReport, ReportRow } from './schema.ts'

/** What the columns of the appendix are called, on paper and in a workbook that comes back. */
export const COLUMNS = {
  number: 'STT', name: 'Chỉ tiêu thống kê', measure: 'Đơn vị tính', printed: 'Kết quả', note: 'Ghi chú', code: 'Mã chỉ tiêu'
} as const

/** `Chưa = 0 Hoàn thành = 1`: each choice begins a line. */
const BEHIND_CHOICE = /(= \d+) +/g

/** What kind of workbook it is; the number is that of its layout. */
export const KIND = 'cchc-report/1'

/** What a workbook says of itself, so that it is not taken for another. */
export interface Facts extends Record<string, string> {
  kind: string
  unit: string
  period: string
  form: string
  form_version: string
}

/** What a document is for. */
export type Purpose =
  /** To be read. What counts is printed, also what the service derives itself. */
  | { kind: 'print' }
  /**
   * To be filled in and sent back. It has only what is reported: what is derived would come back as reported.
   * `known_from` is since when the newest of its values is known.
   */
  | { kind: 'fill_in', known_from: string }

export async function appendixOf (db: Db, report: FilledReport, purpose: Purpose): Promise<Document> {
  const { name } = await db.selectFrom('forms').select('name').where('code', '=', report.form).executeTakeFirstOrThrow()
  return appendix(report, name, await reportingOf(db, report.unit, report.period), purpose)
}

/** The filled form as an appendix to a report, as it is printed. */
export function appendix (report: FilledReport, formName: string, reporting: Reporting, purpose: Purpose): Document {
  const { rows } = report
  return {
    name: 'Phụ lục',
    paper: 'A4',
    orientation: 'portrait',
    size: 12,
    above: { left: [], right: [], align: 'left' },
    title: [
      { text: 'Phụ lục', bold: true },
      { text: formName.toLocaleUpperCase('vi'), bold: true },
      { text: reporting.unit_name.toLocaleUpperCase('vi'), bold: true },
      periodLine(reporting.period)
    ],
    columns: [
      { width: 14, align: 'center' }, { width: 67, align: 'left' }, { width: 32, align: 'center' },
      { width: 21, align: 'center' }, { width: 31, align: 'left' }
    ],
    head: [
      [
        { text: COLUMNS.number, rows: 2 }, { text: COLUMNS.name, rows: 2 }, { text: 'Kết quả thống kê', columns: 2 },
        { text: COLUMNS.note, rows: 2 }
      ],
      [{ text: COLUMNS.measure }, { text: COLUMNS.printed }]
    ],
    rows: rows.map(row => ({
      cells: [
        row.printed_code, row.name, row.measure?.replaceAll(BEHIND_CHOICE, '$1\n') ?? null,
        purpose.kind === 'print' ? countingOf(row) : row.printed, row.note
      ],
      bold: row.value_type === 'heading' ? 2 : 0
    })),
    below: signatureOf(reporting),
    ...(purpose.kind === 'print' ? {} : {
      marks: {
        facts: { ...factsOf(report), known_from: purpose.known_from },
        title: COLUMNS.code,
        keys: rows.map(({ code }) => code)
      }
    })
  }
}

/** The value that counts, in Vietnamese notation. */
function countingOf (row: ReportRow): string {
  const { source, computed_number: number, computed_numerator: numerator, computed_denominator: denominator } = row
  return source === 'computed' || source === 'aggregated'
    ? printedOf({ state: 'reported', number, numerator, denominator, choice: null })
    : row.printed
}

export function factsOf ({ unit, period, form, rows }: FilledReport): Facts {
  return { kind: KIND, unit, period, form, form_version: versionOf(rows) }
}

/** Another one for each change of what the form asks. */
function versionOf (rows: readonly ReportRow[]): string {
  const asked = rows.map(({ code, printed_code, name, value_type, measure }) => (
    [code, printed_code, name, value_type, measure]))
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16)
}

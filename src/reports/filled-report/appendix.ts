import { createHash } from 'node:crypto'
import type { Document, DocumentLanguage } from '../../documents/document.ts'
import { otherNotation } from '../../documents/vietnamese-number.ts'
import type { Db } from '../../database/connect.ts'
import { reportingOf, type Reporting } from '../documents/queries.ts'
import { periodLine, signatureOf } from '../documents/wording.ts'
import { printedOf } from '../indicators/notation.ts'
import type { FilledReport, ReportRow } from './schema.ts'

/** What the columns of the appendix are called, on paper and in a workbook that comes back. */
export const COLUMNS = {
  vi: {
    number: 'STT', name: 'Chỉ tiêu thống kê', measure: 'Đơn vị tính', printed: 'Kết quả', note: 'Ghi chú', code: 'Mã chỉ tiêu'
  },
  en: { number: 'No.', name: 'Indicator', measure: 'Unit of measure', printed: 'Result', note: 'Note', code: 'Indicator code' }
} as const satisfies Record<DocumentLanguage, object>
const HEADINGS = { vi: { title: 'Phụ lục', results: 'Kết quả thống kê' }, en: { title: 'Appendix', results: 'Results' } }

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

export async function appendixOf (
  db: Db, report: FilledReport, purpose: Purpose, language: DocumentLanguage
): Promise<Document> {
  const { name } = await db.selectFrom('forms').select('name').where('code', '=', report.form).executeTakeFirstOrThrow()
  return appendix(report, name, await reportingOf(db, report.unit, report.period), purpose, language)
}

/** The filled form as an appendix to a report, as it is printed. */
export function appendix (
  report: FilledReport, formName: string, reporting: Reporting, purpose: Purpose, language: DocumentLanguage = 'vi'
): Document {
  const { rows } = report
  const [headings, titles] = [HEADINGS[language], COLUMNS[language]]
  const printed = (row: ReportRow) => purpose.kind === 'print' ? countingOf(row) : row.printed
  return {
    name: headings.title,
    ...language === 'en' ? { language } : {},
    paper: 'A4',
    orientation: 'portrait',
    size: 12,
    above: { left: [], right: [], align: 'left' },
    title: [
      { text: headings.title, bold: true },
      { text: formName.toLocaleUpperCase('vi'), bold: true },
      { text: reporting.unit_name.toLocaleUpperCase('vi'), bold: true },
      periodLine(reporting.period, language)
    ],
    columns: [
      { width: 14, align: 'center' }, { width: 67, align: 'left' }, { width: 32, align: 'center' },
      { width: 21, align: 'center' }, { width: 31, align: 'left' }
    ],
    head: [
      [
        { text: titles.number, rows: 2 }, { text: titles.name, rows: 2 }, { text: headings.results, columns: 2 },
        { text: titles.note, rows: 2 }
      ],
      [{ text: titles.measure }, { text: titles.printed }]
    ],
    rows: rows.map(row => ({
      cells: [
        row.printed_code, row.name, row.measure?.replaceAll(BEHIND_CHOICE, '$1\n') ?? null,
        language === 'en' ? otherNotation(printed(row)) : printed(row), row.note
      ],
      bold: row.value_type === 'heading' ? 2 : 0
    })),
    below: signatureOf(reporting, language),
    ...(purpose.kind === 'print' ? {} : {
      marks: {
        facts: { ...factsOf(report), known_from: purpose.known_from, ...language === 'en' ? { language } : {} },
        title: titles.code,
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

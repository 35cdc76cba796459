import {
  marginsOf, pageOf, type Column, type Document, type DocumentLanguage, type Line, type Row, type Sides
} from '../../documents/document.ts'
import type { FormMeasure } from '../../form-ii06a/forms.ts'
import { englishOf } from './english.ts'
import { headOf, type HeadColumn } from './heads.ts'
import type { Reporting } from './queries.ts'
import { dayText, englishDay, periodLine, signatureOf } from './wording.ts'

type FilledRow = { row_number: number | null, name: string } & { [M in FormMeasure]?: number | null }

export interface FilledSection {
  /** null: of a form without levels, whose one section has the total of the form. */
  code: string | null
  name: string
  rows: readonly FilledRow[]
  total: FilledRow
}

/** A form that is filled from counts of dossiers. */
export interface FilledDossierForm {
  /** As it stands at the head of the form. */
  number: string
  circular: string | null
  title: string
  /** What the second column holds. */
  named: string
  columns: readonly HeadColumn[]
  sections: readonly FilledSection[]
  grand_total: FilledRow
  as_of: string
  provisional: boolean
}

type Page = Pick<Document, 'paper' | 'orientation' | 'size'>
const USUAL: Page = { paper: 'A4', orientation: 'landscape', size: 10 }
const LARGE: Page = { paper: 'A3', orientation: 'landscape', size: 7 }

const NUMERALS = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X']
const NUMBER_WIDTH = 12
const NAME_WIDTH = 50
/** More columns of figures than fit on A4. */
const MANY = 15

/** The form on a page across, as it is printed. */
export function dossierFormDocument (
  form: FilledDossierForm, reporting: Reporting, language: DocumentLanguage = 'vi'
): Document {
  const { columns, sections, grand_total } = form
  const isEnglish = language === 'en'
  const all = columns.length + 2
  const page = columns.length > MANY ? LARGE : USUAL
  const rowOf = (row: FilledRow, bold: number): Row => (
    { cells: [String(row.row_number ?? ''), row.name, ...columns.map(({ name }) => row[name] ?? null)], bold })
  const rows = sections.flatMap(({ code, name, rows, total }, i) => {
    const own = rows.map(row => rowOf(row, 0))
    if (code === null) return own
    const heading = { cells: [NUMERALS[i] ?? '', name, ...columns.map(() => null)], bold: all }
    return [heading, ...own, rowOf(isEnglish ? { ...total, name: `Total: ${name}` } : total, all)]
  })
  return {
    name: form.number,
    ...page,
    ...isEnglish ? { language } : {},
    above: aboveOf(form, reporting, language),
    title: [
      { text: (isEnglish ? englishOf(form.title) : form.title).toLocaleUpperCase('vi'), bold: true },
      periodLine(reporting.period, language), ...(isEnglish ? englishCut(form) : cutLines(form))
    ],
    columns: columnsOf(columns.length, page),
    head: headOf(columns, form.named, language),
    rows: [...rows, rowOf(isEnglish ? { ...grand_total, name: 'Grand total' } : grand_total, all)],
    below: signatureOf(reporting, language)
  }
}

function aboveOf (
  { number, circular }: FilledDossierForm, { unit_name, receiving_unit_name }: Reporting, language: DocumentLanguage
): Sides {
  const [form, issued, from, to] = language === 'en'
    ? ['Form', 'Issued by', 'Reporting unit', 'Receiving unit']
    : ['Biểu số', 'Ban hành theo', 'Đơn vị báo cáo', 'Đơn vị nhận báo cáo']
  return {
    left: [
      { text: `${form} ${number}`, bold: true }, ...(circular === null ? [] : [{ text: `${issued} ${circular}`, italic: true }])
    ],
    right: [{ text: `${from}: ${unit_name}` }, { text: `${to}: ${receiving_unit_name ?? '……………………'}` }],
    align: 'left'
  }
}

function englishCut ({ provisional, as_of }: FilledDossierForm): Line[] {
  const unit = { text: 'Unit of measure: dossiers', italic: true }
  if (!provisional) return [unit]
  const cut = `Provisional figures up to ${as_of.slice(11, 16)} on ${englishDay(as_of.slice(0, 10))}; the period is not over`
  return [{ text: cut, italic: true }, unit]
}

function cutLines ({ provisional, as_of }: FilledDossierForm): Line[] {
  const unit = { text: 'Đơn vị tính: số hồ sơ', italic: true }
  if (!provisional) return [unit]
  const cut = `Số liệu tạm tính đến ${as_of.slice(11, 16)} ngày ${dayText(as_of.slice(0, 10))}; kỳ báo cáo chưa kết thúc`
  return [{ text: cut, italic: true }, unit]
}

/** The figures share what the page leaves them. */
function columnsOf (figures: number, page: Page): Column[] {
  const { left, right } = marginsOf(page)
  const rest = pageOf(page).width - left - right - NUMBER_WIDTH - NAME_WIDTH
  return [
    { width: NUMBER_WIDTH, align: 'center' }, { width: NAME_WIDTH, align: 'left' },
    ...Array.from({ length: figures }, (): Column => ({ width: Math.floor(10 * rest / figures) / 10, align: 'right' }))
  ]
}

import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { Forms, Indicators } from '../../database/tables.ts'
import { DERIVATIONS } from './derivations.ts'

/** A row of `cchc-2021.csv`: the form as the report prints it. An empty text is an empty cell. */
interface CsvRow {
  position: string
  code: string
  printed_code: string
  parent: string
  name: string
  value_type: string
  measure_printed: string
  choices: string
  value_printed: string
  note: string
}

export interface Choice {
  value: number
  name: string
}

export interface ReportedValue {
  form: string
  indicator: string
  /** The text of the cell, digit for digit. */
  printed: string
  note: string | null
}

export const FORM: Forms = {
  code: 'cchc-2021',
  name: 'Thống kê số liệu về kết quả thực hiện công tác cải cách hành chính',
  valid_from: '2020-12-15',
  valid_to: null
}

export function indicators (): Indicators[] {
  return csvRows().map(row => ({
    form: FORM.code,
    code: row.code,
    position: Number(row.position),
    printed_code: row.printed_code || null,
    parent: row.parent || null,
    name: row.name,
    value_type: row.value_type,
    measure: row.measure_printed || null,
    choices: choicesOf(row.choices),
    derivation: DERIVATIONS[row.code] ?? null,
    continues_form: null,
    continues_indicator: null
  }))
}

/** The values that Thanh Hóa (H56) reported for 2021-H1, without headings that have neither a value nor a note. */
export function reportedValues (): ReportedValue[] {
  return csvRows()
    .filter(row => row.value_type !== 'heading' || row.value_printed !== '' || row.note !== '')
    .map(row => ({
      form: FORM.code,
      indicator: row.code,
      printed: row.value_printed,
      note: row.note || null
    }))
}

/** Parses choices such as `0=Chưa; 1=Đang làm`. */
function choicesOf (text: string): (Choice & Record<string, number | string>)[] {
  return text.split('; ').filter(Boolean).map(choice => {
    const [value = '', name = ''] = choice.split('=')
    return { value: Number(value), name }
  })
}

function csvRows (): CsvRow[] {
  return parse<CsvRow>(readFileSync(new URL('cchc-2021.csv', import.meta.url)), { columns: true })
}

import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import type { Forms, Indicators } from '../../database/tables.ts'

/** A line of the form as the report prints it; an empty text is an empty cell. */
interface Line {
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
  return lines().map(line => ({
    form: FORM.code,
    code: line.code,
    position: Number(line.position),
    printed_code: line.printed_code || null,
    parent: line.parent || null,
    name: line.name,
    value_type: line.value_type,
    measure: line.measure_printed || null,
    choices: choicesOf(line.choices)
  }))
}

/** What Thanh Hóa (H56) printed for 2021-H1, without the headings that neither print nor note anything. */
export function reportedValues (): ReportedValue[] {
  return lines()
    .filter(line => line.value_type !== 'heading' || line.value_printed !== '' || line.note !== '')
    .map(line => ({
      form: FORM.code,
      indicator: line.code,
      printed: line.value_printed,
      note: line.note || null
    }))
}

/** `0=Chưa; 1=Đang làm` */
function choicesOf (text: string): (Choice & Record<string, number | string>)[] {
  return text.split('; ').filter(Boolean).map(choice => {
    const [value = '', name = ''] = choice.split('=')
    return { value: Number(value), name }
  })
}

function lines (): Line[] {
  return parse<Line>(readFileSync(new URL('cchc-2021.csv', import.meta.url)), { columns: true })
}

import { xlsxOf } from '../../../src/documents/xlsx/xlsx.ts'
import { appendix } from '../../../src/reports/filled-report/appendix.ts'
import { NOTHING_DERIVED } from '../../../src/reports/filled-report/queries.ts'
import { FORM, indicators, reportedValues } from '../../../src/seed/catalogue/form.ts'
import { usualPeriods } from '../../../src/time/calendar.ts'

const PERIOD = '2021-H1'

/** The workbook of the report of the sample. */
export async function exampleWorkbook (unit = 'H56'): Promise<Buffer> {
  const values = new Map(reportedValues().map(value => [value.indicator, value]))
  const rows = indicators().map(({ code, printed_code, parent, name, value_type, measure }) => ({
    code, printed_code, parent, name, value_type: value_type as 'count', measure,
    state: null, number: null, numerator: null, denominator: null, choice: null,
    ...NOTHING_DERIVED,
    printed: values.get(code)?.printed ?? '', note: values.get(code)?.note ?? null
  }))
  const period = usualPeriods().find(({ code }) => code === PERIOD)!
  return xlsxOf(appendix({ unit, period: PERIOD, form: FORM.code, rows }, FORM.name, {
    unit, unit_name: 'Tỉnh Thanh Hóa', receiving_unit_name: null, place_name: 'Tỉnh Thanh Hóa', period
  }, { kind: 'fill_in', known_from: '9999' }))
}

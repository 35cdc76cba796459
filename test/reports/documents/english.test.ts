import t from 'tap'
import { readSheet } from 'read-excel-file/node'
import { FORM_CODES, FORMS } from '../../../src/form-ii06a/forms.ts'
import { dossierFormDocument } from '../../../src/reports/documents/dossier-form.ts'
import { headOf } from '../../../src/reports/documents/heads.ts'
import { periodLine, periodName } from '../../../src/reports/documents/wording.ts'
import type { ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { usualPeriods } from '../../../src/time/calendar.ts'
import { forEachDatabase } from '../../database.ts'
import { tablesIn } from '../../documents/docx-tables.ts'
import { partsIn, typed, withCells } from '../../documents/packages.ts'
import { sendWorkbook } from '../workbook-import/workbooks.ts'

const ENGLISH = { 'accept-language': 'en-GB, vi;q=0.5' }
const OF_VIETNAMESE = /[^\u0000-\u024f…]|[ăâđêôơưàáãạ]/i

const REPORTING = {
  unit: 'H56', unit_name: 'Tỉnh Thanh Hóa', receiving_unit_name: null, place_name: 'Tỉnh Thanh Hóa',
  period: usualPeriods().find(({ code }) => code === '2021-Q3')!
}

t.test('every heading and title of a form is in English', async t => {
  for (const { columns, rows, form, title } of FORMS) {
    const named = { field: 'Lĩnh vực giải quyết', procedure: 'Thủ tục hành chính', unit: 'Đơn vị giải quyết' }[rows]
    const texts = headOf(columns, named, 'en').flat().map(({ text }) => text)
    t.same(texts.filter(text => OF_VIETNAMESE.test(text)), [], form)
    const [printed] = dossierFormDocument({
      number: 'x', circular: null, title, named, columns, sections: [], grand_total: { row_number: null, name: 'Tổng cộng' },
      as_of: '2021-09-15T00:00:00+07:00', provisional: false
    }, REPORTING, 'en').title
    t.notMatch(printed!.text, OF_VIETNAMESE, form)
  }
})

t.test('periods and days are written out', async t => {
  const named = (code: string) => periodName(usualPeriods().find(period => period.code === code)!, 'en')
  t.same(['2021', '2021-H1', '2021-H2', '2021-9M', '2021-Q3', '2021-M12'].map(named), [
    '2021', 'first six months of 2021', 'last six months of 2021', 'nine months of 2021', 'quarter III of 2021', 'December 2021'
  ])
  const week = { code: 'w-2021-30', calendar: 'weeks', kind: 'week', year: 2021, starts_on: '2021-07-26', ends_on: '2021-08-01', report_due_on: null } as const
  t.equal(periodLine(week, 'en').text, '(Reporting period: w-2021-30, from 26 July 2021 to 1 August 2021)')
})

t.test('a form says up to when it counts, by which circular, and its totals', async t => {
  const { title, rows, above, below } = dossierFormDocument({
    number: 'II.06a', circular: 'Thông tư số 01/2020/TT-VPCP', title: 'Khác', named: 'Đơn vị giải quyết', columns: [{ name: 'received', number: 3 }],
    sections: [{ code: 'province', name: 'Cấp tỉnh', rows: [], total: { row_number: null, name: 'Cộng', received: 0 } }],
    grand_total: { row_number: null, name: 'Tổng cộng', received: 1 }, as_of: '2021-08-05T10:30:00+07:00', provisional: true
  }, REPORTING, 'en')
  t.same(title.map(({ text }) => text), [
    'KHÁC', '(Reporting period: quarter III of 2021, from 15 June 2021 to 14 September 2021)',
    'Provisional figures up to 10:30 on 5 August 2021; the period is not over', 'Unit of measure: dossiers'
  ])
  t.same(rows.map(({ cells }) => cells[1]), ['Cấp tỉnh', 'Total: Cấp tỉnh', 'Grand total'])
  t.same(above.left.map(({ text }) => text), ['Form II.06a', 'Issued by Thông tư số 01/2020/TT-VPCP'])
  t.same(below.right.map(({ text }) => text)[1], 'HEAD OF THE UNIT')
})

forEachDatabase('documents in English', async (t, service) => {
  const { app, get } = service
  const fileOf = (url: string, headers: Record<string, string> = ENGLISH) => app.inject({ url, headers })
  const url = '/v1/reports/H56/2021-H1'

  t.test('come by Accept-Language, and Vietnamese where none is asked for', async t => {
    for (const of of [`${url}?format=docx`, `${url}?format=xlsx`, '/v1/forms/ii-06a/H56/2021-Q3?format=docx', ...FORM_CODES.map(form => `/v1/forms/${form}/H56/2021-Q3?format=xlsx`)]) {
      const { headers } = await fileOf(of)
      t.match(headers, { 'content-language': 'en', vary: /accept-language/ }, of)
      t.match((await fileOf(of, {})).headers, { 'content-language': 'vi', vary: /accept-language/ }, of)
      t.match((await fileOf(of, { 'accept-language': 'fr' })).headers, { 'content-language': 'vi' }, of)
    }
    const vietnamese = (await fileOf(`${url}?format=docx`, { 'accept-language': 'vi' })).rawPayload
    t.ok(vietnamese.equals((await fileOf(`${url}?format=docx`, {})).rawPayload))
    t.not((await get(url, ENGLISH)).headers['content-language'], 'en')
  })

  t.test('have English headings and notation, and names as they are stored', async t => {
    const docx = (await fileOf(`${url}?format=docx`)).rawPayload
    const { tables: [table], lines } = await tablesIn(docx)
    t.same(table!.filter(({ isHead }) => isHead).map(({ cells }) => cells), [
      ['No.', 'Indicator', 'Results', 'Note'], ['', '', 'Unit of measure', 'Result', '']
    ])
    t.match([lines[0], lines.at(-1)], ['Appendix', '(Reporting period: first six months of 2021, from 15 December 2020 to 14 June 2021)'])
    t.match((await partsIn(docx)).get('word/styles.xml'), /w:lang w:val="en-US"/)
    const texts = table!.map(({ cells }) => cells[3])
    t.ok(texts.includes('2,079') && texts.includes('92.41'))
    const { tables: [above, form] } = await tablesIn((await fileOf('/v1/forms/ii-06a/H56/2021-Q3?format=docx')).rawPayload)
    t.match(above![0]!.cells, [/^Form II\.06a/, /^Reporting unit: Tỉnh Thanh Hóa/])
    t.ok(form!.some(({ cells }) => cells.some(cell => /^\d{1,3}(,\d{3})+$/.test(cell))), 'thousands have a comma')
  })

  t.test('come back as workbooks in the notation that they were given in', async t => {
    const file = (await fileOf(`${url}?format=xlsx`)).rawPayload
    t.match(await sendWorkbook(service, 'H56/2021-H1/import', file), { status: 200, body: { unchanged: 95 } })
    const rows = await readSheet(file)
    const at = (code: string) => `D${rows.findIndex(row => row[5] === code) + 1}`
    const filled = await withCells(file, { [at('3.1.3')]: typed('2,080'), [at('3.4.1')]: typed('92.5%') })
    t.match(await sendWorkbook(service, 'H56/2021-H1/import', filled), { status: 200, body: { updated: 2 } })
    const report = (await get(url)).body as { rows: ReportRow[] }
    const printed = new Map(report.rows.map(({ code, printed }) => [code, printed]))
    t.same([printed.get('3.1.3'), printed.get('3.4.1')], ['2.080', '92,5'])
    const wrong = await withCells(file, { [at('3.4.1')]: typed('92,5') })
    t.match((await sendWorkbook(service, 'H56/2021-H1/import', wrong)).body.errors, [
      { pointer: at('3.1.3'), code: 'changed_since' },
      { pointer: at('3.4.1'), code: 'malformed', detail: '"92,5" is not a value in English notation, such as 2,079 or 92.41, which the file was given in' }
    ])
  })
})

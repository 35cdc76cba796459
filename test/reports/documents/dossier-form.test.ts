import { readSheet } from 'read-excel-file/node'
import t from 'tap'
import { FORM_CODES } from '../../../src/form-ii06a/forms.ts'
import { dossierFormDocument, type FilledDossierForm } from '../../../src/reports/documents/dossier-form.ts'
import { usualPeriods } from '../../../src/time/calendar.ts'
import { forEachDatabase } from '../../database.ts'
import { tablesIn } from '../../documents/docx-tables.ts'
import { partsIn, SHEET } from '../../documents/packages.ts'

const FORM: FilledDossierForm = {
  number: 'II.06a/VPCP/KSTT', circular: null, title: 'Tình hình', named: 'Đơn vị', columns: [{ name: 'received', number: 3 }],
  sections: [{
    code: 'province', name: 'Cấp tỉnh', rows: [{ row_number: 1, name: 'Sở', received: 0 }],
    total: { row_number: null, name: 'Cộng', received: 0 }
  }],
  grand_total: { row_number: null, name: 'Tổng cộng', received: 0.5 },
  as_of: '2021-09-15T00:00:00+07:00', provisional: false
}
const REPORTING = {
  unit: 'H56', unit_name: 'Tỉnh Thanh Hóa', receiving_unit_name: null, place_name: 'Tỉnh Thanh Hóa',
  period: usualPeriods().find(({ code }) => code === '2021-Q3')!
}

t.test('a form has its sections with totals, and unknown stays empty while 0 is 0', async t => {
  const columns = [...FORM.columns, { name: 'pending' as const, number: 11 }]
  const { rows, title } = dossierFormDocument({ ...FORM, columns }, REPORTING)
  t.same(rows, [
    { cells: ['I', 'Cấp tỉnh', null, null], bold: 4 }, { cells: ['1', 'Sở', 0, null], bold: 0 },
    { cells: ['', 'Cộng', 0, null], bold: 4 }, { cells: ['', 'Tổng cộng', 0.5, null], bold: 4 }
  ])
  t.same(title.map(({ text }) => text), [
    'TÌNH HÌNH', '(Kỳ báo cáo: Quý III năm 2021, từ ngày 15/6/2021 đến ngày 14/9/2021)', 'Đơn vị tính: số hồ sơ'
  ])
})

t.test('more sections than there are numerals have none', async t => {
  const sections = Array.from({ length: 11 }, () => FORM.sections[0]!)
  const { rows } = dossierFormDocument({ ...FORM, sections }, REPORTING)
  t.same([rows[27]!.cells[0], rows[30]!.cells[0]], ['X', ''])
})

t.test('a form of a period that is not over says up to when it counts', async t => {
  const { title } = dossierFormDocument({ ...FORM, provisional: true, as_of: '2021-08-05T10:30:00+07:00' }, REPORTING)
  t.equal(title[2]!.text, 'Số liệu tạm tính đến 10:30 ngày 05/8/2021; kỳ báo cáo chưa kết thúc')
})

t.test('a form of many columns is on larger paper', async t => {
  const columns = Array.from({ length: 16 }, () => FORM.columns[0]!)
  t.match(dossierFormDocument({ ...FORM, columns }, REPORTING), { paper: 'A3', orientation: 'landscape' })
  t.match(dossierFormDocument(FORM, REPORTING), { paper: 'A4', orientation: 'landscape' })
})

forEachDatabase('form II.06a as a document', async (t, { app, get }) => {
  const url = '/v1/forms/ii-06a/H56/2021-Q3'
  const { sections, grand_total } = (await get(url)).body
  const lines = (sections as { rows: object[], total: object }[])
    .flatMap(({ rows, total }) => [...rows, total]).concat(grand_total)

  t.test('has its merged head and the numbers of its columns', async t => {
    const { tables: [above, table], lines: title } = await tablesIn((await app.inject(`${url}?format=docx`)).rawPayload)
    const head = table!.filter(({ isHead }) => isHead)
    t.same(head[0]!.cells, [
      'STT', 'Đơn vị giải quyết', 'Số hồ sơ tiếp nhận', 'Số hồ sơ đã giải quyết', 'Số hồ sơ đang giải quyết'
    ])
    t.same(head[0]!.spans, [1, 1, 4, 4, 3])
    t.same(head[2]!.cells, [
      '(1)', '(2)', '(3) = (4) + (5) + (6)', '(4)', '(5)', '(6)', '(7) = (8) + (9) + (10)', '(8)', '(9)', '(10)',
      '(11) = (12) + (13)', '(12)', '(13)'
    ])
    t.match(above![0]!.cells, [
      'Biểu số II.06a/VPCP/KSTT\nBan hành theo Thông tư số 01/2020/TT-VPCP', /^Đơn vị báo cáo: Tỉnh Thanh Hóa/
    ])
    t.match(title[0], /^TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT/)
  })

  t.test('has the figures of the form: in Vietnamese notation as text, as numbers in a workbook', async t => {
    const { tables: [, table] } = await tablesIn((await app.inject(`${url}?format=docx`)).rawPayload)
    const body = table!.slice(3).map(({ cells }) => cells).filter(cells => cells.slice(2).some(cell => cell !== ''))
    t.same(body.map(cells => [cells[1], cells[2]!.replaceAll('.', '')]), (
      lines.map(line => line as Record<string, unknown>).map(({ name, received }) => [name, String(received)])))
    const sheet = await readSheet((await app.inject(`${url}?format=xlsx`)).rawPayload)
    const from = sheet.findIndex(row => row[0] === '(1)') + 1
    const rows = sheet.slice(from).filter(row => typeof row[2] === 'number')
    t.same(rows.map(row => row.slice(1, 4)), (
      lines.map(line => line as Record<string, unknown>)
        .map(({ name, received, received_online: online }) => [name, received, online])))
    t.match(sheet.at(-3), ['Nơi nhận:'])
  })

  t.test('is on A4 across, and so are the others or on A3', async t => {
    const parts = await partsIn((await app.inject(`${url}?format=xlsx`)).rawPayload)
    t.match(parts.get(SHEET), /<pageSetup paperSize="9" orientation="landscape"/)
    for (const form of FORM_CODES) {
      const of = `/v1/forms/${form}/H56/2021-Q3`
      const { columns, sections: ofForm, grand_total: total } = (await get(of)).body
      const rows = await readSheet((await app.inject(`${of}?format=xlsx`)).rawPayload)
      const last = rows.find(row => row[1] === 'Tổng cộng')!
      t.same(last.slice(2), columns.map(({ name }: { name: string }) => total[name]), form)
      const { tables: [, table] } = await tablesIn((await app.inject(`${of}?format=docx`)).rawPayload)
      const lines = (ofForm as { code: string | null, rows: object[] }[])
        .reduce((sum, { code, rows }) => sum + rows.length + (code === null ? 0 : 2), 1)
      t.equal(table!.filter(({ isHead }) => !isHead).length, lines, form)
    }
  })

  t.test('names the unit above as the one that receives it', async t => {
    const { tables: [above] } = await tablesIn((await app.inject('/v1/forms/ii-06a/H56-381/2021-Q3?format=docx')).rawPayload)
    t.match(above![0]!.cells[1], /Đơn vị nhận báo cáo: Tỉnh Thanh Hóa$/)
  })
})

import t from 'tap'
import { FORMS } from '../../../src/form-ii06a/forms.ts'
import { headOf } from '../../../src/reports/documents/heads.ts'
import { dayText, periodLine, periodName, signatureOf } from '../../../src/reports/documents/wording.ts'
import { placedHead } from '../../../src/documents/document.ts'
import { usualPeriods } from '../../../src/time/calendar.ts'

t.test('periods are called as officials call them', async t => {
  const named = (code: string) => periodName(usualPeriods().find(period => period.code === code)!)
  t.same(['2021', '2021-H1', '2021-H2', '2021-9M', '2021-Q1', '2021-Q3', '2021-Q4', '2021-M01', '2021-M12'].map(named), [
    'Năm 2021', '6 tháng đầu năm 2021', '6 tháng cuối năm 2021', '9 tháng năm 2021', 'Quý I năm 2021', 'Quý III năm 2021',
    'Quý IV năm 2021', 'Tháng 1 năm 2021', 'Tháng 12 năm 2021'
  ])
  t.same(['cal-2021-H2', 'cal-2021-Q2', 'cal-2021-M06'].map(named), [
    '6 tháng cuối năm 2021', 'Quý II năm 2021', 'Tháng 6 năm 2021'
  ])
  const week = { code: 'w-2021-30', calendar: 'weeks', kind: 'week', year: 2021, starts_on: '2021-07-26', ends_on: '2021-08-01', report_due_on: null } as const
  t.equal(periodLine(week).text, '(Kỳ báo cáo: w-2021-30, từ ngày 26/7/2021 đến ngày 01/8/2021)')
})

t.test('days are written as in official documents', async t => {
  t.same(['2021-01-05', '2021-02-28', '2021-03-05', '2021-12-31'].map(dayText), ['05/01/2021', '28/02/2021', '05/3/2021', '31/12/2021'])
})

t.test('a report is signed in a place without what kind of place it is', async t => {
  const placeOf = (place_name: string) => signatureOf({ place_name }).right[0]!.text.split(',')[0]
  t.same(['Tỉnh Thanh Hóa', 'Thị trấn Bút Sơn', 'Xã Xã Đàn', 'Sở Tài chính'].map(placeOf), ['Thanh Hóa', 'Bút Sơn', 'Xã Đàn', 'Sở Tài chính'])
})

t.test('each form has a head that covers each of its columns once', async t => {
  for (const { form, columns } of FORMS) {
    const head = headOf(columns, 'Đơn vị')
    const cells = placedHead(head)
    const width = columns.length + 2
    for (let row = 0; row < head.length; row++) {
      const covered = cells.filter(cell => cell.row <= row && row < cell.row + cell.rows)
        .reduce((sum, cell) => sum + cell.columns, 0)
      t.equal(covered, width, `${form}, row ${row}`)
    }
    t.equal(head.length, columns[0]!.number === null ? 2 : 3, form)
  }
})

t.test('groups are merged over their columns, and a column of its own goes down', async t => {
  const head = headOf([
    { name: 'received', number: null }, { name: 'carried_over', number: null }, { name: 'cancelled', number: null },
    { name: 'received_online', number: null }
  ], 'Đơn vị')
  t.same(head, [
    [
      { text: 'STT', rows: 2 }, { text: 'Đơn vị', rows: 2 }, { text: 'Số hồ sơ tiếp nhận', columns: 2 },
      { text: 'Hồ sơ đã hủy', rows: 2 }, { text: 'Số hồ sơ tiếp nhận', columns: 1 }
    ],
    [{ text: 'Tổng số' }, { text: 'Từ kỳ trước' }, { text: 'Trong kỳ: trực tuyến' }]
  ])
})

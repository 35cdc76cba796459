import { forEachDatabase } from '../../database.ts'
import { typed, withCells } from '../../documents/packages.ts'
import { rowsByCode, sendWorkbook, workbookOf } from '../workbook-import/workbooks.ts'
import { givenKeys, UNTIL } from './given.ts'

const REPORT = 'H56-381/2021-H1'

forEachDatabase('a district that fills in its form with Excel', async (t, service) => {
  const { get, post } = service
  const { sender: { headers: district }, approver: { headers: province } } = await givenKeys(service, 'H56-381')
  const send = (file: Buffer, query = '') => (
    sendWorkbook(service, `${REPORT}/import${query}`, file, { ...district, 'accept-language': 'vi' }))
  const filled = async (file: Buffer, values: Record<string, string>) => {
    const rows = await rowsByCode(file)
    return withCells(file, Object.fromEntries(Object.entries(values).map(([code, text]) => [`D${rows[code]}`, typed(text)])))
  }
  const step = async (name: string, headers: Record<string, string>, body?: object) => {
    const { status, text } = await post(`/v1/reports/${REPORT}/${name}`, body, headers)
    t.equal(status, 200, text)
  }
  const blank = await workbookOf(service, REPORT)
  const values = { '3.1.3': '2.079', '3.1.3.a': '1.524', '3.1.3.b': '325', '3.1.3.c': '230', '3.4.1': '92,4' }

  t.test('is told of two faults by their cells, in Vietnamese, before anything is stored', async t => {
    const { status, body } = await send(await filled(blank, { ...values, '3.1.3.b': '325 TTHC', '3.4.1': '124 %' }), '?dry_run=true')
    t.equal(status, 422)
    t.match(body, { title: 'Một số dòng vi phạm quy tắc', errors: { length: 2 } })
    t.match(body.errors, [
      { pointer: 'D38', code: 'malformed', detail: /^Giá trị không đúng dạng/ },
      { pointer: 'D49', code: 'out_of_range', detail: /^Giá trị nằm ngoài khoảng cho phép/ }
    ])
  })

  t.test('corrects them, submits, and the province approves and publishes', async t => {
    const corrected = await filled(blank, values)
    t.match(await send(corrected, '?dry_run=true'), { status: 200, body: { created: 5, errors: [] } })
    t.match(await send(corrected), { status: 200, body: { created: 5 } })
    await step('submit', district, { note: 'Đã đối chiếu' })
    await step('approve', province)
    await step('publish', province)
    t.match(await send(await filled(blank, { ...values, '3.1.1': '48' })), { status: 409, body: { code: 'period_locked' } })
  })

  t.test('corrects itself later, which is a revision of its own', async t => {
    await step('reopen', province, { reason: 'Sai số TTHC công bố mới', until: UNTIL })
    t.match(await send(blank), { status: 422, body: { errors: { length: 5, 0: { code: 'changed_since' } } } }, 'the older file takes nothing back')
    t.match(await send(await filled(await workbookOf(service, REPORT), { '3.1.1': '48' })), { body: { created: 1, unchanged: 5 } })
    t.match((await get(`/v1/reports/${REPORT}/diff`)).body, { items: [{ code: '3.1.1', to_number: 48 }] })
    await step('submit', district, { note: 'Đã đối chiếu' })
    await step('approve', province)
    await step('publish', province)
    t.match((await get(`/v1/reports/${REPORT}/revisions`)).body.items, [{ revision: 1, reason: null }, { revision: 2, reason: /^Sai số/ }])
    t.match((await get(`/v1/reports/${REPORT}?revision=1`)).body.rows.find(({ code }: { code: string }) => code === '3.1.1'), { number: null })
  })
})

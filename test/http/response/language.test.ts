import { forEachDatabase } from '../../database.ts'

forEachDatabase('a problem', async (t, { get, post }) => {
  const asked = async (language?: string) => get('/v1/units?limits=3', language === undefined ? {} : { 'accept-language': language })

  t.test('is in English unless something else is preferred', async t => {
    for (const language of [undefined, 'en', '*', 'fr', 'fr, en;q=0.5', 'en, vi;q=0.9', ';;;']) {
      const { headers, body } = await asked(language)
      t.match(headers, { 'content-language': 'en', vary: /\baccept-language\b/ }, String(language))
      t.match(body, { title: 'The request is not valid', errors: [{ code: 'unknown_property' }] })
    }
  })

  t.test('is in Vietnamese for who prefers it, with the same codes and what is said of this request in brackets', async t => {
    const english = (await asked()).body
    for (const language of ['vi', 'vi-VN,vi;q=0.9,en;q=0.8', 'fr, vi;q=0.2']) {
      const { headers, status, body } = await asked(language)
      t.equal(headers['content-language'], 'vi', language)
      const [error] = english.errors
      t.same({ status, body }, {
        status: 400,
        body: {
          ...english, title: 'Yêu cầu không hợp lệ', detail: `Yêu cầu không hợp lệ (${english.detail})`,
          errors: [{ ...error, detail: `Thuộc tính này không tồn tại (${error.detail})` }]
        }
      })
    }
  })

  t.test('of rows, of what is not there and of a method is in Vietnamese too', async t => {
    const language = { 'accept-language': 'vi' }
    const rows = await post('/v1/indicator-values', { items: [{ unit: 'none', period: '2021-H1', indicator: '3.1.3', number: 1 }] }, language)
    t.match(rows, { status: 422, body: { title: 'Một số dòng vi phạm quy tắc', errors: [{ detail: /^Không có đơn vị này \(.+\)$/ }] } })
    t.match(await get('/v1/none', language), { status: 404, body: { title: 'Không tìm thấy' } })
    t.match(await post('/v1/on-time', {}, language), { status: 405, body: { title: 'Địa chỉ không nhận phương thức này' } })
  })
})

import { sql } from 'kysely'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { forget, item } from '../given.ts'

const URL = '/v1/sources/thanh-hoa/status-map'
const map = (entries: Record<string, number>) => (
  { items: Object.entries(entries).map(([code, status]) => ({ code, status })) })

forEachDatabase('the statuses of a source', async (t, { db, get, post, put }) => {
  t.test('are unknown until somebody says what they are', async t => {
    t.match(await get('/v1/sources/nobody/status-map'), { status: 404 })
    t.same((await put(URL, map({ MOI: 2, XONG: 10 }))).body, map({ MOI: 2, XONG: 10 }))
    t.same((await get(URL)).body, map({ MOI: 2, XONG: 10 }))
  })

  t.test('are read from then on, and what is stored stays as it was read', async t => {
    const send = (status: number | string, updated_at: string) => (
      post('/v1/dossiers?source=thanh-hoa', { items: [item({ status, updated_at })] }))
    t.match((await send('MOI', '2021-06-01T08:00:00Z')).body, { created: 1 })
    t.same((await put(URL, map({ MOI: 4 }))).body, map({ MOI: 4 }))
    t.match((await get('/v1/dossiers')).body.items, [{ status: 2 }])
    t.match((await send('MOI', '2021-06-01T09:00:00Z')).body, { updated: 1 })
    t.match((await get('/v1/dossiers')).body.items, [{ status: 4 }])
    t.match(await send('XONG', '2021-06-01T10:00:00Z'), {
      status: 422, body: { errors: [{ pointer: '/items/0/status', code: 'unknown_status' }] }
    })
    await forget(db)
  })

  t.test('are the same however they are spelt', async t => {
    const send = (status: string, updated_at: string) => (
      post('/v1/dossiers?source=thanh-hoa', { items: [item({ status, updated_at })] }))
    t.same((await put(URL, map({ ' Ðang  xử lý ': 4 }))).body, map({ 'Đang xử lý': 4 }))
    for (const [i, text] of ['Đang xử lý', 'Ðang xử lý ', ' Đang xử  lý'.normalize('NFD')].entries()) {
      t.match((await send(text, `2021-06-0${i + 1}T08:00:00Z`)).status, 200, text)
    }
    t.match(await put(URL, map({ ' ': 4 })), { status: 400, body: { errors: [{ pointer: '/items/0/code', code: 'malformed' }] } })
    t.match(await put(URL, map({ A: 4, 'A ': 5 })), { status: 400, body: { errors: [{ code: 'duplicate_key' }] } })
    await sql`insert into status_maps (source, code, status) values ('thanh-hoa', 'Cũ ', 4)`.execute(db)
    t.equal((await send('Cũ ', '2021-06-05T08:00:00Z')).status, 200, 'as an older version stored it')
    await forget(db)
  })

  t.test('are replaced as a whole, and the audit says how', async t => {
    await put(URL, map({ A: 2, B: 4 }))
    await put(URL, map({ B: 5, C: 10 }))
    const { items } = (await get('/v1/audit?resource=status-maps&limit=3', ADMIN)).body
    const key = (code: string) => ({ source: 'thanh-hoa', code })
    t.match(items, [
      { action: 'deleted', key: key('A'), before: { status: 2 }, after: null },
      { action: 'created', key: key('C'), after: { status: 10 } },
      { action: 'updated', key: key('B'), before: { status: 4 }, after: { status: 5 } }
    ])
    t.same((await put(URL, { items: [] })).body, { items: [] })
  })

  t.test('are each there once, and national ones', async t => {
    t.match(await put(URL, { items: [{ code: 'é', status: 2 }, { code: 'B', status: 2 }, { code: 'e\u0301', status: 3 }] }), {
      status: 400, body: { errors: [{ pointer: '/items/2/code', code: 'duplicate_key' }] }
    })
    t.match(await put(URL, map({ A: 11 })), { status: 400, body: { errors: [{ pointer: '/items/0/status', code: 'out_of_range' }] } })
  })
})

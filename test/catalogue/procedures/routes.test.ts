import { forEachDatabase } from '../../database.ts'

forEachDatabase('procedures', async (t, { get, post }) => {
  const codes = async (query: string) =>
    (await get(`/v1/procedures?${query}`)).body.items.map(({ code }: { code: string }) => code)
  const all = await codes('')

  t.test('come by code', async t => {
    t.ok(all.length >= 14)
    t.same(all, all.toSorted())
  })

  t.test('are of a field, of a level, and found by name', async t => {
    t.same(await codes('field=certification'), ['2.000815', '2.000884'])
    t.same(await codes('field=land,construction'), ['1.004227', '1.009994'])
    t.same(await codes('field=civil-status&level=district'), ['2.000806'])
    t.same(await codes('q=khai%20sinh'), ['1.001193'])
    t.same(await codes(`q=${encodeURIComponent('Kết hôn')}&level=commune`), ['1.000894'])
    t.same(await codes('field=none'), [])
  })

  t.test('are in force on a day', async t => {
    t.match(await post('/v1/procedures', {
      items: [{ code: '9.1', name: 'Ngắn ngủi', field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-06-01', valid_to: '2021-06-02' }]
    }), { body: { created: 1 } })
    for (const [day, count] of [['2021-05-31', 0], ['2021-06-01', 1], ['2021-06-02', 1], ['2021-06-03', 0]] as const) {
      t.equal((await codes(`q=ngan%20ngui&as_of=${day}`)).length, count, day)
    }
    t.equal((await codes('as_of=2010-06-30')).length, 0)
    t.ok((await codes('as_of=2099-01-01')).includes('1.001193'), 'until further notice')
  })

  t.test('can be had one by one', async t => {
    t.match(await get('/v1/procedures/1.001193'), { status: 200, body: { name: 'Đăng ký khai sinh', field: 'civil-status', level: 'commune' } })
    t.match(await get('/v1/procedures/1.999999'), { status: 404, body: { detail: 'there is no procedure "1.999999"' } })
  })
})

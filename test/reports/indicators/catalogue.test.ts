import { forEachDatabase } from '../../database.ts'

forEachDatabase('the statistics form', async (t, { get }) => {
  t.test('is listed with its days in force', async t => {
    const { status, body } = await get('/v1/forms')
    t.equal(status, 200)
    t.match(body, { items: [{ code: 'cchc-2021', valid_from: '2020-12-15', valid_to: null }], next_cursor: null })
  })

  t.test('has its indicators in the order of the paper, not of their codes', async t => {
    const { body } = await get('/v1/indicators?form=cchc-2021')
    const positions = body.items.map(({ position }: { position: number }) => position)
    t.same(positions, Array.from({ length: 121 }, (_, i) => i + 1))
    t.match(body.items[29], { form: 'cchc-2021', code: '3.1.3.a', printed_code: null, parent: '3.1.3' })
    t.same((await get('/v1/indicators?form=other')).body.items, [])
  })

  t.test('tells a repeated printed code apart by its path', async t => {
    const { items } = (await get('/v1/indicators')).body
    const printed = items.filter((indicator: { printed_code: string }) => indicator.printed_code === '1.1.1')
    const paths = printed.map(({ code, parent }: { code: string, parent: string }) => `${code} under ${parent}`)
    t.same(paths, ['1.1.1 under 1.1', '1.2.1 under 1.2'])
  })

  t.test('goes on where a page ended', async t => {
    const first = (await get('/v1/indicators?limit=100')).body
    const rest = (await get(`/v1/indicators?limit=100&cursor=${first.next_cursor}`)).body
    t.same([first.items.length, rest.items.length, rest.items[0].position, rest.next_cursor], [100, 21, 101, null])
  })

  t.test('prints a choice as its number and its name, in csv as in JSON', async t => {
    const { items } = (await get('/v1/indicators')).body
    t.equal(JSON.stringify(items[101].choices),
      '[{"value":0,"name":"Chưa"},{"value":1,"name":"Đang làm"},{"value":2,"name":"Hoàn thành"}]')
    t.match((await get('/v1/indicators?format=csv')).text, '0=Chưa; 1=Đang làm; 2=Hoàn thành')
  })
})

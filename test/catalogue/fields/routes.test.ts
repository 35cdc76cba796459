import { forEachDatabase } from '../../database.ts'

forEachDatabase('fields come in the order for people', async (t, { get }) => {
  const { items, next_cursor } = (await get('/v1/fields')).body
  t.ok(items.length >= 20)
  t.equal(next_cursor, null)
  t.same(items.map(({ position }: { position: number }) => position), items.map((_: unknown, i: number) => i + 1))
  t.match(items.find(({ code }: { code: string }) => code === 'land'), { name: 'Đất đai' })
  t.match(await get('/v1/fields?code=land'), { status: 400 })
})

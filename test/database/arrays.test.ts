import { sql } from 'kysely'
import { unnested } from '../../src/database/arrays.ts'
import { forEachDatabase } from '../database.ts'

const TYPES = { word: 'text', instant: 'timestamptz', day: 'date', small: 'int2', number: 'int4', json: 'jsonb' } as const

forEachDatabase('rows that are sent as arrays', async (t, { db }) => {
  const back = async (rows: Parameters<typeof unnested<keyof typeof TYPES>>[1]) => (await sql`
    select * from ${unnested(TYPES, rows)} as sent (word, instant, day, small, number, json)`.execute(db)).rows

  t.test('come back as they were', async t => {
    t.same(await back([
      { word: 'Thị xã 𝔹 \\ " {', instant: Date.UTC(2021, 5, 14, 1, 2, 3, 456), day: 18_792, small: 10, number: 2 ** 31 - 1, json: '{"a":["é"]}' },
      { word: '', instant: -1, day: -1, small: -(2 ** 15), number: -(2 ** 31), json: 'null' },
      { word: null, instant: null, day: null, small: null, number: null, json: null },
      { word: 'NULL', instant: Date.UTC(2199, 11, 31), day: 0, small: 0, number: 0, json: '0' }
    ]), [
      { word: 'Thị xã 𝔹 \\ " {', instant: '2021-06-14T01:02:03.456Z', day: '2021-06-14', small: 10, number: 2 ** 31 - 1, json: { a: ['é'] } },
      { word: '', instant: '1969-12-31T23:59:59.999Z', day: '1969-12-31', small: -(2 ** 15), number: -(2 ** 31), json: null },
      { word: null, instant: null, day: null, small: null, number: null, json: null },
      { word: 'NULL', instant: '2199-12-31T00:00:00.000Z', day: '1970-01-01', small: 0, number: 0, json: 0 }
    ])
  })

  t.test('can be none, or many', async t => {
    t.same(await back([]), [])
    const words = Array.from({ length: 20_000 }, (_, i) => ({ word: `word ${i}` }))
    const { rows } = await sql`select count(*)::int as count, max(length(word)) as longest
      from ${unnested({ word: 'text' }, words)} as sent (word)`.execute(db)
    t.same(rows, [{ count: 20_000, longest: 10 }])
  })
})

import { sql } from 'kysely'
import { unnested, type Columns } from '../../../src/database/sql/bulk-binary.ts'
import { forEachDatabase } from '../../database.ts'

interface Row {
  word: string | null
  instant: number | null
  day: number | null
  small: number | null
  number: number | null
  flag: number | null
  json: string | null
}

const COLUMNS: Columns<Row> = {
  word: { type: 'text', of: row => row.word },
  instant: { type: 'timestamptz', of: row => row.instant },
  day: { type: 'date', of: row => row.day },
  small: { type: 'int2', of: row => row.small },
  number: { type: 'int4', of: row => row.number },
  flag: { type: 'bool', of: row => row.flag },
  json: { type: 'jsonb', of: row => row.json }
}

forEachDatabase('rows that are sent as arrays', async (t, { db }) => {
  const back = async (rows: Row[]) => (await sql`
    select word, instant, day, small, number, flag, json from ${unnested(COLUMNS, rows)} as sent order by position`.execute(db)).rows

  t.test('come back as they were', async t => {
    t.same(await back([
      { word: 'Thị xã 𝔹 \\ " {', instant: Date.UTC(2021, 5, 14, 1, 2, 3, 456), day: 18_792, small: 10, number: 2 ** 31 - 1, flag: 1, json: '{"a":["é"]}' },
      { word: '', instant: -1, day: -1, small: -(2 ** 15), number: -(2 ** 31), flag: 0, json: 'null' },
      { word: null, instant: null, day: null, small: null, number: null, flag: null, json: null },
      { word: 'NULL', instant: Date.UTC(2199, 11, 31), day: -Infinity, small: 0, number: 0, flag: 0, json: '0' }
    ]), [
      { word: 'Thị xã 𝔹 \\ " {', instant: '2021-06-14T08:02:03.456+07:00', day: '2021-06-14', small: 10, number: 2 ** 31 - 1, flag: true, json: { a: ['é'] } },
      { word: '', instant: '1970-01-01T06:59:59.999+07:00', day: '1969-12-31', small: -(2 ** 15), number: -(2 ** 31), flag: false, json: null },
      { word: null, instant: null, day: null, small: null, number: null, flag: null, json: null },
      { word: 'NULL', instant: '2199-12-31T07:00:00.000+07:00', day: '-infinity', small: 0, number: 0, flag: false, json: 0 }
    ])
  })

  t.test('have one text whatever they hold, where a statement is prepared', async t => {
    const some = { word: 'a', instant: 0, day: 0, small: 0, number: 0, flag: 0, json: '0' }
    const none = { word: null, instant: null, day: null, small: null, number: null, flag: null, json: null }
    const statement = (rows: Row[]) => sql<Row>`select word, small, json from ${unnested(COLUMNS, rows, 'same-text')} as sent`
    t.equal(statement([some]).compile(db).sql, statement([none]).compile(db).sql)
    t.same((await statement([none, none]).execute(db)).rows, Array(2).fill({ word: null, small: null, json: null }))
  })

  t.test('can be none, or many', async t => {
    t.same(await back([]), [])
    const words = Array.from({ length: 20_000 }, (_, i) => `word ${i}`)
    const { rows } = await sql`select count(*)::int as count, bool_and(word = concat('word ', position)) as in_order
      from ${unnested({ word: { type: 'text', of: word => word } }, words)} as sent`.execute(db)
    t.same(rows, [{ count: 20_000, in_order: true }])
  })
})

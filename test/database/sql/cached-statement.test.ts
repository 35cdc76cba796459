import t from 'tap'
import { sql } from 'kysely'
import { StatementCache } from '../../../src/database/sql/cached-statement.ts'
import { dayAfter } from '../../../src/time/calendar.ts'
import { compiler } from '../../compiler.ts'
import { forEachDatabase } from '../../database.ts'

t.test('a statement is built once, and each call fills its slots', async t => {
  const statements = new StatementCache()
  let built = 0
  const ask = (values: { day: string, code: string, limit: number | null }) => (
    statements.compiled(compiler, 'days', values, ({ day, code, limit }) => {
      built++
      return sql`select ${day}::date, ${[code, 'b']}::text[], ${'c'}::text, ${day}::date limit ${limit}`
    }))
  const first = ask({ day: '2021-01-01', code: 'a', limit: 1 })
  t.equal(first.sql, '/* prepared */ select $1::date, $2::text[], $3::text, $4::date limit $5')
  t.same(first.parameters, ['2021-01-01', ['a', 'b'], 'c', '2021-01-01', 1])
  const second = ask({ day: '2021-02-01', code: 'c', limit: null })
  t.equal(second.sql, first.sql)
  t.same(second.parameters, ['2021-02-01', ['c', 'b'], 'c', '2021-02-01', null])
  t.same(first.parameters[0], '2021-01-01', 'a call leaves those of another alone')
  t.equal(built, 1)
})

t.test('statements with different keys do not mix', async t => {
  const statements = new StatementCache()
  const ask = (key: string) => statements.compiled(compiler, key, { n: 1 }, ({ n }) => sql`select ${n}::int as ${sql.ref(key)}`)
  t.equal(ask('a').sql, '/* prepared */ select $1::int as "a"')
  t.equal(ask('b').sql, '/* prepared */ select $1::int as "b"')
})

t.test('a builder that computes with a slot fails, whatever it computes', async t => {
  const compiled = (build: (slots: { day: string, limit: number }) => unknown) =>
    () => new StatementCache().compiled(compiler, 'any', { day: '2021-01-01', limit: 1 }, slots => sql`select ${build(slots)}`)
  t.throws(compiled(({ limit }) => limit + 1), { message: 'the value of limit is not known when its statement is built' })
  t.throws(compiled(({ day }) => `${day}T00:00:00`), TypeError)
  t.throws(compiled(({ day }) => dayAfter(day)), TypeError)
  t.throws(compiled(({ day }) => day < '2021-02-01'), TypeError)
})

forEachDatabase('a cached statement', async (t, { db }) => {
  t.test('answers each call with its own values', async t => {
    const statements = new StatementCache()
    const sum = async (a: number, b: number) => {
      const statement = statements.compiled(db, 'sum', { a, b }, ({ a, b }) => (
        sql<{ sum: number }>`select ${a}::int + ${b}::int as sum`))
      return (await db.executeQuery(statement)).rows
    }
    t.same(await Promise.all([sum(1, 2), sum(3, 4), sum(5, 6)]), [[{ sum: 3 }], [{ sum: 7 }], [{ sum: 11 }]])
  })
})

import { sql } from 'kysely'
import t from 'tap'
import { connect, exactNumber } from '../../src/database/connect.ts'
import { prepared } from '../../src/database/sql/prepared.ts'
import { forEachDatabase } from '../database.ts'
import { SERVER } from '../template.ts'

forEachDatabase('a value from the database', async (t, { db }) => {
  const valueOf = async (text: string) => (await sql<{ value: unknown }>`select ${sql.raw(text)} as value`.execute(db)).rows[0]!.value

  t.test('is the same number, or no answer at all', async t => {
    t.equal(await valueOf('9007199254740991::bigint'), 9_007_199_254_740_991)
    t.equal(await valueOf('-9007199254740991::bigint'), -9_007_199_254_740_991)
    t.equal(await valueOf('(select sum(n) from (values (99.88), (0.12)) as v (n))'), 100)
    t.equal(await valueOf('98.70::numeric'), 98.7)
    t.equal(await valueOf('(select count(*) from levels)'), 3)
    for (const beyond of ['9007199254740992::bigint', '9223372036854775807', '-1e30::numeric', '\'NaN\'::numeric']) {
      await t.rejects(valueOf(beyond), { name: 'RangeError', message: /^not exact as a number: / }, beyond)
    }
    t.equal(await valueOf('1'), 1, 'and the connection is as good as before')
  })

  t.test('is the same day in any time zone', async t => {
    const zone = process.env['TZ']
    t.teardown(() => { process.env['TZ'] = zone ?? ''; if (zone === undefined) delete process.env['TZ'] })
    for (const TZ of ['Asia/Ho_Chi_Minh', 'America/Los_Angeles']) {
      process.env['TZ'] = TZ
      t.equal(await valueOf('\'2021-06-01\'::date'), '2021-06-01')
      t.equal(await valueOf('\'2021-06-01 00:30+07\'::timestamptz'), '2021-06-01T00:30:00.000+07:00')
    }
  })

  t.test('is an instant of Vietnam inside JSON too', async t => {
    const before = { due_at: '2021-06-09T17:00:00.000Z', at: '2021-06-09T17:00:00Z', looked_at: 'closely', n: [{ due_at: null }] }
    t.same(await valueOf(`'${JSON.stringify(before)}'::jsonb`), { ...before, due_at: '2021-06-10T00:00:00.000+07:00' })
    t.same(await valueOf('to_jsonb(row(1))'), { f1: 1 })
    const { due_at: due } = await valueOf('jsonb_build_object(\'due_at\', \'2021-06-10 00:00+07\'::timestamptz)') as { due_at: string }
    t.equal(due, '2021-06-10T00:00:00.000+07:00', 'whatever the time zone of the server')
  })

  t.test('keeps its type otherwise', async t => {
    t.same(await valueOf('array[1, null]'), [1, null])
    t.equal(await valueOf('true'), true)
    t.equal(await valueOf('\'đ\'::text'), 'đ')
    t.equal(await valueOf('null::bigint'), null)
  })
})

t.test('a number counts as exact up to 2^53 − 1', async t => {
  t.equal(exactNumber('9007199254740991'), Number.MAX_SAFE_INTEGER)
  t.equal(exactNumber('-0.5'), -0.5)
  for (const text of ['9007199254740992', '9007199254740993.5', '1e400', 'NaN']) t.throws(() => exactNumber(text), RangeError, text)
})

forEachDatabase('statements that are asked often are planned once on each connection', async (t, { db }) => {
  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) =>
    prepared(sql<{ n: number }>`select ${i}::integer + ${i % 2 === 0 ? sql`1` : sql`2`} as n`).execute(db)))
  t.same(answers.map(({ rows }) => rows[0]!.n), Array.from({ length: 30 }, (_, i) => i + 1 + i % 2))
  const { rows } = await sql<{ statement: string }>`select distinct statement from pg_prepared_statements`.execute(db)
  t.ok(rows.some(({ statement }) => statement.includes('/* prepared */')))
})

t.test('a connection that is cut', { skip: SERVER === undefined && 'needs a server' }, async t => {
  const lost: Error[] = []
  const { db, close } = connect({ connectionString: SERVER! }, { max: 2, onLost: error => lost.push(error) })
  const other = connect({ connectionString: SERVER! }, { max: 1, onLost: () => {} })
  t.teardown(async () => { await close(); await other.close() })
  const cut = (pid: number) => sql`select pg_terminate_backend(${pid})`.execute(other.db)
  const pidOf = async () => (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)).rows[0]!.pid
  const told = async () => { while (lost.length === 0) await new Promise(resolve => setTimeout(resolve, 5)) }

  t.test('while nobody uses it is told of, and replaced', async t => {
    const pid = await pidOf()
    await cut(pid)
    await told()
    t.not(await pidOf(), pid)
  })

  t.test('in the middle of a transaction ends that, and not the process', async t => {
    lost.length = 0
    await t.rejects(db.transaction().execute(async trx => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await cut(rows[0]!.pid)
      await told()
      await sql`select 1`.execute(trx)
    }))
    t.ok(await pidOf())
  })
})

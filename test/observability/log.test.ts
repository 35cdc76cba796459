import { sql } from 'kysely'
import { pino } from 'pino'
import t from 'tap'
import { logOptions } from '../../src/observability/log.ts'
import { forEachDatabase } from '../database.ts'

const KEY = 'cchc_0123abcd_AbCdEfGhIjKlMnOpQrStUvWx-_yZ0123456789AbCdE'

/** What is written when something is logged. */
function written (what: unknown): string {
  let text = ''
  pino(logOptions('info'), { write: line => { text += line } }).child({}).info(what)
  return text
}

forEachDatabase('of an error of the database', async (t, { db }) => {
  const logged = async (statement: string) => {
    const error: unknown = await sql.raw(statement).execute(db).then(() => undefined, (error: unknown) => error)
    t.type(error, Error)
    return written({ err: error })
  }

  t.test('its kind and place are logged, and no row', async t => {
    await sql`create table people (name text primary key check (name <> 'Nguyễn'))`.execute(db)
    await sql`insert into people values ('Trần')`.execute(db)
    const duplicate = await logged('insert into people values (\'Trần\')')
    t.match(JSON.parse(duplicate), {
      err: { type: 'DatabaseError', code: '23505', table: 'people', constraint: 'people_pkey', message: /duplicate key/, stack: /duplicate key[^]*\n {4}at / }
    })
    t.notMatch(duplicate, /Trần/)
    t.notMatch(await logged('insert into people values (\'Nguyễn\')'), /Nguyễn/)
    t.notMatch(await logged('do $$ begin insert into people values (\'Trần\'); end $$'), /Trần/)
  })

  t.test('that quotes a value, not even its message is logged', async t => {
    for (const statement of [
      'select \'secret\'::int', 'select \'secret\'::date', 'select \'{"secret\'::json', 'select \'secret"secret\'::numeric'
    ]) {
      const line = await logged(statement)
      t.match(JSON.parse(line), { err: { code: /^22/, message: 'a value that the database refuses', stack: /\n {4}at / } })
      t.notMatch(line, /secret/)
    }
  })
})

t.test('an error is logged with its causes and parts, without secrets', async t => {
  const error = new Error(`refused ${KEY}`, { cause: new TypeError(`caused by ${KEY}`) })
  const line = written({ err: Object.assign(error, { body: 'anything', code: 'E_ANY' }) })
  t.match(JSON.parse(line), {
    err: { type: 'Error', code: 'E_ANY', message: 'refused cchc_***', stack: /refused cchc_\*\*\*\n/, cause: { type: 'TypeError', message: 'caused by cchc_***' } }
  })
  t.notMatch(line, /anything|AbCdEf/)
  t.match(JSON.parse(written(error)), { msg: 'an error', err: { message: 'refused cchc_***' } })
  const parts = new AggregateError([new Error('first'), new Error('second')])
  t.match(JSON.parse(written({ err: parts })), { err: { type: 'AggregateError', errors: [{ message: 'first' }, { message: 'second' }] } })
  const bare = Object.assign(new Error('bare'), { stack: undefined })
  t.match(JSON.parse(written({ err: bare })), { err: { message: 'bare', stack: '' } })
  t.match(JSON.parse(written({ err: KEY })), { err: { type: 'string', message: 'cchc_***' } }, 'whatever was thrown')
})

t.test('headers that let someone in are not logged, wherever they stand', async t => {
  const headers = { authorization: 'Bearer hidden', 'x-api-key': 'hidden', cookie: 'hidden', 'set-cookie': 'hidden', accept: 'shown' }
  const places = [
    headers, { headers }, { req: { headers } }, { request: { headers } }, { res: { headers } }, { reply: { headers } }
  ]
  for (const what of places) {
    const line = written(what)
    t.notMatch(line, /hidden/)
    t.match(line, /shown/)
  }
})

t.test('what carries no error is logged as it is', async t => {
  t.match(JSON.parse(written('a text')), { msg: 'a text' })
  t.match(JSON.parse(written({ rows: 3 })), { rows: 3 })
})

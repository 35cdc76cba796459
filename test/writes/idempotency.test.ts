import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { lockKey, pruneIdempotencyKeys } from '../../src/writes/idempotency.ts'
import { givenClient } from '../client.ts'
import { forEachDatabase, type Answer, type Service } from '../database.ts'
import { SERVER } from '../template.ts'

const URL = '/v1/dossier-statistics'
const items = (received: number, unit = 'H56-380') => [{ unit, period: '2024-Q1', source: 'one-stop', received }]
const withKey = (key: string) => ({ 'idempotency-key': key })

const REUSED = { status: 422, body: { code: 'idempotency_key_reused' } }
const isReplay = ({ headers }: Answer) => headers['idempotency-replayed'] === 'true'

function counters ({ db }: Service) {
  const count = async (table: 'writes' | 'idempotency_keys') => (
    (await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(db)).rows[0]!.n)
  return { writes: () => count('writes'), keys: () => count('idempotency_keys') }
}

forEachDatabase('a request that comes again under its key', async (t, service) => {
  const { post } = service
  const { writes } = counters(service)
  const first = await post(URL, { items: items(1) }, withKey('a'))
  const written = await writes()

  t.test('has the first answer and no second effect', async t => {
    t.match(first, { status: 200, body: { created: 1 } })
    t.notOk(isReplay(first))
    for (let i = 0; i < 3; i++) {
      const again = await post(URL, { items: items(1) }, withKey('a'))
      t.equal(again.status, 200)
      t.equal(again.text, first.text, 'created, though it is there already')
      t.ok(isReplay(again))
    }
    t.equal(await writes(), written)
  })

  t.test('has it also where the row has changed since', async t => {
    await post(URL, { items: items(2) })
    t.equal((await post(URL, { items: items(1) }, withKey('a'))).text, first.text)
    t.match((await service.get(`${URL}?period=2024-Q1`)).body.items, [{ received: 2 }])
  })

  t.test('is refused where it asks something else', async t => {
    t.match(await post(URL, { items: items(3) }, withKey('a')), REUSED)
    t.match(await post(`${URL}?mode=partial`, { items: items(1) }, withKey('a')), REUSED)
    t.match(await post('/v1/indicator-values', { items: items(1) }, withKey('a')), REUSED)
  })

  t.test('is another one under another key, or under none', async t => {
    for (const headers of [withKey('A'), withKey('b'), {}]) {
      const answer = await post(URL, { items: items(2) }, headers)
      t.match(answer.body, { unchanged: 1 })
      t.notOk(isReplay(answer))
    }
  })

  t.test('does not meet that of another client', async t => {
    for (const unit of [null, 'H56-380']) {
      const other = await givenClient(service, `other-${unit ?? 'any'}`.toLowerCase(), { scopes: ['write:statistics'], source: 'one-stop', unit })
      const answer = await post(URL, { items: items(2) }, { ...withKey('a'), ...other.headers })
      t.match(answer, { status: 200, body: { unchanged: 1 } })
      t.notOk(isReplay(answer))
    }
  })

  t.test('has the answer without the secret that was shown once', async t => {
    await service.put('/v1/clients/reader', { name: 'x', scopes: ['read'] })
    const ask = () => post('/v1/clients/reader/keys', undefined, withKey('make'))
    const made = (await ask()).body
    const again = await ask()
    t.type(made.key, 'string')
    t.same(again.body, { ...made, key: null })
    t.ok(isReplay(again))
    const { rows } = await sql<{ answer: string }>`select answer from idempotency_keys where key = 'make'`.execute(service.db)
    t.notMatch(rows[0]!.answer, made.key.slice(-43))
  })

  t.test('is any other after a day', async t => {
    const age = (interval: string) => sql`
      update idempotency_keys set created_at = now() - ${interval}::interval where client = 'tests' and key = 'a'`.execute(service.db)
    await age('23 hours 59 minutes')
    t.ok(isReplay(await post(URL, { items: items(1) }, withKey('a'))))
    await age('24 hours')
    const answer = await post(URL, { items: items(7) }, withKey('a'))
    t.match(answer, { status: 200, body: { updated: 1 } })
    t.notOk(isReplay(answer))
    t.ok(isReplay(await post(URL, { items: items(7) }, withKey('a'))), 'and is kept from then on')
  })

  t.test('takes no place when it is forgotten', async t => {
    await sql`update idempotency_keys set created_at = now() - interval '24 hours' where key <> 'b'`.execute(service.db)
    await pruneIdempotencyKeys(service.db)
    t.same((await sql`select key from idempotency_keys`.execute(service.db)).rows, [{ key: 'b' }])
  })
})

forEachDatabase('nothing is kept', async (t, service) => {
  const { post } = service
  const { keys } = counters(service)

  t.test('of a request that is refused, so that it can be put right', async t => {
    t.equal((await post(URL, { items: items(1, 'H56-999') }, withKey('a'))).status, 422)
    t.equal((await post(`${URL}?mode=none`, { items: items(1) }, withKey('a'))).status, 400)
    t.equal(await keys(), 0)
    t.match(await post(URL, { items: items(1) }, withKey('a')), { status: 200, body: { created: 1 } })
  })

  t.test('of a dry run, after which the real run has an effect', async t => {
    t.match((await post(`${URL}?dry_run=true`, { items: items(2) }, withKey('b'))).body, { updated: 1 })
    t.match(await post(URL, { items: items(2) }, withKey('b')), { status: 200, body: { updated: 1 } })
  })

  t.test('of what cannot be a key', async t => {
    for (const key of ['', 'with space', 'x'.repeat(256), 'khóa']) {
      t.match(await post(URL, { items: [] }, withKey(key)), {
        status: 400, body: { errors: [{ pointer: '/headers/idempotency-key', code: 'malformed' }] }
      }, key)
    }
    for (const key of ['x'.repeat(255), '!~"\'\\']) t.equal((await post(URL, { items: [] }, withKey(key))).status, 200)
  })

  t.test('of what replaces a row whole, which may come again anyway', async t => {
    const before = await keys()
    for (const name of ['x', 'y']) {
      const answer = await service.put('/v1/sources/one-stop', { name, precedence: 1, synthetic: false }, withKey('c'))
      t.match(answer, { status: 200, body: { name } })
    }
    t.equal(await keys(), before)
  })
})

forEachDatabase('fifty that come at once under one key', async (t, service) => {
  const { writes } = counters(service)
  const before = await writes()
  const answers = await Promise.all(Array.from({ length: 50 }, () => service.post(URL, { items: items(1) }, withKey('a'))))
  const [first, ...rest] = answers.toSorted((a, b) => a.status - b.status || Number(isReplay(a)) - Number(isReplay(b)))
  t.match(first, { status: 200, body: { created: 1 } })
  t.notOk(isReplay(first!))
  for (const { status, text, headers } of rest) {
    t.ok(status === 409 ? headers['retry-after'] === '1' : headers['idempotency-replayed'] === 'true', `${status}`)
    if (status === 200) t.equal(text, first!.text)
  }
  // The source and the row.
  t.equal(await writes(), before + 1, 'have one effect')
  t.ok(isReplay(await service.post(URL, { items: items(1) }, withKey('a'))))
})

forEachDatabase('a request that comes while the first still runs', async (t, { db, address, post }) => {
  if (SERVER === undefined || !('connectionString' in address)) {
    t.pass('the embedded database runs one transaction after another')
    return
  }
  const trx = await db.startTransaction().execute()
  await lockKey(trx, { client: 'tests', province_code: '' }, 'a')
  const refused = await post(URL, { items: items(1) }, withKey('a'))
  t.match(refused, { status: 409, headers: { 'retry-after': 1 }, body: { code: 'idempotency_key_in_use' } })
  t.equal((await post(URL, { items: [] }, withKey('b'))).status, 200, 'others go on')
  await trx.rollback().execute()
  await sleep(1)
  t.match(await post(URL, { items: items(1) }, withKey('a')), { status: 200, body: { created: 1 } })
})

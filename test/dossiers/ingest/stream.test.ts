import { once } from 'node:events'
import { request, type ClientRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json, text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { turnReadOnly } from '../../read-only.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { pruneImports } from '../../../src/dossiers/imports/commands.ts'
import { forget, item } from '../given.ts'

const URL = '/v1/dossiers?source=one-stop'
const NDJSON = { ...ADMIN, 'content-type': 'application/x-ndjson' }

function lines (...items: unknown[]): string {
  return items.map(one => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('')
}

function many (count: number, given: object = {}): object[] {
  return Array.from({ length: count }, (_, n) => item({ code: `s-${n}`, ...given }))
}

forEachDatabase('a stream without a body', async (t, { app }) => {
  const sent = (headers: object) => app.inject({ method: 'POST', url: '/v1/dossiers?source=one-stop', headers: { ...headers } })
  for (const headers of [NDJSON, { ...NDJSON, 'content-length': '0' }]) {
    const { statusCode, body } = await sent(headers)
    t.equal(statusCode, 422)
    t.match(JSON.parse(body), { received: 0, rejected: 0 })
  }
  // Not even a content type says what was meant.
  t.equal((await sent(ADMIN)).statusCode, 400)
})

forEachDatabase('a stream of dossiers', async (t, service) => {
  const { app, db, get, post } = service
  t.afterEach(() => forget(db))
  const stream = (body: string, headers: Record<string, string> = {}, url = URL) => (
    post(url, body, { ...NDJSON, ...headers }))

  t.test('of any length is taken in, each dossier as it stands last', async t => {
    const closing = { status: 10, returned_at: '2021-06-02T08:00:00+07:00', updated_at: '2021-06-02T08:00:00+07:00' }
    // Some chunks for each of the two workers.
    const { status, body } = await stream(lines(...many(6_000), ...many(6_000, closing)))
    t.equal(status, 200)
    t.equal(body.received, 12_000)
    t.equal(body.created + body.updated + body.stale, 12_000)
    t.equal(body.created, 6_000)
    t.match((await get(`/v1/imports/${body.import}`, ADMIN)).body, { ...body, errors: undefined, import: undefined, state: 'done' })
    t.match((await stream(lines(...many(6_000, closing)))).body, { received: 6_000, unchanged: 6_000 })
    t.match((await get('/v1/dossiers?limit=3&status=10')).body.items, [{ code: 's-0' }, { code: 's-1' }, { code: 's-10' }])
    t.same(await rebuildRollups(db), [])
  })

  t.test('leaves out what is at fault, and tells each by its line', async t => {
    const { status, body } = await stream(lines(item(), '', '{', item({ code: 'b', unit: 'H56-999' }), { ...item(), phone: '0' }, 7))
    t.equal(status, 200)
    t.match(body, {
      received: 5, created: 1, rejected: 4,
      errors: [
        { line: 3, pointer: '', code: 'not_json' }, { line: 4, pointer: '/unit', code: 'unknown_unit' },
        { line: 5, pointer: '/phone', code: 'unknown_property' }, { line: 6, pointer: '', code: 'invalid_type' }
      ]
    })
    t.match((await get(`/v1/imports/${body.import}/errors`, ADMIN)).body.items, body.errors)
    t.same((await get(`/v1/imports/${body.import}/errors`, ADMIN)).body.items, body.errors)
    t.match((await get('/v1/imports?limit=1', ADMIN)).body.items, [{ id: body.import, rejected: 4 }])
  })

  t.test('of which nothing is taken is refused, with the same body', async t => {
    const refused: [string, string | Buffer, number][] = [
      ['a file in UTF-16', Buffer.from(`${JSON.stringify(item())}\n`, 'utf16le'), 2],
      ['JSON that is not lines', JSON.stringify({ items: [item()] }, null, 2), JSON.stringify({ items: [item()] }, null, 2).split('\n').length],
      ['an empty file', '', 0], ['a file of empty lines', '\n\n', 0]
    ]
    for (const [what, body, received] of refused) {
      const key = { 'idempotency-key': what.replaceAll(' ', '-') }
      const answer = await stream(body as string, key)
      t.match(answer, { status: 422, body: { received, rejected: received, created: 0 } }, what)
      t.equal((await get(`/v1/imports/${answer.body.import}`, ADMIN)).body.state, 'done')
      t.match(await stream(body as string, key), {
        status: 422, headers: { 'idempotency-replayed': 'true' }, body: answer.body
      })
    }
    t.match(await stream(lines(item())), { status: 200 })
    t.match(await stream(lines(item(), 7)), { status: 200, body: { unchanged: 1, rejected: 1 } })
  })

  t.test('goes by any name of lines of JSON', async t => {
    for (const type of ['application/ndjson', 'application/jsonl', 'application/x-ndjson; charset=utf-8']) {
      t.match(await stream(lines(item()), { 'content-type': type }), { status: 200, body: { received: 1, rejected: 0 } }, type)
    }
    t.equal((await get('/v1/dossiers', { accept: 'application/jsonl' })).text.trim().split('\n').length, 1)
  })

  t.test('answers with a thousand errors, and keeps all', async t => {
    const { body } = await stream(lines(...many(1_234, { unit: 'H56-999' })))
    t.same([body.rejected, body.errors.length], [1_234, 1_000])
    const { body: page } = await get(`/v1/imports/${body.import}/errors`, ADMIN)
    t.equal(page.items.length, 1_000)
    const { items } = (await get(`/v1/imports/${body.import}/errors?cursor=${page.next_cursor}`, ADMIN)).body
    t.same([items.length, items.at(-1).line], [234, 1_234])
  })

  t.test('stores the first ten thousand errors, says that there are more, and counts all', async t => {
    for (const url of [URL, `${URL}&dry_run=true`]) {
      const { status, body } = await stream('x\n'.repeat(15_500), {}, url)
      t.same([status, body.rejected, body.errors.length], [422, 15_500, 1_000])
      const { text: ndjson } = await get(`/v1/imports/${body.import}/errors?format=ndjson`, ADMIN)
      const stored = ndjson.trimEnd().split('\n').map(line => JSON.parse(line) as { line: number, code: string })
      t.equal(stored.length, 10_001)
      t.match(stored.at(-1), { line: 10_001, code: 'too_many' })
      t.same([...new Set(stored.slice(0, -1).map(({ code }) => code))], ['not_json'])
    }
  })

  t.test('that inflates a thousandfold is refused', async t => {
    const response = await app.inject({
      method: 'POST', url: URL, headers: { ...NDJSON, 'content-encoding': 'gzip' }, payload: gzipSync('\n'.repeat(4_000_000))
    })
    t.equal(response.statusCode, 413)
    t.match(response.json(), { code: 'body_too_large', detail: /inflates to more than 100 times/ })
    const broken = await app.inject({
      method: 'POST', url: URL, headers: { ...NDJSON, 'content-encoding': 'gzip' }, payload: 'not gzip'
    })
    t.match(broken.json(), { status: 400, detail: /not valid gzip/ })
  })

  t.test('can be tried out', async t => {
    const { body } = await stream(lines(item(), '{'), {}, `${URL}&dry_run=true`)
    t.match(body, { received: 2, created: 1, rejected: 1 })
    t.same((await get('/v1/dossiers')).body.items, [])
    t.match((await get(`/v1/imports/${body.import}`, ADMIN)).body, { dry_run: true, state: 'done', received: 2 })
    t.match((await get(`/v1/imports/${body.import}/errors`, ADMIN)).body.items, [{ line: 2 }])
  })

  t.test('with nothing in it changes nothing', async t => {
    t.match((await stream('\n')).body, { received: 0, errors: [] })
  })

  t.test('says whose dossiers it may touch line by line', async t => {
    const { headers } = await givenClient(service, 'district', { scopes: ['write:dossiers'], source: 'district', unit: 'H56-380' })
    const { body } = await stream(lines(item(), item({ code: 'b', unit: 'H56-381' })), headers, '/v1/dossiers')
    t.match(body, { created: 1, rejected: 1, errors: [{ line: 2, pointer: '/unit', code: 'forbidden_unit' }] })
    t.equal((await get(`/v1/imports/${body.import}`, headers)).status, 200)
    const { headers: others } = await givenClient(service, 'other', { scopes: ['write:dossiers'], source: 'other' })
    t.equal((await get(`/v1/imports/${body.import}`, others)).status, 404)
    t.equal((await get(`/v1/imports/${body.import}/errors`, others)).status, 404)
    t.same((await get('/v1/imports', others)).body.items, [])
  })

  t.test('has no second effect under the same idempotency key', async t => {
    const key = { 'idempotency-key': 'stream-1' }
    const first = await stream(lines(item()), key)
    t.match(first, { status: 200, body: { created: 1 } })
    await forget(db)
    const again = await stream(lines(item()), key)
    t.equal(again.headers['idempotency-replayed'], 'true')
    t.same(again.body, first.body)
    t.same((await get('/v1/dossiers')).body.items, [])
    t.match(await stream(lines(item({ status: 6 })), key), { status: 422, body: { code: 'idempotency_key_reused' } })
  })

  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo

  function open (headers: Record<string, string> = {}): ClientRequest {
    return request(`${address}${URL}`, { method: 'POST', headers: { ...NDJSON, ...headers } }).on('error', () => {})
  }

  async function importLike (expected: object) {
    for (;;) {
      const { items } = (await get('/v1/imports?limit=1', ADMIN)).body
      if (Object.entries(expected).every(([name, value]) => items[0]?.[name] === value)) return items[0]
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  }

  t.test('shows how far it is while it runs, and where it broke off', async t => {
    const key = { 'idempotency-key': 'stream-2' }
    const sending = open(key)
    sending.write(lines(...many(10)))
    const { id } = await importLike({ state: 'running', created: 10 })
    t.match((await get('/v1/dossiers')).body.items, { length: 10 }, 'what came is there already')
    t.match(await stream(lines(item()), key), { status: 409, body: { code: 'idempotency_key_in_use' } })
    sending.destroy()
    t.match(await importLike({ id, state: 'interrupted' }), { created: 10, ended_at: String })
    t.match((await stream(lines(...many(20)), key)).body, { created: 10, unchanged: 10 }, 'and is simply sent again')
  })

  t.test('outlasts a failover, in which the server is read-only', async t => {
    const sending = open()
    sending.write(lines(...many(10)))
    const { id } = await importLike({ state: 'running', created: 10 })
    const endFailover = await turnReadOnly(service)
    sending.end(lines(...many(20)))
    await sleep(500)
    await endFailover()
    const [answer] = await once(sending, 'response') as [IncomingMessage]
    t.equal(answer.statusCode, 200)
    t.match(await json(answer), { import: id, received: 30, created: 20, unchanged: 10, rejected: 0 })
    t.same(await rebuildRollups(db), [])
  })

  t.test('ends when its client goes, though all of it may have arrived', async t => {
    const sending = open({ 'content-encoding': 'gzip' })
    sending.end(gzipSync(lines(...many(60_000))))
    const { id } = await importLike({ state: 'running', dry_run: false })
    sending.destroy()
    t.ok((await importLike({ id, state: 'interrupted' })).created < 60_000)
  })

  t.test('of nothing but invalid rows ends early, and says what they are', async t => {
    const sending = open()
    sending.write('x\n'.repeat(400_000))
    const [answer] = await once(sending, 'response') as [IncomingMessage]
    t.equal(answer.statusCode, 422)
    t.match(JSON.parse(await text(answer)), { code: 'invalid_rows', detail: /^the first \d+ rows are all invalid, such as line \d+: the line is not a JSON/ })
    sending.destroy()
    const { items } = (await get('/v1/imports?limit=1', ADMIN)).body
    t.match(items, [{ state: 'interrupted' }])
    t.ok(items[0].rejected < 200_000)
    t.match(await stream(lines(item(), ...Array<string>(50_000).fill('x'))), { status: 200, body: { created: 1, rejected: 50_000 } })
  })

  t.test('is refused before its body is read, without the scope for it', async t => {
    const sending = open({ authorization: 'Bearer cchc_0_0' })
    sending.write('{')
    const [answer] = await once(sending, 'response') as [{ statusCode: number }]
    t.equal(answer.statusCode, 401)
    sending.destroy()
  })

  t.test('ends with the reason when the service cannot go on', async t => {
    await sql`alter table dossiers add constraint broken check (code <> 'broken')`.execute(db)
    const sending = open()
    sending.write(lines(item({ code: 'broken' })))
    const [answer] = await once(sending, 'response') as [{ statusCode: number, headers: Record<string, string> }]
    t.same([answer.statusCode, answer.headers['connection']], [500, 'close'])
    sending.destroy()
    await sql`alter table dossiers drop constraint broken`.execute(db)
    t.match((await get('/v1/imports?limit=1', ADMIN)).body.items, [{ state: 'interrupted', received: 0 }])
  })

  t.test('whose process died shows it when its lease is over, and is forgotten after a month', async t => {
    const { body } = await stream(lines('{'))
    const set = (values: ReturnType<typeof sql>) => sql`update imports set ${values} where id = ${body.import}`.execute(db)
    await set(sql`state = 'running', leased_until = clock_timestamp() + interval '5 seconds'`)
    t.match((await get(`/v1/imports/${body.import}`, ADMIN)).body, { state: 'running' })
    await set(sql`leased_until = clock_timestamp()`)
    t.match((await get(`/v1/imports/${body.import}`, ADMIN)).body, { state: 'interrupted' })
    await set(sql`changed_at = now() - interval '31 days'`)
    await pruneImports(db)
    t.equal((await get(`/v1/imports/${body.import}`, ADMIN)).status, 404)
    t.equal((await get(`/v1/imports/${body.import}/errors`, ADMIN)).status, 404)
    t.same((await sql`select 1 from import_errors where import = ${body.import}`.execute(db)).rows, [])
  })

  t.test('whose process died leaves its key when its lease is over, and says when that is', async t => {
    const key = { 'idempotency-key': 'stream-3' }
    const { rows: [dead] } = await sql<{ id: number }>`
      insert into imports (province_code, client, source, dry_run, idempotency_key, state, leased_until) values
        ('', 'tests', 'one-stop', false, 'stream-3', 'running', clock_timestamp() + interval '1.5 seconds')
      returning id`.execute(db)
    const refused = await stream(lines(item()), key)
    t.match(refused, { status: 409, headers: { 'retry-after': '2' }, body: { code: 'idempotency_key_in_use' } })
    await sleep(1_000 * Number(refused.headers['retry-after']))
    t.match(await stream(lines(item()), key), { status: 200, body: { created: 1 } })
    t.match((await get(`/v1/imports/${dead!.id}`, ADMIN)).body, { state: 'interrupted', received: 0 })
  })

  t.test('renews its lease while it runs, also while nothing comes', async t => {
    const sending = open({ 'idempotency-key': 'stream-4' })
    sending.write(lines(item()))
    const { id } = await importLike({ state: 'running', created: 1 })
    await sql`update imports set leased_until = clock_timestamp() where id = ${id}`.execute(db)
    await importLike({ id, state: 'running' })
    const refused = await stream(lines(item()), { 'idempotency-key': 'stream-4' })
    t.equal(refused.status, 409)
    t.ok(Number(refused.headers['retry-after']) > 5)
    sending.end()
    const [answer] = await once(sending, 'response') as [IncomingMessage]
    t.equal(answer.resume().statusCode, 200)
  })

  t.test('stores nothing more once another has taken over its key', async t => {
    const sending = open({ 'idempotency-key': 'stream-5' })
    sending.write(lines(item()))
    const { id } = await importLike({ state: 'running', created: 1 })
    await sql`update imports set state = 'interrupted' where id = ${id}`.execute(db)
    sending.write(lines(item({ code: 'late' })))
    const [answer] = await once(sending, 'response') as [IncomingMessage]
    t.equal(answer.statusCode, 409)
    t.match(await json(answer), { code: 'idempotency_key_in_use' })
    sending.destroy()
    t.equal((await get('/v1/dossiers/late', ADMIN)).status, 404)
    t.match((await get(`/v1/imports/${id}`, ADMIN)).body, { state: 'interrupted', received: 1 })
  })

  t.ok(port > 0)
})

forEachDatabase('a stream as an import', async (t, { app, db, get }) => {
  t.afterEach(() => forget(db))
  const imported = async (body: string | undefined, headers: object = {}, query = '?source=one-stop') => {
    const { statusCode: status, body: text } = await app.inject({
      method: 'POST', url: `/v1/imports${query}`, headers: { ...ADMIN, ...headers }, ...(body === undefined ? {} : { payload: body })
    })
    return { status, body: JSON.parse(text) as { import: number, created: number } }
  }

  t.test('is taken by any name of lines of JSON, and as bytes', async t => {
    for (const type of ['application/octet-stream', 'application/x-ndjson', 'application/ndjson', 'application/jsonl']) {
      const answer = await imported(lines(item(), '{', item({ code: type })), { 'content-type': type })
      t.match(answer, { status: 200, body: { received: 3, rejected: 1, errors: [{ line: 2, code: 'not_json' }] } }, type)
      t.match((await get(`/v1/imports/${answer.body.import}`, ADMIN)).body, { state: 'done', received: 3 })
    }
    t.equal((await get('/v1/dossiers')).body.items.length, 5)
  })

  t.test('has no second effect under the same idempotency key, and none as a dry run', async t => {
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'import-1' }
    t.match(await imported(lines(item()), headers, '?source=one-stop&dry_run=true'), { body: { created: 1 } })
    t.match(await imported(lines(item()), { ...headers, 'idempotency-key': 'import-2' }), { body: { created: 1 } })
    t.match(await imported(lines(item()), { ...headers, 'idempotency-key': 'import-2' }), { body: { created: 1 } })
    t.match(await imported(lines(item({ code: 'b' })), { ...headers, 'idempotency-key': 'import-2' }), {
      status: 422, body: { code: 'idempotency_key_reused' }
    })
  })

  t.test('is refused as JSON, without a type, and by who has no source', async t => {
    t.match(await imported('{"items":[]}', { 'content-type': 'application/json' }), {
      status: 415, body: { detail: /application\/octet-stream, application\/x-ndjson/ }
    })
    t.match(await imported(undefined), { status: 400, body: { errors: [{ code: 'missing' }] } })
    t.match(await imported('', { 'content-type': 'application/x-ndjson' }, ''), {
      status: 400, body: { errors: [{ pointer: '/query/source', code: 'missing' }] }
    })
    t.match(await imported('', { 'content-type': 'application/x-ndjson' }), { status: 422, body: { received: 0 } })
  })
})

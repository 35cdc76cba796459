import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { MAX_ITEMS } from '../../../src/writes/batch.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'

const SOURCE = { name: 'Nguồn mới', precedence: 10, synthetic: false }
const JSON_TYPE = { 'content-type': 'application/json' }

forEachDatabase('a body', async (t, { app, get, post }) => {
  const send = async (headers: Record<string, string>, payload?: string | Buffer) => {
    const response = await app.inject({ method: 'PUT', url: '/v1/sources/new', headers: { ...ADMIN, ...headers }, payload })
    return { status: response.statusCode, body: response.json() }
  }

  const codes = async () => (await get('/v1/sources')).body.items.map(({ code }: { code: string }) => code) as string[]
  const known = await codes()

  t.test('is JSON, whatever parameters its type has, with a byte order mark or without', async t => {
    const text = JSON.stringify(SOURCE)
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset=UTF-8']) {
      t.match(await send({ 'content-type': type }, text), { status: 200, body: { code: 'new', ...SOURCE } }, type)
    }
    t.match(await send(JSON_TYPE, `\ufeff${text}`), { status: 200, body: SOURCE })
  })

  t.test('of another type, or of none, is refused', async t => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'text/json', 'application/jsonp', 'nonsense']) {
      t.match(await send({ 'content-type': type }, JSON.stringify(SOURCE)), {
        status: 415, body: { code: 'unsupported_media_type', errors: [] }
      }, type)
    }
    t.match(await send({}, JSON.stringify(SOURCE)), { status: 415 })
    t.match(await send({ ...JSON_TYPE, 'content-encoding': 'rot13' }, JSON.stringify(SOURCE)), { status: 415 })
  })

  t.test('that is missing is refused', async t => {
    t.match(await send({}), { status: 400, body: { errors: [{ pointer: '', code: 'invalid_type' }] } })
    t.match(await send(JSON_TYPE, ''), { status: 400, body: { code: 'malformed_request' } })
  })

  t.test('that cannot be read is refused, with the reason', async t => {
    for (const payload of ['{', '{"name": }', 'null null', '{"name": NaN}', '{"a": 01}', '\0']) {
      t.match(await send(JSON_TYPE, payload), {
        status: 400, body: { code: 'malformed_request', detail: /^the body is not JSON in UTF-8: / }
      }, payload)
    }
    t.match(await send(JSON_TYPE, Buffer.from('{"name": "Thanh Hóa"}', 'latin1')), {
      status: 400, body: { detail: /not JSON in UTF-8/ }
    })
    t.match(await send({ ...JSON_TYPE, 'content-encoding': 'gzip' }, 'not gzip'), { status: 400 })
  })

  t.test('cannot reach into the prototypes of objects', async t => {
    for (const payload of ['{"__proto__": {"name": "x"}}', '{"a": {"__proto__": 1}}', '{"constructor": {"prototype": {}}}']) {
      t.match(await send(JSON_TYPE, payload), { status: 400, body: { code: 'malformed_request' } }, payload)
    }
  })

  t.test('may be compressed', async t => {
    for (const [encoding, compress] of Object.entries({
      gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync
    })) {
      const headers = { ...JSON_TYPE, 'content-encoding': encoding }
      t.match(await send(headers, compress(JSON.stringify(SOURCE))), { status: 200 }, encoding)
      t.match(await send(headers, compress(Buffer.alloc(8_000_000, ' '))), {
        status: 413, body: { code: 'body_too_large', detail: /inflates to more than 100 times/ }
      }, encoding)
    }
  })

  t.test('of more than 16 MiB is refused, and so is one that is small only while compressed', async t => {
    const large = Buffer.alloc(16 * 1024 * 1024 + 1, ' ')
    t.match(await send(JSON_TYPE, large), { status: 413, body: { code: 'body_too_large' } })
    t.match(await send({ ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync(large)), { status: 413 })
    const padded = Buffer.concat([Buffer.from(JSON.stringify(SOURCE)), large.subarray(200)])
    t.match(await send(JSON_TYPE, padded), { status: 200 })
  })

  t.test('holds at most ten thousand items', async t => {
    t.match(await post('/v1/procedures', { items: Array(MAX_ITEMS + 1).fill(null) }), {
      status: 413, body: { code: 'too_many_items', detail: 'a batch holds at most 10000 items, not 10001', errors: [] }
    })
    t.match(await post('/v1/procedures?mode=partial', { items: Array(MAX_ITEMS).fill(null) }), {
      status: 200, body: { received: MAX_ITEMS, rejected: MAX_ITEMS }
    })
  })

  t.test('that is too deep, or has too many values, is refused before it is parsed', async t => {
    for (const payload of ['['.repeat(5_000_000), `{"name":${'{"a":'.repeat(64)}1}`, `[${'0,'.repeat(600_000)}0]`]) {
      t.match(await send(JSON_TYPE, payload), {
        status: 400, body: { code: 'invalid_request', errors: [{ pointer: '', code: 'too_many', detail: /^the body has more than/ }] }
      }, payload.slice(0, 9))
    }
  })

  t.test('leaves nothing behind when it was refused', async t => {
    t.same(await codes(), [...known, 'new'].sort())
  })
})

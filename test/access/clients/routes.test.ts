import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Page } from '../../../src/contract/paging.ts'
import { givenClient, givenKey } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'

const READER = { name: 'Kho dữ liệu', scopes: ['read'] }
const NULLS = { source: null, unit: null, requests_per_minute: null, expires_at: null }
const ASK = '/v1/clients/tests'

forEachDatabase('a client', async (t, service) => {
  const { get, put } = service
  const { headers: admin } = await givenClient(service, 'admin', { scopes: ['admin'] })

  t.test('is created and described again under its code', async t => {
    t.match(await put('/v1/clients/warehouse', { ...READER, name: READER.name.normalize('NFD') }), {
      status: 200, headers: { etag: '"1"' }, body: { code: 'warehouse', ...READER, ...NULLS, version: 1 }
    })
    const described = {
      name: 'Một cửa', source: 'one-stop', scopes: ['read', 'write:statistics'], unit: 'H56-380', requests_per_minute: 60,
      expires_at: '2100-01-01T07:00:00.000+07:00'
    }
    const answer = await put('/v1/clients/warehouse', described)
    t.same(answer.body, { code: 'warehouse', ...described, version: 2 })
    t.equal(answer.headers['etag'], '"2"')
    t.same((await get('/v1/clients/warehouse', admin)).body, answer.body)
    t.equal((await get('/v1/clients/warehouse', admin)).headers['etag'], '"2"')
  })

  t.test('stays the same version when nothing is different', async t => {
    const { body: { code: _, version, ...described } } = await get('/v1/clients/warehouse', admin)
    const again = { ...described, expires_at: '2100-01-01T07:00:00+07:00', unit: 'gso:380' }
    t.equal((await put('/v1/clients/warehouse', again)).body.version, version)
  })

  t.test('is listed by code, a page at a time and as a table', async t => {
    const { body } = await get('/v1/clients?limit=2', admin)
    t.same(body.items.map(({ code }: { code: string }) => code), ['admin', 'tests'])
    t.same((await get(`/v1/clients?limit=2&cursor=${body.next_cursor}`, admin)).body.items.length, 1)
    t.match((await get('/v1/clients?format=csv', admin)).text, /^\ufeffcode,name,/)
  })

  t.test('that is not there is not found', async t => {
    for (const path of ['/v1/clients/none', '/v1/clients/none/keys']) {
      t.match(await get(path, admin), { status: 404, body: { code: 'not_found', detail: 'there is no client "none"' } })
    }
    t.equal((await service.post('/v1/clients/none/keys', undefined)).status, 404)
    t.equal((await service.delete('/v1/clients/none/keys/0123456789abcdef')).status, 404)
    t.equal((await service.delete('/v1/clients/warehouse/keys/0123456789abcdef')).status, 404, 'the key of another')
  })

  t.test('is refused where it cannot be', async t => {
    for (const [body, status, pointer, code] of [
      [{ ...READER, unit: 'H56-999' }, 422, '/unit', 'unknown_unit'],
      [{ ...READER, scopes: ['write:statistics'] }, 422, '/source', 'source_needed'],
      [{ ...READER, scopes: ['write:dossiers'] }, 422, '/source', 'source_needed'],
      [{ ...READER, scopes: ['everything'] }, 400, '/scopes/0', 'not_allowed'],
      [{ ...READER, scopes: ['read', 'read'] }, 400, '/scopes', 'duplicate_key'],
      [{ ...READER, source: 'with:colon' }, 400, '/source', 'malformed'],
      [{ ...READER, requests_per_minute: -1 }, 400, '/requests_per_minute', 'out_of_range'],
      [{ ...READER, expires_at: 'tomorrow' }, 400, '/expires_at', 'malformed'],
      [{ ...READER, name: '' }, 400, '/name', 'invalid_length'],
      [{ ...READER, key: 'mine' }, 400, '/key', 'unknown_property'],
      [{ name: 'x' }, 400, '/scopes', 'missing']
    ] as const) {
      t.match(await put('/v1/clients/new', body), { status, body: { errors: [{ pointer, code }] } }, pointer)
    }
    t.equal((await put('/v1/clients/-new', READER)).status, 400)
    t.equal((await get('/v1/clients/new', admin)).status, 404)
  })

  t.test('needs no source where it manages the service, which posts for any', async t => {
    t.equal((await put('/v1/clients/steward', { ...READER, scopes: ['admin', 'write:statistics'] })).status, 200)
  })
})

forEachDatabase('of two who change the same version of a client', async (t, service) => {
  const { get, put } = service
  await put('/v1/clients/warehouse', READER)
  const change = (name: string, etag?: string) => (
    put('/v1/clients/warehouse', { ...READER, name }, etag === undefined ? {} : { 'if-match': etag }))

  t.test('one wins, and the other is told', async t => {
    const answers = await Promise.all([change('first', '"1"'), change('second', '"1"')])
    t.same(answers.map(({ status }) => status).toSorted(), [200, 412])
    const [won, lost] = answers.toSorted((a, b) => a.status - b.status)
    t.equal(won!.headers['etag'], '"2"')
    t.match(lost!.body, { code: 'precondition_failed', detail: /has version 2 by now/ })
    t.equal((await get('/v1/clients/warehouse', ADMIN)).body.name, won!.body.name)
  })

  t.test('both win where neither says which version it means', async t => {
    t.same((await Promise.all([change('third'), change('fourth')])).map(({ status }) => status), [200, 200])
  })

  t.test('each may name any, several, or one that can be none', async t => {
    t.equal((await change('a', '*')).status, 200)
    t.equal((await change('b', '"1", "5"')).status, 200)
    for (const etag of ['"1"', 'W/"6"', '"x"', '']) t.equal((await change('c', etag)).status, 412, etag)
    t.match(await put('/v1/clients/new', READER, { 'if-match': '"1"' }), { status: 412, body: { detail: /there is none/ } })
  })
})

forEachDatabase('a key', async (t, service) => {
  const { get, post, db } = service
  const first = await givenClient(service, 'warehouse', { scopes: ['read', 'admin'] })
  const listed = async () => (await get('/v1/clients/warehouse/keys', ADMIN)).body.items
  const works = async ({ headers }: { headers: Record<string, string> }) => (await get(ASK, headers)).status === 200

  t.test('is shown once: what is stored and told of it later does not make one', async t => {
    // Not by split: a secret may hold underscores, too.
    const secret = first.key.slice(-43)
    t.match(first.key, /^cchc_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/)
    t.same(Object.keys((await listed())[0]), ['id', 'client', 'created_at', 'last_used_at', 'revoked_at'])
    for (const path of ['/v1/clients/warehouse/keys', '/v1/audit', '/v1/changes']) {
      t.notMatch((await get(path, ADMIN)).text, secret, path)
    }
    const { rows } = await sql<{ row: string }>`
      select row_to_json(client_keys)::text as row from client_keys where id = ${first.id}`.execute(db)
    t.match(rows[0]!.row, `"secret_sha256":"\\\\x`)
    t.notMatch(rows[0]!.row, secret)
    t.notMatch(rows[0]!.row, Buffer.from(secret, 'base64url').toString('hex'))
  })

  t.test('is listed once, page by page', async t => {
    await givenKey(service, 'warehouse')
    const ids: string[] = []
    for (let url: string | null = '/v1/clients/warehouse/keys?limit=1'; url !== null;) {
      const { items, next_cursor } = (await get(url, ADMIN)).body as Page<{ id: string }>
      ids.push(...items.map(({ id }) => id))
      if (ids.length > 2) break
      url = next_cursor === null ? null : `/v1/clients/warehouse/keys?limit=1&cursor=${next_cursor}`
    }
    t.same(ids, (await listed()).map(({ id }: { id: string }) => id))
    const cursor = Buffer.from('["created_at,id","yesterday","x"]').toString('base64url')
    t.match(await get(`/v1/clients/warehouse/keys?cursor=${cursor}`, ADMIN), { status: 400 })
  })

  t.test('tells when it was used', async t => {
    t.ok(await works(first))
    let used = null
    for (let i = 0; i < 100 && used === null; i++) {
      await sleep(20)
      used = (await listed())[0].last_used_at
    }
    t.ok(Math.abs(Date.now() - Date.parse(used)) < 60_000)
  })

  t.test('works beside another, and ends at once when it is revoked, alone', async t => {
    const second = await givenKey(service, 'warehouse')
    t.same((await listed()).map(({ id }: { id: string }) => id).slice(-1), [second.id])
    t.ok(await works(first) && await works(second))
    const { status, body } = await service.delete(`/v1/clients/warehouse/keys/${second.id}`)
    t.equal(status, 200)
    t.not(body.revoked_at, null)
    t.match(await get(ASK, second.headers), { status: 401, body: { detail: `key ${second.id} is revoked` } })
    t.ok(await works(first))
    t.equal((await service.delete(`/v1/clients/warehouse/keys/${second.id}`)).body.revoked_at, body.revoked_at, 'once and for all')
  })

  t.test('ends when its client expires, and lives again when that is put off', async t => {
    const describe = (expires_at: string) => service.put('/v1/clients/warehouse', { name: 'x', scopes: ['admin'], expires_at })
    await describe('2021-06-30T00:00:00Z')
    t.match(await get(ASK, first.headers), { status: 401, body: { detail: 'client warehouse has expired' } })
    await describe('2100-01-01T00:00:00Z')
    t.ok(await works(first))
  })

  t.test('loses at once what its client loses', async t => {
    await service.put('/v1/clients/warehouse', { name: 'x', scopes: ['read'] })
    t.equal((await get(ASK, first.headers)).status, 403)
  })

  t.test('takes no body and no parameter', async t => {
    t.equal((await post('/v1/clients/warehouse/keys?dry_run=true', undefined)).status, 400)
  })
})

forEachDatabase('who manages a district', async (t, service) => {
  const { get, put, post } = service
  const { headers: admin } = await givenClient(service, 'district', { scopes: ['admin', 'read'], unit: 'H56-380' })
  const foreign = await givenClient(service, 'foreign', { scopes: ['read'], unit: 'H56-381' })
  await givenClient(service, 'everywhere', { scopes: ['read'] })

  t.test('manages its clients', async t => {
    t.equal((await put('/v1/clients/commune', { ...READER, unit: 'H56-14755' }, admin)).status, 200)
    const { status, body } = await post('/v1/clients/commune/keys', undefined, admin)
    t.equal(status, 200)
    t.equal((await get('/v1/clients/commune/keys', admin)).body.items.length, 1)
    t.equal((await service.delete(`/v1/clients/commune/keys/${body.id}`, admin)).status, 200)
    t.same((await get('/v1/clients', admin)).body.items.map(({ code }: { code: string }) => code), ['commune', 'district'])
  })

  t.test('gives no scope over what all units share', async t => {
    t.match(await put('/v1/clients/shared', { ...READER, scopes: ['write:catalogue'], unit: 'H56-380' }, admin), {
      status: 403, body: { errors: [{ pointer: '/scopes', code: 'forbidden_scope' }] }
    })
  })

  t.test('gives no more requests a minute than it has, which is the usual number where none is set', async t => {
    const give = (requests_per_minute: number | null) => (
      put('/v1/clients/limited', { ...READER, requests_per_minute, unit: 'H56-380' }, admin))
    for (const limit of [null, 1, 1_000]) t.equal((await give(limit)).status, 200, String(limit))
    for (const limit of [0, 1_001]) {
      t.match(await give(limit), {
        status: 403, body: { errors: [{ pointer: '/requests_per_minute', code: 'forbidden_limit' }] }
      }, String(limit))
    }
  })

  t.test('makes no key of a client that may do more', async t => {
    await put('/v1/clients/strong', { ...READER, scopes: ['read', 'write:catalogue'], unit: 'H56-380' })
    t.match(await post('/v1/clients/strong/keys', undefined, admin), {
      status: 403, body: { code: 'forbidden_rows', errors: [{ pointer: '/path/code', code: 'forbidden_scope' }] }
    })
    t.same((await get('/v1/clients/strong/keys', ADMIN)).body.items, [])
  })

  t.test('finds no others, as if there were none', async t => {
    const none = async (path: string) => (await get(path, admin)).text
    for (const code of ['foreign', 'everywhere', 'tests']) {
      for (const path of ['', '/keys']) t.equal((await none(`/v1/clients/${code}${path}`)).replace(code, 'none'), await none(`/v1/clients/none${path}`))
      t.equal((await put(`/v1/clients/${code}`, { ...READER, unit: 'H56-380' }, admin)).status, 404)
      t.equal((await post(`/v1/clients/${code}/keys`, undefined, admin)).status, 404)
    }
    t.equal((await service.delete(`/v1/clients/foreign/keys/${foreign.id}`, admin)).status, 404)
    t.equal((await get('/v1/levels', foreign.headers)).status, 200)
  })

  t.test('makes none that reaches beyond, nor lets one of its own go there', async t => {
    for (const unit of [undefined, null, 'H56', 'H56-381', 'H56-SNV']) {
      for (const code of ['new', 'commune']) {
        t.match(await put(`/v1/clients/${code}`, { ...READER, unit }, admin), {
          status: 403, body: { code: 'forbidden_rows', errors: [{ pointer: '/unit', code: 'forbidden_unit' }] }
        }, `${code} ${unit}`)
      }
    }
    t.match(await put('/v1/clients/new', { ...READER, unit: 'H56-999' }, admin), { status: 422 })
    t.equal((await get('/v1/clients/commune', ADMIN)).body.unit, 'H56-14755')
  })
}, { publicScopes: ['read', 'metrics'], requestsPerMinute: 1_000, issuer: null })

forEachDatabase('of what is given to a client', async (t, service) => {
  const OWN = { source: 'one-stop', requests_per_minute: 60, expires_at: '2100-01-01T00:00:00Z' }
  const scopes = ['admin', 'read', 'write:dossiers']
  const { headers } = await givenClient(service, 'bound', { scopes, unit: 'H56-380', ...OWN })
  const give = (more: object) => (
    service.put('/v1/clients/given', { name: 'x', scopes: ['write:dossiers'], unit: 'H56-380', ...OWN, ...more }, headers))

  t.test('all may be as much as its giver has, or less', async t => {
    t.equal((await give({})).status, 200)
    t.equal((await give({ scopes: [...scopes] })).status, 200)
    t.equal((await give({ scopes: ['read'], source: null })).status, 200)
    t.equal((await give({ requests_per_minute: 1, expires_at: '2099-12-31T23:59:59+07:00' })).status, 200)
  })

  t.test('nothing may be more, and each excess is listed', async t => {
    for (const [more, codes] of [
      [{ source: 'another' }, ['forbidden_source']],
      [{ source: null, scopes: ['admin', 'write:dossiers'] }, ['forbidden_source']],
      [{ requests_per_minute: 61 }, ['forbidden_limit']],
      [{ requests_per_minute: 0 }, ['forbidden_limit']],
      [{ requests_per_minute: null }, ['forbidden_limit']],
      [{ expires_at: '2100-01-01T00:00:01Z' }, ['forbidden_expiry']],
      [{ expires_at: null }, ['forbidden_expiry']],
      [{ scopes: ['read', 'write:indicators', 'approve'] }, ['forbidden_scope']],
      [{ unit: null, scopes: ['approve'], source: 'another', requests_per_minute: 0, expires_at: null },
        ['forbidden_unit', 'forbidden_scope', 'forbidden_source', 'forbidden_limit', 'forbidden_expiry']]
    ] as const) {
      const { status, body } = await give(more)
      t.equal(status, 403, JSON.stringify(more))
      t.same(body.errors.map(({ code }: { code: string }) => code), codes)
    }
  })
})

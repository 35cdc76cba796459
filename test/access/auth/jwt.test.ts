import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import t from 'tap'
import { forEachDatabase } from '../../database.ts'

const ISSUER = 'https://sso.example.vn/realms/tinh'
const AUDIENCE = 'cchc'
const CLAIMS = { sub: 'kho', scope: 'openid read write:statistics everything', unit: 'H56-380', source: 'one-stop' }

const theirs = await generateKeyPair('ES256', { extractable: true })
const another = await generateKeyPair('ES256')
const server = createServer((_, response) => {
  void exportJWK(theirs.publicKey).then(key => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [{ ...key, kid: '1', alg: 'ES256' }] }))
  })
}).listen(0, '127.0.0.1')
await once(server, 'listening')
t.teardown(() => { server.close() })

const issuer = { jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, issuer: ISSUER, audience: AUDIENCE }
const access = { publicScopes: [], requestsPerMinute: 0, issuer }

function claimed (payload: JWTPayload) {
  return new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: Math.floor(Date.now() / 1000) + 600, ...payload })
}

const signed = (payload: JWTPayload, key = theirs.privateKey, kid = '1') => (
  claimed(payload).setProtectedHeader({ alg: 'ES256', kid }).sign(key))

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

forEachDatabase('a token of the issuer', async (t, { get, post }) => {
  const ask = async (payload: JWTPayload, path = '/v1/units/H56-380') => get(path, bearer(await signed(payload)))
  const items = (unit: string) => ({ items: [{ unit, period: '2024-Q1', received: 1 }] })

  t.test('is taken for a key, with its scopes, its unit and its source', async t => {
    t.equal((await ask(CLAIMS)).status, 200)
    t.equal((await ask(CLAIMS, '/v1/units/H56-381')).status, 404)
    t.equal((await ask(CLAIMS, '/v1/audit')).status, 403)
    const headers = bearer(await signed(CLAIMS))
    t.match((await post('/v1/dossier-statistics', items('H56-380'), headers)).body, { created: 1 })
    t.equal((await post('/v1/dossier-statistics', items('H56-381'), headers)).status, 403)
    t.match((await get('/v1/dossier-statistics?period=2024-Q1', headers)).body.items, [{ source: 'one-stop' }])
  })

  t.test('is named in the audit', async t => {
    const { body } = await ask({ ...CLAIMS, scope: 'admin' }, '/v1/audit?client=token%20kho')
    t.match(body.items, [{ client: 'token kho', key_id: null, resource: 'dossier-statistics' }])
  })

  t.test('of fewer scopes never gets the answer to one of more, however many ask together', async t => {
    const scope = 'write:dossiers write:statistics'
    await post('/v1/dossiers?source=one-stop', { items: [] })
    const [lesser, administrator] = await Promise.all([{ scope }, { scope: `${scope} admin`, unit: '*' }].map(async claims => (
      bearer(await signed({ ...CLAIMS, unit: '*', ...claims })))))
    const lists = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
      const isLesser = i % 2 === 1
      const { status, body } = await get('/v1/imports', isLesser ? lesser : administrator)
      return [isLesser, status, body.items.length]
    }))
    t.same(lists.filter(([isLesser, status, length]) => status !== 200 || length !== (isLesser ? 0 : 1)), [])
  })

  t.test('names its scopes in scope or scp, as a text or a list', async t => {
    for (const claims of [{ scope: 'read' }, { scp: 'read' }, { scp: ['openid', 'read'] }, { scope: ['read'] }]) {
      const { scope: _, ...rest } = CLAIMS
      t.equal((await ask({ ...rest, ...claims })).status, 200, JSON.stringify(claims))
    }
    for (const scope of ['', 'reader', 7, null]) t.equal((await ask({ ...CLAIMS, scope })).status, 403, String(scope))
  })

  t.test('reaches all units only where it says so', async t => {
    t.equal((await ask({ ...CLAIMS, unit: '*' }, '/v1/units/H56-381')).status, 200)
    for (const unit of [undefined, null, '', 'H56-999', 'H56\0', '\ud800', 7, ['*']]) {
      t.match(await ask({ ...CLAIMS, unit }), { status: 401, body: { code: 'unauthenticated' } }, String(unit))
    }
  })

  t.test('names a client, which is text', async t => {
    for (const sub of ['', 'a\0', '\ud800', 7, { name: 'kho' }, ['kho']]) {
      t.match(await ask({ ...CLAIMS, sub: sub as string }), { status: 401, body: { code: 'unauthenticated' } }, JSON.stringify(sub))
    }
  })

  t.test('has no source where it names none that can be', async t => {
    for (const source of [undefined, 'With:colon', 7]) {
      const headers = bearer(await signed({ ...CLAIMS, source }))
      t.match(await post('/v1/dossier-statistics', items('H56-380'), headers), {
        status: 403, body: { errors: [{ pointer: '/items/0/source', code: 'forbidden_source' }] }
      })
    }
  })
}, access)

forEachDatabase('a token is refused', async (t, { get }) => {
  const now = Math.floor(Date.now() / 1000)
  const publicPem = new TextEncoder().encode(await exportSPKI(theirs.publicKey))
  const good = await signed(CLAIMS)
  for (const [why, token] of Object.entries({
    'of another issuer': await signed({ ...CLAIMS, iss: 'https://other.example.vn' }),
    'for another audience': await signed({ ...CLAIMS, aud: 'mail' }),
    'for no audience': await signed({ ...CLAIMS, aud: undefined }),
    'that has expired': await signed({ ...CLAIMS, exp: now - 1 }),
    'that never expires': await signed({ ...CLAIMS, exp: undefined }),
    'that is not valid yet': await signed({ ...CLAIMS, nbf: now + 600 }),
    'of nobody': await signed({ ...CLAIMS, sub: undefined }),
    'signed with another key of the same name': await signed(CLAIMS, another.privateKey),
    'signed with an unknown key': await signed(CLAIMS, another.privateKey, '2'),
    'that is not signed': new UnsecuredJWT({ ...CLAIMS, iss: ISSUER, aud: AUDIENCE, exp: now + 600 }).encode(),
    'signed with the public key as if it were a secret': await claimed(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: '1' }).sign(publicPem),
    'whose claims were exchanged': [good.split('.')[0], (await signed({ ...CLAIMS, unit: '*' })).split('.')[1], good.split('.')[2]].join('.'),
    'that is none': 'eyJ.eyJ.x'
  })) {
    t.test(why, async t => {
      const answer = await get('/v1/levels', bearer(token))
      t.match(answer, { status: 401, headers: { 'www-authenticate': [/^Bearer/, /^Basic/] } })
      t.notMatch(answer.text, token)
    })
  }
  t.test('as the password of Basic', async t => {
    const authorization = `Basic ${Buffer.from(`kho:${good}`).toString('base64')}`
    t.equal((await get('/v1/levels', { authorization })).status, 401)
  })
}, access)

forEachDatabase('while the keys of the issuer cannot be had', async (t, { get }) => {
  const answer = await get('/v1/levels', bearer(await signed(CLAIMS)))
  t.match(answer, { status: 503, headers: { 'retry-after': 1 }, body: { code: 'issuer_unavailable' } })
}, { ...access, issuer: { ...issuer, jwksUrl: 'http://127.0.0.1:1/' } })

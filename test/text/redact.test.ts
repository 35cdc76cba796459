import fc from 'fast-check'
import t from 'tap'
import { redactSecrets } from '../../src/text/redact.ts'
import { forEachDatabase } from '../database.ts'

const KEY = 'cchc_0123abcd_AbCdEfGhIjKlMnOpQrStUvWx-_yZ0123456789AbCdE'
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJvbmUtc3RvcCJ9.c2lnbmF0dXJl-_c2ln'

t.test('what looks like a key or a token is replaced, wherever it stands', async t => {
  for (const [text, expected] of Object.entries({
    [KEY]: 'cchc_***',
    [JWT]: 'jwt_***',
    [`/v1/units?key=${KEY}&limit=1`]: '/v1/units?key=cchc_***&limit=1',
    [`/v1/units?q=Bearer%20${JWT}&limit=1`]: '/v1/units?q=Bearer%20jwt_***&limit=1',
    [`{"detail":"there is no unit \\"${KEY}\\""}`]: '{"detail":"there is no unit \\"cchc_***\\""}',
    [`x${KEY} ${KEY} and ${JWT}, ${JWT}`]: 'xcchc_*** cchc_*** and jwt_***, jwt_***',
    [`first.${JWT}`]: 'first.jwt_***',
    [JWT.replace(/[^.]+$/, '')]: 'jwt_***',
    [`${JWT}.four.five`]: 'jwt_***'
  })) t.equal(redactSecrets(text), expected, text)
})

t.test('what does not is left as it is', async t => {
  for (const text of [
    '', 'Thanh Hóa', 'urn:cchc:problem:not_found', 'cchc_', 'cchc_short_AbCdEfGhIjKlMnOpQrStUvWx', 'cchc_0123abcd_tooshort', 'cchc_test_0123456789ab',
    'eyJ', 'eyJhbGci', 'eyJhbGci.json', '000.17.22.H56-210531-0001', '/v1/reports/H56/2021-H1?format=csv'
  ]) t.equal(redactSecrets(text), text)
})

t.test('no key and no token is ever left in any text', async () => {
  const secret = fc.oneof(
    fc.stringMatching(/^cchc_[a-z0-9]{8,32}_[A-Za-z0-9_-]{20,60}$/),
    fc.stringMatching(/^eyJ[A-Za-z0-9_-]{1,60}\.[A-Za-z0-9_-]{1,60}\.[A-Za-z0-9_-]{1,60}$/)
  )
  fc.assert(fc.property(fc.string(), secret, fc.string(), (before, secret, after) =>
    !redactSecrets(before + secret + after).includes(secret)))
})

t.test('no text takes long', async t => {
  for (const part of ['eyJ', 'eyJ.', 'cchc_', 'cchc_aaaaaaaa_', 'cchc_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'a.', '.']) {
    const text = `${part.repeat(1_000_000 / part.length)} eyJ`
    const since = performance.now()
    redactSecrets(text)
    // One that is quadratic takes minutes.
    t.ok(performance.now() - since < 10_000, part)
  }
})

forEachDatabase('an answer', async (t, { get }) => {
  t.test('does not repeat a secret that stands in the address', async t => {
    for (const url of [`/v1/${KEY}`, `/v1/units/${KEY}`, `/v1/units/${JWT}`, `/v1/units?${KEY}=1`, `/v1/levels?limit=${JWT}`, `/%ff${KEY}`]) {
      const { status, text } = await get(url)
      t.ok(status >= 400, url)
      t.notMatch(text, KEY)
      t.notMatch(text, JWT)
      t.match(text, /(cchc|jwt)_\*\*\*|null|malformed|limit/, url)
    }
  })
})

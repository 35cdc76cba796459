import { randomBytes } from 'node:crypto'
import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { ADMIN_KEY } from '../../template.ts'

const ASK = '/v1/clients/tests'
const BEARER = 'Bearer realm="cchc"'
const BASIC = 'Basic realm="cchc", charset="UTF-8"'
const [, ID, SECRET] = ADMIN_KEY.split('_') as [string, string, string]

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

forEachDatabase('a key is taken', async (t, { get }) => {
  const ways: Record<string, Record<string, string>> = {
    'as a bearer token': { authorization: `Bearer ${ADMIN_KEY}` },
    'whatever the case of the scheme and the space around it': { authorization: ` bEARER   ${ADMIN_KEY} ` },
    'as X-API-Key': { 'x-api-key': ADMIN_KEY },
    'as the password of its id': { authorization: basic(ID, ADMIN_KEY) },
    'as the password of any user': { authorization: basic('tests', ADMIN_KEY) },
    'as the password of no user': { authorization: basic('', ADMIN_KEY) },
    twice: { ...ADMIN, 'x-api-key': ADMIN_KEY },
    'as the password of its id, the secret part alone': { authorization: basic(ID, SECRET) }
  }
  for (const [how, headers] of Object.entries(ways)) {
    t.test(how, async t => { t.equal((await get(ASK, headers)).status, 200) })
  }
})

forEachDatabase('credentials are refused', async (t, service) => {
  const { get } = service
  const other = await givenClient(service, 'other', { scopes: ['admin'] })
  const wrong: Record<string, Record<string, string>> = {
    'that are two': { ...ADMIN, 'x-api-key': other.key },
    'of an unknown scheme': { authorization: `Digest ${ADMIN_KEY}` },
    'without a scheme': { authorization: ADMIN_KEY },
    'without a secret': { authorization: 'Bearer' },
    'that are empty': { authorization: '' },
    'that are an empty key': { 'x-api-key': '' },
    'with a wrong secret': { authorization: `Bearer cchc_${ID}_${'B'.repeat(43)}` },
    'with a key that there never was': { authorization: `Bearer cchc_${'f'.repeat(16)}_${'A'.repeat(43)}` },
    'that are no key': { authorization: 'Bearer secret' },
    'that are a token where there is no issuer': { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.' },
    'with a secret of another key': { authorization: basic(other.id, SECRET) },
    'that are Basic without a password': { authorization: `Basic ${Buffer.from(ID).toString('base64')}` },
    'that are Basic and not Base64': { authorization: 'Basic ***' }
  }
  for (const [how, headers] of Object.entries(wrong)) {
    t.test(how, async t => {
      const answer = await get(ASK, headers)
      t.match(answer, { status: 401, body: { code: 'unauthenticated', status: 401 } })
      t.same(answer.headers['www-authenticate'], [BEARER, BASIC])
      t.equal((await get('/v1/levels', headers)).status, 401, 'also where reading needs no key: who sends one believes in it')
      t.notMatch(answer.text, SECRET)
    })
  }

  t.test('in the same words, whether the key or the secret is wrong', async t => {
    const unknown = await get(ASK, wrong['with a key that there never was'])
    t.equal((await get(ASK, wrong['with a wrong secret'])).text, unknown.text)
  })

  t.test('without asking a page\'s user for a password, which it has not', async t => {
    const challenged = async (mode: string) => (await get(ASK, { 'sec-fetch-mode': mode })).headers['www-authenticate']
    for (const mode of ['cors', 'same-origin', 'no-cors']) t.same([await challenged(mode)].flat(), [BEARER], mode)
    t.same(await challenged('navigate'), [BEARER, BASIC])
  })

  t.test('whatever they hold', async t => {
    for (let i = 0; i < 100; i++) {
      const bytes = randomBytes(1 + i)
      for (const authorization of [`Bearer ${bytes.toString('base64url')}`, `Basic ${bytes.toString('base64')}`, bytes.toString('hex')]) {
        t.equal((await get(ASK, { authorization })).status, 401, authorization)
      }
    }
  })
})

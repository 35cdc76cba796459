import fc from 'fast-check'
import t from 'tap'
import { Type } from 'typebox'
import { checkOf } from '../../src/contract/validation.ts'
import { forEachDatabase } from '../database.ts'

const PROCEDURE = {
  code: '9.000001', name: 'Thử nghiệm', field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-01-01'
}

forEachDatabase('a request that is not valid', async (t, { get, post, put }) => {
  const faultsOf = async (answer: ReturnType<typeof get>) => {
    const { status, body } = await answer
    t.equal(status, body.status)
    return body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)
  }

  t.test('is refused for a query parameter that nobody knows', async t => {
    const { status, headers, body } = await get('/v1/units?colour=red')
    t.equal(status, 400)
    t.match(headers['content-type'], /^application\/problem\+json/)
    t.same(body, {
      type: 'urn:cchc:problem:invalid_request',
      title: 'The request is not valid',
      status: 400,
      code: 'invalid_request',
      detail: 'query has no property "colour"',
      errors: [{ pointer: '/query/colour', code: 'unknown_property', detail: 'query has no property "colour"' }]
    })
    t.same(await faultsOf(get('/v1/units/H56?a~b/c=1')), ['/query/a~0b~1c unknown_property'])
    t.same(await faultsOf(get('/v1/units?__proto__=1')), ['/query/__proto__ unknown_property'])
  })

  t.test('is told all its issues, not the first', async t => {
    t.same(await faultsOf(get('/v1/periods?limit=0&year=1800,x&kind=fortnight&date=2021-02-30&calendar=&tone=1')), [
      '/query/tone unknown_property', '/query/calendar malformed', '/query/kind/0 not_allowed',
      '/query/year/0 out_of_range', '/query/year/1 invalid_type', '/query/date malformed', '/query/limit out_of_range'
    ])
    t.same(await faultsOf(put('/v1/sources/new', { name: 1, precedence: 1.5, synthetic: null, colour: 'red' })), [
      '/colour unknown_property', '/name invalid_type', '/precedence invalid_type', '/synthetic invalid_type'
    ])
    t.same(await faultsOf(put('/v1/sources/new', { name: ' \u00a0 ', precedence: 1, synthetic: false })), ['/name malformed'])
    t.same(await faultsOf(put('/v1/sources/new', {})), ['/name missing', '/precedence missing', '/synthetic missing'])
    t.same(await faultsOf(put('/v1/sources/new', [])), [' invalid_type'])
    t.same(await faultsOf(post('/v1/procedures', { rows: [] })), ['/items missing', '/rows unknown_property'])
    t.same(await faultsOf(post('/v1/procedures', { items: {} })), ['/items invalid_type'])
    t.same(await faultsOf(post('/v1/procedures', { items: [{ ...PROCEDURE, colour: 1, name: 2, level: 'x y' }, null] })), [
      '/items/0/colour unknown_property', '/items/0/name invalid_type', '/items/0/level malformed', '/items/1 invalid_type'
    ])
  })

  t.test('says what is allowed', async t => {
    t.match((await get('/v1/periods?kind=fortnight')).body.detail, /must be one of .*month, .*quarter, half_year, nine_months, year/)
    t.match((await get('/v1/units?level=')).body.errors, [{ pointer: '/query/level/0', code: 'malformed' }])
    t.match((await get(`/v1/units?q=${'a'.repeat(901)}`)).body.errors, [{ code: 'invalid_length' }])
    t.match((await get(`/v1/units?level=${Array(101).fill(0).map((_, i) => `x${i}`).join()}`)).body.errors, [{ code: 'too_many' }])
    t.match((await get('/v1/units?level=commune,commune')).body.errors, [{ code: 'duplicate_key' }])
    t.match((await get('/v1/units?q=a&q=b')).body.errors, [{ pointer: '/query/q', code: 'invalid_type' }])
    t.match((await get('/v1/units?descendants=yes')).body.errors, [{ pointer: '/query/descendants', code: 'invalid_type' }])
  })

  t.test('cannot smuggle in what PostgreSQL does not hold', async t => {
    t.match((await get('/v1/units?q=%00')).body.errors, [{ pointer: '/query/q', code: 'not_text' }])
    t.match((await get('/v1/units/%00')).body.errors, [{ pointer: '/path/code', code: 'malformed' }])
    for (const bad of ['a\0b', 'half \ud800 a pair', '\udc00']) {
      t.match(await put('/v1/sources/new', { name: bad, precedence: 1, synthetic: false }), {
        status: 400, body: { errors: [{ pointer: '/name', code: 'not_text', detail: /NUL or half a surrogate pair/ }] }
      })
      t.match(await post('/v1/procedures', { items: [{ ...PROCEDURE, name: bad }] }), {
        status: 422, body: { errors: [{ pointer: '/items/0/name', code: 'not_text' }] }
      })
      t.equal((await put('/v1/sources/new', { [bad]: 1, name: 'a', precedence: 1, synthetic: false })).status, 400)
    }
  })

  t.test('is refused for a day that does not exist', async t => {
    for (const day of ['0000-01-01', '2021-02-29', '2021-13-01', '2021-6-1', '01/06/2021', '2021-06-01T00:00:00Z', '']) {
      t.match(await get(`/v1/periods?date=${day}`), { status: 400, body: { errors: [{ pointer: '/query/date', code: 'malformed' }] } }, day)
      t.match(await post('/v1/procedures', { items: [{ ...PROCEDURE, valid_from: day }] }), { status: 422 }, day)
    }
    for (const day of ['0001-01-01', '2020-02-29', '9999-12-31']) t.equal((await get(`/v1/periods?date=${day}`)).status, 200, day)
  })

  t.test('never becomes a failure of the service, whatever is searched for', async t => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async text => {
      const { status } = await get(`/v1/units?limit=1&q=${encodeURIComponent(text.toWellFormed())}`)
      t.ok(status === 200 || (status === 400 && text.includes('\0')), JSON.stringify(text))
    }), { numRuns: 50 })
  })

  t.test('is refused as a whole when its path cannot be read', async t => {
    for (const [url, status] of [['/v1/units/%ED', 400], ['/v1/units/%zz', 400], [`/v1/units/${'a'.repeat(901)}`, 414]] as const) {
      const { status: answered, headers, body } = await get(url)
      t.equal(answered, status)
      t.match(headers['content-type'], /^application\/problem\+json/)
      t.match(body, { status, code: 'malformed_request', errors: [] })
    }
  })
})

forEachDatabase('lists in an address may be written with commas or one by one', async (t, { get }) => {
  const kinds = async (query: string) =>
    new Set((await get(`/v1/periods?year=2021&${query}`)).body.items.map(({ kind }: Record<string, string>) => kind))
  t.same(await kinds('kind=month,year'), new Set(['month', 'year']))
  t.same(await kinds('kind=month&kind=year'), new Set(['month', 'year']))
  t.same(await kinds('kind=month,quarter&kind=year'), new Set(['month', 'quarter', 'year']))
})

t.test('nothing is coerced, dropped or filled in inside a body', async t => {
  const check = checkOf(Type.Object({
    count: Type.Integer(), name: Type.String({ minLength: 1 }), open: Type.Optional(Type.Boolean({ default: true }))
  }, { additionalProperties: false }))
  const codes = (value: unknown) => check(value, '/items/7').map(({ pointer, code }) => `${pointer} ${code}`)
  const value = { count: 1, name: 'a' }
  t.same(codes(value), [])
  t.same(value, { count: 1, name: 'a' })
  t.same(codes({ count: null, name: '' }), ['/items/7/count invalid_type', '/items/7/name invalid_length'])
  t.same(codes({ count: '1', name: 'a', open: 1 }), ['/items/7/count invalid_type', '/items/7/open invalid_type'])
  t.match(check([], ''), [{ pointer: '', detail: 'the body must be object' }])
})

forEachDatabase('a number in an address that is too large to be one', async (t, { get }) => {
  for (const limit of ['1e400', '1e999', '-1e400', 'Infinity', 'NaN', '1e308']) {
    t.match(await get(`/v1/forms?limit=${limit}`), { status: 400, body: { errors: [{ pointer: '/query/limit' }] } }, limit)
  }
})

import { sql } from 'kysely'
import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const UNIT = { unit: 'H56-380', period: '2021-Q4' }

forEachDatabase('a source', async (t, { get, put, post }) => {
  const source = async (code: string) =>
    (await get('/v1/sources')).body.items.find((one: { code: string }) => one.code === code)

  t.test('can be described before it has posted anything', async t => {
    const body = { name: 'Hệ thống một cửa'.normalize('NFD'), precedence: 200, synthetic: false }
    const described = { code: 'new-desk', ...body, name: body.name.normalize('NFC'), succeeds: null, version: 1 }
    t.match(await put('/v1/sources/new-desk', body), { status: 200, body: described })
    t.same(await source('new-desk'), described)
    t.match((await put('/v1/sources/new-desk', { ...body, precedence: 0 })).body, { precedence: 0 })
    t.match(await source('new-desk'), { precedence: 0 })
  })

  t.test('that does not exist is refused, with the nearest that does', async t => {
    const unknown = { code: 'unknown_source', detail: 'there is no source one-stpo; the nearest known one is one-stop' }
    const statistics = (mode: string) => post(`/v1/dossier-statistics?mode=${mode}`, {
      items: [{ ...UNIT, source: 'one-stpo', received: 1 }, { ...UNIT, source: 'one-stop', received: 1 }]
    })
    t.match(await statistics('atomic'), { status: 422, body: { errors: [{ pointer: '/items/0/source', ...unknown }] } })
    t.match(await statistics('partial'), { status: 200, body: { rejected: 1, errors: [unknown] } })
    const dossiers = '/v1/dossiers?source=one-stpo'
    const refused = { status: 400, body: { errors: [{ pointer: '/query/source', ...unknown }] } }
    t.match(await post(dossiers, { items: [] }), refused)
    t.match(await post(`${dossiers}&dry_run=true`, '', { 'content-type': 'application/x-ndjson' }), refused)
    t.match(await put('/v1/sources/one-stpo/status-map', { items: [] }), {
      status: 400, body: { errors: [{ pointer: '/path/code', ...unknown }] }
    })
    t.equal(await source('one-stpo'), undefined)
    t.equal((await put('/v1/sources/one-stpo', { name: 'x', precedence: 1, synthetic: false })).status, 200)
    t.match((await statistics('atomic')).body, { created: 1, unchanged: 1 })
  })

  t.test('is made with its client', async t => {
    const client = { name: 'x', scopes: ['write:statistics'], source: 'of-a-client' }
    t.equal((await put('/v1/clients/of-a-client', client)).status, 200)
    t.match(await source('of-a-client'), { name: 'of-a-client', precedence: 100, synthetic: false })
    t.equal((await put('/v1/clients/of-a-client', { ...client, name: 'y' })).status, 200)
    t.match(await source('of-a-client'), { version: 1 })
  })

  t.test('has a code and a rank within limits', async t => {
    const body = { name: 'x', precedence: 0, synthetic: false }
    for (const code of ['Upper', 'with:colon', '-x', 'a'.repeat(64)]) t.equal((await put(`/v1/sources/${code}`, body)).status, 400, code)
    for (const precedence of [-1, 1001, 1.5, '1', null]) {
      t.match(await put('/v1/sources/new', { ...body, precedence }), { status: 400, body: { errors: [{ pointer: '/precedence' }] } })
    }
    t.equal((await put('/v1/sources/new?dry_run=true', body)).status, 400)
    t.equal(await source('new'), undefined)
  })
})

forEachDatabase('the rank of a source decides at once which figures count', async (t, { get, put, post }) => {
  for (const [source, received] of [['first', 10], ['second', 20]] as const) {
    await post('/v1/dossier-statistics', { items: [{ ...UNIT, source, received }] })
  }
  const rank = async (code: string, precedence: number) => {
    t.equal((await put(`/v1/sources/${code}`, { name: code, precedence, synthetic: false })).status, 200)
  }
  const counted = async (expected: number) => {
    for (const query of ['unit=H56-380', 'group_by=unit', 'group_by=level', 'level=district']) {
      t.match((await get(`/v1/on-time?period=2021-Q4&${query}`)).body.items, [{ received: expected, units_reported: 1 }], query)
    }
  }
  await counted(20)
  await rank('first', 101)
  await counted(10)
  await rank('second', 102)
  await counted(20)
  await rank('first', 102)
  await counted(20)
  await rank('second', 0)
  await counted(10)
  t.equal((await get('/v1/dossier-statistics?period=2021-Q4')).body.items.length, 2, 'the other is kept for comparison')
  t.match((await get('/v1/on-time?period=2021-Q4&unit=H56-380&source=second')).body.items, [{ received: 20 }])
})

forEachDatabase('a source under a key that is bound to a commune', async (t, service) => {
  const { db, put, post } = service
  const { headers } = await givenClient(service, 'city', { scopes: ['write:catalogue'], unit: 'H56-380' })
  const body = { name: 'x', precedence: 100, synthetic: false }
  const rank = (code: string, given: object = {}) => put(`/v1/sources/${code}`, { ...body, ...given }, headers)
  const map = (code: string) => put(`/v1/sources/${code}/status-map`, { items: [{ code: 'MOI', status: 2 }] }, headers)
  const refused = (...pointers: string[]) => (
    { status: 403, body: { code: 'forbidden_rows', errors: pointers.map(pointer => ({ pointer, code: 'forbidden_source' })) } })

  t.test('is made and ranked while it has nothing elsewhere', async t => {
    t.match(await rank('city-desk'), { status: 200, body: { version: 1 } })
    await post('/v1/dossier-statistics', { items: [{ ...UNIT, source: 'city-desk', received: 1 }] })
    await send(db, [item({ unit: 'H56-14758' })], { source: 'city-desk' })
    await givenClient(service, 'city-desk', { scopes: ['write:dossiers'], unit: 'H56-14758', source: 'city-desk' })
    t.match(await rank('city-desk', { precedence: 7 }), { status: 200, body: { precedence: 7 } })
    t.equal((await map('city-desk')).status, 200)
  })

  t.test('stays as it is while others have figures, dossiers, clients or aliases of it', async t => {
    await post('/v1/dossier-statistics', { items: [{ ...UNIT, unit: 'H56-381', source: 'one-stop', received: 1 }] })
    await put('/v1/sources/of-dossiers', body)
    await send(db, [item({ unit: 'H56-381' })], { source: 'of-dossiers' })
    await givenClient(service, 'of-client', { scopes: ['write:dossiers'], unit: 'H56-381', source: 'of-client' })
    await givenClient(service, 'of-all', { scopes: ['write:dossiers'], source: 'of-all' })
    await put('/v1/units/H56-381', { aliases: [{ source: 'of-names', code: '1' }] }, { 'x-reason': 'test' })
    t.match(await rank('of-names'), refused(''), 'one that only names units as yet')
    for (const code of ['of-dossiers', 'of-client', 'of-all', 'one-stop', 'of-names']) {
      await put(`/v1/sources/${code}`, body)
      t.match(await rank(code, { precedence: 1000, synthetic: true }), refused('/precedence', '/synthetic'), code)
      t.match(await rank(code, { name: 'y' }), refused('/name'), code)
      t.equal((await rank(code)).status, 200, 'which changes nothing')
      t.match(await map(code), refused('/path/code'), code)
    }
    t.equal((await put('/v1/sources/one-stop', { ...body, precedence: 7 })).status, 200, 'but for a key for all units')
  })
})

forEachDatabase('a database without any source', async (t, { db, post }) => {
  await sql`truncate sources cascade`.execute(db)
  const items = [{ unit: 'H56-380', period: '2021-Q4', source: 'x', received: 1 }]
  t.match(await post('/v1/dossier-statistics', { items }), {
    status: 422, body: { errors: [{ code: 'unknown_source', detail: 'there is no source x' }] }
  })
})

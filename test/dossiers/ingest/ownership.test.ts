import { sql } from 'kysely'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { forget, item, send } from '../given.ts'

const URL = '/v1/dossiers'
const at = (minutes: number) => `2021-06-01T08:${String(minutes).padStart(2, '0')}:00+07:00`
const soon = () => new Date(Date.now() + 23 * 3_600_000).toISOString()
const scopes = ['read', 'write:dossiers']

forEachDatabase('a code that a sibling uses', async (t, service) => {
  const { get, post, put, delete: remove, db } = service
  const keyOf = async (unit: string, source: string) => (
    await givenClient(service, `${source}-${unit.toLowerCase()}`, { scopes, source, unit })).headers
  const squatter = await keyOf('H56-380', 'one-stop')
  const owner = await keyOf('H56-381', 'one-stop')
  const stranger = await keyOf('H56-381', 'land-office')
  t.afterEach(() => forget(db))
  const of380 = (given: object = {}) => item({ code: 'B-1', unit: 'H56-380', ...given })
  const of381 = (given: object = {}) => item({ code: 'B-1', unit: 'H56-381', ...given })
  const deletion = (unit: string, updated_at: string) => ({ code: 'B-1', unit, deleted: true, updated_at })

  t.test('is free for the owner, whatever stands there: a deletion ahead of time, a dossier, or nothing', async t => {
    for (const squat of [[], [deletion('H56-380', soon())], [of380({ updated_at: soon() })]]) {
      if (squat.length > 0) t.equal((await post(URL, { items: squat }, squatter)).status, 200)
      for (const headers of [owner, stranger]) {
        const tried = await post(`${URL}?dry_run=true`, { items: [of381()] }, headers)
        t.match(tried, { status: 200, body: { created: 1, updated: 0, stale: 0, rejected: 0 } })
        const gone = await post(`${URL}?dry_run=true`, { items: [deletion('H56-381', at(1))] }, headers)
        t.match(gone, { status: 200, body: { unchanged: 1, stale: 0, deleted: 0 } })
        const line = `${JSON.stringify(of381())}\n`
        const streamed = await post(`${URL}?dry_run=true`, line, { ...headers, 'content-type': 'application/x-ndjson' })
        t.match(streamed, { status: 200, body: { created: 1, stale: 0, rejected: 0 } })
        t.equal((await get(`${URL}/B-1`, headers)).status, 404)
        t.equal((await remove(`${URL}/B-1`, headers)).status, 404)
      }
      t.match((await post(URL, { items: [of381()] }, owner)).body, { created: 1 })
      t.match((await post(URL, { items: [of381()] }, owner)).body, { unchanged: 1 })
      t.match((await post(URL, { items: [of381({ status: 6, updated_at: at(1) })] }, owner)).body, { updated: 1 })
      t.match((await post(URL, { items: [of381({ updated_at: at(0) })] }, owner)).body, { stale: 1 })
      t.match((await get(`${URL}/B-1`, owner)).body, { unit: 'H56-381', status: 6, history: { length: 2 } })
      t.same(await rebuildRollups(db), [])
      await forget(db)
    }
  })

  t.test('stays that of the sibling as well, with a history and an end of its own', async t => {
    await post(URL, { items: [of380()] }, squatter)
    await post(URL, { items: [of381()] }, owner)
    await post(URL, { items: [of381({ status: 6, updated_at: at(1) })] }, owner)
    t.match((await get(`${URL}/B-1`, squatter)).body, { unit: 'H56-380', status: 4, history: { length: 1 } })
    t.match((await post(URL, { items: [deletion('H56-380', at(2))] }, squatter)).body, { deleted: 1 })
    t.equal((await get(`${URL}/B-1`, squatter)).status, 404)
    t.match((await get(`${URL}/B-1`, owner)).body, { unit: 'H56-381', status: 6 })
    t.match((await post(URL, { items: [of381({ updated_at: at(3) })] }, stranger)).body, {
      errors: [{ code: 'other_source' }]
    }, 'within reach, a source is a source')
  })

  t.test('shows each to those who reach both, who name the unit', async t => {
    await post(URL, { items: [of380()] }, squatter)
    await post(URL, { items: [of381()] }, owner)
    t.same((await get(URL)).body.items.map(({ unit }: { unit: string }) => unit), ['H56-380', 'H56-381'])
    const { body: { items, next_cursor: next } } = await get(`${URL}?limit=1`)
    t.match([items, (await get(`${URL}?limit=1&cursor=${next}`)).body.items], [[{ unit: 'H56-380' }], [{ unit: 'H56-381' }]])
    t.match((await get(`${URL}/B-1`)).body, { unit: 'H56-380' })
    t.match((await get(`${URL}/B-1?unit=H56-381`)).body, { unit: 'H56-381', history: { length: 1 } })
    const newer = [of381({ status: 6, updated_at: at(1) })]
    t.match((await post(`${URL}?source=one-stop`, { items: newer })).body, { updated: 1 })
    t.match((await get(`${URL}/B-1?unit=H56-381`)).body, { status: 6, history: { length: 2 } })
    t.match((await post(`${URL}?source=one-stop`, { items: [item({ code: 'B-1', unit: 'H56-382', status: 7, updated_at: at(2) })] })).body, {
      updated: 1
    }, 'the first moves')
    t.match((await get(URL)).body.items, [{ unit: 'H56-382', status: 7 }, { unit: 'H56-381', status: 6 }])
    t.match(await remove(`${URL}/B-1?unit=H56-381`), { status: 200, body: { unit: 'H56-381' } })
    t.match((await get(URL)).body.items, [{ unit: 'H56-382' }])
    t.match((await get('/v1/audit?resource=dossiers&limit=2', ADMIN)).body.items, [
      { action: 'deleted', before: { unit: 'H56-381', status: 6 } },
      { action: 'updated', before: { unit: 'H56-380', status: 4 }, after: { unit: 'H56-382', status: 7 } }
    ])
  })

  t.test('counts once for each, also with supplements', async t => {
    const asked = { supplements: [{ requested_at: at(1) }] }
    await post(URL, { items: [of380(asked)] }, squatter)
    await post(URL, { items: [of381({ ...asked, due_at: null })] }, owner)
    t.same(await rebuildRollups(db), [])
    const explained = (await get('/v1/on-time/explain/dossiers?from=2021-05-31&to=2021-06-30&method=handled')).body.items
    t.match(explained, [{ code: 'B-1' }, { code: 'B-1' }])
    t.same(explained.map(({ unit }: { unit: string }) => unit).toSorted(), ['H56-380', 'H56-381'])
  })

  t.test('is compared again once it is locked', async t => {
    await send(db, [of380()])
    await Promise.all([1, 2, 3, 4].map(minute => send(db, [of381({ updated_at: at(minute) })], { reach: 'H56-381' })))
    const { rows } = await sql`
      select unit, updated_at = ${at(4)}::timestamptz as is_newest from dossiers order by record`.execute(db)
    t.same(rows, [{ unit: 'H56-380', is_newest: false }, { unit: 'H56-381', is_newest: true }])
    t.same(await rebuildRollups(db), [])
  })

  t.test('is that of each unit in one batch as well, for those who reach both', async t => {
    await post(URL, { items: [of380()] }, squatter)
    await post(URL, { items: [of381()] }, owner)
    const both = [of380({ status: 6, updated_at: at(2) }), of381({ status: 5, updated_at: at(1) })]
    t.match((await post(`${URL}?source=one-stop`, { items: both })).body, { updated: 2, stale: 0 })
    t.match((await get(URL)).body.items, [{ unit: 'H56-380', status: 6 }, { unit: 'H56-381', status: 5 }])
    t.match((await get('/v1/audit?resource=dossiers&limit=2', ADMIN)).body.items, [
      { action: 'updated', unit: 'H56-381', before: { status: 4 }, after: { status: 5 } },
      { action: 'updated', unit: 'H56-380', before: { status: 4 }, after: { status: 6 } }
    ], 'each with what changed of it')
    t.match((await post(`${URL}?source=one-stop`, { items: both })).body, { unchanged: 2 })
    t.same(await rebuildRollups(db), [])
  })

  t.test('of two units that are of another source is refused for both, and listed once for each', async t => {
    await post(URL, { items: [of380()] }, squatter)
    await post(URL, { items: [of381()] }, owner)
    const items = [of380({ updated_at: at(1) }), of381({ updated_at: at(1) }), of380({ updated_at: at(2) })]
    t.match((await post(`${URL}?source=land-office`, { items })).body.errors, [
      { pointer: '/items/0/code' }, { pointer: '/items/1/code' }, { pointer: '/items/2/code' }
    ])
    t.match((await get('/v1/source-conflicts')).body.items, [{ unit: 'H56-380' }, { unit: 'H56-381' }])
  })

  t.test('that a sender reaches twice is first that of the unit, then that of its source', async t => {
    await put('/v1/sources/third', { name: 'x', precedence: 50, synthetic: false })
    await send(db, [of380()], { reach: 'H56-380' })
    await send(db, [of381()], { reach: 'H56-381', source: 'third' })
    await send(db, [item({ code: 'B-1', unit: 'H56-382', status: 6, updated_at: at(2) })], { source: 'third' })
    const { rows } = await sql`select unit, source, status from dossiers order by record`.execute(db)
    t.same(rows, [
      { unit: 'H56-380', source: 'one-stop', status: 4 }, { unit: 'H56-382', source: 'third', status: 6 }
    ])
  })
})

forEachDatabase('a code that two sources send', async (t, service) => {
  const { get, post, put, delete: remove, db } = service
  const keyOf = async (source: string) => (
    await givenClient(service, source, { scopes, source, unit: 'H56-380' })).headers
  const [old, other] = [await keyOf('one-stop'), await keyOf('land-office')]
  t.afterEach(() => forget(db))
  const dossier = (given: object = {}) => item({ code: 'B-1', ...given })
  const newer = dossier({ status: 6, updated_at: at(1) })
  const rank = (source: string, precedence: number, more: object = {}, headers: Record<string, string> = {}) => (
    put(`/v1/sources/${source}`, { name: source, precedence, synthetic: false, ...more }, headers))
  const conflicts = async (query = '', headers = {}) => (await get(`/v1/source-conflicts${query}`, headers)).body.items

  t.test('belongs to the first: records of the other are refused one by one, and listed', async t => {
    await post(URL, { items: [dossier()] }, old)
    const refused = { pointer: '/items/1/code', code: 'other_source', detail: 'dossier B-1 belongs to source one-stop' }
    t.match(await post(URL, { items: [item(), newer] }, other), { status: 422, body: { errors: [refused] } })
    t.match(await post(URL, { items: [item(), dossier()] }, other), { status: 422, body: { errors: [refused] } }, 'the same as well')
    t.match(await conflicts(), [{
      code: 'B-1', unit: 'H56-380', source: 'one-stop', other_source: 'land-office', refused_at: String, taken_over_at: null
    }])
    await db.deleteFrom('source_conflicts').execute()
    await post(`${URL}?dry_run=true`, { items: [newer] }, other)
    t.same(await conflicts(), [], 'not tried out')
    const lines = [item(), newer].map(line => `${JSON.stringify(line)}\n`).join('')
    t.match((await post(URL, lines, { ...other, 'content-type': 'application/x-ndjson' })).body, {
      created: 1, rejected: 1, taken_over: 0, errors: [{ line: 2, code: 'other_source' }]
    })
    t.match(await conflicts('?unit=H56-380&source=land-office'), [{ code: 'B-1' }])
    t.same(await conflicts('?source=sample'), [])
    const sibling = await givenClient(service, 'sibling', { scopes: ['read'], unit: 'H56-381' })
    t.same(await conflicts('', sibling.headers), [])
    t.match((await post(URL, { items: [dossier()] }, old)).body, { unchanged: 1 })
  })

  t.test('is deleted by its source alone, and then belongs to none', async t => {
    await post(URL, { items: [dossier()] }, old)
    const deletion = { code: 'B-1', unit: 'H56-380', updated_at: at(1), deleted: true }
    t.match(await post(URL, { items: [deletion] }, other), { status: 422, body: { errors: [{ code: 'other_source' }] } })
    t.match(await remove(`${URL}/B-1`, other), { status: 403, body: { errors: [{ pointer: '/path/code', code: 'other_source' }] } })
    t.match((await post(URL, { items: [deletion] }, old)).body, { deleted: 1 })
    t.match((await post(URL, { items: [dossier()] }, other)).body, { created: 1, taken_over: 0 })
    t.match(await remove(`${URL}/B-1`, other), { status: 200 })
  })

  t.test('stays deleted for its source, whatever another source says that it deleted', async t => {
    const deletion = (minutes: number) => ({ code: 'B-1', unit: 'H56-380', updated_at: at(minutes), deleted: true })
    await post(URL, { items: [dossier({ updated_at: at(1) })] }, old)
    await post(URL, { items: [deletion(5)] }, old)
    t.match((await post(URL, { items: [deletion(2)] }, other)).body, { unchanged: 1, deleted: 0 })
    t.match((await post(URL, { items: [dossier({ updated_at: at(1) })] }, old)).body, { stale: 1, created: 0 })
  })

  t.test('is taken over by a source of higher precedence, for good', async t => {
    await post(URL, { items: [newer] }, old)
    await rank('land-office', 101)
    const deletion = { code: 'B-1', unit: 'H56-380', updated_at: at(2), deleted: true }
    t.match(await post(URL, { items: [deletion] }, other), { status: 422, body: { errors: [{ code: 'other_source' }] } })
    const { body } = await post(URL, { items: [dossier()] }, other)
    t.match(body, { updated: 1, taken_over: 1 }, 'also with an older version')
    t.match((await get(`/v1/imports/${body.import}`, other)).body, { updated: 1, taken_over: 1 })
    t.match((await get(`${URL}/B-1`)).body, { source: 'land-office', status: 4, history: [{ source: 'land-office' }, { source: 'one-stop' }] })
    t.match(await post(URL, { items: [dossier({ updated_at: at(5) })] }, old), { status: 422 })
    t.match(await conflicts('?source=one-stop&limit=1'), [
      { source: 'land-office', other_source: 'one-stop', refused_at: String, taken_over_at: String }
    ])
    await rank('land-office', 100)
  })

  t.test('is handed over when another software takes the place of the first', async t => {
    await post(URL, { items: [dossier(), item({ code: 'gone', updated_at: at(1), deleted: true })] }, old)
    const body = { succeeds: 'one-stop' }
    t.match(await rank('land-office', 99, body), { status: 422, body: { errors: [{ pointer: '/precedence', code: 'out_of_range' }] } })
    t.match(await rank('one-stop', 100, body), { status: 422, body: { errors: [{ pointer: '/succeeds', code: 'not_allowed' }] } })
    t.match(await rank('land-office', 100, { succeeds: 'one-stpo' }), {
      status: 422, body: { errors: [{ pointer: '/succeeds', code: 'unknown_source' }] }
    })
    const local = await givenClient(service, 'local', { scopes: ['write:catalogue'], unit: 'H56-380' })
    t.match(await rank('land-office', 100, body, local.headers), {
      status: 403, body: { errors: [{ pointer: '/succeeds', code: 'forbidden_unit' }] }
    })
    t.match(await rank('land-office', 100, body), { status: 200, body })
    t.match((await get(`${URL}/B-1`)).body, { source: 'land-office' })
    t.match((await post(URL, { items: [newer] }, other)).body, { updated: 1, taken_over: 0 })
    t.match(await post(URL, { items: [dossier({ updated_at: at(9) })] }, old), { status: 422 })
    t.match((await get('/v1/audit?limit=9', ADMIN)).body.items.slice(1, 3), [
      { resource: 'source-successions', key: { source: 'land-office', succeeds: 'one-stop' }, after: { dossiers: 2 } },
      { resource: 'sources', key: { code: 'land-office' }, before: { succeeds: null }, after: body }
    ])
    t.match(await rank('land-office', 100, body), { status: 200, body })
  })
})

forEachDatabase('a deleted dossier', async (t, { get, post, delete: remove, db }) => {
  t.afterEach(() => forget(db))
  const url = `${URL}?source=one-stop`
  const sent = async (given: object) => (await post(url, { items: [item({ code: 'B-1', ...given })] })).body

  t.test('can be sent again with a newer version than that which was deleted, whatever the clock says', async t => {
    await sent({ updated_at: at(1) })
    await remove(`${URL}/B-1`)
    t.match(await sent({ updated_at: at(1) }), { stale: 1 })
    t.match(await sent({ updated_at: at(2) }), { created: 1 })
    t.match((await get(`${URL}/B-1`)).body, { history: [{ deleted: false }, { deleted: true }, { deleted: false }] })
  })

  t.test('can be sent again as it was by a version that says that it is not deleted', async t => {
    await sent({ updated_at: at(1) })
    t.match(await sent({ updated_at: at(9), deleted: true }), { deleted: 1 })
    t.match(await sent({ updated_at: at(9), deleted: true }), { unchanged: 1 })
    t.match(await sent({ updated_at: at(10), deleted: true }), { unchanged: 1 })
    t.match(await sent({ updated_at: at(8), deleted: true }), { stale: 1 })
    t.match(await sent({ updated_at: at(0), deleted: false }), { stale: 1 })
    t.match(await sent({ updated_at: at(1) }), { stale: 1 })
    t.match(await sent({ updated_at: at(1), deleted: false }), { created: 1 })
    t.match(await sent({ updated_at: at(1), deleted: false }), { unchanged: 1 })
  })

  t.test('comes back in the batch that deletes it, in the order in which versions came', async t => {
    const batch = async (...given: object[]) => (
      await post(url, { items: given.map(each => item({ code: 'B-1', ...each })) })).body
    const deletion = { updated_at: at(9), deleted: true }
    const restore = { updated_at: at(1), deleted: false }
    t.match(await batch({ updated_at: at(1) }, deletion, restore), { created: 2, deleted: 1, stale: 0 })
    t.match((await get(`${URL}/B-1`)).body, { history: [{ deleted: false }, { deleted: true }, { deleted: false }] })
    t.same((await get('/v1/audit?resource=dossiers&limit=3', ADMIN)).body.items.map(({ action }: { action: string }) => action), [
      'created', 'deleted', 'created'
    ])
    t.same(await rebuildRollups(db), [])
    t.match(await batch(restore, deletion), { unchanged: 1, deleted: 1 })
    t.match(await batch(restore, { updated_at: at(5), status: 6 }), { created: 1, updated: 1 }, 'and goes on from there')
    const older = { updated_at: at(8), deleted: true }
    t.match(await batch(deletion, older, { updated_at: at(0), deleted: false }), { deleted: 1, stale: 2 })
    t.same(await rebuildRollups(db), [])
  })

  t.test('comes and goes in one batch up to a bound, from which on each version is refused', async t => {
    const after = (seconds: number) => new Date(Date.parse(at(0)) + seconds * 1_000).toISOString()
    // 50 deletions, each with the return of the dossier.
    const turns = Array.from({ length: 100 }, (_, i) => ({ updated_at: after(i), deleted: i % 2 === 0 }))
    const batch = (given: object[]) => ({ items: given.map(each => item({ code: 'B-1', ...each })) })
    await sent({ updated_at: after(0) })
    const beyond = { updated_at: after(100), deleted: true }
    t.match(await post(url, batch([...turns, beyond, { updated_at: after(101) }])), {
      status: 422,
      body: {
        code: 'invalid_rows', detail: '2 of 102 rows are at fault; nothing was written',
        errors: [
          { pointer: '/items/100/code', code: 'too_many_versions', detail: /^100 versions of dossier B-1 come before it / },
          { pointer: '/items/101/code', code: 'too_many_versions' }
        ]
      }
    })
    const lines = [...turns, beyond].map(each => `${JSON.stringify(item({ code: 'B-1', ...each }))}\n`).join('')
    const { body } = await post(url, lines, { 'content-type': 'application/x-ndjson' })
    t.match(body, { received: 101, created: 50, deleted: 50, rejected: 1, errors: [{ line: 101, pointer: '/code', code: 'too_many_versions' }] })
    t.match((await get(`${URL}/B-1`)).body, { history: { length: 101 } })
    t.match((await post(url, batch([beyond]))).body, { deleted: 1 }, 'and what is left can be sent after them')
    t.same(await rebuildRollups(db), [])
  })

  t.test('has any number of versions in a batch of which the newest alone counts', async t => {
    const items = Array.from({ length: 500 }, (_, i) => item({ code: 'B-1', updated_at: new Date(Date.parse(at(0)) + i).toISOString() }))
    t.match((await post(url, { items })).body, { received: 500, created: 1, stale: 499, rejected: 0 })
  })

  t.test('comes back elsewhere within a batch, and leaves no figure where it was in between', async t => {
    const batch = [
      { updated_at: at(1) }, { updated_at: at(9), deleted: true }, { unit: 'H56-381', updated_at: at(2), deleted: false },
      { unit: 'H56-382', updated_at: at(3) }
    ].map(each => item({ code: 'B-1', ...each }))
    t.match((await post(url, { items: [...batch, item({ code: 'B-2', unit: 'H56-381' })] })).body, {
      created: 3, deleted: 1, updated: 1
    })
    t.match((await get(`${URL}/B-1`)).body, { unit: 'H56-382' })
    t.same(await rebuildRollups(db), [])
    const { rows } = await sql`select unit from dossier_desks order by unit`.execute(db)
    t.same(rows, [{ unit: 'H56-381' }, { unit: 'H56-382' }])
  })
})

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
    const { rows } = await sql`select unit, updated_at from dossiers order by record`.execute(db)
    t.match(rows, [{ unit: 'H56-380' }, { unit: 'H56-381', updated_at: new Date(at(4)).toISOString() }])
    t.same(await rebuildRollups(db), [])
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

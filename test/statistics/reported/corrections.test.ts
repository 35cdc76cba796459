import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'

/** A row of a district, whole, with so many dossiers. */
const row = (received: number, more: object = {}) => ({
  unit: 'H56-380', period: '2021-Q4', source: 'one-stop', received_online: received, received_direct: 0, carried_over: 0,
  resolved_in_time: received, resolved_overdue: 0, ...more
})

forEachDatabase('what was reported by mistake', async (t, service) => {
  const { get, post, delete: remove } = service
  const report = async (items: object[], query = '') => post(`/v1/dossier-statistics${query}`, { items })
  const figure = async (query: string) => (await get(`/v1/on-time?${query}`)).body.items[0]
  const OF_SET = '/v1/dossier-statistics?unit=H56-380&period=2021-Q4'

  t.test('is deleted, and the unit has not reported', async t => {
    await report([row(10, { field: 'land' }), row(5, { field: 'justice' })])
    t.match(await figure('period=2021-Q4&unit=H56-380'), { received: 15, units_reported: 1 })
    t.match(await remove(`${OF_SET}&source=one-stop`), {
      status: 200, body: { unit: 'H56-380', period: '2021-Q4', source: 'one-stop', scope: 'own', deleted: 2 }
    })
    for (const query of ['', '&unit=H56-380', '&source=one-stop', '&level=district', '&field=land']) {
      t.match(await figure(`period=2021-Q4${query}`), { scope: null, received: null, units_reported: 0 }, query)
    }
    t.same((await get(OF_SET)).body.items, [])
    t.match((await get('/v1/audit?resource=dossier-statistics&limit=1', ADMIN)).body.items, [
      { action: 'deleted', operation: 'deleteDossierStatistics', unit: 'H56-380', after: null }
    ])
  })

  t.test('is deleted once: the same request again finds nothing', async t => {
    t.match(await remove(`${OF_SET}&source=one-stop`), { status: 200, body: { deleted: 0 } })
  })

  t.test('gives way to another source', async t => {
    await report([row(7, { source: 'other' })])
    await report([row(8)])
    t.match(await figure('period=2021-Q4&unit=H56-380'), { received: 8 })
    await remove(`${OF_SET}&source=one-stop`)
    t.match(await figure('period=2021-Q4&unit=H56-380'), { received: 7 })
    await remove(`${OF_SET}&source=other`)
  })

  t.test('is deleted in its scope alone', async t => {
    await report([row(7), row(70, { scope: 'total' })])
    t.match(await remove(`${OF_SET}&source=one-stop&scope=total`), { body: { deleted: 1 } })
    t.match((await get(OF_SET)).body.items, [{ scope: 'own', received: 7 }])
    await remove(`${OF_SET}&source=one-stop`)
  })

  t.test('must be named by known codes, each of which is named otherwise', async t => {
    t.match(await remove('/v1/dossier-statistics?unit=H56-999&period=2021-Q9&source=nobody'), {
      status: 400, body: {
        errors: ['unit', 'period', 'source'].map(name => ({ pointer: `/query/${name}`, code: `unknown_${name}` }))
      }
    })
    t.match((await remove(OF_SET)).body.errors, [{ pointer: '/query/source', code: 'missing' }])
  })

  t.test('is deleted by a client of its unit and source alone', async t => {
    await report([row(7)])
    const { headers } = await givenClient(service, 'neighbour', { scopes: ['write:statistics'], unit: 'H56-381', source: 'one-stop' })
    const foreign = await givenClient(service, 'foreign', { scopes: ['write:statistics'], unit: 'H56-380', source: 'other' })
    t.match(await remove(OF_SET, headers), { status: 400, body: { errors: [{ pointer: '/query/unit', code: 'unknown_unit' }] } })
    t.match(await remove(`${OF_SET}&source=one-stop`, foreign.headers), { status: 403, body: { errors: [{ code: 'forbidden_source' }] } })
    t.match(await remove(OF_SET, foreign.headers), { body: { deleted: 0 } })
    t.match((await get(OF_SET)).body.items, [{ received: 7 }])
  })
})

forEachDatabase('a period that has not begun', async (t, { db, post }) => {
  await db.insertInto('periods').values({
    code: 'far', calendar: 'reform', kind: 'quarter', year: 2190, starts_on: '2190-01-01', ends_on: '2190-03-31', report_due_on: null
  }).execute()
  const { status, body } = await post('/v1/dossier-statistics', { items: [row(1, { unit: 'H56-SNV', period: 'far' })] })
  t.equal(status, 422)
  t.match(body.errors, [{ pointer: '/items/0/period', code: 'period_not_begun' }], 'is not reported')
})

forEachDatabase('a file that is sent again after a correction', async (t, { db, get, post, delete: remove }) => {
  const at = (hour: number) => `2021-12-20T${10 + hour}:00:00+07:00`
  const report = async (items: object[], query = '') => (await post(`/v1/dossier-statistics${query}`, { items })).body
  const stored = async (unit: string) => (await get(`/v1/dossier-statistics?period=2021-Q4&unit=${unit}`)).body.items
    .map(({ field, received }: Record<string, string>) => `${field} ${received}`)
  /** What was taken back stays so: each test has a unit of its own. */
  const rowsOf = (unit: string) => ({
    land: (received: number, reported_at: string | null = null) => row(received, { unit, field: 'land', reported_at }),
    justice: (received: number, reported_at: string | null = null) => row(received, { unit, field: 'justice', reported_at })
  })

  t.test('is stale, and changes nothing', async t => {
    const { land, justice } = rowsOf('H56-380')
    t.match(await report([land(10, at(1))]), { created: 1 })
    t.match(await report([land(10, at(1))]), { unchanged: 1, stale: 0 })
    t.match(await report([land(12, at(3))]), { updated: 1 })
    t.match(await report([land(10, at(1)), justice(1, at(1))]), { received: 2, created: 1, stale: 1, updated: 0 })
    t.same(await stored('H56-380'), ['justice 1', 'land 12'])
    t.match((await report([land(10, at(1))], '?dry_run=true')).rows, [
      { pointer: '/items/0', outcome: 'stale', before: { received: 12 }, after: { received: 12 } }
    ])
    t.match(await report([land(12, at(4))]), { updated: 1 }, 'what is confirmed later is as old as that')
    t.match(await report([land(11, '2021-12-20T06:30:00Z')]), { stale: 1 })
    t.match(await report([land(12, '2021-12-20T07:00:00Z')]), { unchanged: 1 }, 'an instant may be written in any offset')
  })

  t.test('is stale beside a row that did not say when it was reported: that was when it came', async t => {
    const { land } = rowsOf('H56-381')
    await report([land(10, at(1))])
    t.match(await report([land(12)]), { updated: 1 })
    t.match(await report([land(12)]), { unchanged: 1 })
    t.match(await report([land(10, at(2))]), { stale: 1 })
    t.same(await stored('H56-381'), ['land 12'])
  })

  t.test('does not bring back what was deleted, unless it is reported after that', async t => {
    const { land } = rowsOf('H56-382')
    await report([land(10, at(1))])
    await remove('/v1/dossier-statistics?unit=H56-382&period=2021-Q4&source=one-stop')
    for (const query of ['', '?replace=true']) t.match(await report([land(10, at(1))], query), { stale: 1, created: 0 }, query)
    t.same(await stored('H56-382'), [])
    t.match((await get('/v1/on-time?period=2021-Q4&unit=H56-382')).body.items, [{ units_reported: 0 }])
    t.match(await report([land(11)]), { created: 1 })
  })

  t.test('replaces nothing that is newer, even in part', async t => {
    const { land, justice } = rowsOf('H56-384')
    await report([land(10, at(1)), justice(5, at(1))], '?replace=true')
    await report([land(12, at(3))])
    t.match(await report([land(10, at(1)), justice(6, at(2))], '?replace=true'), { stale: 2, deleted: 0 })
    t.match(await report([row(9, { unit: 'H56-384', reported_at: at(2) })], '?replace=true'), { stale: 1, deleted: 0 })
    t.same(await stored('H56-384'), ['justice 5', 'land 12'])
    t.match(await report([land(13, at(4))], '?replace=true'), { updated: 1, deleted: 1 })
    t.match(await report([justice(5, at(1))]), { stale: 1 }, 'what was replaced was taken back')
    t.match(await report([justice(5, at(5))]), { created: 1 })
  })

  t.test('is taken where it is not known when the stored row was reported', async t => {
    const { land } = rowsOf('H56-386')
    await report([land(10)])
    await db.updateTable('dossier_statistics').set({ reported_at: null }).where('unit', '=', 'H56-386').execute()
    t.match(await report([land(11, at(1))]), { updated: 1 })
  })

  t.test('is only dated by a clock that can be right', async t => {
    const { land } = rowsOf('H56-385')
    const tomorrow = new Date(Date.now() + 3_600_000).toISOString()
    t.match(await report([land(1, tomorrow)]), { created: 1 })
    for (const wrong of ['2999-01-01T00:00:00Z', '1970-01-01T00:00:00Z']) {
      t.match((await report([land(2, wrong)])).errors, [{ pointer: '/items/0/reported_at', code: 'out_of_range' }])
    }
    t.match(await report([land(2)]), { updated: 1 }, 'a clock that is ahead does not keep a correction out')
    t.match((await get('/v1/dossier-statistics?unit=H56-385&source=one-stop')).body.items.map(({ reported_at: at }: { reported_at: string }) => (
      Date.parse(at) === Date.parse(tomorrow))), [true])
  })
})

forEachDatabase('a procedure that gets another field', async (t, { db, get, post }) => {
  const rowOf = (period: string, more: object = {}) => row(10, { period, procedure: '1.001193', ...more })
  const report = async (items: object[], query = '') => (await post(`/v1/dossier-statistics${query}`, { items })).body
  const fields = async () => (await get('/v1/on-time?period=2021-Q4,2022-Q1&unit=H56-380&group_by=period,field')).body.items
    .map(({ period, field, received }: Record<string, string>) => `${period} ${field} ${received}`)
  await report([rowOf('2021-Q4')])
  await db.updateTable('procedures').set({ field: 'justice' }).where('code', '=', '1.001193').execute()

  t.test('keeps the one it had in what was reported before', async t => {
    for (const query of ['', '?replace=true']) {
      t.match(await report([rowOf('2021-Q4')], query), { unchanged: 1 }, `the same file again ${query}`)
    }
    t.match(await report([rowOf('2021-Q4', { field: 'civil-status' })]), { unchanged: 1 }, 'also where it names the field')
    t.match(await report([rowOf('2021-Q4', { received_online: 11, resolved_in_time: 11 }), rowOf('2022-Q1')]), { created: 1, updated: 1 })
    t.same(await fields(), ['2021-Q4 civil-status 11', '2022-Q1 justice 10'])
  })

  t.test('has the new one in the past where a row says so', async t => {
    t.match(await report([rowOf('2021-Q4', { field: 'justice' })]), { updated: 1 })
    t.same(await fields(), ['2021-Q4 justice 10', '2022-Q1 justice 10'])
    t.match((await report([
      rowOf('2022-Q1', { field: 'civil-status' }), rowOf('2022-Q1', { field: 'civil-status', unit: 'H56-999' })
    ])).errors, [
      { pointer: '/items/0/field', code: 'field_mismatch' }, { pointer: '/items/1/unit' }, { pointer: '/items/1/field' }
    ])
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { postIndicatorValues } from '../../../src/reports/indicators/commands.ts'
import type { IndicatorValue } from '../../../src/reports/indicators/schema.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { forEachDatabase } from '../../database.ts'
import { givenLife, succeed } from './given.ts'
import { instantOfDatabase } from './instant.ts'

forEachDatabase('what was known', async (t, service) => {
  const { get, post } = service
  const { write, submit, approve, publish, reopen, report, url } = await givenLife(service, 'H56-380')
  const before = await instantOfDatabase(service)
  await succeed(() => write({ '1.1.1': 1 }))
  const first = await instantOfDatabase(service)
  await succeed(() => write({ '1.1.1': 2, '1.1.2': 1 }))
  const second = await instantOfDatabase(service)

  t.test('of a value is each of its versions, from when until when it was known', async t => {
    const at = async (instant: string) => (await get(`/v1/indicator-values?unit=H56-380&as_known_at=${instant}`)).body.items
      .map(({ indicator, number }: IndicatorValue) => [indicator, number])
    t.same(await at(before), [])
    t.same(await at(first), [['1.1.1', 1]])
    t.same(await at(second), [['1.1.1', 2], ['1.1.2', 1]])
    const now = (await get('/v1/indicator-values?unit=H56-380')).body
    t.same((await get(`/v1/indicator-values?unit=H56-380&as_known_at=${second}`)).body, now)
  })

  t.test('is filtered and paged like what is known', async t => {
    const { items } = (await get(`/v1/indicator-values?period=2021-H1&state=reported&indicator=1.1.1&as_known_at=${first}`)).body
    t.match(items, [{ unit: 'H56', number: 35 }, { unit: 'H56-380', number: 1 }])
    t.equal((await get(`/v1/indicator-values?limit=1&as_known_at=${first}`)).body.items.length, 1)
  })

  t.test('of a report is its rows, and what was published by then', async t => {
    const early = await report(`?as_known_at=${first}`)
    t.match(early.body, { provisional: true, publication: null, rows: { 2: { number: 1 }, 3: { state: 'not_provided' } } })
    await succeed(submit, approve, publish)
    const published = await instantOfDatabase(service)
    await succeed(reopen, () => write({ '1.1.1': 3 }))
    const changed = await instantOfDatabase(service)
    await succeed(submit, approve, publish)
    t.match((await report(`?as_known_at=${published}`)).body, { provisional: false, publication: { revision: 1 }, rows: { 2: { number: 2 } } })
    t.match((await report(`?as_known_at=${changed}`)).body, { provisional: true, publication: { revision: 1 }, rows: { 2: { number: 3 } } })
    t.same((await report(`?as_known_at=${first}`)).body, early.body)
    t.match((await report()).body, { provisional: false, publication: { revision: 2 } })
    t.match((await report('?as_known_at=2021-06-14T23:59:59%2B07:00')).body, { provisional: true, rows: { 2: { state: 'not_provided' } } })
  })

  t.test('is not asked of what is yet to come, nor of a revision', async t => {
    t.match(await get(`${url}?as_known_at=2099-01-01T00:00:00Z`), {
      status: 400, body: { errors: [{ pointer: '/query/as_known_at', code: 'out_of_range', detail: /yet to come/ }] }
    })
    t.match(await get(`${url}?as_known_at=${first}&revision=1`), {
      status: 400, body: { errors: [{ pointer: '/query/as_known_at', code: 'not_allowed' }] }
    })
    t.match(await get(`${url}?as_known_at=2021-06-14`), { status: 400, body: { errors: [{ code: 'malformed' }] } })
    t.match(await get('/v1/indicator-values?as_known_at=2099-01-01T00:00:00Z'), { status: 400 })
  })

  t.test('is not asked of the ends of time, which no database and no calendar reaches', async t => {
    for (const address of [url, '/v1/indicator-values']) {
      const refusal = (instant: string) => get(`${address}?as_known_at=${encodeURIComponent(instant)}`)
      for (const early of ['0001-01-01T00:00:00+14:00', '1969-12-31T23:59:59Z']) {
        t.match(await refusal(early), {
          status: 400, body: { errors: [{ pointer: '/query/as_known_at', code: 'out_of_range', detail: /is before 1970/ }] }
        })
      }
      t.match(await refusal('9999-12-31T23:59:59-14:00'), {
        status: 400, body: { errors: [{ pointer: '/query/as_known_at', code: 'out_of_range', detail: /is yet to come/ }] }
      })
      t.equal((await refusal('1970-01-01T00:00:00Z')).status, 200)
    }
  })

  t.test('is not changed by a rehearsal, nor by what is written as it was', async t => {
    const versions = async () => (await sql`select from indicator_value_versions`.execute(service.db)).rows.length
    const stored = await versions()
    const items = [{ unit: 'H56-381', period: '2021-H1', indicator: '1.1.1', number: 1 }]
    await post('/v1/indicator-values?dry_run=true', { items })
    t.equal(await versions(), stored)
    await post('/v1/indicator-values', { items })
    await post('/v1/indicator-values', { items })
    t.equal(await versions(), stored + 1)
  })

  t.test('follows one version upon another, also where the clock was put back', async t => {
    await sql`update indicator_value_versions set known_from = '2099-01-01T00:00:00Z' where unit = 'H56-381'`.execute(service.db)
    await post('/v1/indicator-values', { items: [{ unit: 'H56-381', period: '2021-H1', indicator: '1.1.1', number: 2 }] })
    const { rows } = await sql`
      select number, known_from, known_until from indicator_value_versions where unit = 'H56-381' order by known_from`.execute(service.db)
    t.match(rows, [{ number: 1, known_until: /^2099/ }, { number: 2, known_from: /^2099/, known_until: null }])
  })
})

forEachDatabase('who asks what was known', async (t, service) => {
  const { get, db } = service
  if (t.name.includes('embedded')) {
    t.pass('it has one connection, so nothing happens at the same time')
    return
  }

  t.test('waits for those who were writing by then', async t => {
    const writing = Promise.withResolvers<void>()
    const mayGoOn = Promise.withResolvers<void>()
    const item = { unit: 'H56-380', period: '2021-H1', indicator: '1.1.1', number: 1 }
    const written = runOwnWrite(db, 'slow', 'test', async write => {
      await postIndicatorValues(write, [item], { mode: 'atomic', dry_run: false })
      writing.resolve()
      await mayGoOn.promise
      return {}
    })
    await writing.promise
    const instant = await instantOfDatabase(service)
    const url = `/v1/indicator-values?unit=H56-380&as_known_at=${instant}`
    const answer = get(url)
    t.equal(await Promise.race([answer, sleep(200, 'waits')]), 'waits')
    mayGoOn.resolve()
    await written
    const { body } = await answer
    t.match(body.items, [{ number: 1 }])
    t.same((await get(url)).body, body)
  })
})

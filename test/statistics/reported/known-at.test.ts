import { setTimeout as sleep } from 'node:timers/promises'
import { postDossierStatistics } from '../../../src/statistics/reported/commands.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { givenClient } from '../../client.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { instantOfDatabase } from '../../reports/life/instant.ts'

const OF = { unit: 'H56-380', period: '2021-Q4', source: 'a' }

/** Notes what is answered now, to compare it with what is answered later of this instant. */
function noter (service: Service, url: string) {
  const looks: { instant: string, items: object[] }[] = []
  return {
    look: async () => {
      const { items } = (await service.get(url)).body as { items: object[] }
      looks.push({ instant: await instantOfDatabase(service), items })
    },
    looks
  }
}

forEachDatabase('what was known of reported statistics', async (t, service) => {
  const { get, post } = service
  const url = '/v1/dossier-statistics?period=2021-Q4&unit=H56-380'
  const at = async (instant: string, query = url) => (await get(`${query}&as_known_at=${instant}`)).body.items

  t.test('of each row is what was stored then, whatever was written, replaced and deleted since', async t => {
    const { look, looks } = noter(service, url)
    const write = async (items: object[], query = '') => {
      const { status, text } = await post(`/v1/dossier-statistics${query}`, { items: items.map(item => ({ ...OF, ...item })) })
      t.equal(status, 200, text)
      await look()
    }
    await look()
    await write([{ field: 'land', received: 10, resolved: 4 }, { field: 'construction', received: 1 }])
    await write([{ field: 'land', received: 12, resolved: 5, cancelled: 0 }])
    await write([{ procedure: '1.001612', received: 3 }], '?replace=true')
    await write([{ procedure: '1.001612', received: 4, resolved: 1, cancelled: 1 }])
    await service.delete(`/v1/dossier-statistics?unit=H56-380&period=2021-Q4&source=a`)
    await look()
    await write([{ field: 'land', received: 7 }])
    await write([{ source: 'b', scope: 'total', received: 100, reported_at: '2021-12-21T08:00:00.123+07:00' }])
    t.same(looks.map(({ items }) => items.length), [0, 2, 2, 1, 1, 0, 1, 2])
    for (const { instant, items } of looks) t.same(await at(instant), items, instant)
    t.same((await at(looks.at(-1)!.instant, `${url}&source=b&scope=total&limit=1`)).length, 1)
    t.same(await at(looks[2]!.instant, `${url}&field=construction`), looks[2]!.items.slice(0, 1))
    t.same((await get(`/v1/dossier-statistics?limit=1&as_known_at=${looks[1]!.instant}`)).body.items.length, 1, 'of all units')
  })

  t.test('includes what was written at the instant that the audit log names', async t => {
    await post('/v1/dossier-statistics', { items: [{ ...OF, unit: 'H56-381', received: 11 }] })
    const { headers } = await givenClient(service, 'auditor', { scopes: ['admin'] })
    const { items: [{ at: written }] } = (await get('/v1/audit?resource=dossier-statistics&limit=1', headers)).body
    const items = await at(encodeURIComponent(written), '/v1/dossier-statistics?period=2021-Q4&unit=H56-381')
    t.match(items, [{ received: 11 }])
  })

  t.test('of feedback is told the same way', async t => {
    const { look, looks } = noter(service, '/v1/feedback-statistics?period=2021-Q4&unit=H56-380')
    await look()
    for (const received of [3, 5]) {
      await post('/v1/feedback-statistics', { items: [{ ...OF, received_in_period: received, carried_over: 1 }] })
      await look()
    }
    for (const { instant, items } of looks) {
      t.same(await at(instant, '/v1/feedback-statistics?period=2021-Q4&unit=H56-380'), items)
    }
    t.match(looks.map(({ items }) => items), [[], [{ received: 4 }], [{ received: 6 }]])
  })

  t.test('is nothing before the first of it, and not asked of what is yet to come', async t => {
    t.same(await at('1970-01-01T00:00:00Z'), [])
    for (const [instant, detail] of Object.entries({ '2099-01-01T00:00:00Z': /yet to come/, '1969-12-31T23:59:59Z': /before 1970/ })) {
      for (const address of ['dossier-statistics', 'feedback-statistics']) {
        t.match(await get(`/v1/${address}?as_known_at=${instant}`), {
          status: 400, body: { errors: [{ pointer: '/query/as_known_at', code: 'out_of_range', detail }] }
        })
      }
    }
    t.match(await get('/v1/dossier-statistics?as_known_at=2021-07-01T00:00:00Z&as_known_at=2021-08-01T00:00:00Z'), {
      status: 400, body: { errors: [{ pointer: '/query/as_known_at', code: 'invalid_type' }] }
    }, 'two instants are none')
  })
})

forEachDatabase('who asks what was known of statistics', async (t, service) => {
  if (t.name.includes('embedded')) {
    t.pass('it has one connection, so nothing happens at the same time')
    return
  }

  t.test('gets the same answer after a write that ran then', async t => {
    const mayGoOn = Promise.withResolvers<void>()
    const writing = Promise.withResolvers<void>()
    const written = runOwnWrite(service.db, 'slow', 'test', async write => {
      await postDossierStatistics(write, [{ ...OF, received: 1 }], { mode: 'atomic', dry_run: false, replace: false })
      writing.resolve()
      await mayGoOn.promise
      return {}
    })
    await writing.promise
    const url = `/v1/dossier-statistics?unit=H56-380&period=2021-Q4&as_known_at=${await instantOfDatabase(service)}`
    const before = await get(url)
    mayGoOn.resolve()
    await written
    await sleep(5)
    t.same((await get(url)).body, before.body)
    t.same(before.body.items, [])
  })

  const { get } = service
})

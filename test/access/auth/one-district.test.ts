import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { units } from '../../../src/seed/catalogue/units.ts'
import { ALL, FOREIGN, givenDossier, HOME } from './matrix.ts'

const WITHIN = new Set(units().filter(({ path }) => path.includes(HOME)).map(({ code }) => code))

forEachDatabase('to a key for one district', async (t, service) => {
  const { get, post } = service
  const { headers } = await givenClient(service, 'district', { scopes: ALL, unit: HOME, source: 'one-stop' })
  const row = (unit: string, received = 1) => ({ unit, period: '2024-Q1', source: 'one-stop', received })
  const value = (unit: string) => ({ unit, period: '2021-H1', indicator: '3.1.3', printed: '9' })
  for (const unit of ['H56-381', 'H56-382', HOME, 'H56-14755']) {
    await post('/v1/dossier-statistics', { items: [row(unit)] })
    await post('/v1/indicator-values', { items: [value(unit)] })
    await givenDossier(service.db, unit)
  }

  t.test('there is nothing but its rows and those below it', async t => {
    for (const [list, column] of Object.entries({
      '/v1/units?limit=10000': 'code',
      '/v1/units?level=district,commune&q=a&limit=10000': 'code',
      '/v1/dossier-statistics?limit=10000': 'unit',
      '/v1/dossier-statistics?limit=10000&period=2024-Q1': 'unit',
      '/v1/indicator-values?limit=10000': 'unit',
      '/v1/dossiers?limit=10000': 'unit',
      '/v1/on-time?period=2024-Q1&group_by=unit': 'unit',
      '/v1/audit?limit=10000': 'unit'
    })) {
      const all = await get(list, ADMIN)
      const { status, body } = await get(list, headers)
      t.equal(status, 200, list)
      t.not(body.items.length, 0, list)
      t.ok(body.items.every((item: Record<string, string>) => WITHIN.has(item[column]!)), list)
      t.ok(all.body.items.length > body.items.length, `${list} holds more for others`)
      const own = all.body.items.filter((item: Record<string, string>) => WITHIN.has(item[column]!))
      t.equal(body.items.length, own.length, `${list} holds all of its own`)
    }
  })

  t.test('sums are those of its own rows', async t => {
    for (const query of ['', '&group_by=level', '&unit=H56-380']) {
      const { body } = await get(`/v1/on-time?period=2024-Q1${query}`, headers)
      t.equal(body.items.reduce((sum: number, { received }: { received: number }) => sum + received, 0), 2, query)
    }
  })

  t.test('changes are those of its own rows and of what belongs to no unit', async t => {
    const { body } = await get('/v1/changes?limit=10000', headers)
    t.ok(body.items.some(({ unit }: { unit: string }) => unit === 'H56-14755'))
    t.ok(body.items.every(({ unit }: { unit: string | null }) => unit === null || WITHIN.has(unit)))
  })

  t.test('a foreign unit is one that there never was', async t => {
    for (const foreign of ['H56', FOREIGN, 'H56-SNV', 'gso:381']) {
      for (const path of ['/v1/units/*', '/v1/reports/*/2021-H1', '/v1/reports/*/2021-H1?format=csv', '/v1/dossier-statistics?unit=*', '/v1/dossier-statistics/continuity?period=2021-Q4&unit=*',
        '/v1/on-time?period=2021-H1&unit=*', '/v1/units/*/on-time-series?from=2021-01&to=2021-02',
        '/v1/forms/ii-06a/*/2021-H1', '/v1/forms/07a-btp/*/2021-H1', '/v1/reconciliation?period=2021-H1&unit=*', '/v1/dossiers/d-*', '/v1/dossiers?unit=*', '/v1/indicator-values?unit=*', '/v1/audit?unit=*', '/v1/units?parent=*']) {
        const one = await get(path.replace('*', foreign), headers)
        const none = await get(path.replace('*', 'H56-999'), headers)
        t.ok(one.status === 404 || one.status === 400, path)
        t.equal(one.text.replaceAll(foreign, 'H56-999'), none.text, path)
        t.same(Object.keys(one.headers), Object.keys(none.headers), path)
      }
    }
  })

  t.test('a batch with foreign rows is refused, and each of them is named', async t => {
    const items = [row('H56-14758', 5), row(FOREIGN, 5), row('H56', 5), row('H56-14755', 5)]
    for (const query of ['', '?dry_run=true', '?replace=true']) {
      t.match(await post(`/v1/dossier-statistics${query}`, { items }, headers), {
        status: 403,
        body: { code: 'forbidden_rows', errors: [1, 2].map(n => ({ pointer: `/items/${n}/unit`, code: 'forbidden_unit' })) }
      })
    }
    t.match(await post('/v1/indicator-values', { items: [value(FOREIGN)] }, headers), {
      status: 403, body: { errors: [{ pointer: '/items/0/unit', code: 'forbidden_unit' }] }
    })
    t.match((await get('/v1/dossier-statistics?period=2024-Q1&unit=H56-380&limit=10000', headers)).body.items, [{ received: 1 }, { received: 1 }])
  })

  t.test('in partial mode its own rows are written, and each foreign one is refused', async t => {
    const answer = await post('/v1/dossier-statistics?mode=partial', { items: [row('H56-14758', 5), row(FOREIGN, 5)] }, headers)
    t.match(answer, { status: 200, body: { created: 1, rejected: 1, errors: [{ pointer: '/items/1/unit', code: 'forbidden_unit' }] } })
    t.match((await get(`/v1/dossier-statistics?period=2024-Q1&unit=${FOREIGN}`)).body.items, [{ received: 1 }])
  })

  t.test('a source is its own, which need not be said', async t => {
    const { source: _, ...plain } = row('H56-14761')
    t.match((await post('/v1/dossier-statistics', { items: [plain] }, headers)).body, { created: 1 })
    t.match(await post('/v1/dossier-statistics', { items: [{ ...plain, source: 'other' }] }, headers), {
      status: 403, body: { errors: [{ pointer: '/items/0/source', code: 'forbidden_source' }] }
    })
  })
})

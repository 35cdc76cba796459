import { sql } from 'kysely'
import type { Test } from 'tap'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import type { DossierItem } from '../../../src/dossiers/schema.ts'
import { givenClient } from '../../client.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { jobEnded } from '../corrections/given.ts'
import { forget, formerStates, item, send, storedDossiers } from '../given.ts'

type Row = Record<string, number | string | null>

const COMMUNE = { unit: 'H56-14755', procedure: '1.001193', due_at: null }
const DEPARTMENT = { ...COMMUNE, unit: 'H56-SNV' }
const at = (day: string) => ({ updated_at: `2021-${day}T09:00:00+07:00` })
const ended = (day: string) => ({ status: 10, finished_at: `2021-${day}T09:00:00+07:00`, ...at(day) })
const received = { ...COMMUNE, received_at: '2021-05-03T08:00:00+07:00', ...at('05-03') }
const version = (given: Partial<DossierItem>) => item({ ...received, ...given })

async function levels ({ get }: Service, period: string): Promise<Record<string, Row>> {
  const { items } = (await get(`/v1/on-time?basis=records&period=${period}&group_by=level`)).body
  return Object.fromEntries(items.map((row: Row) => [row['level'], row]))
}

const NONE = { transferred_in: 0, transferred_out: 0 }

forEachDatabase('a dossier received by a commune in May and handed to a department in July', async (t, service) => {
  const { db, get } = service
  await send(db, [version({})])
  await send(db, [version({ ...DEPARTMENT, ...at('07-05') })])
  await send(db, [version({ ...DEPARTMENT, ...ended('07-20') })])

  t.test('stays in the first half year of the communes', async t => {
    t.match(await levels(service, '2021-H1'), {
      commune: { received_direct: 1, carried_over: 0, pending: 1, ...NONE }, province: undefined
    })
  })

  t.test('leaves the communes in the third quarter, and comes to the departments', async t => {
    t.match(await levels(service, '2021-Q3'), {
      commune: { carried_over: 1, received: 1, resolved: 0, pending: 1, transferred_in: 0, transferred_out: 1 },
      province: { carried_over: 1, received: 1, resolved: 1, pending: 0, transferred_in: 1, transferred_out: 0 }
    })
    t.same(await levels(service, '2021-Q4'), {}, 'where nothing is left of it')
  })

  t.test('counts once in the province', async t => {
    const { items } = (await get('/v1/on-time?basis=records&period=2021-Q3')).body
    t.match(items, [{ carried_over: 1, received: 1, resolved: 1, pending: 0, ...NONE }])
  })

  t.test('counts in the form for both, and in its totals once', async t => {
    const { sections, grand_total: whole } = (await get('/v1/forms/ii-06a/H56/2021-Q3?basis=records')).body
    const rows = sections.flatMap((section: { rows: Row[] }) => section.rows)
    const rowOf = (unit: string) => rows.find((row: Row) => row['unit'] === unit)
    t.match(rowOf('H56-14755'), { received: 1, pending: 1, transferred_out: 1 })
    t.match(rowOf('H56-SNV'), { received: 1, resolved: 1, transferred_in: 1 })
    t.match(whole, { received: 1, resolved: 1, pending: 0, ...NONE })
    t.match(sections.map(({ code, total }: { code: string, total: Row }) => [code, total['received'], total['transferred_in'], total['transferred_out']]), [
      ['province', 1, 1, 0], ['district', null, null, null], ['commune', 1, 0, 1]
    ])
    const { text } = await get('/v1/forms/ii-06a/H56/2021-Q3?basis=records&format=csv')
    t.match(text.split('\n')[0], /transferred_in,transferred_out/)
  })

  t.test('is listed where it counted', async t => {
    const listed = async (query: string) => (await get(`/v1/on-time/explain/dossiers?${query}`)).body.items
      .map((row: Row) => [row['unit'], row['counted_on'], row['in_time']])
    t.same(await listed('period=2021-H1&method=handled'), [['H56-14755', '2021-06-14', true]])
    t.same(await listed('period=2021-Q3&method=handled&level=commune'), [['H56-14755', '2021-07-05', true]])
    t.same(await listed('period=2021-Q3&method=handled'), [['H56-SNV', '2021-07-20', true]])
    t.same(await listed('period=2021-Q3&method=resolved&unit=H56-380'), [])
  })

  t.test('is explained by what moved', async t => {
    const { body } = await get('/v1/on-time/explain?basis=records&period=2021-Q3&level=commune')
    t.match(body, { transferred_out: 1, pending: 1 })
    t.match(body.rows.map(({ values }: { values: Row }) => values['moved']), [0, -1])
  })

  t.test('is in the months of both', async t => {
    const months = async (unit: string) => (await get(`/v1/units/${unit}/on-time-series?basis=records&from=2021-05&to=2021-08`))
      .body.items.map((row: Row) => ['carried_over', 'pending', 'transferred_in', 'transferred_out'].map(name => row[name]))
    t.same(await months('H56-14755'), [[0, 1, 0, 0], [1, 1, 0, 0], [1, 1, 0, 1], [0, 0, 0, 0]])
    t.same(await months('H56-SNV'), [
      [null, null, null, null], [null, null, null, null], [1, 1, 1, 0], [1, 0, 0, 0]
    ], 'of which the department knows nothing before')
  })

  t.test('is compared with what was reported', async t => {
    const { items } = (await get('/v1/reconciliation?unit=H56-14755&period=2021-Q3')).body
    t.match(items.slice(-2), [
      { measure: 'transferred_in', column: null, reported: null, from_records: 0 },
      { measure: 'transferred_out', column: null, reported: null, from_records: 1, difference: null }
    ])
  })

  t.test('is in the timeline of no other whatever is sent again', async t => {
    const again = [version({}), version({ ...DEPARTMENT, ...at('07-05') }), version({ ...DEPARTMENT, ...ended('07-20') })]
    t.same((await send(db, again)).outcomes, ['stale', 'stale', 'unchanged'])
    const stored = async () => (await storedDossiers(db)).map(({ write: _, ...dossier }) => dossier)
    const before = await stored()
    await forget(db)
    await send(db, again)
    t.same(await stored(), before, 'also in one chunk')
  })

  t.test('is taken out of its field where that was wrong from the beginning, also out of what it was', async t => {
    const { post } = service
    const procedure = (await get('/v1/procedures/1.001193')).body
    await send(db, [version({ ...DEPARTMENT, procedure: '1.001612', ...at('08-02'), status: 4, finished_at: null })])
    const correction = { ...procedure, field: 'justice', correction: true }
    const corrected = async (item: object) => jobEnded(service, (await post('/v1/procedures', { items: [item] })).body.correction)
    t.match(await corrected(correction), { state: 'done', dossiers_moved: 1 })
    const fields = async (query: string) => (await get(`/v1/on-time?basis=records&group_by=field&${query}`)).body.items.map((row: Row) => row['field'])
    t.same(await fields('period=2021-H1'), ['justice'])
    t.same(await fields('period=2021-Q3'), ['business-registration', 'justice'])
    t.same(await fields('from=2021-06-20&to=2021-07-31'), ['justice'])
    await send(db, [version({ ...DEPARTMENT, ...at('09-02'), status: 4, finished_at: null })])
    await corrected({ ...correction, field: 'land' })
    t.same(await fields('period=2021-H1'), ['land'])
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('what was wrong from the beginning', async (t, service) => {
  const { db, get, put, post } = service
  t.afterEach(() => forget(db))
  const corrected = { ...DEPARTMENT, ...at('07-05'), correction: true }

  t.test('is rewritten by a correction, which the audit lists', async t => {
    await send(db, [version({})])
    await send(db, [version({ ...COMMUNE, unit: 'H56-380', ...at('06-01') })])
    await send(db, [version(corrected)])
    t.match(await levels(service, '2021-H1'), { province: { received: 1, pending: 1, ...NONE }, commune: undefined, district: undefined })
    const { headers } = await givenClient({ put, post }, 'auditor', { scopes: ['admin'] })
    const { items } = (await get('/v1/audit?resource=dossier-corrections', headers)).body
    t.match(items, [{
      key: { code: item().code }, action: 'updated', unit: 'H56-SNV',
      before: { unit: 'H56-380', history: [{ unit: 'H56-14755', field: 'civil-status', until: '2021-06-01' }] }, after: { unit: 'H56-SNV', history: [] }
    }])
    t.same(await rebuildRollups(db), [])
  })

  t.test('is rewritten by the last version once more, as a correction', async t => {
    await send(db, [version({}), version({ ...corrected, correction: false })])
    t.match(await levels(service, '2021-H1'), { commune: { pending: 1 } })
    t.same((await send(db, [version(corrected)])).outcomes, ['updated'])
    t.match(await levels(service, '2021-H1'), { commune: undefined, province: { pending: 1 } })
    t.same((await send(db, [version(corrected)])).outcomes, ['unchanged'])
  })

  t.test('is rewritten within a chunk as it is one by one', async t => {
    const versions = [
      version({}), version(corrected), version({ ...DEPARTMENT, ...at('07-06'), status: 6 }), version({ ...COMMUNE, ...at('07-08') }),
      version({ status: 3, ...at('07-10') }), version({ ...DEPARTMENT, ...at('07-12') }), version({ ...COMMUNE, ...at('07-14') })
    ]
    for (const length of [2, 3, 4, 5, 6, 7]) {
      await send(db, versions.slice(0, length))
      const together = await formerStates(db)
      await forget(db)
      for (const one of versions.slice(0, length)) await send(db, [one])
      t.same(await formerStates(db), together, `${length} versions`)
      t.same(await rebuildRollups(db), [])
      await forget(db)
    }
  })

  t.test('is what is deleted, and begins again', async t => {
    await send(db, [version({})])
    await send(db, [version({ ...DEPARTMENT, ...at('07-05') })])
    await send(db, [version({ ...at('07-06'), deleted: true })])
    t.match(await storedDossiers(db), [{ status: 0, held_from: null }])
    t.same(await formerStates(db), [])
    t.same(await levels(service, '2021-H1'), {})
    await send(db, [version({ ...DEPARTMENT, ...at('07-07') })])
    t.match(await levels(service, '2021-H1'), { province: { pending: 1 }, commune: undefined })
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('coverage', async (t, { db }) => {
  const desks = async () => (await sql<{ unit: string, since: string }>`select unit, since from dossier_desks order by unit`.execute(db))
    .rows.map(({ unit, since }) => `${unit} ${since}`)
  const is = async (t: Test, expected: string[]) => {
    t.same(await desks(), expected)
    t.same(await rebuildRollups(db), [])
  }

  t.test('begins for a unit when its first dossier comes, and stays when it leaves', async t => {
    await send(db, [version({})])
    await send(db, [version({ ...DEPARTMENT, ...at('07-05') })])
    await is(t, ['H56-14755 2021-05-03', 'H56-SNV 2021-07-05'])
    await send(db, [version({ ...DEPARTMENT, status: 6, ...at('07-06') })])
    await is(t, ['H56-14755 2021-05-03', 'H56-SNV 2021-07-05'])
    await send(db, [version({ ...DEPARTMENT, ...at('07-06'), correction: true })])
    await is(t, ['H56-SNV 2021-05-03'])
  })

  t.test('begins with what came, once what was received before is gone', async t => {
    await forget(db)
    await send(db, [version({}), version({ code: 'b', ...DEPARTMENT })])
    await send(db, [version({ ...DEPARTMENT, ...at('07-05') })])
    await send(db, [version({ code: 'b', ...DEPARTMENT, ...at('07-05'), deleted: true })])
    await is(t, ['H56-14755 2021-05-03', 'H56-SNV 2021-07-05'])
  })
})

forEachDatabase('a dossier that moved while a supplement was awaited', async (t, { db }) => {
  await send(db, [version({ supplements: [{ requested_at: '2021-05-04T08:00:00+07:00', completed_at: null }] })])
  await send(db, [version({ ...DEPARTMENT, ...at('07-05') })])

  t.test('keeps what it was through later versions', async t => {
    await send(db, [version({ unit: 'H56-380', ...at('08-05') })])
    t.match(await formerStates(db), [
      { unit: 'H56-14755', held_until: '2021-07-05', supplements: [{ completed_at: null }] }, { unit: 'H56-SNV', held_until: '2021-08-05' }
    ])
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('a dossier that had ended when another unit took it over', async (t, service) => {
  const { db, get } = service
  await send(db, [version(ended('06-01'))])
  await send(db, [version({ ...DEPARTMENT, ...ended('06-01'), ...at('07-05') })])

  t.test('stays resolved where it was', async t => {
    t.match((await get(`/v1/dossiers/${encodeURIComponent(version({}).code)}`)).body, { unit: 'H56-SNV' })
    t.match(await levels(service, '2021-H1'), { commune: { received: 1, resolved: 1 }, province: undefined })
    t.same(await levels(service, '2021-Q3'), {})
  })
})

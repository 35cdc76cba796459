import { forEachDatabase } from '../../../database.ts'
import { forgetReports, item, send } from '../../../dossiers/given.ts'
import { givenReform } from '../../../catalogue/units/given-reform.ts'
import type { DossierItem } from '../../../../src/dossiers/schema.ts'

const at = (text: string) => `2021-${text.replace(' ', 'T')}+07:00`
/** Due on 2021-06-10 at 17:00. */
const open = (code: string, others: Partial<DossierItem> = {}) => item({
  code, received_at: at('05-31 08:00:00'), due_at: at('06-10 17:00:00'), updated_at: at('06-01 09:00:00'), ...others
})
const ended = (code: string, end: string, others: Partial<DossierItem> = {}) => (
  open(code, { status: 10, finished_at: at(end), updated_at: at(end), ...others }))
const waited = (code: string, end: string) => ended(code, end, {
  supplements: [{ requested_at: at('06-05 09:00:00'), completed_at: at('06-08 09:00:00'), old_due_at: null, new_due_at: null }]
})

interface Row {
  reason: string
  numerator_before: number
  numerator_after: number
  numerator_change: number
  denominator_change: number
  dossiers: number | null
  dossiers_url: string | null
}

const PERIOD = 'period=cal-2021-M06'

forEachDatabase('why the figure of somebody else differs', async (t, { db, get, post }) => {
  await forgetReports(db)
  // Eight have ended by the end of June, three of them in time.
  await send(db, [
    ended('in-time', '06-09 09:00:00'), ended('in-time-too', '06-09 09:00:00'), ended('own', '06-20 09:00:00'),
    waited('waited', '06-12 09:00:00'), waited('waited-too', '06-12 10:00:00'),
    open('withdrawn', { status: 7, updated_at: at('06-20 09:00:00') }), open('moved', { unit: 'H56-384' }), open('pending-sync')
  ])
  await send(db, [ended('moved', '06-25 09:00:00', { unit: 'H56-381', status: 4, finished_at: null, updated_at: at('06-15 09:00:00') })])
  await send(db, [ended('moved', '06-25 09:00:00', { unit: 'H56-381' })])
  await send(db, [ended('in-time-of-381', '06-09 09:00:00', { unit: 'H56-381' })])

  const rowsOf = async (query: string): Promise<Row[]> => {
    const { status, text, body } = await get(`/v1/on-time/difference?${query}`)
    if (status !== 200) throw new Error(text)
    return body.items
  }
  const shown = async (query: string) => (await rowsOf(query)).map(row => (
    `${row.reason} ${row.numerator_change}/${row.denominator_change} of ${row.dossiers}`))
  const codesOf = async (query: string) => Object.fromEntries(await Promise.all(
    (await rowsOf(query)).filter(({ dossiers_url: url }) => url !== null).map(async ({ reason, dossiers_url: url }) => (
      [reason, (await get(url!)).body.items.map(({ code }: { code: string }) => code)]))))
  const published = (numerator: number, denominator: number) => (
    `rules=default&published_numerator=${numerator}&published_denominator=${denominator}&${PERIOD}`)

  t.test('may be late dossiers that it counts as on time, as far as it has more of those and fewer others', async t => {
    t.same(await shown(published(3, 8)), [
      'inherited 0/0 of 1', 'waiting 0/0 of 2', 'sync 0/0 of 1', 'unexplained 0/0 of null', 'total 0/0 of null'
    ], 'a figure that is the same needs no reason')
    t.same((await shown(published(5, 8))).slice(0, -1), [
      'inherited 1/0 of 1', 'waiting 1/0 of 2', 'sync 0/0 of 1', 'unexplained 0/0 of null'
    ])
    t.same((await shown(published(8, 8))).slice(0, -1), [
      'inherited 1/0 of 1', 'waiting 2/0 of 2', 'sync 1/0 of 1', 'unexplained 1/0 of null'
    ])
    t.same((await shown(published(7, 12))).slice(0, -1), [
      'inherited 0/0 of 1', 'waiting 0/0 of 2', 'sync 0/0 of 1', 'unexplained 4/4 of null'
    ], 'one with more dossiers on time and as many others has dossiers that are not here')
    t.same((await shown(published(2, 3))).slice(0, -1), [
      'inherited 0/0 of 1', 'waiting 0/0 of 2', 'sync 0/0 of 1', 'unexplained -1/-5 of null'
    ], 'one with fewer on time counts none as on time that is late here')
  })

  t.test('has lists of all dossiers that may be meant', async t => {
    t.same(await codesOf(published(5, 8)), {
      inherited: ['moved'], waiting: ['waited', 'waited-too'], sync: ['withdrawn']
    })
    const [inherited, , sync] = await rowsOf(`${published(5, 8)}&format=json`)
    t.notMatch(inherited!.dossiers_url, /published|format|against/)
    t.match((await get(inherited!.dossiers_url!)).body.items, [{
      unit: 'H56-381', counts_before: 'late', counts_after: 'in_time', ended_at_before: at('06-25 09:00:00.000'),
      ended_at_after: at('06-25 09:00:00.000'), due_at_after: at('06-10 17:00:00.000'), counted_on_after: '2021-06-25',
      numerator_change: 1, denominator_change: 0
    }])
    t.match(sync, { became_in_time: null, became_late: null, no_longer_counted: null, units: null })
  })

  t.test('is no pending dossier where those are never on time', async t => {
    const later = { unit: 'H56-382', updated_at: at('07-02 09:00:00') }
    await send(db, [ended('pending-sync', '06-09 09:00:00', later)])
    const codes = (method: string) => codesOf(`method=${method}&unit=H56-380&${published(9, 9)}`)
    t.match(await codes('handled'), { sync: ['pending-sync', 'withdrawn'] })
    t.match(await codes('received'), { sync: ['withdrawn'] })
  })

  t.test('is explained by the rules first, and then by causes by the last of them', async t => {
    const rows = await rowsOf(`${published(8, 8).replace('default', 'default,local-06a')}`)
    t.match(rows.find(({ reason }) => reason === 'withdrawn'), { numerator_change: 1 })
    t.match(rows.find(({ reason }) => reason === 'sync'), { dossiers: 0 })
    t.match(rows.find(({ reason }) => reason === 'waiting')!.dossiers_url, /rules=default%2Clocal-06a/)
  })

  t.test('in reports leaves out the units that reported nothing, with their dossiers', async t => {
    const sent = await post('/v1/dossier-statistics', { items: [{
      source: 'a', period: 'cal-2021-M06', unit: 'H56-380', received_online: 0, received_direct: 6, carried_over: 0,
      resolved_early: 0, resolved_on_time: 4, resolved_overdue: 2, pending_in_time: 0, pending_overdue: 0
    }] })
    t.equal(sent.status, 200, sent.text)
    const query = `rules=default&against=reported&level=district&${PERIOD}`
    t.same(await shown(query), [
      'units_without_records 0/0 of null', 'units_without_reports -1/-2 of 2', 'inherited 0/0 of 0', 'waiting 2/0 of 2',
      'sync 0/0 of 1', 'unexplained 0/0 of null', 'total 1/-2 of null'
    ])
    t.same(await codesOf(query), {
      units_without_reports: ['in-time-of-381', 'moved'], inherited: [], waiting: ['waited', 'waited-too'], sync: ['withdrawn']
    })
    t.match((await rowsOf(query))[1]!.dossiers_url, /against=reported.*reason=units_without_reports/)
  })

  t.test('in reports of a field tells units that reported nothing from those that say nothing of the field', async t => {
    await send(db, [ended('of-382', '06-09 09:00:00', { unit: 'H56-382' })])
    const sent = await post('/v1/dossier-statistics', { items: [{
      source: 'a', period: 'cal-2021-M06', unit: 'H56-382', field: 'land', received_online: 0, received_direct: 1, carried_over: 0,
      resolved_early: 0, resolved_on_time: 1, resolved_overdue: 0, pending_in_time: 0, pending_overdue: 0
    }] })
    t.equal(sent.status, 200, sent.text)
    const query = `rules=default&against=reported&level=district&field=business-registration&${PERIOD}`
    t.same(await shown(query), [
      'units_without_records 0/0 of null', 'units_without_reports -1/-2 of 2', 'units_without_field -3/-7 of 7',
      'inherited null/0 of 0', 'waiting null/0 of 0', 'sync null/0 of 0', 'unexplained null/null of null', 'total null/null of null'
    ])
    const { units_without_field: ofField, units_without_reports: silent } = await codesOf(query)
    t.same(silent, ['in-time-of-381', 'moved'])
    t.same(ofField, ['in-time', 'in-time-too', 'own', 'waited', 'waited-too', 'withdrawn', 'of-382'],
      'of a unit that reported only as a whole, and of one that reported another field')
    await send(db, [{ code: 'of-382', unit: 'H56-382', deleted: true, updated_at: at('07-03 09:00:00') }])
  })

  t.test('counts a dossier that has moved between two units without reports once', async t => {
    const row = (await rowsOf(`rules=default&against=reported&method=handled&${PERIOD}`))[1]!
    t.match(row, { reason: 'units_without_reports', units: 2, dossiers: 2, numerator_change: -1, denominator_change: -2 })
    const list = (await get(row.dossiers_url!)).body.items
    t.same(list.map(({ code, unit }: Record<string, string>) => `${code} ${unit}`), ['in-time-of-381 H56-381', 'moved H56-381'])
  })

  t.test('is listed for reasons that there are', async t => {
    const faults = async (query: string) => {
      const { body } = await get(`/v1/on-time/difference/dossiers?${query}`)
      return body.errors.map(({ pointer, code }: Record<string, string>) => `${pointer} ${code}`)
    }
    t.same(await faults(`rules=default&reason=stopped&${PERIOD}`), ['/query/rules missing'])
    t.same(await faults(`rules=default,local-06a&reason=stopped&against=reported&${PERIOD}`), ['/query/against not_allowed'])
    t.same(await faults(`rules=default&reason=units_without_reports&${PERIOD}`), ['/query/against missing'])
    t.same(await faults(`rules=default&reason=units_without_field&${PERIOD}`), ['/query/against missing', '/query/field missing'])
    t.same(await faults('rules=default&reason=sync&against=reported&from=2021-06-01&to=2021-06-30'), ['/query/from needs_records', '/query/to needs_records'])
    t.same(await faults(`rules=default&reason=unexplained&${PERIOD}`), ['/query/reason not_allowed'])
    t.same(await faults(`rules=default&reason=own&${PERIOD}`), ['/query/reason not_allowed'])
  })

  t.test('after a reform lists each dossier for the units that bear it, with its share', async t => {
    await givenReform(db, {
      on: '2022-01-01', create: [{ unit: 'east', parent: 'H56' }, { unit: 'west', parent: 'H56' }],
      end: { 'H56-381': { east: 0.25, west: 0.75 } }
    })
    const query = `rules=default&against=reported&hierarchy=as_of:2022-01-01&unit=H56&${PERIOD}`
    t.match(await rowsOf(query), [
      {}, { numerator_change: -1, denominator_change: -2, units: 3, dossiers: 2 }, {}, {}, {}, {}, {}
    ])
    const { units_without_reports: all } = await codesOf(query)
    t.same(all, ['in-time-of-381', 'moved'])
    const ofWest = await rowsOf(query.replace('unit=H56', 'unit=west'))
    t.match(ofWest[1], { numerator_change: -0.75, denominator_change: -1.5, units: 1, estimated: true })
    t.match((await get(ofWest[1]!.dossiers_url!)).body.items, [
      { code: 'in-time-of-381', numerator_change: -0.75, denominator_change: -0.75 },
      { code: 'moved', numerator_change: 0, denominator_change: -0.75 }
    ])
  })
})

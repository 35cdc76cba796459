import { evaluation } from '../../../src/evaluation/scores/queries.ts'
import type { EvaluationQuery } from '../../../src/evaluation/scores/schema.ts'
import { forEachDatabase, type Answer } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'
import { givenInputs } from '../given.ts'

const NOW = Date.parse('2026-11-01T00:00:00+07:00')
const MARCH = { period: ['cal-2021-M03'], formula: 'qd-766-found-2026' }
const PROGRESS = { criterion: ['PROGRESS_ON_TIME'] }

type Row = Record<string, unknown>
const rowsOf = (items: readonly object[], ...names: string[]) => items.map(row => names.map(name => (row as Row)[name]))
const faultOf = ({ body }: Answer) => `${body.errors[0].pointer} ${body.errors[0].code}`

let n = 0
/** A dossier that ended in March 2021, in time or late. */
const ended = (unit: string, isInTime: boolean, given: object = {}) => item({
  code: `000.17.22.H56-21-${n++}`, unit, status: 10, received_at: '2021-03-02T08:00:00+07:00',
  due_at: `2021-03-${isInTime ? '20' : '08'}T17:00:00+07:00`, finished_at: '2021-03-10T09:00:00+07:00',
  updated_at: '2021-03-10T09:05:00+07:00', ...given
})
const posted = (unit: string, numerator: number | null, denominator: number | null, given: object = {}) => (
  { unit, period: 'cal-2021-M03', criterion: 'PROGRESS_ON_TIME', source: 'one-stop', numerator, denominator, ...given })

forEachDatabase('points by Decision 766 of fields and procedures', async (t, { db, get }) => {
  const of = async (asked: EvaluationQuery) => (await evaluation(db, { ...MARCH, ...asked }, null, NOW)).items
  await send(db, [
    ended('H56-380', true, { digitised_parts: 1 }), ended('H56-380', false), ended('H56-381', true),
    ended('H56-14755', true, { procedure: '1.001193' }), ended('H56-14755', true, { procedure: '1.001193', digitised_parts: 0 })
  ])

  t.test('are those of its dossiers, and add up to the whole', async t => {
    t.same(rowsOf(await of({ unit: 'H56', group_by: ['field'], ...PROGRESS }), 'unit', 'field', 'procedure', 'numerator', 'denominator', 'points', 'dossiers'), [
      ['H56', 'business-registration', null, 2, 3, 13.33, 3], ['H56', 'civil-status', null, 2, 2, 20, 2]
    ])
    t.same(rowsOf(await of({ unit: 'H56-380', group_by: ['unit', 'procedure'], ...PROGRESS }), 'procedure', 'numerator', 'denominator'), [
      ['1.001193', 2, 2], ['1.001612', 1, 2]
    ])
    t.same(rowsOf(await of({ unit: 'H56-380', group_by: ['field', 'procedure'], criterion: ['SO_HOA_GIAY_TO_GIAI_QUYET'] }), 'field', 'procedure', 'rate_percent'), [
      ['business-registration', '1.001612', 100], ['civil-status', '1.001193', 0]
    ])
    t.same(rowsOf(await of({ unit: 'H56-380', children: true, group_by: ['level', 'field'], ...PROGRESS }), 'unit', 'level', 'field', 'denominator'), [
      [null, 'commune', 'civil-status', 2]
    ])
  })

  t.test('are null for what is posted, with the reason', async t => {
    const rows = await of({ unit: 'H56-380', group_by: ['field'] })
    const first = rows.filter(({ field }) => field === 'business-registration')
    t.match(first.find(({ criterion }) => criterion === 'PUBLISH_ON_TIME'), {
      points: null, unknown: 'not_split', unknown_detail: 'it is not counted from records, and what is posted is not known by field or procedure'
    })
    t.match(first.find(({ criterion }) => criterion === 'CITIZEN_DATA_CONNECTED_DOSSIER'), { points: null, unknown: 'not_in_scope' })
    t.match(first.find(({ criterion }) => criterion === 'PAYMENT_DOSSIERS'), { points: null, unknown: 'nothing_posted' })
    t.match(first.at(-1), { kind: 'total', points: 14, points_of: 24 })
  })

  t.test('have ranks among units of the same field, and are compared with the same field', async t => {
    const ranked = await of({ unit: 'H56', children: true, level: ['district'], group_by: ['field'], rank: true, least_dossiers: 1, ...PROGRESS })
    t.same(rowsOf(ranked, 'unit', 'field', 'rank', 'ranked_units'), [
      ['H56-380', 'business-registration', 2, 2], ['H56-380', 'civil-status', 1, 1], ['H56-381', 'business-registration', 1, 2]
    ])
    await send(db, [ended('H56-381', false, { received_at: '2021-02-02T08:00:00+07:00', due_at: '2021-02-03T17:00:00+07:00', finished_at: '2021-02-10T09:00:00+07:00', updated_at: '2021-02-10T09:05:00+07:00' })])
    t.same(rowsOf(await of({ unit: 'H56', group_by: ['field'], compare: 'previous', ...PROGRESS }), 'field', 'compared_points'), [
      ['business-registration', 0], ['civil-status', null]
    ])
  })

  t.test('are counted once where dossiers move between units', async t => {
    const open = { status: 4, finished_at: undefined }
    const moving = ended('H56-381', true, { ...open, updated_at: '2021-03-03T08:00:00+07:00' })
    await send(db, [moving])
    await send(db, [{ ...moving, unit: 'H56-380', updated_at: '2021-03-04T08:00:00+07:00' }])
    t.same(rowsOf(await of({ unit: 'H56', group_by: ['field'], ...PROGRESS }), 'field', 'denominator'), [
      ['business-registration', 4], ['civil-status', 2]
    ])
  })

  t.test('come with names over HTTP, and are bounded', async t => {
    const asked = '/v1/evaluation?period=cal-2021-M03&formula=qd-766-found-2026&unit=H56&group_by=procedure&criterion=PROGRESS_ON_TIME'
    t.match((await get(asked)).body.items[0], { procedure: '1.001193', procedure_name: /./, field: null, field_name: null, unit_name: 'Tỉnh Thanh Hóa' })
    t.equal(faultOf(await get(`${asked}&group_by=channel`)), '/query/group_by/1 not_allowed')
    const periods = Array.from({ length: 12 }, (_, i) => `cal-2021-M${String(i + 1).padStart(2, '0')}`)
    t.equal((await of({ unit: 'H56', children: true, period: periods, kind: ['total'], group_by: ['procedure'] })).length > 0, true)
  })
})

forEachDatabase('points by Decision 766 of a unit of which records cover a part', async (t, service) => {
  const { db } = service
  const of = async (asked: EvaluationQuery) => (
    (await evaluation(db, { ...MARCH, ...PROGRESS, ...asked }, null, NOW)).items)
  const COLUMNS = ['unit', 'numerator', 'denominator', 'counts_from', 'posted_units', 'recorded_units', 'recordable_units', 'sources']
  await send(db, [ended('H56-14755', true), ended('H56-14755', false)])

  t.test('say of how many units there are records', async t => {
    t.same(rowsOf(await of({ unit: 'H56-380' }), ...COLUMNS), [['H56-380', 1, 2, 'records', 0, 1, 35, []]])
    t.same(rowsOf(await of({ unit: 'H56-381' }), ...COLUMNS), [['H56-381', null, null, null, null, null, null, []]])
  })

  t.test('have the posted counts of units without records added, each once', async t => {
    const { items: units } = (await service.get('/v1/units?parent=H56-380&limit=3')).body as { items: { code: string }[] }
    const other = units.map(({ code }) => code).find(code => code !== 'H56-14755')!
    await givenInputs(service, posted(other, 6, 8), posted('H56-381', 9, 10), posted('H56-14755', 70, 100),
      posted('H56-STC', 5, null), posted('H56', 800, 1_000), posted('H56-380', 60, 90))
    t.same(rowsOf(await of({ unit: 'H56-380' }), ...COLUMNS, 'posted_numerator', 'posted_denominator', 'known_percent'), [
      ['H56-380', 7, 10, 'mixed', 1, 1, 35, ['one-stop'], 60, 90, 100]
    ])
    t.same(rowsOf(await of({ unit: 'H56' }), ...COLUMNS.slice(0, 5), 'posted_numerator', 'posted_points', 'posted_difference'), [
      ['H56', 16, 20, 'mixed', 2, 800, 16, 0]
    ])
    t.same(rowsOf(await of({ unit: 'H56-14755' }), ...COLUMNS.slice(0, 5)), [['H56-14755', 1, 2, 'records', 0]])
    t.same(rowsOf(await of({ unit: 'H56-381' }), ...COLUMNS.slice(0, 5)), [['H56-381', 9, 10, 'inputs', null]])
    t.same(rowsOf(await of({ unit: 'H56', children: true, group_by: ['level'], level: ['district'] }), 'level', ...COLUMNS.slice(1, 5)), [
      ['district', 16, 20, 'mixed', 1]
    ])
    const { body } = await service.get('/v1/evaluation/explain?period=cal-2021-M03&formula=qd-766-found-2026&unit=H56-380&criterion=PROGRESS_ON_TIME')
    t.equal((await service.get(body.dossiers_url)).body.items.length, 1, 'the late one that records have')
  })

  t.test('are asked of some levels, though others have records as well', async t => {
    await send(db, [ended('H56-STC', true)])
    const communes = await of({ unit: 'H56-380', children: true, level: ['commune'] })
    t.same(rowsOf(communes.filter(({ counts_from: from }) => from === 'records'), ...COLUMNS.slice(0, 3)), [['H56-14755', 1, 2]])
    const provincial = await of({ unit: 'H56', children: true, level: ['district'] })
    t.same(rowsOf(provincial.filter(({ counts_from: from }) => from === 'mixed'), ...COLUMNS.slice(0, 3)), [['H56-380', 7, 10]])
  })

  t.test('take the posted counts of the unit above, and not of those below it as well', async t => {
    const { items: units } = (await service.get('/v1/units?parent=H56-381&limit=1')).body as { items: { code: string }[] }
    await givenInputs(service, posted(units[0]!.code, 1, 1))
    t.same(rowsOf(await of({ unit: 'H56' }), ...COLUMNS.slice(0, 5)), [['H56', 17, 21, 'mixed', 2]])
  })
})

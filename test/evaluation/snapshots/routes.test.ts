import { sql } from 'kysely'
import { takesCopy } from '../../../src/database/connect.ts'
import { lock } from '../../../src/database/sql/advisory-lock.ts'
import { inTransaction } from '../../../src/database/transaction.ts'
import { takeMissingSnapshots, takeSnapshot } from '../../../src/evaluation/snapshots/commands.ts'
import { forEachDatabase, type Answer } from '../../database.ts'
import { givenClient } from '../../client.ts'
import { givenInputs, givenPhuTho, progress, Q3 } from '../given.ts'

const since = (day: string) => `/v1/evaluation/history?from=${day}&to=2026-09-30`
const HISTORY = since('2026-08-01')
const [M08, M09, YEAR] = ['cal-2026-M08', 'cal-2026-M09', 'cal-2026']

const at = (text: string) => Date.parse(`2026-${text}+07:00`)
const rowsOf = ({ body }: Answer, ...names: string[]) => (
  (body.items as Record<string, unknown>[]).map(row => names.map(name => row[name])))
const faultOf = ({ body }: Answer) => `${body.errors[0].pointer} ${body.errors[0].code}`

forEachDatabase('snapshots of the evaluation', async (t, service) => {
  const { db, get, post } = service
  const stored = async (day: string) => (await sql`
    select * from evaluation_snapshots where province_code = 'H44' and day = ${day} order by unit, period, "group"`.execute(db)).rows
  const inMonths = (numerator: number | null, denominator: number | null) => [M08, M09, Q3, YEAR].map(period => (
    { ...progress('H44', 0, 0, { period }), numerator, denominator, ...numerator === null ? { points: 0.5, criterion: 'PROGRESS_ON_TIME' } : {} }))
  const failFor = (unit: string) => sql.raw(`
    create function refuse() returns trigger language plpgsql as $$ begin
      if new.unit = '${unit}' then raise exception 'the server is gone'; end if; return new; end $$;
    create trigger refuse before insert on evaluation_snapshots for each row execute function refuse()`)
  const failNoMore = sql.raw('drop trigger refuse on evaluation_snapshots; drop function refuse')

  await givenPhuTho(service)

  t.test('are not taken of a province of which nothing is known', async t => {
    await takeMissingSnapshots(db, at('08-30T00:10:00'))
    t.same((await get(`${HISTORY}&unit=H44&children=true`)).body, { items: [], next_cursor: null })
    t.same(await takeSnapshot(db, 'H44', at('08-30T00:11:00')), { day: '2026-08-30', units: 0, kept: [] })
  })

  t.test('are taken once a day of each unit, of the month, the quarter and the year that run', async t => {
    await givenInputs(service, ...inMonths(80, 100), progress('H44.100', 9, 10))
    await takeMissingSnapshots(db, at('08-31T00:10:00'))
    const first = await stored('2026-08-31')
    t.equal(first.length, 8 * 3 * 7)
    const { body } = await get(`${HISTORY}&unit=H44&group=PROGRESS`)
    t.same(rowsOf({ body } as Answer, 'day', 'period', 'period_kind', 'points', 'points_of', 'provisional', 'points_change'), [
      ['2026-08-31', YEAR, 'year', 16, 20, true, null],
      ['2026-08-31', M08, 'month', 16, 20, true, null],
      ['2026-08-31', Q3, 'quarter', 16, 20, true, null]
    ])
    t.match(body.items[0], {
      taken_at: '2026-08-31T00:10:00.000+07:00', unit: 'H44', unit_name: 'Tỉnh Phú Thọ', level: 'province', level_name: 'Cấp tỉnh',
      group: 'PROGRESS', maximum: 20, points_from: 'computed', unknown: null, formula: 'qd-766-found-2026', compared_formula: null,
      compared_points: null, comparable: null
    })
    t.same(rowsOf(await get(`${HISTORY}&unit=H44.100&group=total&group=TRANSPARENCY&period_kind=quarter`), 'group', 'points', 'unknown'), [
      ['TRANSPARENCY', null, 'nothing_posted'], ['total', 18, 'nothing_posted']
    ])
    await givenInputs(service, progress('H44.100', 8, 10))
    await takeMissingSnapshots(db, at('08-31T23:59:59'))
    t.same(await stored('2026-08-31'), first, 'the day has its snapshot')
  })

  t.test('of the same day are replaced unit by unit when asked for, and not by one of which less is known', async t => {
    const before = await stored('2026-08-31')
    t.same(await takeSnapshot(db, 'H44', at('08-31T12:00:00')), { day: '2026-08-31', units: 8, kept: [] })
    t.equal((await stored('2026-08-31')).length, before.length)
    t.same(rowsOf(await get(`${HISTORY}&unit=H44.100&group=total&period_kind=quarter`), 'points', 'taken_at'),
      [[16, '2026-08-31T12:00:00.000+07:00']])
    await givenInputs(service, { ...progress('H44.100', 0, 0), numerator: null })
    t.same(await takeSnapshot(db, 'H44', at('08-31T13:00:00')), { day: '2026-08-31', units: 8, kept: [{ unit: 'H44.100', period: Q3 }] })
    t.same(rowsOf(await get(`${HISTORY}&unit=H44.100&group=total`), 'period_kind', 'points', 'taken_at'), [
      ['year', null, '2026-08-31T13:00:00.000+07:00'],
      ['month', null, '2026-08-31T13:00:00.000+07:00'],
      ['quarter', 16, '2026-08-31T12:00:00.000+07:00']
    ])
    await givenInputs(service, progress('H44.100', 9, 10))
  })

  t.test('begin a day at midnight in Vietnam, and have the last points of a month that has ended', async t => {
    await givenInputs(service, ...inMonths(90, 100))
    await takeMissingSnapshots(db, Date.parse('2026-08-31T16:59:59Z'))
    t.same(await stored('2026-09-01'), [])
    await takeMissingSnapshots(db, Date.parse('2026-08-31T17:00:00Z'))
    t.same(rowsOf(await get(`${since('2026-09-01')}&unit=H44&group=total`),
      'day', 'period', 'points', 'provisional', 'compared_points', 'compared_formula', 'comparable', 'points_change'), [
      ['2026-09-01', YEAR, 18, true, 16, 'qd-766-found-2026', true, 2],
      ['2026-09-01', M08, 18, false, 16, 'qd-766-found-2026', true, 2],
      ['2026-09-01', M09, 18, true, null, null, null, null],
      ['2026-09-01', Q3, 18, true, 16, 'qd-766-found-2026', true, 2]
    ])
    await takeMissingSnapshots(db, at('09-03T08:00:00'))
    t.same(await stored('2026-09-02'), [], 'a day that was missed is not made up')
    t.same(rowsOf(await get(`${since('2026-09-02')}&unit=H44&group=total`), 'day', 'period', 'comparable', 'points_change'),
      [YEAR, M09, Q3].map(period => ['2026-09-03', period, null, null]))
  })

  t.test('are whole or not there when the server goes while one is taken', async t => {
    await failFor('H44.108').execute(db)
    await t.rejects(takeMissingSnapshots(db, at('09-04T00:10:00')), { message: 'the snapshots of 1 provinces failed' })
    t.same(await stored('2026-09-04'), [])
    const before = await stored('2026-09-03')
    await t.rejects(takeSnapshot(db, 'H44', at('09-03T23:00:00')), { message: 'the server is gone' })
    t.same(await stored('2026-09-03'), before)
    await failNoMore.execute(db)
  })

  t.test('are taken by one of several processes', async t => {
    if (takesCopy(db)) {
      await inTransaction(db, async trx => {
        await lock(trx, 'snapshots H44', 'exclusive')
        await takeMissingSnapshots(db, at('09-04T00:15:00'))
      })
      t.same(await stored('2026-09-04'), [], 'another takes it')
    }
    const now = at('09-04T00:20:00')
    await Promise.all([takeMissingSnapshots(db, now), takeMissingSnapshots(db, now), takeSnapshot(db, 'H44', now)])
    t.equal((await stored('2026-09-04')).length, 8 * 3 * 7)
  })

  t.test('by another version of the formula are not compared', async t => {
    const [own] = (await get('/v1/evaluation-formulas?scheme=qd-766')).body.items.filter(({ code }: { code: string }) => code === 'qd-766-found-2026')
    await post('/v1/evaluation-formulas', { items: [{ ...own, code: 'later', precedence: 300, valid_from: '2026-09-30', valid_to: '2026-09-30' }] })
    await takeMissingSnapshots(db, at('09-05T00:10:00'))
    t.same(rowsOf(await get(`${since('2026-09-05')}&unit=H44&group=PROGRESS`),
      'period', 'points', 'formula', 'compared_formula', 'compared_points', 'comparable', 'points_change'), [
      [YEAR, 18, 'qd-766-found-2026', 'qd-766-found-2026', 18, true, 0],
      [M09, 18, 'later', 'qd-766-found-2026', 18, false, null],
      [Q3, 18, 'later', 'qd-766-found-2026', 18, false, null]
    ])
    const send = (item: object) => post('/v1/evaluation-formulas', { items: [item] })
    const [transparency, ...others] = own.groups
    const changed = await send({ ...own, groups: [{ ...transparency, maximum: 17 }, ...others] })
    t.equal(faultOf(changed), '/items/0/groups formula_in_use', 'points of past days would be compared with those of another formula')
    t.match((await send({ ...own, groups: [{ ...transparency, name: 'Công khai' }, ...others] })).body, { updated: 1 }, 'a text')
    t.match((await send(own)).body, { updated: 1 })
    await post('/v1/evaluation-formulas', { items: [{ ...own, code: 'shorter', precedence: 400, valid_from: '2026-09-30', groups: own.groups.slice(0, 2) }] })
    await takeSnapshot(db, 'H44', at('09-05T09:00:00'))
    t.same(rowsOf(await get(`${since('2026-09-05')}&unit=H44&period_kind=month`), 'group', 'formula'),
      ['PROGRESS', 'TRANSPARENCY', 'total'].map(group => [group, 'shorter']), 'the rows of the version before are gone')
    await givenInputs(service, { unit: 'H56', period: 'cal-2025-M10', criterion: 'total', source: 'one-stop', points: 60.8 })
    for (const hour of ['08', '09']) await takeSnapshot(db, 'H56', Date.parse(`2025-10-05T${hour}:00:00+07:00`))
    t.same(rowsOf(await get('/v1/evaluation/history?unit=H56&to=2025-10-30'), 'period', 'group', 'points', 'points_of', 'formula', 'unknown').filter(([, , points]) => points !== null),
      [['cal-2025-M10', 'total', 60.8, null, null, 'no_formula']])
  })

  t.test('are listed for the units that a key reaches', async t => {
    const ward = await givenClient(service, 'ward', { scopes: ['read'], unit: 'H44.100' })
    t.same(new Set(rowsOf(await get(`${HISTORY}&children=true`, ward.headers), 'unit').flat()), new Set(['H44.100']))
    t.equal(faultOf(await get(`${HISTORY}&unit=H44`, ward.headers)), '/query/unit unknown_unit')
    const province = await givenClient(service, 'province', { scopes: ['read'], unit: 'H44' })
    t.same(new Set(rowsOf(await get(HISTORY, province.headers), 'unit').flat()), new Set(['H44']))
    t.equal(new Set(rowsOf(await get(`${HISTORY}&children=true`, province.headers), 'unit').flat()).size, 8)
    t.same(new Set(rowsOf(await get(HISTORY), 'unit').flat()), new Set(['H44']))
    t.equal(new Set(rowsOf(await get(`${HISTORY}&children=true`), 'unit').flat()).size, 8)
  })

  t.test('are listed page by page, as files, and of the last 30 days where no days are named', async t => {
    const all = (await get(`${HISTORY}&unit=H44&children=true&group=total`)).body.items
    const first = await get(`${HISTORY}&unit=H44&children=true&group=total&limit=5`)
    t.same(first.body.items, all.slice(0, 5))
    const cursor = first.body.next_cursor as string
    t.same((await get(`${HISTORY}&unit=H44&children=true&group=total&limit=5&cursor=${cursor}`)).body.items, all.slice(5, 10))
    const madeUp = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    const wrong = Buffer.from(JSON.stringify([...madeUp.slice(0, -1), '2026-02-30'])).toString('base64url')
    t.equal(faultOf(await get(`${HISTORY}&limit=5&cursor=${wrong}`)), '/query/cursor invalid_cursor')
    t.match((await get(`${HISTORY}&unit=H44&group=total&format=csv`)).text,
      /^.day,taken_at,period,.*\r\n2026-08-31,2026-08-31T13:00:00.000\+07:00,cal-2026,year,H44,.*,total,100,16,20,/)
    t.equal((await get(`${HISTORY}&unit=H44&format=xlsx`)).status, 200)
    t.same(new Set(rowsOf(await get('/v1/evaluation/history?unit=H44&to=2026-10-01'), 'day').flat()),
      new Set(['2026-09-01', '2026-09-03', '2026-09-04', '2026-09-05']))
    t.same((await get('/v1/evaluation/history?unit=H44&from=2100-01-01&to=2100-01-02')).body.items, [])
    t.equal((await get('/v1/evaluation/history?to=0001-01-01')).status, 200)
    t.equal((await get('/v1/evaluation/history')).status, 200)
    t.equal(faultOf(await get('/v1/evaluation/history?from=2026-09-02&to=2026-09-01')), '/query/to out_of_range')
  })
})

import { DETAIL_MEASURES, DETAIL_UNKNOWN } from '../../../src/form-ii06a/detail-measures.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const at = (day: string, time = '09:00:00') => `2021-${day}T${time}+07:00`
const given = (code: string, said: object = {}) => item({
  code, received_at: at('07-01'), due_at: at('07-10'), updated_at: at('07-01'), channel: 'online', ...said
})
const ended = (day: string) => ({ status: 10, finished_at: at(day), updated_at: at(day, '10:00:00') })
const RECORDS = '/v1/on-time?basis=records&period=2021-Q3&details=true'

forEachDatabase('the measures of form 07a/BTP', async (t, { db, get, post }) => {
  await send(db, [
    given('1', { ...ended('07-09'), online_service: 'full', fee_due: 5, fee_paid: 5, payment_channel: 'online', digitised_parts: 0 }),
    given('2', { ...ended('07-20'), online_service: 'partial', apology_at: at('07-10'), fee_due: 0, digitised_parts: 2 }),
    given('3', { ...ended('07-20'), online_service: 'full', apology: false, fee_paid: 5, payment_channel: 'direct', digitised_parts: 1 }),
    given('4', { online_service: 'other', apology: true, unit: 'H56-381' }),
    given('5', { status: 8, finished_at: at('07-05'), updated_at: at('07-05'), cancelled: true, online_service: 'full' }),
    given('6', { status: 7, channel: 'direct', finished_at: at('07-05'), updated_at: at('07-05'), unit: 'H56-14755' })
  ])
  const rowsOf = async (query: string) => (await get(query)).body.items
  const columnsIn = async (query: string) => Object.keys((await rowsOf(query))[0]).filter(name => (
    [...DETAIL_MEASURES, ...DETAIL_UNKNOWN].some(column => column === name)))

  t.test('are there on request alone, in every format', async t => {
    t.same(await columnsIn('/v1/on-time?basis=records&period=2021-Q3&unknown=true'), [])
    t.same(await columnsIn(RECORDS), DETAIL_MEASURES)
    t.same(await columnsIn(`${RECORDS}&unknown=true`), [...DETAIL_MEASURES, ...DETAIL_UNKNOWN])
    t.same(await columnsIn('/v1/on-time?period=2021-Q3&details=true'), DETAIL_MEASURES)
    t.match((await get(`${RECORDS}&format=csv`)).text, /,resolved_overdue_with_apology,/)
    t.notMatch((await get('/v1/on-time?period=2021-Q3&format=csv')).text, /apology/)
  })

  t.test('are counted from records, and are unknown where they are unknown of one dossier', async t => {
    t.match(await rowsOf(`${RECORDS}&unknown=true`), [{
      received: 6, received_online: 5, resolved: 4, cancelled: 1, pending: 1,
      received_online_full: 3, received_online_partial: 1, received_online_other: 1, received_online_full_unknown: 0,
      received_non_territorial: null, received_non_territorial_unknown: 6,
      resolved_overdue_with_apology: 1, resolved_overdue_without_apology: 1,
      resolved_withdrawn: 1, resolved_stopped: 0, resolved_paid: null, resolved_paid_unknown: 1,
      resolved_digitised: null,
      pending_overdue_with_apology: 1, pending_overdue_without_apology: 0, receipts_issued: null
    }])
    t.match(await rowsOf(`${RECORDS}&group_by=unit`), [
      { unit: 'H56-14755', resolved_withdrawn: 1, received_online_full: 0, resolved_paid: null },
      {
        unit: 'H56-380', resolved_paid: 2, resolved_paid_online: 1, resolved_paid_direct: 1, resolved_digitised: 2, resolved_with_fee: null,
        cancelled: 1
      },
      { unit: 'H56-381', pending_overdue_with_apology: 1, resolved_paid: 0 }
    ])
    t.match(await rowsOf(`${RECORDS}&hierarchy=current&group_by=level`), [{ estimated: Boolean, received_online_full: Number }])
    t.match(await rowsOf(`${RECORDS.replace('2021-Q3', '2021-Q3,2021-Q4')}&group_by=period&unit=H56-381`), [
      { period: '2021-Q3', pending_overdue_with_apology: 1, received_online_other: 1 },
      { period: '2021-Q4', pending_overdue_with_apology: 1, received_online_other: 0 }
    ])
  })

  t.test('count an apology from its day on, and not before', async t => {
    const until = (day: string) => `/v1/on-time?basis=records&details=true&from=2021-07-01&to=2021-07-${day}&unit=H56-380`
    t.match(await rowsOf(until('10')), [{ pending_overdue: 2, pending_overdue_with_apology: 1, pending_overdue_without_apology: 1 }])
    await send(db, [given('7', { due_at: at('07-02'), apology_at: at('07-15') })])
    t.match(await rowsOf(until('14')), [{ pending_overdue: 3, pending_overdue_with_apology: 1, pending_overdue_without_apology: 2 }])
    t.match(await rowsOf(until('15')), [{ pending_overdue: 3, pending_overdue_with_apology: 2 }])
    await send(db, [{ code: '7', unit: 'H56-380', updated_at: at('07-03'), deleted: true }])
  })

  t.test('go with a dossier that moves', async t => {
    const moving = { due_at: at('07-02'), apology_at: at('07-03'), online_service: 'full' }
    await send(db, [given('8', { ...moving, unit: 'H56-SNV' })])
    await send(db, [given('8', { ...moving, unit: 'H56-STC', updated_at: at('07-20') })])
    const of = async (unit: string, from: string, to: string) => (
      await rowsOf(`/v1/on-time?basis=records&details=true&from=2021-07-${from}&to=2021-07-${to}&unit=${unit}`))[0]
    t.match(await of('H56-SNV', '01', '19'), { received_online_full: 1, pending_overdue: 1, pending_overdue_with_apology: 1 })
    t.match(await of('H56-STC', '21', '25'), { carried_over: 1, received_online_full: 0, pending_overdue_with_apology: 1 })
    t.match(await of('H56-STC', '21', '25'), { pending: 1, pending_awaiting_supplement: 0 })
    t.match(await of('H56-SNV', '01', '25'), { pending: 1, pending_awaiting_supplement: null })
    t.match(await of('H56-SNV', '01', '25'), { pending_overdue: 1, transferred_out: 1, pending_overdue_with_apology: null })
    await send(db, [{ code: '8', unit: 'H56-STC', updated_at: at('07-21'), deleted: true }])
  })

  t.test('filter what is counted and what is listed', async t => {
    t.match(await rowsOf('/v1/on-time?basis=records&period=2021-Q3&apology=true'), [{ received: 2, resolved_overdue: 1, pending_overdue: 1 }])
    t.match(await rowsOf('/v1/on-time?basis=records&period=2021-Q3&online_service=full&cancelled=false'), [{ received: 2 }])
    t.match(await rowsOf('/v1/on-time/explain/dossiers?period=2021-Q3&apology=false&part=rest'), [{ code: '3' }])
    t.match(await rowsOf('/v1/on-time/explain/dossiers?period=2021-Q3&method=handled'), { length: 5 }, 'what is cancelled is neither resolved nor pending')
    t.match(await get('/v1/on-time?period=2021-Q3&apology=true&cancelled=false'), {
      status: 400,
      body: { errors: [{ pointer: '/query/apology', code: 'needs_records' }, { pointer: '/query/cancelled', code: 'needs_records' }] }
    })
    t.match(await get('/v1/on-time?basis=records&period=2021-Q3&online_service=third'), { status: 400, body: { code: 'invalid_request' } })
  })

  t.test('are explained with the figure', async t => {
    const { body } = await get('/v1/on-time/explain?basis=records&period=2021-Q3&details=true&apology=true')
    t.match(body, {
      received: 2, resolved_overdue_with_apology: 1, rows_of: 'dossiers',
      dossiers_url: '/v1/on-time/explain/dossiers?period=2021-Q3&apology=true'
    })
    t.match((await get('/v1/on-time/explain?basis=records&period=2050&details=true&unknown=true')).body, {
      cancelled: null, cancelled_unknown: 0, received: null
    })
    t.match((await get('/v1/on-time/explain?basis=records&period=2021-Q3')).body, { rows: [{ values: { cancelled: Number } }] })
  })

  t.test('leave what was cancelled out of what was received', async t => {
    const figures = async (query: string) => (await rowsOf(`/v1/on-time?${query}`))[0]
    t.match(await figures('basis=records&period=2021-Q3&method=handled&unit=H56-380'), { received: 5, numerator: 2, denominator: 4 })
    t.match(await figures('basis=records&period=2021-Q3&method=received&unit=H56-380'), { numerator: 2, denominator: 4 })
    await post('/v1/dossier-statistics', { items: [{
      unit: 'H56-380', period: '2024-Q1', source: 'one-stop', received_online: 1_000, received_direct: 0, carried_over: 0,
      resolved_in_time: 400, resolved_overdue: 24, pending_in_time: 50, pending_overdue: 0, cancelled: 526
    }] })
    t.match(await figures('period=2024-Q1&method=handled'), { received: 1_000, numerator: 450, denominator: 474, on_time_percent: 94.94 })
    await post('/v1/dossier-statistics', { items: [{
      unit: 'H56-381', period: '2024-Q2', source: 'one-stop', received: 10, resolved_in_time: 4
    }] })
    t.match(await figures('period=2024-Q2&method=received'), { denominator: 10, on_time_percent: 40 }, 'what is pending is unknown')
  })

  t.test('are columns to sort by where they are asked for', async t => {
    t.match(await get('/v1/on-time?basis=records&period=2021-Q3&group_by=unit&sort=-cancelled'), {
      status: 400, body: { errors: [{ pointer: '/query/sort', code: 'needs_details' }] }
    })
    t.match(await get('/v1/on-time?basis=records&period=2021-Q3&group_by=unit&sort=cancelled_unknown&details=true'), {
      status: 400, body: { errors: [{ pointer: '/query/sort', code: 'needs_unknown' }] }
    })
    t.match(await rowsOf(`${RECORDS}&group_by=unit&sort=-cancelled,unit`), [{ unit: 'H56-380' }, { unit: 'H56-14755' }, { unit: 'H56-381' }])
  })

  t.test('are reported beside those of form II.06a, and are unknown where one row does not know them', async t => {
    const row = (more: object) => ({
      unit: 'H56-380', period: '2022-Q1', source: 'one-stop', received_online: 10, received_direct: 20, carried_over: 5,
      resolved_in_time: 20, resolved_overdue: 4, pending_overdue: 1, ...more
    })
    const postRow = (more: object) => post('/v1/dossier-statistics', { items: [row(more)] })
    t.match((await postRow({
      pending: 5, cancelled: 6, received_online_full: 7, received_online_other: 0, resolved_overdue_with_apology: 1,
      receipts_issued: 3
    })).body, { created: 1 })
    const [stored] = await rowsOf('/v1/dossier-statistics?period=2022-Q1&source=one-stop')
    t.match(stored, {
      received: 35, resolved: 24, cancelled: 6, pending: 5, received_online_partial: 3,
      resolved_overdue_without_apology: 3,
      pending_overdue_with_apology: null, resolved_stopped: null
    })
    t.match((await postRow(stored)).body, { unchanged: 1 })
    t.match((await postRow({ pending: 5, cancelled: 5 })), { status: 422, body: { errors: [{ pointer: '/items/0/received', code: 'balance_identity' }] } })
    t.match((await postRow({ cancelled: 6, resolved_stopped: 25 })), {
      status: 422, body: { errors: [{ pointer: '/items/0/resolved_withdrawn', code: 'part_exceeds_total' }] }
    })
    const REPORTED = '/v1/on-time?period=2022-Q1&details=true&unknown=true'
    t.match(await rowsOf(REPORTED), [
      { received: 35, cancelled: 6, received_online_partial: 3, resolved_stopped: null, resolved_stopped_unknown: 1 }
    ])
    await post('/v1/dossier-statistics', { items: [row({ unit: 'H56-381' })] })
    t.match(await rowsOf(REPORTED), [{ received: 70, cancelled: null, cancelled_unknown: 1, pending: 16 }])
    t.match(await rowsOf(`${REPORTED}&group_by=unit&hierarchy=current&unit=H56`), Array)
    t.match((await get('/v1/on-time/explain?period=2022-Q1&details=true&unit=H56-380')).body, {
      rows_of: 'report_rows', rows: [{ values: { received: 35, cancelled: 6, resolved_stopped: null } }]
    })
    t.match((await postRow({ cancelled: 0 })).body, { updated: 1 })
    t.match(await rowsOf(`${REPORTED}&unit=H56-380`), [{ cancelled: 0, pending: 11 }])
  })

  t.test('add up over periods, and their stocks are those of the last', async t => {
    const row = (period: string, more: object) => ({
      unit: 'H56-380', period, source: 'one-stop', scope: 'own', received_online: 4, received_direct: 0, resolved: 2, ...more
    })
    await post('/v1/dossier-statistics', { items: [
      row('2023-Q1', { carried_over: 0, pending_overdue: 2, pending_overdue_with_apology: 2, resolved_stopped: 1 }),
      row('2023-Q2', { carried_over: 2, pending_overdue: 1, pending_overdue_with_apology: 0, resolved_stopped: 1 })
    ] })
    t.match(await rowsOf('/v1/on-time?period=2023-Q1,2023-Q2&details=true&unit=H56-380'), [
      { received: 8, resolved_stopped: 2, pending_overdue_with_apology: 0, pending_overdue_without_apology: 1 }
    ])
  })
})

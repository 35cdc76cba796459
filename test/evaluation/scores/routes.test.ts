import { forEachDatabase, type Answer } from '../../database.ts'
import { givenClient } from '../../client.ts'
import { send } from '../../dossiers/given.ts'
import { givenInputs, givenPhuTho, progress, PUBLISHED, Q3 } from '../given.ts'

type Row = Record<string, unknown>

const rowsOf = ({ body }: Answer, ...names: string[]) => (body.items as Row[]).map(row => names.map(name => row[name]))
const faultOf = ({ body }: Answer) => `${body.errors[0].pointer} ${body.errors[0].code}`

forEachDatabase('points by Decision 766', async (t, service) => {
  const { get, post, db } = service
  await givenPhuTho(service)
  await givenInputs(service, ...Object.entries(PUBLISHED).map(([unit, [n, d]]) => progress(unit, n, d)))
  const ask = `/v1/evaluation?period=${Q3}&unit=H44`

  t.test('are those that the portal published, at two decimals', async t => {
    const { body } = await get(`${ask}&children=true&criterion=PROGRESS_ON_TIME`)
    t.same(rowsOf({ body } as Answer, 'unit', 'numerator', 'denominator', 'rate_percent', 'points'),
      ['H44', 'H44.01', 'H44.03', 'H44.07', 'H44.13', 'H44.100', 'H44.104', 'H44.108'].map(unit => [unit, ...PUBLISHED[unit]!]))
    t.equal(body.next_cursor, null)
    t.match(body.items[0], {
      unit: 'H44', unit_name: 'Tỉnh Phú Thọ', level: 'province', level_name: 'Cấp tỉnh', group: 'PROGRESS', maximum: 20, points_of: 20,
      points_from: 'computed', unknown: null, rate_status: 'rule', points_status: 'found', formula: 'qd-766-found-2026',
      imported_points: null, difference: null, units_reported: 1, units_expected: 1, sources: ['one-stop'], provisional: false,
      dossiers: 464_494, rank: null, comparable: null, from: '2026-07-01', to: '2026-09-30'
    })
  })

  t.test('are null with a reason where they are unknown, and the total says of how many of the 100 points it is', async t => {
    const { body } = await get(ask)
    const rows = body.items as Row[]
    t.equal(rows.length, 26)
    t.same(rows.filter(({ kind }) => kind === 'group').map(({ group, maximum, points, points_of: of, unknown }) => (
      [group, maximum, points, of, unknown])), [
      ['TRANSPARENCY', 18, null, null, 'nothing_posted'],
      ['PROGRESS', 20, 17.35, 20, null],
      ['ONLINE_SERVICES', 12, null, null, 'nothing_posted'],
      ['DIGITISATION', 22, null, null, 'nothing_posted'],
      ['ONLINE_PAYMENT', 10, null, null, 'nothing_posted'],
      ['SATISFACTION', 18, null, null, 'nothing_posted']
    ])
    t.match(rows.at(-1), { kind: 'total', maximum: 100, points: 17.35, points_of: 20, computed_of: 20, unknown: 'nothing_posted' })
    t.match((await get(`${ask}&format=csv`)).text, /\r\ncal-2026-Q3,.*,total,,,Tổng điểm,100,17.35,20,computed,nothing_posted,no counts are posted,/)
    t.same(rowsOf(await get(`/v1/evaluation?period=${Q3}&unit=H44.100&criterion=CITIZEN_DATA_CONNECTED_DOSSIER`), 'points', 'unknown'),
      [[null, 'not_in_scope']])
  })

  t.test('stand beside those that the portal gives, with the difference', async t => {
    const portal = (criterion: string, points: number) => ({ unit: 'H44.03', period: Q3, criterion, source: 'one-stop', points })
    await givenInputs(service,
      progress('H44.03', 1_353, 1_484, { points: 18.24 }),
      portal('DOSSIER_RECEIVING_SATISFACTION', 5), portal('ONLINE_SERVICES_FULL', 8.46), portal('DIGITISATION', 8.19), portal('total', 60.8),
      { ...portal('PETITION_PROCESSING_ON_TIME', 6), numerator: 0, denominator: 0 },
      { unit: 'H44.03', period: Q3, criterion: 'PUBLISH_ON_TIME', source: 'one-stop', numerator: 0, denominator: 0 },
      { unit: 'H44.03', period: Q3, criterion: 'PUBLIC_UPDATE_ON_TIME', source: 'one-stop', numerator: 3 },
      { unit: 'H44.03', period: Q3, criterion: 'PAYMENT_PROCEDURES_USED', source: 'one-stop', numerator: 8, denominator: 8 }
    )
    const rows = (await get(`/v1/evaluation?period=${Q3}&unit=H44.03`)).body.items as Row[]
    const of = (code: string) => rows.find(({ kind, group, criterion }) => (
      code === 'total' ? kind === 'total' : code === criterion || (code === group && kind === 'group')))!
    t.match(of('PROGRESS_ON_TIME'), { points: 18.23, computed_points: 18.23, imported_points: 18.24, difference: -0.01 })
    t.match(of('ONLINE_SERVICES_FULL'), {
      points: 8.46, points_from: 'imported', computed_points: null, difference: null, unknown: 'nothing_posted'
    })
    t.match(of('DIGITISATION'), { points: 8.19, points_of: 22, points_from: 'imported', computed_points: null })
    t.match(of('SATISFACTION'), { points: 11, points_of: 12, points_from: 'mixed', computed_points: 6, computed_of: 6 })
    t.match(of('PETITION_PROCESSING_ON_TIME'), { rate_percent: 100, points: 6, difference: 0 })
    t.match(of('PUBLISH_ON_TIME'), { points: null, unknown: 'denominator_zero', numerator: 0, denominator: 0 })
    t.match(of('PUBLIC_UPDATE_ON_TIME'), { unknown: 'unknown_input', unknown_detail: 'a count is missing: denominator', numerator: 3 })
    t.match(of('PAYMENT_PROCEDURES_USED'), { rate_percent: 100, points: 2.5 })
    t.match(of('total'), {
      points: 60.8, points_of: 100, points_from: 'imported', computed_points: 26.73, computed_of: 28.5, imported_points: 60.8, difference: null
    })
  })

  t.test('of the document of the portal follow its thresholds, and without a most point there is a rate alone', async t => {
    await givenInputs(service,
      { unit: 'H44.07', period: Q3, criterion: 'DOSSIER_SYNC', source: 'one-stop', numerator: 90, inputs: { reported: 100, on_portal: 80 } },
      { unit: 'H44.07', period: Q3, criterion: 'SO_HOA_GIAY_TO_GIAI_QUYET', source: 'one-stop', numerator: 40, denominator: 100 },
      { unit: 'H44.07', period: Q3, criterion: 'ONLINE_SERVICES_USED', source: 'one-stop', numerator: 1, denominator: 3, points: 1.5 })
    const asked = `/v1/evaluation?period=${Q3}&unit=H44.07&formula=qd-766-document-2026`
    t.same(rowsOf(await get(`${asked}&criterion=DOSSIER_SYNC&criterion=SO_HOA_GIAY_TO_GIAI_QUYET&criterion=ONLINE_SERVICES_USED`),
      'criterion', 'rate_percent', 'points', 'points_of', 'unknown'), [
      ['DOSSIER_SYNC', 90, 5.4, 6, null],
      ['ONLINE_SERVICES_USED', 33.33, 1.5, null, 'formula_unknown'],
      ['SO_HOA_GIAY_TO_GIAI_QUYET', 40, 2, 4, null]
    ])
    t.same(rowsOf(await get(`${asked}&criterion=ONLINE_SERVICES`), 'points', 'points_of', 'unknown'), [[null, null, 'nothing_posted']])
  })

  t.test('rank units within their level, 1, 2, 2, 4, and list those that cannot be ranked', async t => {
    await post('/v1/units', {
      items: ['H44.110', 'H44.112'].map(code => ({
        code, name: code, kind: 'commune', level: 'commune', parent: 'H44', reports_dossiers: true, valid_from: '2025-07-01'
      }))
    })
    await givenInputs(service, progress('H44.110', 5_830, 6_684))
    const ranked = await get(`${ask}&children=true&rank=true&least_dossiers=100&criterion=PROGRESS_ON_TIME&sort=level&sort=rank`)
    t.same(rowsOf(ranked, 'unit', 'rank', 'ranked_units', 'unranked'), [
      ['H44.108', 1, 4, null],
      ['H44.100', 2, 4, null],
      ['H44.110', 2, 4, null],
      ['H44.104', 4, 4, null],
      ['H44.112', null, 4, 'points_unknown'],
      ['H44.01', 1, 3, null],
      ['H44.03', 2, 3, null],
      ['H44.07', 3, 3, null],
      ['H44', null, 3, 'stands_above'],
      ['H44.13', null, 3, 'too_few_dossiers']
    ])
    t.same(rowsOf(await get(`${ask}&children=true&rank=true&kind=total&level=province&sort=-unit`), 'unit', 'points_of', 'rank', 'unranked'), [
      ['H44.13', 20, null, 'covers_less'],
      ['H44.07', 24, null, 'covers_less'],
      ['H44.03', 100, 1, null],
      ['H44.01', 20, null, 'covers_less'],
      ['H44', 20, null, 'stands_above']
    ])
    await givenInputs(service, { unit: 'H44.112', period: Q3, criterion: 'total', source: 'one-stop', points: 50 })
    const communes = await get(`${ask}&children=true&rank=true&kind=total&level=commune`)
    t.same(rowsOf(communes, 'unit', 'points', 'unranked').filter(([unit]) => unit === 'H44.112'), [['H44.112', 50, 'dossiers_unknown']])
    const provinces = await get(`/v1/evaluation?period=${Q3}&rank=true&least_dossiers=0&criterion=PROGRESS_ON_TIME`)
    t.same(rowsOf(provinces, 'unit', 'rank', 'ranked_units'), [['H44', 1, 1], ['H56', null, 1]])
  })

  t.test('of a level are of the sums of its units', async t => {
    const found = await get(`${ask}&children=true&group_by=level&group_by=period&kind=criterion&criterion=PROGRESS_ON_TIME`)
    t.same(rowsOf(found, 'unit', 'unit_name', 'level', 'numerator', 'denominator', 'rate_percent', 'points', 'units_reported', 'units_expected'), [
      [null, null, 'province', 2_509, 2_920, 85.92, 17.18, 4, 4],
      [null, null, 'commune', 18_272, 20_728, 88.15, 17.63, 4, 5]
    ])
    t.same(rowsOf(await get(`${ask}&group_by=level&children=true&level=commune&criterion=PUBLISH_ON_TIME`), 'points', 'unknown'),
      [[null, 'nothing_posted']])
  })

  t.test('are compared with the period before and the year before, under one formula unless asked', async t => {
    await givenInputs(service,
      progress('H44', 80, 100, { period: 'cal-2026-Q2' }), progress('H44', 70, 100, { period: 'cal-2025-Q3' }))
    const columns = ['compared_period', 'compared_points', 'points_change', 'rate_change', 'comparable', 'compared_formula'] as const
    t.same(rowsOf(await get(`${ask}&criterion=PROGRESS_ON_TIME&compare=previous`), ...columns), [
      ['cal-2026-Q2', 16, 1.35, 6.76, true, 'qd-766-found-2026']
    ])
    t.same(rowsOf(await get(`${ask}&criterion=PROGRESS_ON_TIME&compare=year_ago`), ...columns), [[null, null, null, null, null, null]],
      'no formula holds there, so that there is no such criterion')
    t.same(rowsOf(await get(`${ask}&kind=total&compare=year_ago`), ...columns), [['cal-2025-Q3', null, null, null, false, null]])
    t.same(rowsOf(await get(`${ask}&criterion=PROGRESS_ON_TIME&compare=year_ago&formula=qd-766-found-2026`), ...columns), [
      ['cal-2025-Q3', 14, 3.35, 16.76, true, 'qd-766-found-2026']
    ])
    const days = '/v1/evaluation?from=2026-07-01&to=2026-09-30&unit=H44&criterion=PROGRESS_ON_TIME&formula=qd-766-found-2026'
    t.same(rowsOf(await get(`${days}&compare=year_ago`), 'compared_period', 'compared_from', 'compared_to', 'points_change'),
      [[null, '2025-07-01', '2025-09-30', 3.35]], 'counts of a period with the same days')
    t.same(rowsOf(await get(`${days}&compare=previous`), 'compared_from', 'compared_to', 'points_change'), [['2026-03-31', '2026-06-30', null]])
    await givenInputs(service, progress('H44', 9, 10, { period: 'cal-2025-Q3', criterion: 'PUBLISH_ON_TIME' }))
    const wider = `${ask}&kind=total&compare=year_ago&formula=qd-766-found-2026`
    t.same(rowsOf(await get(wider), ...columns.slice(0, 5)), [['cal-2025-Q3', 19.4, null, null, false]])
    t.same(rowsOf(await get(`${wider}&across_formulas=true`), ...columns.slice(0, 5)), [['cal-2025-Q3', 19.4, -2.05, null, false]])
    await post('/v1/periods', {
      items: [{ code: 'own', calendar: 'own', kind: 'other', year: 2026, starts_on: '2026-01-05', ends_on: '2026-02-05' }]
    })
    t.same(rowsOf(await get('/v1/evaluation?period=own&unit=H44&kind=total&compare=previous'), ...columns.slice(0, 2)), [[null, null]])
  })

  t.test('have no formula before the first one holds, but those that the portal gives', async t => {
    await givenInputs(service, { unit: 'H56', period: 'cal-2025-M10', criterion: 'total', source: 'one-stop', points: 60.8 })
    const { items } = (await get('/v1/evaluation?period=cal-2025-M10&unit=H56')).body
    t.match(items, [{ kind: 'total', points: 60.8, points_of: null, maximum: null, formula: null, unknown: 'no_formula' }])
    t.equal(items.length, 1)
  })

  t.test('are by the version of the highest precedence that holds on the last day, then the one that holds since the later day', async t => {
    const [own] = (await get('/v1/evaluation-formulas?scheme=qd-766&limit=1')).body.items
    await post('/v1/evaluation-formulas', {
      items: [
        { ...own, code: 'first', precedence: 300, valid_from: '2024-01-01', valid_to: '2024-12-31' },
        { ...own, code: 'later', precedence: 300, valid_from: '2024-07-01', valid_to: '2024-09-30' }
      ]
    })
    const periods = ['cal-2024-Q2', 'cal-2024-Q3', 'cal-2024-Q4'].map(code => `period=${code}`).join('&')
    t.same(rowsOf(await get(`/v1/evaluation?${periods}&unit=H56&kind=total`), 'formula'), [['first'], ['later'], ['first']])
  })

  t.test('are asked for by days as well, and for every province', async t => {
    t.same(rowsOf(await get('/v1/evaluation?from=2026-07-01&to=2026-09-30&unit=H44&criterion=PROGRESS_ON_TIME'), 'period', 'points'), [[null, 17.35]])
    t.same(rowsOf(await get('/v1/evaluation?from=2026-07-01&to=2026-09-29&unit=H44&criterion=PROGRESS_ON_TIME'), 'points'), [[null]])
    t.same(rowsOf(await get(`/v1/evaluation?period=${Q3}&period=cal-2026-Q2&kind=total&sort=unit`), 'period', 'unit', 'points'), [
      ['cal-2026-Q2', 'H44', 16], [Q3, 'H44', 17.35], ['cal-2026-Q2', 'H56', null], [Q3, 'H56', null]
    ])
    const all = await get(`/v1/evaluation?period=${Q3}&children=true&kind=total&sort=-points`)
    t.ok(all.body.items.length > 20)
    t.same(rowsOf(all, 'unit')[0], ['H44.03'])
    t.equal((await get('/v1/evaluation?from=2026-01-01&to=2026-12-31&unit=H44&kind=total')).body.items[0].provisional, true)
    const criteria = (group: number) => Array.from({ length: 100 }, (_, i) => ({
      code: `C${group}_${i}`, name: 'x', maximum: null, levels: null, inputs: [], rate: null, rate_status: 'unknown', points: null,
      points_status: 'unknown', note: null
    }))
    const groups = Array.from({ length: 40 }, (_, i) => ({ code: `G${i}`, name: 'x', maximum: 1, criteria: criteria(i) }))
    await post('/v1/evaluation-formulas', {
      items: [{ code: 'long', scheme: 'own', name: 'x', status: 'found', source: 'x', precedence: 1, valid_from: '2026-01-01', groups }]
    })
    t.match(await get(`/v1/evaluation?period=${Q3}&children=true&formula=long`), { status: 413, body: { code: 'too_many_rows' } })
  })

  t.test('are explained node by node', async t => {
    const { body } = await get(`/v1/evaluation/explain?period=${Q3}&unit=H44&criterion=PROGRESS_ON_TIME`)
    t.match(body, {
      row: { points: 17.35, unit_name: 'Tỉnh Phú Thọ' },
      criterion: { code: 'PROGRESS_ON_TIME', maximum: 20, rate: { op: 'ratio' } },
      inputs: { numerator: 403_016, denominator: 464_494 }
    })
    t.same(body.steps.map(({ pointer, op, value }: Row) => [pointer, op, value]), [
      ['/rate/numerator', 'input', 403_016], ['/rate/denominator', 'input', 464_494], ['/rate', 'ratio', 0.867645],
      ['/points/of/0', 'input', 0.867645], ['/points/of/1', 'constant', 20], ['/points', 'product', 17.352904]
    ])
    const zero = await get(`/v1/evaluation/explain?period=${Q3}&unit=H44.03&criterion=PUBLISH_ON_TIME`)
    t.match(zero.body.steps[2], { pointer: '/rate', value: null, unknown: 'denominator_zero', input: null })
    t.same((await get(`/v1/evaluation/explain?period=${Q3}&unit=H44&criterion=PUBLISH_ON_TIME`)).body.steps, [])
    const asked = '/v1/evaluation/explain?criterion=PROGRESS_ON_TIME'
    t.equal(faultOf(await get(`${asked}&period=${Q3}`)), '/query/unit missing')
    t.equal(faultOf(await get(`${asked}x&period=${Q3}&unit=H44`)), '/query/criterion unknown_criterion')
    t.equal(faultOf(await get(`${asked}&period=cal-2025-Q1&unit=H44`)), '/query/criterion unknown_criterion')
    t.equal(faultOf(await get(`${asked}&period=cal-2025-Q1&unit=H44&formula=qd-766-found-2026`)), '/query/unit unit_not_valid')
  })

  t.test('are counted live from dossier records where the formula says so, beside what is posted', async t => {
    const dossier = (n: number, others: object) => ({
      code: `000.00.00.H44-260701-${n}`, unit: 'H44.13', procedure: '1.001612', channel: 'direct', status: 10,
      received_at: '2026-07-01T08:00:00+07:00', due_at: '2026-07-10T17:00:00+07:00', finished_at: '2026-07-06T09:00:00+07:00',
      updated_at: '2026-07-06T09:05:00+07:00', ...others
    })
    const items = [
      dossier(1, { digitised_parts: 1 }), dossier(2, {}),
      dossier(3, { finished_at: '2026-07-20T09:00:00+07:00', updated_at: '2026-07-20T09:05:00+07:00', digitised_parts: 0 })
    ]
    t.same((await send(db, items)).outcomes, ['created', 'created', 'created'])
    await givenInputs(service, { unit: 'H44.07', period: Q3, criterion: 'SO_HOA_GIAY_TO_GIAI_QUYET', source: 'one-stop', numerator: 1 })
    const asked = `/v1/evaluation?period=${Q3}&unit=H44.13`
    const columns = ['numerator', 'denominator', 'counts_from', 'known_percent', 'points', 'posted_numerator', 'posted_denominator',
      'posted_points', 'posted_difference', 'sources', 'coverage_percent']
    t.same(rowsOf(await get(`${asked}&criterion=PROGRESS_ON_TIME&criterion=SO_HOA_GIAY_TO_GIAI_QUYET&criterion=PUBLISH_ON_TIME`), ...columns), [
      [null, null, null, null, null, null, null, null, null, [], 0],
      [2, 3, 'records', 100, 13.33, 2, 4, 10, 3.33, [], 100],
      [1, 2, 'records', 66.67, 2, null, null, null, null, [], 100]
    ])
    t.same(rowsOf(await get(`${ask}&children=true&group_by=level&criterion=PROGRESS_ON_TIME`), 'level', 'counts_from'), [
      ['province', 'mixed'], ['commune', 'inputs']
    ])
    const { body } = await get(`/v1/evaluation/explain?period=${Q3}&unit=H44.13&criterion=PROGRESS_ON_TIME`)
    const counts = (await get(body.explain_url)).body
    t.match(counts, { numerator: 2, denominator: 3 })
    t.same(rowsOf(await get(body.dossiers_url), 'code', 'in_numerator'), [['000.00.00.H44-260701-3', false]])
    t.match((await get(`/v1/evaluation/explain?period=${Q3}&unit=H44.01&criterion=PROGRESS_ON_TIME`)).body, { explain_url: null })
    t.match((await get('/v1/evaluation?from=2027-01-01&to=2027-01-31&unit=H44&criterion=PROGRESS_ON_TIME')).body.items, [{ counts_from: null }],
      'a span that has not begun has no counts')
    t.same(rowsOf(await get(`/v1/evaluation?period=${Q3}&criterion=PROGRESS_ON_TIME&level=commune`), 'unit'), [])
  })

  t.test('are refused for what does not go together', async t => {
    const fault = async (query: string) => faultOf(await get(`/v1/evaluation?${query}`))
    t.equal(await fault('unit=H44'), '/query/period period_or_days')
    t.equal(await fault('from=2026-01-01'), '/query/period period_or_days')
    t.equal(await fault(`period=${Q3}&to=2026-01-01`), '/query/period period_or_days')
    t.equal(await fault('from=2026-02-01&to=2026-01-01'), '/query/to out_of_range')
    t.equal(await fault('period=none'), '/query/period unknown_period')
    t.equal(await fault(`period=${Q3}&unit=none`), '/query/unit unknown_unit')
    t.equal(await fault(`period=${Q3}&formula=none`), '/query/formula unknown_formula')
    t.equal(await fault(`period=${Q3}&group_by=level&group_by=unit`), '/query/group_by not_allowed')
    t.equal(await fault(`period=${Q3}&group_by=level&rank=true`), '/query/rank not_allowed')
    t.equal(await fault(`period=${Q3}&unit=H44.112&rank=true`), '/query/rank not_allowed', 'it would be 1 of 1')
    t.equal(await fault(`period=${Q3}&hierarchy=as_of:2026-02-30`), '/query/hierarchy malformed')
  })

  t.test('are those that a key reaches', async t => {
    const { headers } = await givenClient(service, 'of-viet-tri', { scopes: ['read'], unit: 'H44.100' })
    t.same(rowsOf(await get(`/v1/evaluation?period=${Q3}&kind=total`, headers), 'unit', 'points'), [['H44.100', 17.44]])
    t.equal(faultOf(await get(`/v1/evaluation?period=${Q3}&unit=H44`, headers)), '/query/unit unknown_unit')
    t.equal(faultOf(await get(`/v1/evaluation?period=${Q3}&rank=true`, headers)), '/query/rank not_allowed', 'it would be 1 of 1')
    const { headers: province } = await givenClient(service, 'of-phu-tho', { scopes: ['read'], unit: 'H44' })
    const ranked = await get(`/v1/evaluation?period=${Q3}&children=true&rank=true&level=commune&criterion=PROGRESS_ON_TIME`, province)
    t.same(rowsOf(ranked, 'ranked_units')[0], [4], 'units below that of the key')
  })
})

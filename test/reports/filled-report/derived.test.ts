import type { ReportExplained, ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

async function derivedOf ({ get }: Pick<Service, 'get'>, url: string) {
  const { rows } = (await get(url)).body as { rows: ReportRow[] }
  return new Map(rows.map(row => [row.code, row]))
}

forEachDatabase('what the service derives beside the report of Thanh Hóa for the first half of 2021', async (t, service) => {
  const { get } = service
  const rows = await derivedOf(service, '/v1/reports/H56/2021-H1')

  t.test('stands beside what is reported, with the difference and with the reason where there is none', async t => {
    const figures = [...rows.values()].filter(row => row.computed_number !== null || row.computed_unknown !== null)
    t.same(figures.map(row => (
      [row.code, row.source, row.number, row.computed_number ?? row.computed_unknown, row.difference])), [
      ['3.1.1', 'reported', 48, 2, 46],
      ['3.1.2', 'reported', 39, 0, 39],
      ['3.1.3', 'reported', 2_079, 13, 2_066],
      ['3.1.3.a', 'reported', 1_524, 3, 1_521],
      ['3.1.3.b', 'reported', 325, 3, 322],
      ['3.1.3.c', 'reported', 230, 7, 223],
      ['3.2.1', null, null, 'unknown_of_some', null],
      ['3.2.2', 'reported', 831, 'unknown_of_some', null],
      ['3.3.1', 'reported', 357, 0, 357],
      ['3.3.2', 'reported', 45, 0, 45],
      ['3.3.3', 'reported', 100, 'unknown_of_some', null],
      ['3.3.4', 'reported', 100, 'unknown_of_some', null],
      ['3.4.1', 'reported', 92.41, 'nothing_counted', null],
      ['3.4.2', 'reported', 97.24, 'nothing_counted', null],
      ['3.4.3', 'reported', 99.38, 'nothing_counted', null],
      ['3.4.4', 'reported', null, 'nothing_counted', null],
      ['3.4.5', 'reported', null, 'nothing_counted', null],
      ['3.5.2', 'reported', 831, 'unknown_of_some', null],
      ['3.5.3', 'reported', 2_079, 'unknown_of_some', null],
      ['4.1.4', 'reported', 2_221, 2_221, 0],
      ['4.1.4.b', 'reported', 231, 'nothing_reported', null],
      ['4.1.4.c', 'reported', 1_975, 'nothing_reported', null],
      ['5.3.3', 'reported', 6, 'nothing_reported', null],
      ['5.3.4', 'reported', 8, 'nothing_reported', null],
      ['7.8.1', 'reported', 162, 'unknown_of_some', null],
      ['7.8.2', 'reported', 669, 'unknown_of_some', null],
      ['7.8.3', 'reported', 85.43, 'nothing_counted', null],
      ['7.8.4', 'reported', 71.13, 'nothing_counted', null]
    ])
    t.match(rows.get('4.1.4.c'), { units_reported: 0, units_expected: 27 })
    t.match(rows.get('1.1.1'), { source: 'reported', computed_number: null, computed_unknown: null }, 'the others are reported by hand')
    t.match(rows.get('1'), { source: null, computed_number: null })
  })

  t.test('is added up from units as soon as they report', async t => {
    const values = [['H56-380', 70], ['H56-381', 5]].map(([unit, number]) => ({ unit, number, period: '2021-H1', indicator: '4.1.4.c' }))
    t.equal((await service.post('/v1/indicator-values', { items: values })).status, 200)
    const changed = await derivedOf(service, '/v1/reports/H56/2021-H1')
    t.match(changed.get('4.1.4.c'), { source: 'reported', computed_number: 75, difference: 1_900, units_reported: 2, units_expected: 27 })
    t.match(changed.get('4.1.4'), { computed_number: 2_221 }, 'a formula takes what is reported, where it is')
    const explained = (await get('/v1/reports/H56/2021-H1/explain/4.1.4.c')).body as ReportExplained
    const { url } = explained.parts[0]!
    t.equal(url, '/v1/indicator-values?unit=H56&period=2021-H1&indicator=4.1.4.c')
    t.same((await get(url!)).body.items.map(({ unit, number }: { unit: string, number: number }) => [unit, number]),
      [['H56', 1_975], ['H56-380', 70], ['H56-381', 5]])
  })
})

forEachDatabase('a report that the service fills itself', async (t, service) => {
  const { db, get, post } = service
  const explain = async (code: string, report = 'H56/2021-Q3') => (
    (await get(`/v1/reports/${report}/explain/${code}`)).body as ReportExplained)

  t.test('has the percentages on time that the statistics have', async t => {
    const rows = await derivedOf(service, '/v1/reports/H56/2021-Q3')
    const byLevel = (await get('/v1/on-time?period=2021-Q3&unit=H56&group_by=level')).body.items
    t.same(['3.4.1', '3.4.2', '3.4.3'].map(code => rows.get(code)).map(row => (
      [row!.source, row!.computed_numerator, row!.computed_denominator, row!.computed_number, row!.units_reported])),
    ['province', 'district', 'commune'].map(level => byLevel.find((row: { level: string }) => row.level === level))
      .map(row => ['computed', row.numerator, row.denominator, row.on_time_percent, row.units_reported]))
    const [land] = (await get('/v1/on-time?period=2021-Q3&unit=H56&group_by=field&field=land')).body.items
    t.match(rows.get('3.4.4'), { computed_number: land.on_time_percent, computed_denominator: land.denominator })
  })

  t.test('explains a percentage down to the statistics', async t => {
    const { row, derivation, parts, reason } = await explain('3.4.2')
    t.same(derivation, { op: 'on_time', level: ['district'], method: 'resolved' })
    t.match([reason, parts], [null, [{ op: 'on_time', basis: 'reported', units_reported: 27, units_expected: 27, dossiers_url: null }]])
    const figure = (await get(parts[0]!.url!)).body
    t.same([figure.numerator, figure.denominator], [row.computed_numerator, row.computed_denominator])
  })

  t.test('counts procedures for a province, and for no part of one', async t => {
    t.match(await explain('3.1.3', 'H56-380/2021-Q3'), {
      row: { computed_number: null, computed_unknown: 'catalogue_of_province' }, reason: /the unit is a part of one/
    })
    const { row, parts } = await explain('3.1.3.c')
    t.equal(parts[0]!.url, '/v1/procedures/counts?period=2021-Q3&group_by=level')
    const counts = (await get(parts[0]!.url!)).body.items
    t.equal(row.computed_number, counts.find(({ level }: { level: string }) => level === 'commune').in_force)
    t.equal((await explain('3.2.1')).parts[0]!.url, null, 'what is counted by more than one key, or by flags, is shown nowhere else')
  })

  t.test('counts the records where more units send them than reports, or as many', async t => {
    const { row: reported } = await explain('3.4.2', 'H56-380/2021-H1')
    t.match(reported, { computed_unknown: 'nothing_counted' })
    await send(db, [
      item({ code: 'a', status: 10, finished_at: '2021-06-01T08:00:00+07:00' }),
      item({ code: 'b', status: 10, finished_at: '2021-06-12T08:00:00+07:00', channel: 'online' }),
      item({ code: 'c', channel: 'online' })
    ])
    const { row, parts } = await explain('3.4.2', 'H56-380/2021-H1')
    t.match(row, { computed_number: 50, computed_numerator: 1, computed_denominator: 2 })
    t.match(row, { units_reported: 1, units_expected: 1 })
    t.equal(parts[0]!.basis, 'records')
    t.match((await get(parts[0]!.url!)).body, { numerator: 1, denominator: 2 })
    t.same((await get(parts[0]!.dossiers_url!)).body.items.map(({ code }: { code: string }) => code), ['b'], 'the late one')
    await send(db, [item({
      code: 'd', received_at: '2021-07-01T08:00:00+07:00', due_at: '2021-07-09T17:00:00+07:00', status: 10,
      finished_at: '2021-07-02T08:00:00+07:00'
    })])
    t.equal((await explain('3.4.2')).parts[0]!.basis, 'reported', '27 districts reported, and one sent records')
    t.match((await explain('3.4.2', 'H56-380/2021-Q3')).parts, [{ basis: 'records', value: 100, denominator: 1 }])
  })

  t.test('counts online dossiers of the procedures of an online service level', async t => {
    t.match((await explain('7.8.3', 'H56-380/2021-H1')).row, { computed_unknown: 'nothing_counted' }, 'no procedure has it')
    const procedure = (await get('/v1/procedures/1.001612')).body
    await post('/v1/procedures', { items: [{ ...procedure, online_service_level: '3', correction: true }] })
    const { row, parts, steps } = await explain('7.8.3', 'H56-380/2021-H1')
    t.match(row, { computed_number: 66.67, computed_numerator: 2, computed_denominator: 3 })
    t.same(parts.map(({ pointer, value }) => [pointer, value]), [['/inputs/direct', 1], ['/inputs/online', 2]])
    t.match((await get(parts[1]!.url!)).body, { received_online: 2 })
    t.match(steps.at(-1), { pointer: '', op: 'percent', value: 66.666667, input: null })
    t.match((await explain('7.8.4', 'H56-380/2021-H1')).row, { computed_unknown: 'nothing_counted' }, 'it has level 3, and not 4')
    t.match((await explain('7.8.1', 'H56/2021-H1')).row, { computed_number: 1 })
    t.match((await explain('7.8.2', 'H56/2021-H1')).row, { computed_number: 0 }, 'now that one has a level, the others have none')
  })

  t.test('adds up levels and fields, and then divides', async t => {
    const onTime = (given: object) => ({ value_type: 'percent', name: 'x', derivation: { op: 'on_time', ...given } })
    const indicators = [
      { code: 'levels', ...onTime({ level: ['district', 'commune'] }) }, { code: 'fields', ...onTime({ field: ['land', 'construction'] }) },
      { code: 'both', ...onTime({ level: ['district', 'commune'], field: ['land'] }) }, { code: 'due', ...onTime({ method: 'due' }) },
      { code: 'all', ...onTime({ method: 'received', basis: 'reported' }) },
      { code: 'many', ...onTime({ online_service_level: ['3', '4'] }) }
    ]
    await post('/v1/forms', { items: [{
      code: 'own', name: 'x', valid_from: '2040-01-01', indicators: indicators.map((one, i) => ({ ...one, position: i + 1 }))
    }] })
    const rows = await derivedOf(service, '/v1/reports/H56/2021-Q3?form=own')
    const counts = async (query: string) => {
      const { items } = (await get(`/v1/on-time?period=2021-Q3&unit=H56&${query}`)).body as { items: Record<'numerator' | 'denominator', number>[] }
      return items.reduce(([n, d], row) => [n! + row.numerator, d! + row.denominator], [0, 0])
    }
    const shown = (code: string) => [rows.get(code)!.computed_numerator, rows.get(code)!.computed_denominator]
    t.same(shown('levels'), await counts('level=district,commune'))
    t.match(rows.get('levels'), { units_reported: 586, units_expected: 586 })
    t.same(shown('fields'), await counts('field=land,construction'))
    t.same(shown('both'), await counts('field=land&level=district,commune'))
    t.match(rows.get('fields'), { units_reported: 589, units_expected: 606 }, 'of the field with the most')
    t.same(shown('all'), await counts('method=received'))
    t.match(rows.get('due'), { computed_numerator: 1, computed_denominator: 1 }, 'what fell due is known of records only')
    t.match(rows.get('many'), { computed_number: 100, computed_denominator: 1 })
    for (const code of ['levels', 'fields', 'due', 'many']) {
      const { parts: [part] } = (await get(`/v1/reports/H56/2021-Q3/explain/${code}?form=own`)).body as ReportExplained
      t.match((await get(part!.url!)).body, { numerator: part!.numerator, denominator: part!.denominator })
    }
  })

  t.test('names no more procedures than an address can', async t => {
    const many = Array.from({ length: 101 }, (_, i) => ({
      code: `9.${i}`, name: 'x', field: 'land', level: 'commune', online_service_level: '3', interlinked: 'none',
      valid_from: '2020-01-01', correction: true
    }))
    await post('/v1/procedures', { items: many })
    t.match((await explain('7.8.3', 'H56/2021-Q3')).parts, [{ url: null, value: 1 }, { url: null, value: 0 }])
  })

  t.test('knows nothing of a period that has not begun', async t => {
    t.match(await explain('3.1.3', 'H56/2035-H1'), {
      row: { computed_number: null, computed_unknown: 'period_not_begun' }, parts: [], reason: 'the period has not begun'
    })
  })

  t.test('explains an indicator that is reported by hand by nothing, and an unknown one not at all', async t => {
    t.match(await explain('1.1.1'), { derivation: null, parts: [], steps: [], reason: null, row: { source: null } })
    t.match(await get('/v1/reports/H56/2021-Q3/explain/9.9'), { status: 404, body: { detail: 'there is no indicator "9.9"' } })
    t.match(await get('/v1/reports/H57/2021-Q3/explain/3.1.3'), { status: 404 })
    t.match(await get('/v1/reports/H56/2021-Q3/explain/3.1.3?form=none'), { status: 400, body: { errors: [{ code: 'unknown_form' }] } })
  })
})

import { sql } from 'kysely'
import type { ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { forEachDatabase, type Service } from '../../database.ts'

const input = (name: string) => ({ op: 'input', name })
const COUNT = { name: 'x', value_type: 'count', measure: 'Văn bản' }
const PERCENT = { name: 'x', value_type: 'percent', measure: '%' }

/** A form of its own, and what a report of it derives. */
async function givenForm ({ post }: Service, indicators: Record<string, object>) {
  const listed = Object.entries(indicators).map(([code, indicator], i) => ({ code, position: i + 1, ...indicator }))
  return post('/v1/forms', { items: [{ code: 'own', name: 'x', valid_from: '2020-01-01', indicators: listed }] })
}

forEachDatabase('what is derived', async (t, service) => {
  const { get, post } = service
  const rowsOf = async (report: string) => {
    const { rows } = (await get(`/v1/reports/${report}?form=own`)).body as { rows: ReportRow[] }
    return Object.fromEntries(rows.map(row => [row.code, row])) as Record<string, ReportRow>
  }
  const report = async (unit: string, indicator: string, value: object, period = '2021-H1') => {
    const item = { unit, period, form: 'own', indicator, ...value }
    t.equal((await post('/v1/indicator-values', { items: [item] })).status, 200)
  }

  t.test('of units is the sum, the ratio of sums, the latest values, or how many made a choice', async t => {
    t.match(await givenForm(service, {
      count: COUNT, of: COUNT, fraction: { ...COUNT, value_type: 'fraction', derivation: { op: 'units', rule: 'ratio_of_sums', level: ['district'] } },
      choice: { ...COUNT, value_type: 'choice', choices: [{ value: 0, name: 'Chưa' }, { value: 1, name: 'Xong' }] },
      sum: { ...COUNT, derivation: { op: 'units', rule: 'sum', indicator: 'count', level: ['district'] } },
      latest: { ...COUNT, derivation: { op: 'units', rule: 'latest', indicator: 'count', level: ['district'] } },
      share: { ...PERCENT, derivation: { op: 'units', rule: 'ratio_of_sums', numerator: 'count', denominator: 'of', level: ['district'] } },
      of_fractions: { ...PERCENT, derivation: { op: 'units', rule: 'ratio_of_sums', indicator: 'fraction', level: ['district'] } },
      done: { ...COUNT, derivation: { op: 'units', rule: 'units_with_choice', indicator: 'choice', choices: [1], level: ['district'] } },
      reviews: { ...COUNT, derivation: { op: 'procedure_reviews', count: 'procedures' } },
      received: { ...COUNT, derivation: { op: 'dossiers', measure: 'received', basis: 'reported' } },
      early: { ...COUNT, derivation: { op: 'dossiers', measure: 'resolved_early', basis: 'reported' } },
      handled: { ...PERCENT, derivation: { op: 'on_time', method: 'handled', basis: 'reported' } },
      both: { ...COUNT, derivation: {
        op: 'formula', inputs: { a: { op: 'units', rule: 'sum', indicator: 'count', level: ['district'] }, b: { op: 'indicator', indicator: 'sum' } },
        formula: { op: 'difference', of: [input('a'), input('b')] }
      } },
      above: { ...COUNT, derivation: {
        op: 'formula', inputs: { a: { op: 'indicator', indicator: 'count' }, b: { op: 'indicator', indicator: 'sum' } },
        formula: { op: 'difference', of: [input('a'), input('b')] }
      } },
      half: { ...COUNT, derivation: {
        op: 'formula', inputs: { a: { op: 'indicator', indicator: 'sum' } }, formula: { op: 'product', of: [input('a'), { op: 'constant', value: 0.5 }] }
      } },
      percent_of: { ...PERCENT, derivation: {
        op: 'formula', inputs: { a: { op: 'indicator', indicator: 'sum' }, b: { op: 'indicator', indicator: 'count' } },
        formula: { op: 'percent', of: { op: 'ratio', numerator: input('a'), denominator: input('b') } }
      } }
    }), { status: 200, body: { created: 1 } })
    await report('H56-380', 'count', { number: 3 })
    await report('H56-380', 'of', { number: 4 })
    await report('H56-381', 'count', { number: 5 }, '2020-Q4')
    await report('H56-381', 'of', { number: 9 })
    await report('H56-381', 'choice', { choice: 1 })
    await report('H56-380', 'choice', { choice: 0 })
    await report('H56-380', 'fraction', { numerator: 1, denominator: 3 })
    await report('H56-381', 'fraction', { numerator: 1, denominator: 1 })
    const rows = await rowsOf('H56/2021-H1')
    t.match(rows['sum'], { source: 'aggregated', computed_number: 3, units_reported: 1, units_expected: 27, number: null })
    t.match(rows['latest'], { computed_number: 8, units_reported: 2 }, 'one of the half year, one of the quarter before')
    t.match(rows['share'], { computed_number: 75, computed_numerator: 3, computed_denominator: 4, units_reported: 1 }, 'of units with both')
    t.match(rows['fraction'], { source: 'aggregated', computed_number: null, computed_unknown: null, computed_numerator: 2, computed_denominator: 4 })
    t.match(rows['of_fractions'], { computed_number: 50, computed_numerator: 2, computed_denominator: 4 })
    t.match(rows['done'], { computed_number: 1, units_reported: 2 })
    t.match(rows['both'], { source: 'computed', computed_number: 0, units_reported: 2, units_expected: 54 }, 'of both inputs')
    t.match(rows['half'], { units_reported: 1, units_expected: 27 })
    t.match(rows['above'], { computed_unknown: 'unknown_indicator' }, 'nobody reported the province\'s count')
    t.match(rows['half'], { computed_number: null, computed_unknown: 'out_of_range' }, 'a count is whole')
    t.match(rows['reviews'], { computed_unknown: 'nothing_counted' })
    t.match(rows['received'], { computed_number: 3_104_677 })
    t.match(rows['early'], { computed_unknown: 'unknown_of_some' }, 'the province reported early and on time together')
    t.match(rows['handled'], { computed_number: null, computed_unknown: 'unknown_of_some', computed_denominator: 3_104_677 })
  })

  t.test('is unknown where it would be divided by nothing, or be no value of its indicator', async t => {
    await report('H56', 'count', { number: 0 })
    t.match((await rowsOf('H56/2021-H1'))['percent_of'], { computed_unknown: 'denominator_zero', computed_numerator: 3, computed_denominator: 0 })
    t.match((await rowsOf('H56/2021-H1'))['above'], { computed_unknown: 'out_of_range' }, 'a count is not negative')
    await report('H56', 'count', { number: 2 })
    t.match((await rowsOf('H56/2021-H1'))['percent_of'], { computed_unknown: 'out_of_range' }, '150 percent')
    await report('H56', 'count', { number: 4 })
    t.match((await rowsOf('H56/2021-H1'))['percent_of'], { computed_number: 75 })
    await report('H56', 'percent_of', { number: 74.9999 })
    t.match((await rowsOf('H56/2021-H1'))['percent_of'], { source: 'reported', difference: -0.0001 }, 'exactly, to the last decimal')
    await report('H56', 'percent_of', { state: 'no_data' })
    t.match((await rowsOf('H56/2021-H1'))['percent_of'], { source: 'reported', difference: null, computed_number: 75 })
    await report('H56-380', 'of', { number: 0 })
    t.match((await rowsOf('H56/2021-H1'))['share'], { computed_unknown: 'denominator_zero', computed_numerator: 3 })
    t.match((await rowsOf('H56-381/2021-H1'))['sum'], { computed_unknown: 'no_units', units_expected: 0 }, 'below a district is no district')
  })

  t.test('takes an indicator that is reported as `-` for unknown, and derives nothing in its place', async t => {
    await report('H56', 'sum', { state: 'no_data' })
    const rows = await rowsOf('H56/2021-H1')
    t.match(rows['sum'], { source: 'reported', printed: '-', number: null, computed_number: 3 })
    t.match(rows['percent_of'], { computed_number: null, computed_unknown: 'unknown_indicator', units_reported: null, units_expected: null })
    t.match(rows['both'], { computed_unknown: 'unknown_indicator', units_reported: 1, units_expected: 27 })
  })

  t.test('adds a branch to its department only where the department does not report for it', async t => {
    const unit = { kind: 'department', level: 'province', reports_dossiers: false, valid_from: '2000-01-01' }
    await post('/v1/units', { items: [
      { ...unit, code: 'BRANCH', name: 'x', parent: 'H56-STC' },
      { ...unit, code: 'STATION', name: 'x', parent: 'BRANCH', level: 'district' }
    ] })
    const derivation = (level: string[]) => ({ op: 'units', rule: 'sum', indicator: 'count', level })
    const indicators = [{ ...COUNT, code: 'count' }, { ...COUNT, code: 'one', derivation: derivation(['province']) },
      { ...COUNT, code: 'two', derivation: derivation(['province', 'district']) }]
    await post('/v1/forms', { items: [{
      code: 'nested', name: 'x', valid_from: '2020-01-01', indicators: indicators.map((one, i) => ({ ...one, position: i + 1 }))
    }] })
    const value = (unit: string, number: number) => post('/v1/indicator-values', {
      items: [{ unit, period: '2021-H1', form: 'nested', indicator: 'count', number }]
    })
    const shown = async () => {
      const { rows } = (await get('/v1/reports/H56/2021-H1?form=nested')).body as { rows: ReportRow[] }
      const { items } = (await get('/v1/indicator-values?group_by=level&period=2021-H1&form=nested&indicator=count&unit=H56')).body
      return [...rows.slice(1).map(row => [row.computed_number, row.units_reported, row.units_expected]),
        ...items.map((row: Record<string, unknown>) => [row['level'], row['number'], row['units_reported'], row['units_expected']])]
    }
    await value('BRANCH', 2)
    await value('STATION', 1)
    const [[, , one], [, , two]] = await shown() as [number[], number[]]
    t.same(await shown(), [[2, 1, one], [2, 1, two], ['district', 1, 1, 28], ['province', 2, 1, one]])
    await value('H56-STC', 7)
    t.same(await shown(), [[7, 1, one! - 1], [7, 1, two! - 1], ['district', 1, 1, 28], ['province', 7, 1, one! - 1]])
  })

  t.test('counts reviews that units below have made', async t => {
    await post('/v1/procedure-reviews', { items: ['H56-380', 'H56-381'].map(unit => (
      { unit, procedure: '1.001193', period: '2021-H1', proposal: 'keep', outcome: 'pending' })) })
    t.match((await rowsOf('H56/2021-H1'))['reviews'], { computed_number: 1 }, 'each procedure once')
  })

  t.test('of a flag is the count of those of which it is known to be so, if it is known of all', async t => {
    const flags = {
      on_national_portal: true, internal_process_approved: true, internal_process_electronic: false,
      payment_integrated: false
    }
    const { items } = (await get('/v1/procedures?as_of=2021-06-14')).body
    await post('/v1/procedures', { items: items.map((procedure: object, i: number) => (
      { ...procedure, ...flags, ...i === 0 ? { internal_process_electronic: true } : {}, correction: true })) })
    const { rows } = (await get('/v1/reports/H56/2021-H1?form=cchc-2021')).body as { rows: ReportRow[] }
    const figures = ['3.2.1', '3.5.3', '3.3.3', '3.3.4'].map(code => rows.find(row => row.code === code)!)
    t.same(figures.map(row => row.computed_number), [items.length, 0, 100, 7.69])
    t.match(figures[3], { computed_numerator: 1, computed_denominator: 13 })
  })

  t.test('knows nothing of an empty catalogue', async t => {
    await sql`delete from procedure_versions`.execute(service.db)
    const { rows } = (await get('/v1/reports/H56/2021-H1?form=cchc-2021')).body as { rows: ReportRow[] }
    t.match(rows.find(({ code }) => code === '3.1.3'), { computed_number: null, computed_unknown: 'nothing_counted' })
  })
})

import { sql } from 'kysely'
import { evaluation } from '../../../src/evaluation/scores/queries.ts'
import type { EvaluationQuery } from '../../../src/evaluation/scores/schema.ts'
import { givenReform } from '../../catalogue/units/given-reform.ts'
import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'

const NOW = Date.parse('2026-11-01T00:00:00+07:00')
const CRITERIA = ['PROGRESS_ON_TIME', 'ORIGINAL_RESULT_AVAILABLE']

const result = (code: string, unit: string, finished: string, electronic: boolean) => item({
  code, unit, procedure: '1.001193', status: 10, received_at: '2021-05-03T08:00:00+07:00', due_at: '2021-05-14T17:00:00+07:00',
  finished_at: `2021-05-${finished}T09:00:00+07:00`, updated_at: `2021-05-${finished}T09:05:00+07:00`, electronic_result: electronic
})

forEachDatabase('points by Decision 766 through the reform of units', async (t, { db, get }) => {
  await givenReform(db, {
    on: '2021-07-01',
    create: [{ unit: 'H56-99001', parent: 'H56' }, { unit: 'H56-99002', parent: 'H56' }],
    end: { 'H56-14755': { 'H56-99001': 1 }, 'H56-14758': { 'H56-99001': 1 }, 'H56-14761': { 'H56-99001': 0.25, 'H56-99002': 0.75 } }
  })
  await send(db, [
    result('a', 'H56-14755', '10', true), result('b', 'H56-14755', '20', true), result('c', 'H56-14758', '10', false),
    result('d', 'H56-14761', '10', true)
  ])
  const rows = async (asked: Partial<EvaluationQuery>) => {
    const { items } = await evaluation(db, {
      from: '2021-05-01', to: '2021-05-31', formula: 'qd-766-found-2026', kind: ['criterion'], criterion: CRITERIA, ...asked
    }, null, NOW)
    return items.filter(({ numerator }) => numerator !== null).map(row => [
      row.unit, row.criterion, row.numerator, row.denominator, row.points, row.estimated, row.recorded_units,
      row.recordable_units
    ])
  }

  t.test('stay with the units that reported them, if nothing else is asked for', async t => {
    t.same(await rows({ unit: 'H56-14755' }), [
      ['H56-14755', 'PROGRESS_ON_TIME', 1, 2, 10, false, 1, 1], ['H56-14755', 'ORIGINAL_RESULT_AVAILABLE', 2, 2, 6, false, 1, 1]
    ])
    t.same(await rows({ unit: 'H56-99001' }), [])
  })

  t.test('are those of the units of today together, and of a split unit by its shares', async t => {
    t.same(await rows({ unit: 'H56-99001', hierarchy: 'current' }), [
      ['H56-99001', 'PROGRESS_ON_TIME', 2.25, 3.25, 13.85, true, 3, 3], ['H56-99001', 'ORIGINAL_RESULT_AVAILABLE', 2.25, 3.25, 4.15, true, 3, 3]
    ])
    t.same(await rows({ unit: 'H56-99002', hierarchy: 'current' }), [
      ['H56-99002', 'PROGRESS_ON_TIME', 0.75, 0.75, 20, true, 1, 1], ['H56-99002', 'ORIGINAL_RESULT_AVAILABLE', 0.75, 0.75, 6, true, 1, 1]
    ])
  })

  t.test('are the same of a quarter, and of a quarter with half months', async t => {
    const ofMerged = [['H56-99001', 'PROGRESS_ON_TIME', 2.25, 3.25], ['H56-99001', 'ORIGINAL_RESULT_AVAILABLE', 2.25, 3.25]]
    for (const [from, to] of [['2021-04-01', '2021-06-30'], ['2021-03-15', '2021-07-14']] as const) {
      t.same((await rows({ from, to, unit: 'H56-99001', hierarchy: 'current' })).map(row => row.slice(0, 4)), ofMerged)
    }
  })

  t.test('are carried for days that are counted from the dossiers as well, and by field', async t => {
    t.same(await rows({ from: '2021-05-05', to: '2021-05-12', unit: 'H56-99001', hierarchy: 'as_of:2021-07-01', group_by: ['unit', 'field'] }), [
      ['H56-99001', 'PROGRESS_ON_TIME', 3.25, 3.25, 20, true, 3, 3], ['H56-99001', 'ORIGINAL_RESULT_AVAILABLE', 1.25, 2.25, 3.33, true, 3, 3]
    ])
    for (const [from, to] of [['2021-04-20', '2021-05-31'], ['2021-05-01', '2021-06-10']] as const) {
      const byField = await rows({ from, to, unit: 'H56-99001', hierarchy: 'current', group_by: ['unit', 'field'] })
      t.same(byField.map(row => row.slice(0, 4)), [
        ['H56-99001', 'PROGRESS_ON_TIME', 2.25, 3.25], ['H56-99001', 'ORIGINAL_RESULT_AVAILABLE', 2.25, 3.25]
      ], 'half months come from sums, and the days before or after them from the dossiers')
    }
  })

  t.test('are the same of the province, whose units of today are listed', async t => {
    const whole = [['H56', 'PROGRESS_ON_TIME', 3, 4, 15, false], ['H56', 'ORIGINAL_RESULT_AVAILABLE', 3, 4, 4.5, false]]
    const ofProvince = async (hierarchy: string) => (await rows({ unit: 'H56', hierarchy })).map(row => row.slice(0, 6))
    t.same(await ofProvince('as_reported'), whole)
    t.same(await ofProvince('current'), whole)
    const listed = await rows({ unit: 'H56', children: true, hierarchy: 'current', rank: true, least_dossiers: 1 })
    t.same([...new Set(listed.map(([unit]) => unit))], ['H56', 'H56-99001', 'H56-99002'])
  })

  t.test('name the hierarchy in every row, and refuse a day that the calendar has not', async t => {
    const ask = '/v1/evaluation?from=2021-05-01&to=2021-05-31&formula=qd-766-found-2026&unit=H56&criterion=total&hierarchy='
    t.same((await get(`${ask}current`)).body.items.map(({ hierarchy }: { hierarchy: string }) => hierarchy), ['current'])
    t.match((await get(`${ask}as_of:2021-02-30`)).body, { status: 400, errors: [{ pointer: '/query/hierarchy', code: 'malformed' }] })
  })
})

forEachDatabase('points by Decision 766 of a level with parts of a unit', async (t, { db }) => {
  await givenReform(db, {
    on: '2021-07-01',
    create: ['H56-99001', 'H56-99002', 'H56-99003'].map(unit => ({ unit, parent: 'H56' })),
    end: { 'H56-14755': { 'H56-99001': 0.01, 'H56-99002': 0.67, 'H56-99003': 0.32 } }
  })
  await send(db, ['a', 'b', 'c'].map(code => result(code, 'H56-14755', '10', true)))
  const { items } = await evaluation(db, {
    from: '2021-05-01', to: '2021-05-31', formula: 'qd-766-found-2026', kind: ['criterion'], criterion: CRITERIA, unit: 'H56',
    children: true, group_by: ['level'], hierarchy: 'current'
  }, null, NOW)
  const sums = items.filter(({ level }) => level === 'commune').map(row => [row.numerator, row.denominator, row.dossiers])
  t.same(sums, [[3, 3, 3], [3, 3, 3]], 'add up to whole dossiers')
})

forEachDatabase('points by Decision 766 from kept sums', async (t, { db }) => {
  t.test('prepare no statement for each choice of criteria', t => db.connection().execute(async session => {
    const statements = async (criterion: string[]) => {
      await evaluation(session, {
        from: '2021-04-01', to: '2021-06-30', formula: 'qd-766-found-2026', kind: ['criterion'], criterion, unit: 'H56'
      }, null, NOW)
      const { rows } = await sql<{ n: number }>`
        select count(*)::integer as n from pg_prepared_statements where statement like '%dossier_results%'`.execute(session)
      return rows[0]!.n
    }
    const before = await statements(['ORIGINAL_RESULT_AVAILABLE'])
    t.equal(await statements(['REUSED_DIGITIZED_DATA', 'PAYMENT_DOSSIERS']), before)
  }))
})

import { forEachDatabase } from '../../database.ts'

const procedure = '9.000001'

/** The period is from 2021-09-15 to 2021-12-14. */
const row = (more: object = {}) => ({
  unit: 'H56-380', period: '2021-Q4', source: 'one-stop', procedure, received_direct: 20, resolved_in_time: 20, ...more
})

forEachDatabase('a row of statistics by procedure', async (t, { post }) => {
  const inForce = (valid_from: string, valid_to: string | null) => post('/v1/procedures', {
    items: [{
      code: procedure, name: 'Cấp giấy phép thử nghiệm', field: 'land', level: 'district', interlinked: 'none', valid_from, valid_to
    }]
  })
  const report = async (items: object[], query = '') => (await post(`/v1/dossier-statistics${query}`, { items })).body
  const warningOf = (index: number, days: string) => ({
    pointer: `/items/${index}/procedure`, code: 'procedure_not_in_force',
    detail: `procedure ${procedure} is in force ${days}, not in 2021-Q4`
  })
  const ENDED = warningOf(1, 'from 2020-01-01 to 2021-09-14')

  t.test('is taken with a warning if the procedure had ended before the period', async t => {
    await inForce('2020-01-01', '2021-09-14')
    const items = [row({ procedure: '1.001193' }), row()]
    t.match(await report(items, '?dry_run=true'), { created: 2, warning_count: 1, warnings: [ENDED] })
    t.match(await report(items), { created: 2, rejected: 0, warning_count: 1, warnings: [ENDED] })
    t.match(await report(items), { unchanged: 2, warning_count: 1, warnings: [ENDED] }, 'the same again is warned of again')
    t.match(await report(items, '?replace=true'), { unchanged: 2, warning_count: 1, warnings: [ENDED] })
  })

  t.test('is taken with a warning if the procedure began after the period', async t => {
    await inForce('2021-12-15', null)
    t.match(await report([row()]), { warning_count: 1, warnings: [warningOf(0, 'from 2021-12-15 on')] })
  })

  t.test('has no warning if the procedure was in force on a day of the period', async t => {
    for (const [from, to] of [['2020-01-01', '2021-09-15'], ['2021-12-14', '2022-01-31'], ['2021-10-01', '2021-10-01'], ['2020-01-01', null]] as const) {
      await inForce(from, to)
      t.match(await report([row()]), { warning_count: 0, warnings: [] }, `from ${from} to ${to}`)
    }
  })

  t.test('has no warning if it is stale or refused', async t => {
    await inForce('2020-01-01', '2021-09-14')
    await report([row({ reported_at: '2021-12-20T08:00:00+07:00' })])
    t.match(await report([row({ reported_at: '2021-12-19T08:00:00+07:00' })]), { stale: 1, warning_count: 0, warnings: [] })
    t.match(await report([row({ resolved: 1 })], '?mode=partial'), { rejected: 1, warning_count: 0, warnings: [] })
  })

  t.test('is counted beside the first thousand of them that are listed', async t => {
    const codes = Array.from({ length: 1_001 }, (_, n) => `8.${String(n).padStart(6, '0')}`)
    const items = codes.map(code => ({
      code, name: 'Cấp giấy phép thử nghiệm', field: 'land', level: 'district', interlinked: 'none', valid_from: '2022-01-01'
    }))
    t.match((await post('/v1/procedures', { items })).body, { created: 1_001 })
    const { warning_count: count, warnings } = await report(codes.map(code => row({ unit: 'H56-381', procedure: code })))
    t.same([count, warnings.length, warnings.at(-1).pointer], [1_001, 1_000, '/items/999/procedure'])
  })
})

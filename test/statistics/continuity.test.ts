import { forEachDatabase } from '../database.ts'

/** So many carried over, and so many left. */
const row = (period: string, carried_over: number, pending: number, more: object = {}) => ({
  unit: 'H56-380', period, source: 'one-stop', received_online: 0, received_direct: 20, carried_over,
  resolved_in_time: 20 + carried_over - pending, resolved_overdue: 0, pending, ...more
})

forEachDatabase('what a unit carries over', async (t, { get, post }) => {
  const report = async (items: object[], query = '') => (await post(`/v1/dossier-statistics${query}`, { items })).body
  const differing = async (query: string) => (await get(`/v1/dossier-statistics/continuity?${query}`)).body.items
  const Q4_TO_Q1 = {
    unit: 'H56-380', scope: 'own', source: 'one-stop', field: null, procedure: null,
    period: '2022-Q1', carried_over: 7, period_before: '2021-Q4', pending_before: 5, difference: 2
  }

  t.test('is what it had pending before, or both rows are warned of', async t => {
    t.same((await report([row('2021-Q4', 0, 5)])).warnings, [])
    t.match((await report([row('2022-Q1', 7, 3)])), {
      created: 1, rejected: 0, warnings: [{
        pointer: '/items/0/carried_over', code: 'carried_over_differs',
        detail: 'carried_over of 2022-Q1 (7) is not pending of 2021-Q4 (5)'
      }]
    })
    t.match((await report([row('2022-Q2', 3, 0), row('2021-Q4', 0, 5)])).warnings, [{ pointer: '/items/1/pending', code: 'pending_differs' }])
    t.match((await report([row('2021-Q4', 0, 5), row('2022-Q1', 7, 3)])).warnings, [
      { pointer: '/items/1/carried_over' }, { pointer: '/items/0/pending' }
    ], 'the same again is warned of again')
  })

  t.test('is listed where it differs, as a table too', async t => {
    t.same(await differing('period=2022-Q1,2022-Q2'), [Q4_TO_Q1])
    t.same(await differing('period=2022-Q1&unit=H56-380&level=district&source=one-stop'), [Q4_TO_Q1])
    for (const query of ['period=2022-Q2', 'period=2022-Q1&unit=H56-381', 'period=2022-Q1&level=commune', 'period=2022-Q1&source=sample']) {
      t.same(await differing(query), [], query)
    }
    const { text } = await get('/v1/dossier-statistics/continuity?period=2022-Q1&format=csv')
    t.match(text, '2022-Q1,H56-380,own,one-stop,,,7,2021-Q4,5,2')
    t.match((await get('/v1/dossier-statistics/continuity?period=2021-Q9')).body.errors, [{ pointer: '/query/period', code: 'unknown_period' }])
  })

  t.test('is compared row by row, where a row that is not there is none', async t => {
    const unit = 'H56-381'
    await report([row('2021-Q4', 0, 5, { unit, field: 'land' }), row('2021-Q4', 0, 2, { unit, field: 'justice' })])
    t.match((await report([row('2022-Q1', 4, 0, { unit, field: 'land' }), row('2022-Q1', 3, 0, { unit, field: 'construction' })])).warnings.length, 2)
    t.match(await differing(`period=2022-Q1&unit=${unit}`), [
      { field: 'construction', carried_over: 3, pending_before: 0 }, { field: 'justice', carried_over: 0, pending_before: 2 },
      { field: 'land', carried_over: 4, pending_before: 5, difference: -1 }
    ])
  })

  t.test('is compared as a whole where the two periods have other details', async t => {
    const unit = 'H56-382'
    await report([row('2021-Q4', 0, 5, { unit, field: 'land' }), row('2021-Q4', 0, 2, { unit, field: 'justice' })])
    t.same((await report([row('2022-Q1', 7, 0, { unit })])).warnings, [])
    t.match((await report([row('2022-Q1', 6, 0, { unit })])).warnings, [{ pointer: '/items/0/carried_over' }])
    t.match(await differing(`period=2022-Q1&unit=${unit}`), [{ field: null, carried_over: 6, pending_before: 7 }])
    const again = [row('2021-Q4', 0, 2, { unit, field: 'justice' }), row('2021-Q4', 0, 5, { unit, field: 'land' })]
    t.match((await report(again)).warnings, [{ pointer: '/items/0/pending' }], 'said once, of the first row')
  })

  t.test('differs from nothing where it is unknown', async t => {
    const unit = 'H56-384'
    await report([row('2021-Q4', 0, 5, { unit })])
    t.same((await report([{ unit, period: '2022-Q1', source: 'one-stop', resolved: 3 }])).warnings, [])
    t.same((await report([{ unit, period: '2022-Q1', source: 'one-stop', resolved: 3, field: 'land' }], '?replace=true')).warnings, [])
  })
})

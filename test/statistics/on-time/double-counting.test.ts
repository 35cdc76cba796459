import { forEachDatabase } from '../../database.ts'

/** So many dossiers, all resolved in time but for `overdue`. */
const counts = (resolved: number, overdue = 0) => ({
  received_online: resolved, received_direct: 0, carried_over: 0,
  resolved_in_time: resolved - overdue, resolved_overdue: overdue
})

forEachDatabase('dossiers are never counted twice', async (t, { get, post, put }) => {
  const report = async (...items: object[]) => {
    const { body, status } = await post('/v1/dossier-statistics?replace=true', { items })
    if (status !== 200) throw new Error(JSON.stringify(body.errors))
  }
  const onTime = async (query: string) => (await get(`/v1/on-time?${query}`)).body.items

  t.test('a district\'s total is not added to the rows of its desk and its communes', async t => {
    const period = '2020-Q1'
    await report(
      { unit: 'H56-380', period, source: 'a', scope: 'total', ...counts(100) },
      { unit: 'H56-380', period, source: 'a', ...counts(10) }, { unit: 'H56-14755', period, source: 'a', ...counts(20) },
      { unit: 'H56', period, source: 'a', scope: 'total', ...counts(1_000) }
    )
    t.match(await onTime(`period=${period}`), [{ scope: 'own', received: 30, units_reported: 2, units_expected: 606 }])
    t.match(await onTime(`period=${period}&unit=H56-380`), [{ scope: 'own', received: 30, units_reported: 2, units_expected: 35 }])
    t.match(await onTime(`period=${period}&group_by=level`), [
      { level: 'commune', received: 20, units_reported: 1, units_expected: 559 },
      { level: 'district', received: 10, units_reported: 1, units_expected: 27 }
    ])
    t.match(await onTime(`period=${period}&group_by=unit`), [
      { unit: 'H56', scope: 'total', received: 1_000, units_reported: 1, units_expected: 1 },
      { unit: 'H56-14755', scope: 'own', received: 20 }, { unit: 'H56-380', scope: 'own', received: 10 }
    ])
  })

  t.test('a total stands for the one unit it consolidates, where nothing below it reports', async t => {
    const period = '2020-Q2'
    await report({ unit: 'H56-380', period, source: 'a', scope: 'total', ...counts(100) })
    t.match(await onTime(`period=${period}&unit=H56-380`), [{ scope: 'total', received: 100, units_reported: 1, units_expected: 1 }])
    t.match(await onTime(`period=${period}&unit=H56`), [{ scope: null, received: null, units_reported: 0, units_expected: 606 }],
      'it is not the province\'s')
    t.match(await onTime(`period=${period}&unit=H56-380&level=district`), [{ scope: null, received: null }], 'it belongs to no level')
  })

  t.test('a total that tells fields apart stands for its unit in each field', async t => {
    const period = '2020-Q3'
    await report(
      { unit: 'H56', period, source: 'a', scope: 'total', field: 'land', ...counts(70) },
      { unit: 'H56', period, source: 'a', scope: 'total', field: 'justice', ...counts(30) },
      { unit: 'H56-380', period, source: 'a', field: 'justice', ...counts(3) }
    )
    t.match(await onTime(`period=${period}&group_by=field`), [
      { field: 'justice', scope: 'own', received: 3 }, { field: 'land', scope: 'total', received: 70, units_reported: 1, units_expected: 1 }
    ])
    t.match(await onTime(`period=${period}&field=land`), [{ scope: 'total', received: 70 }])
  })

  t.test('of two sources the one of higher precedence counts, then the later', async t => {
    const unit = 'H56-381'
    const period = '2020-Q4'
    await report({ unit, period, source: 'a', ...counts(1) })
    await report({ unit, period, source: 'b', ...counts(2) })
    t.match(await onTime(`period=${period}&group_by=level`), [{ received: 2, units_reported: 1 }], 'the later')
    await report({ unit, period, source: 'a', ...counts(3) })
    t.match(await onTime(`period=${period}&group_by=level`), [{ received: 3, units_reported: 1 }], 'the later')
    await report({ unit, period, source: 'b', ...counts(2) })
    t.match(await onTime(`period=${period}&group_by=level`), [{ received: 3 }], 'posting the same again is not later')
    await put('/v1/sources/b', { name: 'B', precedence: 101, synthetic: false })
    for (const query of ['', '&group_by=level', '&group_by=unit', '&unit=H56-381']) {
      t.match(await onTime(`period=${period}${query}`), [{ received: 2, units_reported: 1 }], `the higher ${query}`)
    }
    await report({ unit, period, source: 'a', ...counts(4) })
    t.match(await onTime(`period=${period}&group_by=level`), [{ received: 2 }], 'the higher, though not the later')
    t.match(await onTime(`period=${period}&source=a`), [{ received: 4, units_reported: 1 }], 'the other is kept for comparison')
    t.match(await onTime(`period=${period}&source=b&group_by=unit`), [{ unit, received: 2 }])
  })

  t.test('what a unit counts by procedure also counts by field, once', async t => {
    const period = '2022-Q1'
    await report(
      { unit: 'H56-381', period, source: 'a', procedure: '1.001193', ...counts(1) },
      { unit: 'H56-381', period, source: 'a', procedure: '1.000894', ...counts(2) },
      { unit: 'H56-382', period, source: 'a', field: 'civil-status', ...counts(4) },
      { unit: 'H56-384', period, source: 'a', ...counts(8) }
    )
    t.match(await onTime(`period=${period}&group_by=field`), [{ field: 'civil-status', received: 7, units_reported: 2, units_expected: 606 }])
    t.match(await onTime(`period=${period}&group_by=procedure`), [
      { procedure: '1.000894', received: 2 }, { procedure: '1.001193', received: 1 }
    ])
    t.match(await onTime(`period=${period}&group_by=level,field`), [{ level: 'district', field: 'civil-status', received: 7 }])
    t.match(await onTime(`period=${period}`), [{ received: 15, units_reported: 3 }])
  })

  t.test('over time flows are added, and stocks are those of the first and the last period', async t => {
    const unit = 'H56-381'
    const of = (period: string, carried_over: number, received_direct: number, resolved: number, overdue: number) => ({
      unit, period, source: 'a', received_online: 0, received_direct, carried_over,
      resolved_in_time: resolved - overdue, resolved_overdue: overdue, pending_overdue: 1
    })
    await report(of('2023-Q1', 5, 100, 95, 2))
    await report(of('2023-Q2', 10, 200, 190, 3), { unit: 'H56-382', period: '2023-Q2', source: 'a', ...counts(7) })
    t.match(await onTime('period=2023-Q2,2023-Q1&unit=H56-381'), [{
      period: null, carried_over: 5, received_direct: 300, received: 305, resolved: 285, resolved_overdue: 5,
      pending: 20, pending_overdue: 1,
      numerator: 280, denominator: 285, on_time_percent: 98.25, units_reported: 1, units_expected: 8
    }])
    t.match(await onTime('period=2023-Q1&period=2023-Q2&unit=H56-381&method=handled'), [
      { numerator: 299, denominator: 305, on_time_percent: 98.03 }
    ])
    t.match(await onTime('period=2023-Q1,2023-Q2&level=district'), [{ units_reported: 1, units_expected: 27, carried_over: 5 }],
      'a unit that missed a period has not reported the whole')
    t.match(await onTime('period=2023-Q1,2023-Q2&group_by=period&level=district'), [
      { period: '2023-Q1', received: 105, units_reported: 1 }, { period: '2023-Q2', received: 217, units_reported: 2 }
    ])
  })

  t.test('who missed a period has not reported for all of them, and is not added', async t => {
    await report(
      { unit: 'H56-381', period: '2024-Q3', source: 'a', ...counts(7) },
      { unit: 'H56-381', period: '2024-Q4', source: 'a', ...counts(8) },
      { unit: 'H56-382', period: '2024-Q4', source: 'a', received_online: 10, received_direct: 0, carried_over: 100, resolved_in_time: 105, resolved_overdue: 0 },
      { unit: 'H56', period: '2024-Q4', source: 'a', scope: 'total', ...counts(99) }
    )
    for (const query of ['', '&method=received', '&group_by=level']) {
      t.match(await onTime(`period=2024-Q3,2024-Q4${query}`), [
        { scope: 'own', received: 15, numerator: 15, on_time_percent: 100, units_reported: 1 }
      ])
    }
    t.match(await onTime('period=2024-Q3,2024-Q4&unit=H56-382'), [{ scope: null, received: null, units_reported: 0 }])
  })

  t.test('a total stands for several periods only where it was given for each', async t => {
    t.match(await onTime('period=2021-H1,2021-H2&unit=H56'), [{ scope: null, resolved: null, units_reported: 0, units_expected: 606 }])
    await report({ unit: 'H56', period: '2021-H2', source: 'a', scope: 'total', ...counts(10) })
    t.match(await onTime('period=2021-H1,2021-H2&unit=H56'), [
      { scope: 'total', resolved: 3_062_325, carried_over: 730_245, pending: 0, units_reported: 1, units_expected: 1 }
    ])
  })

  t.test('a unit that ends is added with its own last stock', async t => {
    await report({ unit: 'H56-381', period: '2025-Q3', source: 'a', ...counts(5), pending: 0 })
    t.match(await onTime('period=2025-Q3,2025-Q4&unit=H56-381&level=district'), [
      { received: 5, pending: 0, units_reported: 1, units_expected: 1 }
    ])
  })

  t.test('periods that contradict each other give no percentage by any method', async t => {
    const of = (period: string, carried_over: number) => ({
      unit: 'H56-384', period, source: 'a', received_online: 1, received_direct: 0, carried_over, resolved_in_time: carried_over + 1, resolved_overdue: 0
    })
    await report(of('2022-Q3', 0), of('2022-Q4', 50))
    for (const [method, denominator] of Object.entries({ received: 2, resolved: 52, handled: 2 })) {
      t.match(await onTime(`period=2022-Q3,2022-Q4&level=district&method=${method}`), [
        { numerator: 52, denominator, on_time_percent: null }
      ])
      t.match(await onTime(`period=2022-Q3,2022-Q4&group_by=unit&method=${method}`), [{ on_time_percent: null }])
    }
    t.match(await onTime('period=2022-Q3,2022-Q4&level=district&group_by=period'), [{ on_time_percent: 100 }, { on_time_percent: 100 }])
    await report({ ...of('2022-Q3', 0), carried_over: null, resolved_in_time: 1 }, { ...of('2022-Q4', 50), carried_over: null, received: null })
    t.match(await onTime('period=2022-Q3,2022-Q4&level=district'), [{ numerator: 52, on_time_percent: 100 }], 'what is unknown contradicts nothing')
  })

  t.test('periods that overlap or leave a gap are not added up', async t => {
    const faultsOf = async (periods: string) => (await get(`/v1/on-time?period=${periods}`)).body.errors
    t.match(await faultsOf('2021-H1,2021-Q2'), [{ pointer: '/query/period', code: 'overlapping_periods' }])
    t.match(await faultsOf('2021-Q1,2021-Q3'), [{ pointer: '/query/period', code: 'gap_between_periods' }])
    t.match(await faultsOf('2021-Q3,2021-Q3'), [{ pointer: '/query/period', code: 'duplicate_key' }])
    t.equal((await get('/v1/on-time?period=2021-H1,2021-Q2&group_by=period')).status, 200)
  })

  t.test('one row that does not know a measure makes its sum unknown, and says how many do not', async t => {
    const period = '2024-Q1'
    const { resolved_overdue: _, ...unsplit } = counts(5)
    await report({ unit: 'H56-381', period, source: 'a', ...counts(9) }, { unit: 'H56-382', period, source: 'a', ...unsplit })
    await report({ unit: 'H56-382', period: '2024-Q2', source: 'a', ...counts(1) })
    for (const query of ['group_by=level', 'group_by=unit', 'unit=H56', 'period=2024-Q2']) {
      const rows = await onTime(`period=${period}&${query}&unknown=true`)
      const lacking = rows.filter((row: { resolved_unknown: number }) => row.resolved_unknown === 1)
      const unknown = { resolved: null, resolved_in_time_unknown: 0, denominator: null, on_time_percent: null }
      t.match(lacking, [unknown], query)
    }
  })

  t.test('nothing resolved is no percentage, not zero', async t => {
    await report({ unit: 'H56-381', period: '2025-Q1', source: 'a', ...counts(0) })
    t.match(await onTime('period=2025-Q1'), [{ resolved: 0, numerator: 0, denominator: 0, on_time_percent: null }])
  })

  t.test('codes that do not exist are named', async t => {
    const { status, body } = await get('/v1/on-time?period=2021-Q3,2021-Q9&level=ward&field=magic&unit=H56-1&source=nobody')
    t.equal(status, 400)
    t.same(body.errors.map(({ pointer, code }: Record<string, string>) => [pointer, code]), [
      ['/query/period', 'unknown_period'], ['/query/level', 'unknown_level'], ['/query/field', 'unknown_field'],
      ['/query/source', 'unknown_source'], ['/query/unit', 'unknown_unit']
    ])
    t.match((await get('/v1/on-time?period=2021-Q9')).body.errors, [{ pointer: '/query/period', code: 'unknown_period' }])
    t.match((await get('/v1/dossier-statistics?unit=H56-1')).body.errors, [{ pointer: '/query/unit', code: 'unknown_unit' }])
  })

  t.test('rows are sorted as asked, unknown last', async t => {
    const percents = async (sort: string) =>
      (await onTime(`period=2021-Q3&group_by=level&sort=${sort}`)).map((row: { level: string }) => row.level)
    t.same(await percents('-on_time_percent'), ['commune', 'district', 'province'])
    t.same(await percents('on_time_percent'), ['province', 'district', 'commune'])
    t.same(await percents('field,-level'), ['province', 'district', 'commune'])
  })

  t.test('rows as stored are found by every filter', async t => {
    const query = 'unit=H56-380&level=district&field=land&period=2021-Q3&source=sample&scope=own'
    t.match((await get(`/v1/dossier-statistics?${query}`)).body.items, [{ unit: 'H56-380', field: 'land', source: 'sample' }])
  })
})

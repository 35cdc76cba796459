import { forEachDatabase } from '../database.ts'

/** So many dossiers, all resolved in time but for `overdue`. */
const counts = (resolved: number, overdue = 0) => ({
  received_online: resolved, received_direct: 0, carried_over: 0,
  resolved_in_time: resolved - overdue, resolved_overdue: overdue
})
const LAND_AND_STATUS = ['land', 'civil-status']

forEachDatabase('several sources of one unit', async (t, { get, post, delete: remove }) => {
  const report = async (items: object[], query = '') => (await post(`/v1/dossier-statistics${query}`, { items })).body
  const onTime = async (query: string) => (await get(`/v1/on-time?${query}`)).body.items
  const row = (source: string, period: string, more: object) => ({ unit: 'H56-381', period, source, ...more })

  t.test('count side by side in the fields that the first of them does not have', async t => {
    const period = '2020-Q1'
    await report([
      row('one-stop', period, { field: 'land', ...counts(90, 1) }),
      row('one-stop', period, { field: 'civil-status', ...counts(50) })
    ])
    const answer = await report([row('other', period, { field: 'land', ...counts(1, 1) })])
    t.match(answer, { displacement_count: 1 })
    t.same(answer.displacements, [
      { unit: 'H56-381', period, scope: 'own', source: 'one-stop', fields: ['land'], counted_source: 'other' }
    ])
    const both = {
      received: 51, resolved_overdue: 1, units_reported: 1,
      sources_used: ['one-stop', 'other'], sources_left_out: ['one-stop']
    }
    for (const query of ['', '&unit=H56-381', '&group_by=unit', '&group_by=level', '&level=district', '&group_by=period']) {
      t.match(await onTime(`period=${period}${query}`), [both], query)
    }
    t.match(await onTime(`period=${period}&group_by=field`), [
      { field: 'civil-status', received: 50, sources_used: ['one-stop'], sources_left_out: [] },
      { field: 'land', received: 1, sources_used: ['other'], sources_left_out: ['one-stop'] }
    ])
    t.match(await onTime(`period=${period}&source=one-stop`), [{ received: 140, sources_used: ['one-stop'], sources_left_out: [] }])
    t.match(await onTime(`period=${period}&source=one-stop&field=land`), [{ received: 90, sources_left_out: [] }])
    const explained = (await get(`/v1/on-time/explain?period=${period}&unit=H56-381`)).body
    const { sources_used, sources_left_out } = both
    t.match(explained, { received: 51, sources_used, sources_left_out, rows: { length: 2 } })
    t.match((await get(`/v1/on-time?period=${period}&format=csv`)).text, /"?one-stop; other"?,"?one-stop"?,/)
    t.match((await get(`/v1/reconciliation?unit=H56-381&period=${period}`)).body.items[0], {
      reported: 51, source: null, sources_used: both.sources_used, sources_left_out: ['one-stop']
    })
    t.match((await get(`/v1/reconciliation?unit=H56-381&period=${period}&source=other`)).body.items[0], {
      reported: 1, source: 'other', sources_left_out: []
    })
  })

  t.test('count again when what displaced them is deleted', async t => {
    await remove('/v1/dossier-statistics?unit=H56-381&period=2020-Q1&source=other')
    t.match(await onTime('period=2020-Q1&group_by=level'), [{ received: 140, sources_used: ['one-stop'], sources_left_out: [] }])
    t.match(await onTime('period=2020-Q1&unit=H56-381'), [{ received: 140, sources_left_out: [] }])
  })

  t.test('give way to a whole that ranks before them, and not to one after them', async t => {
    const period = '2020-Q2'
    await report(LAND_AND_STATUS.map(field => row('one-stop', period, { field, ...counts(10) })))
    t.match((await report([row('other', period, counts(3))])).displacements, [
      { source: 'one-stop', fields: ['civil-status', 'land'], counted_source: 'other' }
    ])
    t.match(await onTime(`period=${period}`), [{ received: 3, sources_used: ['other'], sources_left_out: ['one-stop'] }])
    t.match(await onTime(`period=${period}&field=land`), [
      { scope: null, received: null, sources_used: [], sources_left_out: ['one-stop'] }
    ], 'the whole does not know fields')
    t.match((await report([row('one-stop', period, { field: 'land', ...counts(11) })])).displacements, [
      { source: 'other', fields: [], counted_source: 'one-stop' }
    ])
    t.match(await onTime(`period=${period}`), [{ received: 21, sources_used: ['one-stop'], sources_left_out: ['other'] }])
  })

  t.test('count side by side in the procedures of a field', async t => {
    const period = '2020-Q3'
    await report([
      row('one-stop', period, { procedure: '1.001193', ...counts(4) }),
      row('one-stop', period, { procedure: '1.000894', ...counts(5) })
    ])
    t.match((await report([row('other', period, { procedure: '1.001193', ...counts(7) })])).displacements, [
      { source: 'one-stop', fields: ['civil-status'], counted_source: 'other' }
    ])
    t.match(await onTime(`period=${period}&group_by=procedure`), [
      { procedure: '1.000894', received: 5 }, { procedure: '1.001193', received: 7, sources_used: ['other'], sources_left_out: ['one-stop'] }
    ])
  })

  t.test('of a total are named beside it', async t => {
    const period = '2020-Q4'
    const total = { unit: 'H56', scope: 'total' }
    await report([row('one-stop', period, { ...total, field: 'land', ...counts(10) })])
    await report([row('other', period, { ...total, ...counts(30) })])
    t.match(await onTime(`period=${period}`), [
      { scope: 'total', received: 30, units_reported: 1, sources_used: ['other'], sources_left_out: ['one-stop'] }
    ])
  })

  t.test('displace each other in a dry run without an effect, and the list of it has an end', async t => {
    const period = '2022-Q1'
    const { items: units } = (await get('/v1/units?level=commune&as_of=2022-01-01&limit=101')).body
    const codes: string[] = units.map(({ code }: { code: string }) => code)
    const of = (source: string) => codes.map(unit => ({ unit, period, source, ...counts(1) }))
    t.match(await report(of('one-stop')), { displacement_count: 0, displacements: [] })
    t.match(await report(of('other'), '?dry_run=true'), { displacement_count: 101, displacements: { length: 100 } })
    t.match(await onTime(`period=${period}&group_by=level`), [{ sources_used: ['one-stop'], sources_left_out: [] }])
  })

  t.test('are not known of records', async t => {
    t.match(await onTime('basis=records&period=2022-Q1'), [{ sources_used: null, sources_left_out: null }])
  })
})

import { forEachDatabase } from '../../database.ts'
import { item, send } from '../../dossiers/given.ts'
import { givenReform } from '../../catalogue/units/given-reform.ts'

const AFTER = 'as_of:2022-01-01'

/** One dossier that was received in the quarter before the reform, and resolved on the same day. */
const before = (unit: string, n: number, others: object = {}) => item({
  code: `${unit}-${n}`, unit, received_at: '2021-11-02T09:00:00+07:00', due_at: '2021-11-10T17:00:00+07:00', status: 10,
  finished_at: '2021-11-02T10:00:00+07:00', updated_at: '2021-11-02T10:00:00+07:00', ...others
})
const times = (count: number, unit: string) => Array.from({ length: count }, (_, i) => before(unit, i))

const report = (unit: string, received: number, others: object = {}) => ({
  unit, period: '2021-Q4', source: 'first', field: 'land', received_online: 0, received_direct: received, carried_over: 0,
  resolved_in_time: received, resolved_overdue: 0, ...others
})

forEachDatabase('after a reform', async (t, { db, get, post }) => {
  const [merged, other, split, moved, abolished] = ['H56-14755', 'H56-14758', 'H56-14761', 'H56-14764', 'H56-14767']
  await send(db, [
    ...times(3, merged), ...times(2, other), ...times(10, split), ...times(1, moved), ...times(4, abolished), ...times(6, 'H56-SNV'),
    ...times(5, 'H56-381')
  ])
  await post('/v1/dossier-statistics', {
    items: [
      report(merged, 30), report(other, 20), report(split, 5), report(moved, 10), report(abolished, 40),
      report('H56-SNV', 60), report('H56-381', 50), report('H56-382', 7, { scope: 'total' })
    ]
  })
  await givenReform(db, {
    on: '2022-01-01',
    create: [
      { unit: 'new', parent: 'H56-380' }, { unit: 'east', parent: 'H56-380' }, { unit: 'west', parent: 'H56-382' },
      { unit: 'office', parent: 'H56', level: 'province' }
    ],
    end: { [merged]: { new: 1 }, [other]: { new: 1 }, [split]: { east: 0.3, west: 0.7 }, [abolished]: {}, 'H56-381': { office: 1 } },
    move: { [moved]: 'H56-382' }
  })
  const ask = async (query: string) => {
    const { status, text, body } = await get(`/v1/on-time?period=2021-Q4&${query}`)
    if (status !== 200) throw new Error(text)
    return body.items as Record<string, unknown>[]
  }
  const figures = async (query: string, key = 'unit') => Object.fromEntries((await ask(query)).map(row => [row[key], row['received']]))

  for (const [basis, factor] of [['records', 1], ['reported', 10]] as const) {
    const of = (query: string, key?: string) => figures(`basis=${basis}&source=${basis === 'reported' ? 'first' : 'one-stop'}&${query}`, key)

    t.test(`figures stay with the units that reported them unless something else is asked for (${basis})`, async t => {
      t.match(await of('group_by=unit&level=commune'), { [merged]: 3 * factor, [other]: 2 * factor, [abolished]: 4 * factor })
      t.same(await of('group_by=unit&hierarchy=as_reported'), await of('group_by=unit'))
      t.same(await of('group_by=unit&hierarchy=as_of:2021-12-31'), await of('group_by=unit'))
    })

    t.test(`a merged unit is a sum, of a split one each successor has its share, and one without successors is itself (${basis})`, async t => {
      t.same(await of(`group_by=unit&unit=H56-380&hierarchy=${AFTER}`), {
        new: 5 * factor, east: basis === 'records' ? 3 : 1.5, [abolished]: 4 * factor
      })
      t.same(await of(`group_by=unit&unit=H56-382&level=commune&hierarchy=${AFTER}`), {
        [moved]: factor, west: basis === 'records' ? 7 : 3.5
      })
      t.same(await of(`group_by=unit&unit=H56-381&hierarchy=${AFTER}`), {})
    })

    t.test(`a level gets what its units have taken over of another (${basis})`, async t => {
      const level = async (query: string) => of(`group_by=level&${query}`, 'level')
      const communes = basis === 'records' ? 20 : 105
      t.same(await level('hierarchy=as_reported'), { province: 6 * factor, district: 5 * factor, commune: communes })
      t.same(await level(`hierarchy=${AFTER}`), { province: 11 * factor, commune: communes })
      t.same(await level(`hierarchy=${AFTER}&level=province`), { province: 11 * factor })
      t.same(await level(`hierarchy=${AFTER}&level=district`), {})
    })

    t.test(`the province has the same sums by whatever units (${basis})`, async t => {
      const totals = new Set()
      for (const hierarchy of ['as_reported', 'current', 'as_of:2021-01-01', AFTER]) {
        for (const unit of ['', '&unit=H56']) {
          totals.add((await ask(`basis=${basis}&hierarchy=${hierarchy}${unit}`))[0]!['received'])
        }
      }
      t.equal(totals.size, 1)
    })

    t.test(`of a unit that moved a period counts where it was at its end (${basis})`, async t => {
      await post('/v1/dossier-statistics', { items: [report(moved, 10, { period: '2022-Q1' })] })
      const of380 = async (unit: string) => {
        const source = basis === 'reported' ? 'first' : 'one-stop'
        const { body } = await get(`/v1/on-time?basis=${basis}&source=${source}&period=2021-Q4,2022-Q1&group_by=period,unit&unit=${unit}`)
        return body.items.filter((row: Record<string, unknown>) => row['unit'] === moved).map((row: Record<string, unknown>) => row['period'])
      }
      await send(db, [before(moved, 99, { received_at: '2022-01-10T09:00:00+07:00', finished_at: null, status: 4, updated_at: '2022-01-10T09:00:00+07:00', due_at: null })])
      t.same(await of380('H56-380'), ['2021-Q4'])
      t.same(await of380('H56-382'), ['2022-Q1'])
    })

    t.test(`a span of periods is carried to successors as well (${basis})`, async t => {
      const source = basis === 'reported' ? 'first' : 'one-stop'
      await post('/v1/dossier-statistics', { items: [report(merged, 3, { period: '2021-Q3' }), report(other, 2, { period: '2021-Q3' })] })
      const { body } = await get(`/v1/on-time?basis=${basis}&source=${source}&period=2021-Q3,2021-Q4&group_by=unit&unit=new&hierarchy=${AFTER}`)
      t.match(body.items, [{ unit: 'new', period: null, received: basis === 'records' ? 5 : 55, carried_over: 0 }])
    })
  }

  t.test('a row says by which units it counts, and whether a share is an estimate', async t => {
    const [east] = await ask(`basis=records&group_by=unit&unit=east&hierarchy=${AFTER}`)
    t.match(east, {
      hierarchy: AFTER, estimated: true, received: 3, numerator: 3, on_time_percent: 100,
      units_reported: 1, units_expected: 1
    })
    const [both] = await ask(`basis=records&unit=H56&hierarchy=${AFTER}`)
    t.match(both, { hierarchy: AFTER, estimated: false })
    t.match((await ask('basis=records&unit=H56'))[0], { hierarchy: 'as_reported', estimated: false })
    t.match((await ask(`group_by=unit&unit=new&hierarchy=${AFTER}`))[0], { units_reported: 2, units_expected: 2, estimated: false })
  })

  t.test('a consolidated row stays with its unit, and none is added to others', async t => {
    t.match(await ask(`unit=H56-382&source=first&hierarchy=as_of:2021-12-31`), [{ scope: 'total', received: 7 }])
    t.match(await ask(`group_by=unit&unit=H56-382&level=district&source=first&hierarchy=${AFTER}`), [])
  })

  t.test('sources that do not count are named where their unit counts', async t => {
    const [row] = await ask(`group_by=unit&unit=new&hierarchy=${AFTER}`)
    t.same(row!['sources_left_out'], ['sample'].filter(source => (row!['sources_left_out'] as string[]).includes(source)))
    t.match(await ask(`group_by=unit,field&unit=new&field=land&hierarchy=${AFTER}`), [{ field: 'land', received: 50 }])
  })

  t.test('a day that does not exist is refused', async t => {
    for (const hierarchy of ['as_of:2025-02-30', 'as_of:2025-13-01', 'as_of:0000-01-01', 'as_of:', 'today']) {
      for (const path of [
        '/v1/on-time?period=2021-Q4&', '/v1/on-time/explain?period=2021-Q4&', '/v1/units/H56/on-time-series?from=2021-10&to=2021-12&',
        '/v1/forms/ii-06a/H56/2021-Q4?', '/v1/reconciliation?unit=H56&period=2021-Q4&', '/v1/on-time?basis=records&period=2021-Q4&unit=H56&'
      ]) {
        t.match(await get(`${path}hierarchy=${hierarchy}`), {
          status: 400, body: { errors: [{ pointer: '/query/hierarchy', code: 'malformed' }] }
        }, path + hierarchy)
      }
    }
  })

  t.test('an explanation shows the rows of each unit with the share that counts', async t => {
    const explain = async (query: string) => (await get(`/v1/on-time/explain?period=2021-Q4&${query}`)).body
    t.match(await explain(`unit=east&source=first&hierarchy=${AFTER}`), {
      hierarchy: AFTER, estimated: true, received: 1.5,
      rows: [{ key: { unit: split, source: 'first' }, values: { received: 5 }, share: 0.3 }]
    })
    const records = await explain(`basis=records&unit=east&hierarchy=${AFTER}`)
    t.match(records, { received: 3, rows_of: 'rollup', by: ['unit', 'quarter'], estimated: true })
    t.match(records.rows, [{ key: { unit: split }, values: { received_direct: 10 }, share: 0.3 }])
    t.match(records.dossiers_url, /hierarchy=as_of/)
    t.match(await explain(`basis=records&level=province&hierarchy=${AFTER}`), {
      received: 11, rows: [{ key: { unit: 'H56-381' }, share: 1 }, { key: { unit: 'H56-SNV' }, share: 1 }]
    })
    const { body: { items } } = await get(records.dossiers_url)
    t.match(items, Array.from({ length: 10 }, () => ({ unit: split, share: 0.3 })))
    t.match((await get('/v1/on-time/explain?period=2021-Q4&unit=H56-380')).body.rows[0], { share: 1 })
  })

  t.test('a series begins with the units that its figures are carried from, and ends without zeros', async t => {
    const series = async (unit: string, query: string) => (
      await get(`/v1/units/${unit}/on-time-series?from=2021-10&to=2022-02&basis=records&${query}`)).body.items
    t.match((await series('new', '')).map((row: Record<string, unknown>) => row['period']), ['2022-M01', '2022-M02'])
    t.match(await series('new', 'hierarchy=current'), [
      { period: '2021-M10', hierarchy: 'current' }, { period: '2021-M11', received: 5, units_expected: 2, units_reported: 2, estimated: false },
      { period: '2021-M12' }, { period: '2022-M01', units_expected: 3 }, { period: '2022-M02', units_expected: 1 }
    ])
    t.match(await series('east', 'hierarchy=current'), [{}, { received: 3, estimated: true }, {}, {}, {}])
    t.same((await series('H56-381', '')).map((row: Record<string, unknown>) => row['period']), ['2021-M10', '2021-M11', '2021-M12', '2022-M01'])
    t.same((await series(merged, 'hierarchy=current')), [])
    t.match((await get(`/v1/units/H56-380/on-time-series?from=2021-12&to=2022-02&hierarchy=current`)).body.items, [{}, {}, {}])
  })

  t.test('form II.06a has the units of the day in its rows', async t => {
    const form = async (query: string) => (await get(`/v1/forms/ii-06a/H56/2021-Q4?${query}`)).body
    for (const [basis, received] of [['records', [5, 3]], ['reported', [50, 1.5]]] as const) {
      const filled = await form(`basis=${basis}&hierarchy=${AFTER}`)
      const rows = filled.sections.flatMap((section: { rows: object[] }) => section.rows) as Record<string, unknown>[]
      t.equal(filled.hierarchy, AFTER)
      t.match(rows.find(({ unit }) => unit === 'new'), { received: received[0], units_expected: 2, units_reported: 2, estimated: false })
      t.match(rows.find(({ unit }) => unit === 'east'), { received: received[1], units_expected: 1, estimated: true })
      t.notOk(rows.some(({ unit }) => unit === merged))
      t.equal(filled.grand_total.received, (await form(`basis=${basis}`)).grand_total.received)
    }
    t.match((await get(`/v1/forms/ii-06a/H56/2021-Q4?format=csv&hierarchy=current`)).text, /estimated/)
  })

  t.test('a reconciliation compares what both count for the units of the day', async t => {
    const measures = async (query: string) => (await get(`/v1/reconciliation?period=2021-Q4&${query}`)).body.items as Record<string, unknown>[]
    const received = async (query: string) => (await measures(query)).find(({ measure }) => measure === 'received')
    t.match(await received(`unit=new&hierarchy=${AFTER}`), {
      reported: 50, from_records: 5, difference: 45, units_recorded: 2, units_expected: 2, source: 'first', hierarchy: AFTER, estimated: false
    })
    t.match(await received(`unit=east&hierarchy=${AFTER}`), { reported: 1.5, from_records: 3, difference: -1.5, estimated: true })
    t.match(await received(`unit=${merged}&hierarchy=${AFTER}`), { reported: null, from_records: null, estimated: false })
    t.match(await received('unit=H56-382&scope=total&hierarchy=current'), { reported: 7, from_records: 8 })
    t.match(await received(`unit=${merged}`), { reported: 30, from_records: 3, hierarchy: 'as_reported', estimated: false })
  })

  t.test('tables for people and BI have the same columns whatever the hierarchy', async t => {
    const head = async (query: string) => (await get(`/v1/on-time?period=2021-Q4&format=csv&group_by=unit&${query}`)).text.split('\n')[0]
    t.equal(await head('hierarchy=current'), await head(''))
    t.match(await head(''), /,estimated,.*,hierarchy,/)
  })

  t.test('a level of all units has the same figures, and as many units, as below the province', async t => {
    await givenReform(db, {
      on: '2022-01-01',
      create: [{ unit: 'half', parent: 'H56-380' }, { unit: 'hall', parent: 'H56', level: 'province' }],
      end: { 'H56-14770': { half: 0.25, hall: 0.75 } }
    })
    await send(db, [...times(4, 'H56-14770'), ...times(2, 'H56-382')])
    for (const question of ['', ',period', ',channel', '&level=commune', '&level=province', '&level=commune,province', '&level=district']) {
      for (const hierarchy of ['current', AFTER, 'as_of:2021-12-31']) {
        const asked = `basis=records&hierarchy=${hierarchy}&group_by=level${question}`
        t.same(await ask(asked), await ask(`${asked}&unit=H56`), asked)
      }
    }
    const [, province] = await ask(`basis=records&group_by=level&hierarchy=${AFTER}&level=commune,province`)
    t.match(province, { received: 14, units_reported: 3, estimated: true })
    const [both] = await ask(`basis=records&hierarchy=${AFTER}&level=commune,province`)
    const { received, units_reported, units_expected } = (await ask(`basis=records&hierarchy=${AFTER}&level=commune,province&unit=H56`))[0]!
    t.match(both, { received, units_reported, units_expected }, 'in which a unit that counts at both levels is one')
  })
})

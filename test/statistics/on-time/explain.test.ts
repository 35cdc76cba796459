import { sql } from 'kysely'
import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import { item, mergeRollups, send } from '../../dossiers/given.ts'

const at = (day: string, time = '09:00:00') => `2021-${day}T${time}+07:00`
const given = (code: string, received: string, due: string, others: object = {}) => item({
  code, received_at: at(received), due_at: at(due, '17:00:00'), updated_at: at(received), ...others
})
const ended = (day: string) => ({ status: 10, finished_at: at(day), updated_at: at(day, '10:00:00') })

forEachDatabase('a figure counted from records', async (t, { db, get, put, post }) => {
  const missed = { requested_at: at('07-03'), completed_at: at('07-08'), old_due_at: at('07-01'), new_due_at: at('07-12') }
  await send(db, [
    given('early', '06-10', '06-25', ended('06-20')),
    given('late', '06-20', '07-01', ended('07-05')),
    given('moved', '06-20', '07-12', { ...ended('07-11'), supplements: [missed] }),
    given('open', '07-10', '12-20', { unit: 'H56-14755', procedure: '1.001193' }),
    given('overdue', '07-10', '07-20'),
    given('refused', '07-10', '07-20', { status: 3 })
  ])
  const explain = async (query: string) => (await get(`/v1/on-time/explain?${query}`)).body
  const dossiers = async (query: string) => (await get(`/v1/on-time/explain/dossiers?${query}`)).body.items
  const codes = async (query: string) => (
    (await dossiers(query)).map(({ code, in_numerator }: Record<string, string>) => `${code} ${in_numerator}`))

  t.test('is the sum of the rows that it comes with', async t => {
    t.match(await explain('basis=records&period=cal-2021-M07&level=district'), {
      from: '2021-07-01', to: '2021-07-31', basis: 'records', method: 'resolved', numerator: 1, denominator: 2,
      on_time_percent: 50, carried_over: 2, rows_of: 'rollup', by: ['level', 'channel', 'half_month'],
      rows: [
        {
          key: { level: 'district', channel: 'direct', before: '2021-07-01' },
          values: { received_direct: 3, resolved_early: 1, due: 1 }
        },
        {
          key: { channel: 'direct', half_month: '2021-07-01' },
          values: {
            received_direct: 1, resolved_early: 1, resolved_overdue: 1, became_overdue: 2, no_longer_overdue: 2, due: 3
          }
        },
        { key: { channel: 'direct', half_month: '2021-07-15' }, values: { became_overdue: 1, due: 1 } }
      ],
      dossiers_url: '/v1/on-time/explain/dossiers?period=cal-2021-M07&level=district'
    })
    t.match(await explain('basis=records&from=2021-07-01&to=2021-07-30&level=district'), {
      numerator: 1, denominator: 2, carried_over: 2, rows_of: 'rollup', by: ['level', 'channel', 'day'],
      rows: [
        { key: { level: 'district', before: '2021-07-01' }, values: { received_direct: 3, resolved_early: 1, due: 1 } },
        { key: { level: 'district', day: '2021-07-01' }, values: { became_overdue: 2, due: 2 } },
        { key: { level: 'district', day: '2021-07-03' }, values: { no_longer_overdue: 1 } },
        { key: { day: '2021-07-05' }, values: { resolved_overdue: 1, no_longer_overdue: 1 } },
        { key: { day: '2021-07-10' }, values: { received_direct: 1 } },
        { key: { day: '2021-07-11' }, values: { resolved_early: 1 } },
        { key: { day: '2021-07-12' }, values: { due: 1, due_in_time: 1 } },
        { key: { day: '2021-07-20' }, values: { became_overdue: 1, due: 1 } }
      ]
    })
    t.match(await explain('basis=records&period=cal-2021-M07&unit=H56-380'), {
      rows_of: 'rollup', by: ['unit', 'half_month'], denominator: 2, rows: [
        { key: { unit: 'H56-14755', half_month: '2021-07-01' } }, { key: { unit: 'H56-380', before: '2021-07-01' } },
        { key: { unit: 'H56-380', half_month: '2021-07-01' } }, { key: { unit: 'H56-380', half_month: '2021-07-15' } }
      ]
    })
    t.match(await explain('basis=records&period=cal-2021-Q3&unit=H56-14755'), {
      rows_of: 'rollup', by: ['unit', 'quarter'], rows: [{ key: { unit: 'H56-14755', quarter: '2021-07-01' } }]
    })
    t.match(await explain('basis=records&period=cal-2021-M07&field=civil-status'), {
      rows_of: 'rollup', by: ['level', 'field', 'half_month'], rows: [{ key: { level: 'commune', field: 'civil-status', half_month: '2021-07-01' } }]
    })
    t.match(await explain('basis=records&period=cal-2021-M07&unit=H56-380&field=civil-status'), {
      rows_of: 'rollup', by: ['unit', 'field', 'channel', 'half_month'],
      rows: [{ key: { unit: 'H56-14755', field: 'civil-status', channel: 'direct', half_month: '2021-07-01' } }]
    })
    t.match(await explain('basis=records&period=cal-2021-M07&procedure=1.001193'), {
      rows_of: 'rollup', by: ['procedure', 'level', 'field', 'half_month'], rows: [
        { key: { procedure: '1.001193', level: 'commune', field: 'civil-status', half_month: '2021-07-01' }, values: { received_direct: 1 } }
      ]
    })
    t.match(await explain('basis=records&from=2021-07-02&to=2021-07-05&unit=H56-380'), {
      rows_of: 'rollup', by: ['unit', 'day'], rows: [{ key: { unit: 'H56-380', before: '2021-07-02' } }], denominator: 1,
      from: '2021-07-02', to: '2021-07-05'
    })
    t.match(await explain('basis=records&from=2021-07-02&to=2021-07-05&unit=H56-380&channel=direct'), {
      rows_of: 'dossiers', by: null, rows: [], denominator: 1, from: '2021-07-02', to: '2021-07-05'
    })
  })

  t.test('is made up of dossiers, those that were not on time first', async t => {
    t.match(await dossiers('period=cal-2021-M07'), [
      {
        code: 'late', unit: 'H56-380', procedure: '1.001612', field: 'business-registration', channel: 'direct',
        source: 'one-stop', status: 10, received_at: '2021-06-20T09:00:00.000+07:00', due_at: '2021-07-01T17:00:00.000+07:00',
        ended_at: '2021-07-05T09:00:00.000+07:00', counted_on: '2021-07-05', in_time: false, in_numerator: false
      },
      { code: 'moved', counted_on: '2021-07-11', in_time: true, in_numerator: true }
    ])
    t.same(await codes('period=cal-2021-M07&part=rest'), ['late false'])
    t.same(await codes('period=cal-2021-M07&part=numerator'), ['moved true'])
    t.same(await codes('period=cal-2021-M07&part=denominator&channel=online'), [])
  })

  t.test('has pending ones where the method counts those', async t => {
    t.same(await codes('period=cal-2021-M07&method=handled'), ['late false', 'overdue false', 'open true', 'moved true'])
    t.same(await codes('period=cal-2021-M07&method=received'), ['late false', 'overdue false', 'open false', 'moved true'])
    t.match((await dossiers('period=cal-2021-M07&method=received'))[2], { in_time: true, ended_at: null, counted_on: '2021-07-31' })
  })

  t.test('has a dossier as often as it fell due', async t => {
    t.match(await dossiers('period=cal-2021-M07&method=due'), [
      { code: 'late', counted_on: '2021-07-01' }, { code: 'moved', counted_on: '2021-07-01', in_time: false },
      { code: 'overdue', counted_on: '2021-07-20' }, { code: 'moved', counted_on: '2021-07-12', in_time: true }
    ])
  })

  t.test('is listed page by page and as a table', async t => {
    const found = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await get(`/v1/on-time/explain/dossiers?period=cal-2021-M07&method=due&limit=1${cursor && `&cursor=${cursor}`}`)
      found.push(...body.items.map(({ code }: { code: string }) => code))
      cursor = body.next_cursor
    }
    t.same(found, ['late', 'moved', 'overdue', 'moved'])
    t.match((await get('/v1/on-time/explain/dossiers?period=cal-2021-M07&format=csv')).text, /late.*\r\nmoved/)
    const made = Buffer.from(JSON.stringify(['in_numerator,in_time,unit,code,counted_on', 1, 0, 'a', 'b', 'c'])).toString('base64url')
    t.match(await get(`/v1/on-time/explain/dossiers?period=cal-2021-M07&cursor=${made}`), {
      status: 400, body: { errors: [{ code: 'invalid_cursor' }] }
    })
  })

  t.test('of a province is that of all, and explained by its units', async t => {
    const figure = async (path: string) => {
      const { numerator, denominator, carried_over, received, pending } = (await get(path)).body.items[0]
      return { numerator, denominator, carried_over, received, pending }
    }
    for (const query of ['', '&group_by=level&level=district', '&group_by=field', '&group_by=procedure&procedure=1.001612']) {
      const path = `/v1/on-time?basis=records&period=cal-2021-M07&method=handled${query}`
      t.same(await figure(`${path}&unit=H56`), await figure(path))
    }
    t.match(await explain('basis=records&period=cal-2021-M07&unit=H56&method=handled'), {
      denominator: 4, rows_of: 'rollup', by: ['unit', 'half_month'], rows: [{ key: { unit: 'H56-14755', half_month: '2021-07-01' } }, {}, {}, {}]
    })
    t.same(await codes('period=cal-2021-M07&unit=H56&method=handled'), await codes('period=cal-2021-M07&method=handled'))
  })

  t.test('is the same in pages of any size, whether sums say which units they are about or not', async t => {
    const days = 'from=2021-06-12&to=2021-07-30'
    // Sums know no channels by the day.
    const unsummed = ['online', 'direct', 'postal'].map(channel => `&channel=${channel}`).join('')
    await send(db, [
      ...['1', '2', '3'].map(code => given(`paged-${code}`, '06-10', '06-25', { unit: 'H56-14758', procedure: '1.001193', ...ended('06-20') })),
      ...['4', '5'].map(code => given(`paged-${code}`, '06-10', '06-25', { unit: 'H56-SNV', ...ended(code === '4' ? '06-27' : '06-22') }))
    ])
    for (const method of ['resolved', 'due', 'handled', 'received']) {
      for (const part of ['denominator', 'numerator', 'rest']) {
        const asked = `${days}&method=${method}&part=${part}`
        const all = await codes(`${asked}${unsummed}`)
        for (const limit of [1, 2, 3, 5, 100]) {
          const found: string[] = []
          for (let cursor: string | null = ''; cursor !== null;) {
            const { body } = await get(`/v1/on-time/explain/dossiers?${asked}&limit=${limit}${cursor && `&cursor=${cursor}`}`)
            found.push(...body.items.map(({ code, in_numerator }: Record<string, string>) => `${code} ${in_numerator}`))
            cursor = body.next_cursor
          }
          t.same(found, all, `${method}, ${part}, ${limit} a page`)
        }
      }
    }
    await send(db, ['1', '2', '3', '4', '5'].map(code => ({
      code: `paged-${code}`, unit: code < '4' ? 'H56-14758' : 'H56-SNV', updated_at: at('12-01'), deleted: true
    })))
  })

  t.test('is explained as far as one reaches', async t => {
    const { headers } = await givenClient({ put, post }, 'commune', { scopes: ['read'], unit: 'H56-14755' })
    const { body } = await get('/v1/on-time/explain?basis=records&period=cal-2021-M07&method=received', headers)
    t.match(body, { denominator: 1, rows: [{ key: { unit: 'H56-14755' } }] })
    t.equal(body.rows.length, 1)
    t.match((await get(`${body.dossiers_url}`, headers)).body.items.map(({ code }: { code: string }) => code), ['open'])
  })

  t.test('is not explained where there is no such figure', async t => {
    t.match(await get('/v1/on-time/explain?period=2021-Q3&channel=online'), { status: 400, body: { errors: [{ code: 'needs_records' }] } })
    t.match(await get('/v1/on-time/explain/dossiers?from=2021-07-01'), { status: 400, body: { errors: [{ pointer: '/query/to', code: 'missing' }] } })
    t.match(await get('/v1/on-time/explain?period=2021-Q3&group_by=unit'), { status: 400, body: { errors: [{ code: 'unknown_property' }] } })
    const days = sql`generate_series('1980-01-01'::date, '2009-12-31', '1 day')`
    await sql`insert into dossier_sums_by_day (province_code, level, channel, day) select 'H56', 'district', 'direct', day from ${days} as day`.execute(db)
    t.match(await get('/v1/on-time/explain?basis=records&from=1980-01-02&to=2009-12-31'), { status: 413, body: { code: 'too_many_rows' } })
    t.match(await get('/v1/on-time/explain?period=2021-Q9'), { status: 400, body: { errors: [{ code: 'unknown_period' }] } })
  })
})

const counts = (resolved: number, overdue: number) => ({
  received_online: resolved, received_direct: 0, carried_over: 0, resolved_in_time: resolved - overdue,
  resolved_overdue: overdue
})

forEachDatabase('a reported figure', async (t, { get, post }) => {
  const explain = async (query: string) => (await get(`/v1/on-time/explain?${query}`)).body
  await post('/v1/dossier-statistics', { items: [
    { unit: 'H56-380', period: '2020-Q1', source: 'a', field: 'land', ...counts(10, 1) },
    { unit: 'H56-380', period: '2020-Q1', source: 'a', field: 'justice', ...counts(20, 2) },
    { unit: 'H56-14755', period: '2020-Q1', source: 'a', ...counts(5, 0) },
    { unit: 'H56-380', period: '2020-Q1', source: 'a', scope: 'total', ...counts(99, 9) }
  ] })

  t.test('comes with the sets that count, and no others', async t => {
    const { rows, ...figure } = await explain('period=2020-Q1&unit=H56-380')
    t.match(figure, {
      basis: 'reported', scope: 'own', numerator: 32, denominator: 35, rows_of: 'reports', by: null, dossiers_url: null,
      from: '2019-12-15', to: '2020-03-14'
    })
    t.match(rows, [
      { key: { period: '2020-Q1', unit: 'H56-14755', scope: 'own', source: 'a' }, values: { resolved: 5, resolved_early: null } },
      { key: { unit: 'H56-380' }, values: { resolved: 30, resolved_overdue: 3 } }
    ])
    t.same(rows.map(({ key }: { key: object }) => Object.keys(key).length), [4, 4])
  })

  t.test('of a field comes with the rows of the field', async t => {
    t.match(await explain('period=2020-Q1&field=land'), {
      rows_of: 'report_rows', by: null, denominator: 10,
      rows: [{ key: { unit: 'H56-380', field: 'land', procedure: null }, values: { resolved: 10, resolved_in_time: 9 } }]
    })
  })

  t.test('that nobody reported has no rows', async t => {
    t.match(await explain('period=2020-Q2'), { scope: null, numerator: null, rows: { length: 0 } })
  })
})

forEachDatabase('sums that are wrong do not end the list of dossiers behind them', async (t, { db, get }) => {
  const units = ['H56-381', 'H56-381', 'H56-381', 'H56-381', 'H56-380']
  await send(db, units.map((unit, n) => given(`of-${n}`, '06-01', '06-20', { unit, ...ended('06-05') })))
  await mergeRollups(db)
  await sql`update dossier_sums_by_unit_quarter set resolved_early = resolved_early + 10 where unit = 'H56-380'`.execute(db)
  const page = (await get('/v1/on-time/explain/dossiers?period=2021-Q2&limit=2')).body
  t.match(page, { items: [{ code: 'of-4' }, { code: 'of-0' }], next_cursor: String })
})

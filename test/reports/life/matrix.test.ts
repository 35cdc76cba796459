import { parse } from 'csv-parse/sync'
import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import type { SubmissionRow } from '../../../src/reports/submission-matrix/schema.ts'
import { givenLife, serviceAt, succeed } from './given.ts'

forEachDatabase('the matrix of submissions', async (t, service) => {
  let now = Date.parse('2021-06-20T23:59:59+07:00')
  const then = await serviceAt(t, service, () => now)
  const at = { ...service, ...then }
  const [early, late, idle] = [await givenLife(at, 'H56-380'), await givenLife(at, 'H56-381'), await givenLife(at, 'H56-382')]
  await succeed(() => early.write({ '1.1.1': 1, '1.1.2': 1 }), early.submit, early.approve, early.publish)
  await succeed(() => idle.submit({ nothing_to_report: true }), idle.approve)
  await succeed(() => late.write({ '1.1.1': 1 }))
  const rows = async (query = ''): Promise<SubmissionRow[]> => (
    (await then.get(`/v1/submissions?period=2021-H1&level=district${query}`)).body.items)
  const rowsBelow = async (unit: string): Promise<(string | null)[]> => (
    (await then.get(`/v1/submissions?period=2021-H1&level=commune&unit=${unit}`)).body.items.map((row: SubmissionRow) => row.unit))
  const statuses = async () => Object.fromEntries((await rows()).slice(0, 4).map(({ unit, status }) => [unit, status]))

  t.test('has every unit that exists in the period, with how far it is', async t => {
    t.equal((await rows()).length, 27)
    t.strictSame((await rows())[0], {
      unit: 'H56-380', unit_name: 'Thành phố Thanh Hóa', level: 'district', level_name: 'Cấp huyện',
      period: '2021-H1', form: 'cchc-2021',
      status: 'on_time', stage: 'published', locked: true, due_on: '2021-06-20', lock_on: null,
      sent_at: '2021-06-20T23:59:59.000+07:00', submitted_at: '2021-06-20T23:59:59.000+07:00',
      approved_at: '2021-06-20T23:59:59.000+07:00', published_at: (await early.submission()).body.published_at,
      reopened_until: null,
      units: 1, on_time: 1, late: 0, missing: 0, not_due: 0, nothing_to_report: 0, approved: 1, published: 1,
      values_given: 2, values_of_form: 94
    })
    t.same(await statuses(), { 'H56-380': 'on_time', 'H56-381': 'not_due', 'H56-382': 'on_time', 'H56-384': 'not_due' })
    t.equal((await then.get('/v1/submissions?period=2026-Q1&form=cchc-2021&level=district')).body.items.length, 0, 'districts ended')
  })

  t.test('says when the day is over who is missing, and who was late', async t => {
    now += 1_000
    t.same(await statuses(), { 'H56-380': 'on_time', 'H56-381': 'missing', 'H56-382': 'on_time', 'H56-384': 'missing' })
    await succeed(late.submit)
    t.same(await statuses(), { 'H56-380': 'on_time', 'H56-381': 'late', 'H56-382': 'on_time', 'H56-384': 'missing' })
    await succeed(early.reopen, () => early.write({ '1.1.1': 2 }), early.submit)
    t.match((await rows())[0], { status: 'on_time', stage: 'submitted', published: 0 }, 'a correction is not late')
  })

  t.test('adds up by level', async t => {
    const { items } = (await then.get('/v1/submissions?period=2021-H1&group_by=level')).body
    t.match(items.map((row: SubmissionRow) => [row.level, row.unit, row.units]), [
      ['commune', null, 559], ['district', null, 27], ['province', null]
    ])
    t.match(items[1], {
      level_name: 'Cấp huyện', unit_name: null, status: null, stage: null, locked: null, due_on: null,
      on_time: 2, late: 1, missing: 24, not_due: 0,
      nothing_to_report: 1, approved: 1, published: 0, values_given: 3, values_of_form: 27 * 94
    })
  })

  t.test('is found by unit, level, status and stage, page by page, and as csv', async t => {
    const units = async (query: string) => (await rows(query)).map(({ unit }) => unit)
    t.same(await units('&status=late'), ['H56-381'])
    t.same(await units('&stage=submitted,approved'), ['H56-380', 'H56-381', 'H56-382'])
    t.same(await units('&unit=H56-384'), ['H56-384'])
    const first = (await then.get('/v1/submissions?period=2021-H1&level=district&limit=26')).body
    t.match((await then.get(`/v1/submissions?period=2021-H1&level=district&limit=26&cursor=${first.next_cursor}`)).body, {
      items: [{ units: 1 }], next_cursor: null
    })
    const csv = await service.get('/v1/submissions?period=2021-H1&level=district&status=late,on_time&format=csv')
    const table = parse<Record<string, string>>(csv.text, { columns: true, bom: true })
    t.match(table, [{ unit: 'H56-380', status: 'on_time' }, { unit: 'H56-381', stage: 'submitted' }, { nothing_to_report: '1' }])
  })

  t.test('shows a key the units that it reaches', async t => {
    const { headers } = await givenClient(service, 'own', { scopes: ['read'], unit: 'H56-381' })
    const { items } = (await service.get('/v1/submissions?period=2021-H1&level=district', headers)).body
    t.match(items, [{ unit: 'H56-381' }])
    t.equal(items.length, 1)
  })

  t.test('has units where they stood on the last day of the period, also with the days set above them', async t => {
    const [commune] = await rowsBelow('H56-380')
    for (const [unit, due_on] of [['H56-380', '2021-06-21'], ['H56-381', '2021-06-25']]) {
      await service.put(`/v1/reports/${unit}/2021-H1/deadlines`, { due_on })
    }
    const moved = await service.post('/v1/unit-changes', {
      effective_on: '2023-01-01', document: { number: '1', date: '2022-12-01', issuer: 'x' },
      events: [{ type: 'move', unit: commune, parent: 'H56-381' }]
    })
    t.equal(moved.status, 200, moved.text)
    t.ok((await rowsBelow('H56-380')).includes(commune!))
    t.notOk((await rowsBelow('H56-381')).includes(commune!))
    t.match((await service.get(`/v1/reports/${commune}/2021-H1/submission`)).body, { due_on: '2021-06-21' })
  })

  t.test('needs a period and a form that exist', async t => {
    const refusal = (query: string) => service.get(`/v1/submissions?${query}`)
    t.match(await refusal('period=2021-H9'), { status: 400, body: { errors: [{ pointer: '/query/period', code: 'unknown_period' }] } })
    t.match(await refusal('period=2020-M01'), { status: 400, body: { errors: [{ pointer: '/query/form', code: 'unknown_form' }] } })
    t.match(await refusal('period=2021-H1&unit=H57'), { status: 400, body: { errors: [{ pointer: '/query/unit' }] } })
    t.match(await refusal(''), { status: 400, body: { errors: [{ pointer: '/query/period', code: 'missing' }] } })
  })
})

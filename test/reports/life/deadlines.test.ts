import { givenClient } from '../../client.ts'
import { forEachDatabase } from '../../database.ts'
import { givenLife, serviceAt, succeed } from './given.ts'

forEachDatabase('deadlines', async (t, service) => {
  const { get, put } = service
  const set = (unit: string, body: object, headers?: Record<string, string>) => (
    put(`/v1/reports/${unit}/2021-H1/deadlines`, body, headers))
  const holds = async (unit: string) => {
    const { due_on, lock_on, locked } = (await get(`/v1/reports/${unit}/2021-H1/submission`)).body
    return { due_on, lock_on, locked }
  }

  t.test('are those of the period where none are set', async t => {
    t.same(await holds('H56-380'), { due_on: '2021-06-20', lock_on: null, locked: false })
    t.match((await get('/v1/reports/H56-380/cal-2021-H1/submission')).body, { due_on: null, lock_on: null })
  })

  t.test('hold for a unit and all below it, but for those with days of their own', async t => {
    t.strictSame((await set('H56', { due_on: '2021-06-18' })).body, {
      unit: 'H56', period: '2021-H1', form: 'cchc-2021', due_on: '2021-06-18', lock_on: null
    })
    t.match(await holds('H56-380'), { due_on: '2021-06-18' })
    t.equal((await set('H56-380', { due_on: '2021-06-16' })).status, 200)
    t.match(await holds('H56-380'), { due_on: '2021-06-16' })
    t.match(await holds('H56-381'), { due_on: '2021-06-18' })
    t.match(await holds('H56'), { due_on: '2021-06-18' })
    t.equal((await set('H56-380', {})).status, 200, 'as the period says again')
    t.match(await holds('H56-380'), { due_on: '2021-06-20' })
  })

  t.test('are set by those above a unit, and not by itself', async t => {
    const own = await givenClient(service, 'own', { scopes: ['approve'], unit: 'H56-382' })
    t.match(await set('H56-382', { due_on: '2099-01-01' }, own.headers), {
      status: 403, body: { code: 'forbidden_rows', errors: [{ pointer: '/path/unit', code: 'forbidden_unit' }] }
    })
    t.equal((await set('H56-381', {}, own.headers)).status, 404)
    const province = await givenClient(service, 'province', { scopes: ['approve'], unit: 'H56' })
    t.equal((await set('H56-382', { due_on: '2021-06-22' }, province.headers)).status, 200)
    t.equal((await set('H56', { due_on: '2021-06-19' }, province.headers)).status, 200)
  })

  t.test('lock after the report is due', async t => {
    t.match(await set('H56-384', { lock_on: '2021-06-19' }), {
      status: 400, body: { errors: [{ pointer: '/lock_on', code: 'out_of_range', detail: /is before the day .* \(2021-06-20\)/ }] }
    })
    t.match(await set('H56-384', { due_on: '2021-06-21', lock_on: '2021-06-20' }), { status: 400 })
    t.match(await put('/v1/reports/H56-384/cal-2021-H1/deadlines?form=cchc-2021', { lock_on: '2021-01-01' }), { status: 200 })
  })
})

forEachDatabase('a day that locks a report', async (t, service) => {
  let now = Date.parse('2021-06-25T23:59:59+07:00')
  const service1 = await serviceAt(t, service, () => now)
  const life = await givenLife({ ...service, ...service1 }, 'H56-380')
  const { write, submit, reopen, submission, approve, publish } = life
  await service1.put('/v1/reports/H56/2021-H1/deadlines', { lock_on: '2021-06-25' })

  t.test('does so when it is over', async t => {
    await succeed(() => write({ '1.1.1': 1 }))
    now += 1_000
    t.match((await submission()).body, { stage: 'draft', locked: true })
    t.match(await write({ '1.1.1': 2 }), {
      status: 409, body: { code: 'period_locked', errors: [{ detail: /is locked since 2021-06-25 ended/ }] }
    })
    t.match(await submit(), { status: 409, body: { code: 'period_locked' } })
  })

  t.test('is put off for one report by reopening it, for a time', async t => {
    const until = '2021-06-27T17:00:00+07:00'
    t.match(await reopen({ reason: 'mất mạng', until }), { body: { locked: false, reopened_until: '2021-06-27T17:00:00.000+07:00' } })
    await succeed(() => write({ '1.1.1': 3 }), submit, () => write({ '1.1.1': 4 }))
    now = Date.parse(until)
    t.match(await write({ '1.1.1': 5 }), {
      status: 409, body: { errors: [{ detail: /was reopened for a time that is over/ }] }
    })
    t.match((await submission()).body, { stage: 'draft', locked: true }, 'a change that was not submitted is no report')
    now -= 1
    await succeed(submit)
    now += 1
    await succeed(approve, publish)
  })

  t.test('does not end what is reopened, which then ends by itself as it was', async t => {
    await succeed(() => reopen({ reason: 'x', until: '2021-06-28T17:00:00+07:00' }))
    t.match((await submission()).body, { stage: 'draft', locked: false, revision: 1 })
    now = Date.parse('2021-06-28T17:00:00+07:00')
    t.match((await submission()).body, { stage: 'published', locked: true, revision: 1 })
    t.match(await write({ '1.1.1': 5 }), { status: 409, body: { errors: [{ detail: /is published/ }] } })
    await succeed(() => reopen({ reason: 'y', until: '2021-06-29T17:00:00+07:00' }), () => write({ '1.1.1': 6 }))
    now = Date.parse('2021-06-29T17:00:00+07:00')
    t.match((await submission()).body, { stage: 'draft', locked: true, revision: 1 })
    await succeed(() => reopen({ reason: 'z', until: '2021-06-30T17:00:00+07:00' }), submit, approve, publish)
    t.match((await life.report()).body, { publication: { revision: 2 }, rows: { 2: { number: 6 } } })
  })

  t.test('locks alone what was reopened before it was approved, and not written in that time', async t => {
    now = Date.parse('2021-06-20T08:00:00+07:00')
    const { write, submit, reopen, submission } = await givenLife({ ...service, ...service1 }, 'H56-382')
    await succeed(() => write({ '1.1.1': 1 }), submit, () => reopen({ reason: 'x', until: '2021-06-21T08:00:00+07:00' }))
    now = Date.parse('2021-06-21T08:00:00+07:00')
    t.match((await submission()).body, { stage: 'submitted', locked: false, sent_at: /^2021-06-20/ }, 'is again what it was')
    await succeed(() => write({ '1.1.1': 2 }))
    t.match((await submission()).body, { stage: 'draft', locked: false, sent_at: null, reopened_until: null, reopen_reason: null })
    await succeed(submit, () => reopen({ reason: 'x', until: '2021-06-22T08:00:00+07:00' }))
    now = Date.parse('2021-06-26T00:00:00+07:00')
    t.match((await submission()).body, { stage: 'submitted', locked: true })
    t.match(await write({ '1.1.1': 3 }), { status: 409, body: { errors: [{ detail: /is locked since 2021-06-25 ended/ }] } })
  })

  t.test('locks what was approved before, once its time is over, although it was submitted again', async t => {
    now = Date.parse('2021-06-20T08:00:00+07:00')
    const { write, submit, approve, reopen, submission } = await givenLife({ ...service, ...service1 }, 'H56-384')
    await succeed(() => write({ '1.1.1': 1 }), submit, approve, () => reopen({ reason: 'x', until: '2021-06-21T08:00:00+07:00' }), submit)
    now = Date.parse('2021-06-21T08:00:00+07:00')
    t.match((await submission()).body, { stage: 'submitted', locked: true })
    t.match(await write({ '1.1.1': 3 }), { status: 409, body: { errors: [{ detail: /was reopened for a time that is over/ }] } })
  })

  t.test('is later than the end of the period, before which nothing is published', async t => {
    now = Date.parse('2021-09-14T12:00:00+07:00')
    const running = await givenLife({ ...service, ...service1 }, 'H56-381', '2021-Q3')
    await succeed(() => running.write({ '1.1.1': 1 }), running.submit, running.approve)
    t.match(await running.publish(), { status: 409, body: { code: 'wrong_stage', detail: /ends on 2021-09-14/ } })
    now = Date.parse('2021-09-15T00:00:00+07:00')
    await succeed(running.publish)
  })
})

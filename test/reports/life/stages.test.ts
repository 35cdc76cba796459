import { givenClient } from '../../client.ts'
import { ADMIN, forEachDatabase } from '../../database.ts'
import { givenKeys, givenLife, succeed, UNTIL } from './given.ts'

forEachDatabase('the report of a district', async (t, service) => {
  const { write, submit, approve, publish, reopen, submission, report } = await givenLife(service, 'H56-380')

  t.test('is a draft from the start, of which nothing is given', async t => {
    t.strictSame((await submission()).body, {
      unit: 'H56-380', period: '2021-H1', form: 'cchc-2021', stage: 'draft', locked: false, nothing_to_report: false,
      due_on: '2021-06-20', lock_on: null, sent_at: null, submitted_at: null, approved_at: null, published_at: null,
      reopened_until: null, reopen_reason: null, note: null, revision: null, values_given: 0, values_of_form: 94
    })
    t.match((await report()).body, { provisional: true, publication: null })
  })

  t.test('goes from a draft over its approval to what is published', async t => {
    await succeed(() => write({ '1.1.1': 10, '1.1.2': 4 }))
    t.match(await submit({ note: 'đủ' }), { status: 200, body: { stage: 'submitted', locked: false, note: 'đủ', values_given: 2 } })
    t.match(await approve(), { status: 200, body: { stage: 'approved', locked: true, revision: null } })
    t.match(await publish(), { status: 200, body: { stage: 'published', locked: true, revision: 1 } })
    const { body } = await report()
    t.match(body, { provisional: false, publication: { revision: 1, sha256: /^[0-9a-f]{64}$/ } })
    t.same((await report('?revision=1')).body, body)
  })

  t.test('takes no values once it is approved, and says what to do', async t => {
    t.match(await write({ '1.1.2': 5 }), {
      status: 409,
      body: { code: 'period_locked', errors: [{ pointer: '/items/0', code: 'period_locked', detail: /is published; .*reopen/ }] }
    })
    t.match(await submit(), { status: 409, body: { code: 'period_locked', detail: /is published/ } })
  })

  t.test('is corrected by a revision of its own, while the first one stays', async t => {
    const first = (await report('?revision=1')).body
    t.match(await reopen(), { status: 200, body: { stage: 'draft', locked: false, reopen_reason: 'sai số liệu', revision: 1 } })
    t.equal((await report()).body.provisional, false, 'as long as nothing is written')
    await succeed(() => write({ '1.1.2': 5 }))
    t.match((await report()).body, { provisional: true, publication: { revision: 1 } })
    await succeed(submit, approve, publish)
    t.match((await report()).body, { provisional: false, publication: { revision: 2 } })
    t.same((await report('?revision=1')).body, first)
    t.match((await service.get('/v1/reports/H56-380/2021-H1/revisions')).body.items, [
      { revision: 1, reason: null, note: 'đủ' }, { revision: 2, reason: 'sai số liệu', note: null }
    ])
  })

  t.test('leaves each step in the audit, with who took it', async t => {
    const { body } = await service.get('/v1/audit?resource=submissions', ADMIN)
    const steps = body.items.toReversed().map((row: AuditItem) => [row.client, row.operation, row.after.stage])
    const [sender, approver] = ['sender-h56-380', 'approver-h56-380']
    const once = [[sender, 'submitReport', 'submitted'], [approver, 'approveReport', 'approved'], [approver, 'publishReport', 'published']]
    t.same(steps, [...once, [approver, 'reopenReport', 'draft'], ...once])
  })
})

interface AuditItem {
  client: string
  operation: string
  after: { stage: string }
}

forEachDatabase('a batch with values of a report that is locked', async (t, service) => {
  const locked = await givenLife(service, 'H56-380')
  const { post, get } = service
  await succeed(() => locked.write({ '1.1.1': 1 }), locked.submit, locked.approve)
  const items = [
    { unit: 'H56-381', period: '2021-H1', indicator: '1.1.1', number: 2 },
    { unit: 'H56-380', period: '2021-H1', indicator: '1.1.2', number: 3 },
    { unit: 'H56-380', period: '2021-H1', indicator: '1.1.1', number: 1 }
  ]
  const stored = async () => (await get('/v1/indicator-values?period=2021-H1&unit=H56-381')).body.items

  t.test('is written as a whole or not at all, with pointers to all that is locked', async t => {
    t.match(await post('/v1/indicator-values', { items }), {
      status: 409,
      body: {
        code: 'period_locked', detail: '2 of 3 rows are at fault; nothing was written',
        errors: [{ pointer: '/items/1', detail: /is approved/ }, { pointer: '/items/2' }]
      }
    })
    t.same(await stored(), [])
  })

  t.test('is written but for those, if that is asked for', async t => {
    t.match(await post('/v1/indicator-values?mode=partial', { items }), {
      status: 200, body: { created: 1, rejected: 2, errors: [{ pointer: '/items/1', code: 'period_locked' }, {}] }
    })
    t.match(await stored(), [{ number: 2 }])
  })

  t.test('takes other periods of the same unit', async t => {
    const other = { unit: 'H56-380', period: '2021-Q3', indicator: '1.1.1', number: 1 }
    t.match(await post('/v1/indicator-values', { items: [other] }), { status: 200, body: { created: 1 } })
  })
})

forEachDatabase('a submission', async (t, service) => {
  const { post } = service
  const life = await givenLife(service, 'H56-384')
  const { url, write, submit, approve, publish, reopen, submission } = life

  t.test('needs a value, or that the unit has nothing to report', async t => {
    t.match(await submit(), {
      status: 422, body: { code: 'checks_failed', errors: [{ pointer: '', code: 'nothing_reported' }] }
    })
    t.match(await submit({ nothing_to_report: true }), { body: { stage: 'submitted', nothing_to_report: true, values_given: 0 } })
    await succeed(() => write({ '3.1.3': 10 }))
    t.match((await submission()).body, { stage: 'draft', nothing_to_report: false, sent_at: null })
    t.match(await submit({ nothing_to_report: true }), {
      status: 422, body: { errors: [{ pointer: '/nothing_to_report', code: 'values_given', detail: /^1 values are reported/ }] }
    })
  })

  t.test('is refused while its sums do not hold, with the figures', async t => {
    await succeed(() => write({ '3.1.3': 10, '3.1.3.a': 5, '3.1.3.b': 3, '3.1.3.c': 1 }))
    t.match(await submit(), {
      status: 422,
      body: { code: 'checks_failed', errors: [{ pointer: '/report/3.1.3.a', code: 'check_failed', detail: /add up to 9, but the total \(3.1.3\) is 10/ }] }
    })
    t.match(await submit({}, { 'accept-language': 'vi' }), {
      status: 422, body: { title: 'Báo cáo còn lỗi kiểm tra', errors: [{ detail: /cộng lại là 9, nhưng tổng số \(3.1.3\) là 10/ }] }
    })
    await succeed(() => write({ '3.1.3': 9, '4.1.4': 5, 6.4: 6 }))
    t.match(await submit(), { status: 422, body: { errors: [{ pointer: '/report/6.4', code: 'check_failed' }] } }, 'of several it names the one')
    await succeed(() => write({ '4.1.4': 6 }), submit)
  })

  t.test('goes back to the unit when a value is written, so that what is approved is what was checked', async t => {
    t.not((await submission()).body.sent_at, null)
    await succeed(() => write({ '3.1.3': 9 }))
    t.equal((await submission()).body.stage, 'submitted', 'the same value changes nothing')
    await succeed(() => write({ '1.1.1': 9 }))
    t.match((await submission()).body, { stage: 'draft', sent_at: null })
    t.match(await approve(), { status: 409, body: { code: 'wrong_stage', detail: /this report is a draft$/ } })
    await succeed(submit)
    t.match(await submit({ note: 'lần 2' }), { status: 200, body: { note: 'lần 2' } }, 'may be sent again')
  })

  t.test('is approved by another client only', async t => {
    const own = await post(`${url}/submit`, {})
    t.equal(own.status, 200)
    t.match(await post(`${url}/approve`, undefined), {
      status: 403, body: { code: 'own_submission', detail: 'client tests submitted this report, so another one approves it' }
    })
    t.match(await approve(), { status: 200, body: { stage: 'approved' } })
    t.match(await approve(), { status: 409, body: { code: 'wrong_stage', detail: /this report is approved$/ } })
  })

  t.test('is approved, published and reopened by those above the unit, and not by itself', async t => {
    const { headers } = await givenClient(service, 'own-384', { scopes: ['approve'], unit: 'H56-384' })
    const body = { reason: 'x', until: UNTIL }
    for (const [step, sent] of [['approve', undefined], ['publish', undefined], ['reopen', body]] as const) {
      t.match(await post(`${url}/${step}`, sent, headers), {
        status: 403,
        body: {
          code: 'forbidden_rows',
          errors: [{ pointer: '/path/unit', code: 'forbidden_unit', detail: `those above H56-384 ${step} its report, not its own keys` }]
        }
      })
    }
    t.match((await submission()).body, { stage: 'approved', reopened_until: null }, 'nothing came of it')
  })

  t.test('of a province is approved by its own key, if another client submitted it', async t => {
    const { sender, approver } = await givenKeys(service, 'H56')
    const step = (name: string, headers: Record<string, string>, sent?: object) => post(`/v1/reports/H56/2021-Q3/${name}`, sent, headers)
    t.equal((await step('submit', sender.headers, { nothing_to_report: true })).status, 200)
    t.equal((await step('approve', approver.headers)).status, 200)
    t.equal((await step('publish', approver.headers)).status, 200)
    t.equal((await step('reopen', approver.headers, { reason: 'x', until: UNTIL })).status, 200)
  })

  t.test('is published once it is approved', async t => {
    await succeed(publish)
    t.match(await publish(), { status: 409, body: { code: 'wrong_stage', detail: /only what is approved can be published/ } })
  })

  t.test('is reopened for a reason and a time that is yet to come', async t => {
    t.match(await reopen({ reason: 'x', until: '2021-06-20T00:00:00Z' }), {
      status: 400, body: { errors: [{ pointer: '/until', code: 'out_of_range' }] }
    })
    t.match(await reopen({ reason: 'x', until: '9999-06-20T00:00:00Z' }), { status: 400 })
    t.match(await reopen({ reason: ' ', until: UNTIL }), { status: 400, body: { errors: [{ pointer: '/reason' }] } })
    t.match(await reopen({ reason: 'x' }), { status: 400, body: { errors: [{ pointer: '/until', code: 'missing' }] } })
    t.match(await reopen({ reason: 'x', until: UNTIL }), { status: 200, body: { stage: 'draft' } })
    t.match(await reopen({ reason: 'y', until: UNTIL }), { status: 200, body: { reopen_reason: 'y' } }, 'for longer')
    const other = await givenLife(service, 'H56-385')
    t.match(await other.reopen(), { status: 409, body: { code: 'wrong_stage', detail: /a draft that is not locked/ } })
  })

  t.test('is given back by who would approve it, and counts as sent', async t => {
    await succeed(submit, reopen, () => write({ '1.1.2': 4 }))
    t.match((await submission()).body, { stage: 'draft', sent_at: /^20/ })
    await succeed(submit)
  })

  t.test('is of a unit that exists in a period that has begun', async t => {
    const refusal = async (unit: string, period: string) => post(`/v1/reports/${unit}/${period}/submit?form=cchc-2021`, {})
    t.match(await refusal('H56-384', '2050'), { status: 400, body: { errors: [{ pointer: '/path/period', code: 'period_not_begun' }] } })
    t.match(await refusal('H56-384', '2026-Q1'), { status: 400, body: { errors: [{ pointer: '/path/unit', code: 'unit_not_valid' }] } })
    t.match(await refusal('H57', '2021-H1'), { status: 404 })
    t.match(await refusal('H56', '2021-H9'), { status: 404 })
    t.match(await post('/v1/reports/H56-384/2021-H1/submit?form=no', {}), {
      status: 400, body: { errors: [{ pointer: '/query/form', code: 'unknown_form' }] }
    })
  })
})

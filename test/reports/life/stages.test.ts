import { forEachDatabase } from '../../database.ts'
import { givenLife, succeed } from './given.ts'

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
      { revision: 1, reason: null }, { revision: 2, reason: 'sai số liệu' }
    ])
  })
})

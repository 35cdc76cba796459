import { setTimeout as sleep } from 'node:timers/promises'
import { postIndicatorValues } from '../../../src/reports/indicators/commands.ts'
import { approveReport } from '../../../src/reports/submissions/commands.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import type { Write } from '../../../src/writes/write.ts'
import { forEachDatabase } from '../../database.ts'
import { givenLife, PERIOD, succeed } from './given.ts'

const UNIT = 'H56-380'
const item = { unit: UNIT, period: PERIOD, indicator: '1.1.1', number: 99 }
const addressed = () => ({ path: { unit: UNIT, period: PERIOD }, query: {}, now: Date.now() })

forEachDatabase('a write and an approval at the same time', async (t, service) => {
  const { db } = service
  if (t.name.includes('embedded')) {
    t.pass('it has one connection, so nothing happens at the same time')
    return
  }
  const { write, submit, approve, reopen, submission, report } = await givenLife(service, UNIT)
  await succeed(() => write({ '1.1.1': 1 }), submit)

  /** Does work in a transaction that stays open until it is let go. */
  async function held (work: (write: Write) => Promise<object>) {
    const done = Promise.withResolvers<void>()
    const mayCommit = Promise.withResolvers<void>()
    const committed = runOwnWrite(db, 'other', 'test', async write => {
      const answer = await work(write)
      done.resolve()
      await mayCommit.promise
      return answer
    })
    await done.promise
    return () => { mayCommit.resolve(); return committed }
  }

  t.test('are one after the other: who comes after the approval is refused', async t => {
    const commit = await held(write => approveReport(write, addressed()))
    const later = write({ '1.1.1': 99 })
    t.equal(await Promise.race([later, sleep(200, 'waits')]), 'waits')
    await commit()
    t.match(await later, { status: 409, body: { code: 'period_locked' } })
    t.match((await report()).body, { rows: { 2: { number: 1 } } })
  })

  t.test('are one after the other: what changed meanwhile is not approved', async t => {
    await succeed(reopen, submit)
    const commit = await held(write => postIndicatorValues(write, [item], { mode: 'atomic', dry_run: false }))
    const later = approve()
    t.equal(await Promise.race([later, sleep(200, 'waits')]), 'waits')
    await commit()
    t.match(await later, { status: 409, body: { code: 'wrong_stage' } })
    t.match((await submission()).body, { stage: 'draft' })
    t.match((await report()).body, { rows: { 2: { number: 99 } } })
  })

  t.test('of two first writes both are there', async t => {
    const others = ['H56-381', 'H56-382'].map(unit => ({ ...item, unit }))
    const both = (items: object[]) => service.post('/v1/indicator-values', { items })
    const answers = await Promise.all([both(others), both(others.toReversed())])
    t.same(answers.map(({ status }) => status), [200, 200])
    t.same(answers.map(({ body }) => body.created + body.unchanged), [2, 2])
  })
})

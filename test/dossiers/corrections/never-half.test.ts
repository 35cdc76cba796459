import { isDeepStrictEqual } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { connect } from '../../../src/database/connect.ts'
import { ADMIN, forEachDatabase, type Service } from '../../database.ts'
import { item, send } from '../given.ts'
import { chunkInFlight, lockAwaited } from './given.ts'

const PROCEDURE = {
  code: '9.1', name: 'Thủ tục thử', field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-01-01',
  statutory_working_days: 5
}
/** More than are moved at once. */
const OPEN = 5_990
const ENDED = 20

/** Of sums, of the dossiers themselves, and of lists: all that tells fields apart. */
const QUESTIONS = [
  '/v1/on-time?basis=records&group_by=field&period=2021-Q2',
  '/v1/on-time?basis=records&group_by=field&from=2021-05-02&to=2021-06-12',
  '/v1/on-time?basis=records&group_by=unit,field&period=2021-Q2',
  '/v1/on-time?basis=records&group_by=field&period=2021-Q2&details=true',
  '/v1/on-time?basis=records&group_by=field&period=2021-Q2&rules=portal-766',
  '/v1/on-time/durations?group_by=field&period=2021-Q2',
  '/v1/on-time/explain?basis=records&field=justice&period=2021-Q2',
  '/v1/backlog?group_by=field', '/v1/backlog?group_by=field&as_of=2021-06-30',
  '/v1/dossiers?field=justice&limit=1',
  '/v1/forms/ii-07a/H56-380/2021-Q2?basis=records'
]

/** Answers without the instant up to which is counted. */
async function answers ({ get }: Pick<Service, 'get'>) {
  return Promise.all(QUESTIONS.map(async question => {
    const { status, text } = await get(question)
    return { question, status, text: text.replaceAll(/"as_of":"[^"]*"/g, '') }
  }))
}

forEachDatabase('questions beside a job that moves dossiers to another field', async (t, service) => {
  const { db, address, get, post } = service
  // The embedded database has one connection, on which a question waits for the job.
  if (!('connectionString' in address)) return
  await post('/v1/procedures', { items: [PROCEDURE] })
  const given = (code: string, more = {}) => item({ code, procedure: PROCEDURE.code, ...more })
  await send(db, Array.from({ length: OPEN }, (_, i) => given(`open-${i}`)))
  await send(db, Array.from({ length: ENDED }, (_, i) => (
    given(`ended-${i}`, { status: 10, finished_at: '2021-06-01T08:00:00+07:00' }))))
  // As a server does by itself: the job would compare each dossier with all that it moves.
  await sql`analyze dossiers`.execute(db)
  const other = connect(address, { max: 1, onLost: () => {} })
  t.teardown(() => other.close())
  const before = await answers(service)
  t.same(before.filter(({ status }) => status !== 200), [])

  const { promise: ingested, resolve: commit } = Promise.withResolvers<void>()
  // The job waits for a chunk in flight when it has moved what was there.
  const chunk = chunkInFlight(other.db, ingested)
  const { body: { correction } } = await post('/v1/procedures', { items: [{ ...PROCEDURE, field: 'justice', correction: true }] })
  const job = async () => (await get(`/v1/procedure-corrections/${correction}`, ADMIN)).body

  await t.test('are answered as before while it moves them, and when it has moved all', async t => {
    let hasMoved = false
    void lockAwaited(db).then(() => { hasMoved = true })
    while (!hasMoved) t.same(await answers(service), before)
    t.same(await answers(service), before)
    t.match(await job(), { state: 'running', ended_at: null })
  })

  await t.test('are answered as before or as afterwards when it ends, and never half', async t => {
    commit()
    const seen: Awaited<ReturnType<typeof answers>>[] = []
    while ((await job()).state !== 'done') {
      seen.push(await answers(service))
      await sleep(1)
    }
    await chunk
    t.match(await job(), { dossiers_moved: OPEN + ENDED })
    const after = await answers(service)
    for (const [i, { question }] of before.entries()) {
      t.not(after[i]!.text, before[i]!.text, question)
      const left = seen.filter(some => !isDeepStrictEqual(some[i], before[i]))
      t.ok(left.every(some => isDeepStrictEqual(some[i], after[i])), question)
    }
  })
})

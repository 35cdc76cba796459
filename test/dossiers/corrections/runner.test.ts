import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { connect, type Db } from '../../../src/database/connect.ts'
import { beginJob, nextJob, retryFailedCorrections, runJob, showCorrection } from '../../../src/dossiers/corrections/commands.ts'
import { meantFields } from '../../../src/dossiers/corrections/fields.ts'
import { moveDossiers, type Progress } from '../../../src/dossiers/corrections/move.ts'
import { CorrectionRunner } from '../../../src/dossiers/corrections/runner.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { postProcedures } from '../../../src/catalogue/procedures/commands.ts'
import { ADMIN, forEachDatabase, type Service } from '../../database.ts'
import { item, send } from '../given.ts'
import { chunkInFlight, jobEnded } from './given.ts'

const PROCEDURE = {
  code: '9.1', name: 'Thủ tục thử', field: 'land', level: 'district', interlinked: 'none', valid_from: '2021-01-01'
}

/** A correction that no runner knows of yet. */
const DOSSIERS = 7

async function given ({ db }: Service, field: string) {
  const post = (given: object) => runOwnWrite(db, 'tests', 'postProcedures', write => (
    postProcedures(write, [{ ...PROCEDURE, ...given }], { mode: 'atomic', dry_run: false })))
  if ((await db.selectFrom('procedures').select('code').where('code', '=', PROCEDURE.code).execute()).length === 0) {
    await post({})
    await send(db, Array.from({ length: DOSSIERS }, (_, i) => item({ code: `d-${i}`, procedure: PROCEDURE.code })))
  }
  return (await post({ field, correction: true })).correction!
}

async function fields ({ db }: Service) {
  return (await sql<{ field: string }>`select distinct field from dossiers order by 1`.execute(db)).rows.map(({ field }) => field)
}

function showing (db: Db) {
  return { showProgress: (id: number, progress: Progress) => showCorrection(db, id, progress) }
}

function runnerFor (service: Service, given = {}) {
  const failures: unknown[] = []
  const onFailure = (error: unknown) => { failures.push(error) }
  const runner = new CorrectionRunner({ db: service.db, onFailure, ...given })
  return { runner, failures }
}

forEachDatabase('a job that moves dossiers to another field', async (t, service) => {
  const { app, db } = service
  // Its own runner has looked for jobs before there are any.
  await app.ready()

  t.test('moves them in batches, and tells how far it is', async t => {
    const id = await given(service, 'justice')
    const told: unknown[] = []
    const { moved } = await runOwnWrite(db, 'tests', 'move', async ({ trx }) => {
      const fields = await meantFields(trx, [PROCEDURE.code])
      return { moved: await moveDossiers(trx, fields, async done => { told.push(done) }, 3) }
    })
    t.same([...moved], [[PROCEDURE.code, 7]])
    t.same(told, [3, 6, 7].map(moved => ({ moved, total: 7 })))
    t.same(await fields(service), ['justice'])
    t.same(await rebuildRollups(db), [])
    await runJob(db, { id, procedures: [PROCEDURE.code], client: 'tests' }, async () => {})
  })

  t.test('that a process has left is taken up by the next', async t => {
    const id = await given(service, 'construction')
    t.equal((await nextJob(db))!.id, id)
    await beginJob(db, id)
    await showCorrection(db, id, { moved: 3, total: 7 })
    t.match((await service.get(`/v1/procedure-corrections/${id}`, ADMIN)).body, { state: 'running', dossiers_moved: 3, dossiers_total: 7 })
    const { runner } = runnerFor(service)
    runner.begin()
    t.match(await jobEnded(service, id), { state: 'done', dossiers_moved: 7 })
    t.equal(await nextJob(db), undefined)
    await runner.stop()
  })

  t.test('is looked for from time to time', async t => {
    const { runner } = runnerFor(service, { lookEvery: 20 })
    const id = await given(service, 'land')
    t.match(await jobEnded(service, id), { state: 'done', dossiers_moved: 7 })
    await runner.stop()
  })

  t.test('that was done meanwhile is not done again', async t => {
    const id = await given(service, 'justice')
    const job = (await nextJob(db))!
    t.equal(await runJob(db, job, async () => {}), false)
    t.equal(await runJob(db, job, async () => {}), true)
    t.match(await jobEnded(service, id), { state: 'done' })
  })

  t.test('is followed by another where its procedure is put back before it has ended', async t => {
    const before = await fields(service)
    const first = await given(service, 'construction')
    const { runner } = runnerFor(service)
    const second = await given(service, before[0]!)
    t.type(second, 'number', 'as the first may have moved dossiers already')
    runner.begin()
    for (const id of [first, second]) t.match(await jobEnded(service, id), { state: 'done' })
    await runner.stop()
    t.same(await fields(service), before)
  })

  t.test('goes on where its progress cannot be shown', async t => {
    const { db: lost, close } = connect(service.address, { max: 1, onLost: () => {} })
    await close()
    await t.resolves(showCorrection(lost, 1, { moved: 1, total: 2 }))
  })

  t.test('is run once where two look for it at the same time', async t => {
    const id = await given(service, 'land')
    const [first, second] = [runnerFor(service), runnerFor(service)]
    first.runner.begin()
    second.runner.begin()
    t.match(await jobEnded(service, id), { state: 'done', dossiers_moved: 7 })
    await Promise.all([first.runner.stop(), second.runner.stop()])
    t.same([first.failures, second.failures], [[], []])
  })

  t.test('is broken off in the middle where its process ends, or loses its database', async t => {
    const id = await given(service, 'justice')
    let ended: Promise<void> | undefined
    const ending = runnerFor(service, { showProgress: async () => { ended = ending.runner.stop() } })
    ending.runner.begin()
    while (ended === undefined) await sleep(10)
    await ended
    const { promise: lost, resolve: lose } = Promise.withResolvers<void>()
    const losing = runnerFor(service, {
      showProgress: async () => {
        lose()
        throw Object.assign(new Error('lost'), { code: 'ECONNRESET' })
      }
    })
    losing.runner.begin()
    await lost
    await losing.runner.stop()
    t.same([await fields(service), ending.failures, losing.failures], [['land'], [], []])
    const { runner } = runnerFor(service)
    runner.begin()
    t.match(await jobEnded(service, id), { state: 'done', dossiers_moved: 7 })
    await runner.stop()
  })

  t.test('is not begun by a process that ends', async t => {
    const id = await given(service, 'land')
    const ending = runnerFor(service).runner
    const stopped = ending.stop()
    ending.begin()
    await stopped
    await ending.stop()
    t.same(await fields(service), ['justice'])
    const { runner } = runnerFor(service)
    runner.begin()
    t.match(await jobEnded(service, id), { state: 'done' })
    await runner.stop()
  })

  t.test('cannot be looked for where the database is broken, which is logged', async t => {
    await sql`alter table procedure_corrections rename to gone`.execute(db)
    const { runner, failures } = runnerFor(service)
    runner.begin()
    await runner.stop()
    t.match(failures, [{ code: '42P01' }])
    t.match(await service.post('/v1/procedures', { items: [] }), { status: 200 }, 'a batch goes on')
    await sql`alter table gone rename to procedure_corrections`.execute(db)
  })

  t.test('that fails is shown as failed, and tried again by the next process', async t => {
    const id = await given(service, 'construction')
    await sql`alter table dossier_sums_by_level rename to gone`.execute(db)
    const { runner, failures } = runnerFor(service)
    runner.begin()
    t.match(await jobEnded(service, id), { state: 'failed', dossiers_moved: null })
    await runner.stop()
    t.equal(failures.length, 1)
    t.same(await fields(service), ['land'], 'the old answer holds')
    await sql`alter table gone rename to dossier_sums_by_level`.execute(db)
    const next = runnerFor(service)
    await retryFailedCorrections(db)
    next.runner.begin()
    t.match(await jobEnded(service, id), { state: 'done', dossiers_moved: 7 })
    await next.runner.stop()
    t.same(await rebuildRollups(db), [])
  })
})

forEachDatabase('jobs of several processes', async (t, service) => {
  const { app, db, address, get } = service
  if (!('connectionString' in address)) return
  await app.ready()
  const other = connect(address, { max: 4, onLost: () => {}, timeLimits: 'relaxed' })
  t.teardown(() => other.close())

  t.test('are run by one of them, and show how far they are', async t => {
    const id = await given(service, 'justice')
    const { promise: ingested, resolve: commit } = Promise.withResolvers<void>()
    // It waits for a chunk in flight when it has moved what was there.
    const chunk = chunkInFlight(other.db, ingested)
    const first = runnerFor(service, showing(db))
    const second = runnerFor(service, { db: other.db, ...showing(other.db) })
    first.runner.begin()
    for (;;) {
      const { body } = await get(`/v1/procedure-corrections/${id}`, ADMIN)
      if (body.dossiers_moved === 7) { t.match(body, { state: 'running', dossiers_total: 7, ended_at: null }); break }
      await sleep(10)
    }
    t.same(await fields(service), ['land'], 'until it is done the old answer holds')
    second.runner.begin()
    await second.runner.stop()
    t.match((await get(`/v1/procedure-corrections/${id}`, ADMIN)).body, { state: 'running' })
    commit()
    await chunk
    t.match(await jobEnded(service, id), { state: 'done', dossiers_moved: 7 })
    await first.runner.stop()
    t.same([...first.failures, ...second.failures], [])
  })

  t.test('are broken off where a process ends, and begun again by the next', async t => {
    const id = await given(service, 'construction')
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const holder = runOwnWrite(other.db, 'tests', 'hold', async ({ trx }) => {
      await sql`select from dossiers where code = 'd-0' for update`.execute(trx)
      await held
      return {}
    })
    const ending = runnerFor(service)
    ending.runner.begin()
    while ((await get(`/v1/procedure-corrections/${id}`, ADMIN)).body.state !== 'running') await sleep(10)
    await sleep(100)
    const stopped = ending.runner.stop()
    release()
    await Promise.all([holder, stopped])
    t.same([await fields(service), ending.failures], [['justice'], []])
    const { runner } = runnerFor(service)
    runner.begin()
    t.match(await jobEnded(service, id), { state: 'done', dossiers_moved: 7 })
    await runner.stop()
  })

  t.test('are begun again when one of them is killed in the middle', async t => {
    const id = await given(service, 'land')
    const { promise: ingested, resolve: commit } = Promise.withResolvers<void>()
    const chunk = chunkInFlight(db, ingested)
    const dying = runnerFor(service, { db: other.db, ...showing(db) })
    dying.runner.begin()
    while ((await get(`/v1/procedure-corrections/${id}`, ADMIN)).body.dossiers_moved !== 7) await sleep(10)
    const kill = async () => (await sql`
      select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and not granted and datname = current_database()`.execute(db)).rows.length
    while (await kill() === 0) await sleep(10)
    await dying.runner.stop()
    t.same(dying.failures, [], 'a lost connection is no failure of the job')
    t.same(await fields(service), ['construction'])
    commit()
    await chunk
    const { runner } = runnerFor(service)
    runner.begin()
    t.match(await jobEnded(service, id), { state: 'done', dossiers_moved: 7 })
    await runner.stop()
    t.same(await rebuildRollups(db), [])
  })
})

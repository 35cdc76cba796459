import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { postProcedures } from '../../../src/catalogue/procedures/commands.ts'
import { Busy } from '../../../src/contract/errors.ts'
import { connect } from '../../../src/database/connect.ts'
import { lock } from '../../../src/database/sql/advisory-lock.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { retryFailedDossiers } from '../../../src/dossiers/waiting/commands.ts'
import { WaitingRunner } from '../../../src/dossiers/waiting/runner.ts'
import { knownUnits, nextSender, takeInChunk } from '../../../src/dossiers/waiting/take-in.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { forEachDatabase, type Service } from '../../database.ts'
import { forget, item, storedDossiers } from '../given.ts'
import { keeping, PROCEDURE, takeAllIn, takenIn, waiting } from './given.ts'

/** More than two chunks. */
const MANY = 700

let n = 0

/** Dossiers that wait for a procedure, which is then posted where no process hears of it. */
async function given ({ db }: Service, count: number) {
  const code = `9.${++n}`
  await keeping(db, Array.from({ length: count }, (_, i) => item({ code: `d-${i}`, procedure: code })))
  await runOwnWrite(db, 'tests', 'postProcedures', write => (
    postProcedures(write, [{ ...PROCEDURE, code }], { mode: 'atomic', dry_run: false })))
}

const AT_ONCE = { run: <T>(work: () => Promise<T>) => work() }

function runnerFor (service: Service, given = {}) {
  const failures: unknown[] = []
  const onFailure = (error: unknown) => { failures.push(error) }
  const runner = new WaitingRunner({ db: service.db, writers: AT_ONCE, onFailure, lookEvery: 3_600_000, ...given })
  return { runner, failures }
}

forEachDatabase('dossiers that wait for what is there', async (t, service) => {
  const { app, db } = service
  await app.ready()
  t.afterEach(() => forget(db))

  t.test('are taken in by the next process where one was killed', async t => {
    await given(service, MANY)
    t.equal((await waiting(db)).length, MANY)
    const { runner, failures } = runnerFor(service)
    runner.begin()
    await takenIn(db)
    await runner.stop()
    t.same([(await storedDossiers(db)).length, failures, await rebuildRollups(db)], [MANY, [], []])
  })

  t.test('are looked for from time to time', async t => {
    const { runner } = runnerFor(service, { lookEvery: 20 })
    await given(service, 1)
    await takenIn(db)
    await runner.stop()
    t.equal((await storedDossiers(db)).length, 1)
  })

  t.test('are left to the next process, in whole chunks, by one that ends', async t => {
    await given(service, MANY)
    const stopping = runnerFor(service, {
      writers: { run: async <T>(work: () => Promise<T>) => {
        const done = await work()
        void stopping.runner.stop()
        return done
      } }
    })
    stopping.runner.begin()
    await takenIn(db, (await waiting(db)).slice(300))
    await stopping.runner.stop()
    t.same([(await storedDossiers(db)).length, await rebuildRollups(db)], [300, []])
    await takeAllIn(db)
    t.same([(await storedDossiers(db)).length, await waiting(db), await rebuildRollups(db)], [MANY, [], []])
  })

  t.test('are taken in once, also where another process has just done so', async t => {
    await given(service, 2)
    const late = runnerFor(service, {
      writers: { run: async <T>(work: () => Promise<T>) => {
        await takeAllIn(db)
        return work()
      } }
    })
    late.runner.begin()
    await takenIn(db)
    await late.runner.stop()
    t.same([late.failures, (await storedDossiers(db)).length], [[], 2])
  })

  t.test('are taken in one by one where a chunk fails, and those that fail again are tried when they are sent again', async t => {
    await given(service, 4)
    await sql`alter table dossiers add constraint faulty check (code not in ('d-1', 'd-2')) not valid`.execute(db)
    const { runner, failures } = runnerFor(service)
    runner.begin()
    await takenIn(db, ['d-1 failed', 'd-2 failed'])
    await runner.stop()
    t.match(failures.map(error => (error as { code: string }).code), ['23514', '23514', '23514'])
    t.equal(failures.length, 3)
    t.same((await storedDossiers(db)).map(({ code }) => code), ['d-0', 'd-3'])
    const { rows } = await sql`select issues from waiting_dossiers`.execute(db)
    t.match(rows, Array(2).fill({ issues: [{ pointer: '', code: 'not_taken_in' }] }))
    const again = runnerFor(service)
    again.runner.begin()
    await again.runner.stop()
    t.same(again.failures, [], 'not again and again')
    await sql`alter table dossiers drop constraint faulty`.execute(db)
    await retryFailedDossiers(db)
    await takeAllIn(db)
    t.same([(await storedDossiers(db)).length, await waiting(db), await rebuildRollups(db)], [4, [], []])
  })

  t.test('are taken in one by one no longer where the process ends, or the database is busy', async t => {
    const faulty = async (onFailure: (runner: WaitingRunner) => void, writers = AT_ONCE) => {
      await given(service, 3)
      await sql`alter table dossiers add constraint faulty check (code <> 'd-0') not valid`.execute(db)
      const { runner } = runnerFor(service, { onFailure: () => { onFailure(runner) }, writers })
      runner.begin()
      while ((await waiting(db)).join() === 'd-0,d-1,d-2' && !isOver) await sleep(20)
      await runner.stop()
      await sql`alter table dossiers drop constraint faulty`.execute(db)
      const left = await waiting(db)
      await sql`delete from waiting_dossiers`.execute(db)
      return left
    }
    let isOver = false
    t.same(await faulty(runner => {
      void runner.stop()
      isOver = true
    }), ['d-0', 'd-1', 'd-2'])
    isOver = false
    let chunks = 0
    t.same(await faulty(() => {}, {
      run: async work => {
        if (chunks++ === 0) return work()
        isOver = true
        throw new Busy('busy')
      }
    }), ['d-0', 'd-1', 'd-2'])
  })

  t.test('are left waiting while the database is busy, or broken, which is logged', async t => {
    await given(service, 1)
    const { promise: isRefused, resolve: refuse } = Promise.withResolvers<void>()
    const busy = runnerFor(service, { writers: { run: async () => {
      refuse()
      throw new Busy('busy')
    } } })
    busy.runner.begin()
    await isRefused
    await busy.runner.stop()
    t.same([busy.failures, (await waiting(db)).length], [[], 1])
    await sql`alter table waiting_dossiers rename to gone`.execute(db)
    const broken = runnerFor(service)
    broken.runner.begin()
    await broken.runner.stop()
    t.match(broken.failures, [{ code: '42P01' }])
    t.match(await service.post('/v1/procedures', { items: [] }), { status: 200 }, 'a batch goes on')
    await sleep(50)
    await sql`alter table gone rename to waiting_dossiers`.execute(db)
    await service.post('/v1/procedures', { items: [] })
    await takenIn(db)
  })
})

forEachDatabase('dossiers that several processes take in', async (t, service) => {
  const { app, db, address } = service
  if (!('connectionString' in address)) return
  await app.ready()
  const other = connect(address, { max: 2, onLost: () => {}, timeLimits: 'relaxed' })
  t.teardown(() => other.close())

  t.test('are taken in by one at a time, and by another where that one is killed', async t => {
    await given(service, 5)
    const units = await knownUnits(db)
    const sender = (await nextSender(db, units))!
    const { promise: held, resolve: release } = Promise.withResolvers<void>()
    const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>()
    // A chunk waits for this, with its own lock in its hands.
    const holder = runOwnWrite(db, 'tests', 'hold', async ({ trx }) => {
      await lock(trx, 'dossiers', 'exclusive')
      hold()
      let isOpen = true
      void held.then(() => { isOpen = false })
      while (isOpen) {
        await sql`select 1`.execute(trx)
        await sleep(20)
      }
      return {}
    })
    await isHeld
    const dying = takeInChunk(other.db, sender, units)
    const dead = t.rejects(dying)
    const waits = async () => (await sql`
      select from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and not granted and datname = current_database()`.execute(db)).rows.length
    while (await waits() === 0) await sleep(10)
    await sql`
      select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and not granted and datname = current_database()`.execute(db)
    await dead
    release()
    await holder
    t.same([await waiting(db), (await storedDossiers(db)).length], [['d-0', 'd-1', 'd-2', 'd-3', 'd-4'], 0])
    const [first, same] = [runnerFor(service), runnerFor(service, { db: other.db })]
    first.runner.begin()
    same.runner.begin()
    await takenIn(db)
    await Promise.all([first.runner.stop(), same.runner.stop()])
    t.same([first.failures, same.failures, await rebuildRollups(db)], [[], [], []])
    t.equal((await storedDossiers(db)).length, 5)
    const { rows } = await sql`select from dossier_changes`.execute(db)
    t.equal(rows.length, 1)
  })
})

import { setTimeout as pause } from 'node:timers/promises'
import fc from 'fast-check'
import { sql } from 'kysely'
import { ANYONE } from '../../../src/contract/caller.ts'
import { ResponseCache } from '../../../src/http/response/response-cache.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import type { Trx } from '../../../src/database/connect.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'

const asked = (url: string) => ({ caller: ANYONE, url })

forEachDatabase('an answer that is kept', async (t, { db, address }) => {
  await sql`create table counted (n integer not null)`.execute(db)
  await sql`insert into counted values (0)`.execute(db)
  const written = (province: string, work: (trx: Trx) => Promise<unknown>) => runOwnWrite(db, 'test', 'count', async write => {
    await work(write.trx)
    write.auditRows.push({
      province_code: province, resource: 'counted', action: 'updated', key: {}, unit: null, before: null, after: null
    })
    return {}
  })
  const write = (province = 'H56') => written(province, trx => sql`update counted set n = n + 1`.execute(trx))
  const state = { readings: 0 }
  const read = async () => {
    state.readings++
    const { rows: [row] } = await sql<{ n: number }>`select min(n) as n from counted`.execute(db)
    return { body: Buffer.from(String(row!.n)), etag: '', link: null, province: null }
  }
  const shown = async (answers: ResponseCache, question = 'same') => String((await answers.cached(asked(question), read)).body)
  const readings = async (work: () => Promise<unknown>) => {
    state.readings = 0
    await work()
    return state.readings
  }
  const isKept = async (answers: ResponseCache) => {
    await Promise.all([shown(answers), shown(answers, 'other')])
    return await readings(() => Promise.all([shown(answers), shown(answers, 'other')])) === 0
  }

  t.test('holds until a write is committed', async t => {
    const answers = new ResponseCache(db, Date.now)
    const first = await shown(answers)
    t.ok(await isKept(answers))
    await write()
    t.equal(await readings(async () => { t.equal(await shown(answers), String(Number(first) + 1)) }), 1)
    t.equal(await readings(() => shown(answers, 'other')), 1, 'another question has an answer of its own')
    t.ok(await isKept(answers))
  })

  t.test('holds while others commit what is no write of rows, but not for long: it may be one by hand', async t => {
    const clock = { now: Date.parse('2021-06-01T08:00:00+07:00'), elapsed: 0 }
    const answers = new ResponseCache(db, () => clock.now, { elapsed: () => clock.elapsed })
    const before = await shown(answers)
    await sql`update counted set n = n + 1`.execute(db)
    t.equal(await readings(async () => { t.equal(await shown(answers), before) }), 0)
    clock.elapsed += 11_000
    // Somebody sets the clock of the machine back.
    clock.now -= 3_600_000
    t.equal(await readings(async () => { t.equal(await shown(answers), String(Number(before) + 1)) }), 1)
  })

  t.test('about one province holds while others write, and until it or the catalogue changes', async t => {
    const answers = new ResponseCache(db, Date.now)
    const ofProvince = async () => ({ ...await read(), province: 'H56' })
    const found = () => readings(() => answers.cached(asked('of one'), ofProvince))
    t.equal(await found(), 1)
    for (const [province, expected] of [['H01', 0], ['H01', 0], ['H56', 1], ['H01', 0], ['', 1]] as const) {
      await write(province)
      t.equal(await found(), expected, province)
      t.equal(await found(), 0)
    }
    const together = () => readings(() => Promise.all([answers.cached(asked('of one'), ofProvince), shown(answers)]))
    await write('H01')
    t.equal(await together(), 1, 'one about all is found again')
  })

  t.test('goes with the commit of whoever began first and ended last', async t => {
    if (!('connectionString' in address)) return t.pass('the embedded database runs one transaction after another')
    const answers = new ResponseCache(db, Date.now)
    await sql`insert into counted values (100)`.execute(db)
    const begun = Promise.withResolvers<undefined>()
    const ends = Promise.withResolvers<undefined>()
    const slow = written('H56', async trx => {
      await sql`update counted set n = n + 1 where n < 100`.execute(trx)
      begun.resolve(undefined)
      await ends.promise
    })
    await begun.promise
    await written('H56', trx => sql`update counted set n = n + 1 where n >= 100`.execute(trx))
    const before = await shown(answers)
    t.ok(await isKept(answers))
    ends.resolve(undefined)
    await slow
    t.equal(await readings(async () => { t.equal(await shown(answers), String(Number(before) + 1)) }), 1)
    await sql`delete from counted where n >= 100`.execute(db)
  })

  t.test('that was found while somebody wrote is found again', async t => {
    const answers = new ResponseCache(db, Date.now)
    const slow = async () => {
      const answer = await read()
      await write()
      return answer
    }
    const late = String((await answers.cached(asked('same'), slow)).body)
    t.equal(await shown(answers), String(Number(late) + 1))
  })

  t.test('is shared by the keys of one client, and never by callers who differ in what they may do', async t => {
    const caller = { ...ANYONE, client: 'token kho', scopes: ['read'] }
    for (const ask of ['cached', 'shared'] as const) {
      const shown = (answers: ResponseCache, other: object) => answers[ask]({ caller: { ...caller, ...other }, url: 'same' }, read)
      const together = (other: object) => readings(async () => {
        const answers = new ResponseCache(db, Date.now)
        await Promise.all([shown(answers, {}), shown(answers, other)])
      })
      for (const other of [{ key_id: 'b' }, { requests_per_minute: 5 }]) t.equal(await together(other), 1, JSON.stringify(other))
      for (const other of [
        { scopes: ['read', 'admin'] }, { unit: 'H56-380' }, { client: 'token khac' }, { source: 'one-stop' },
        { province_code: 'H56' }
      ]) t.equal(await together(other), 2, JSON.stringify(other))
    }
  })

  t.test('is of the day on which its request came, also where the day ends before it is found', async t => {
    const clock = { now: Date.parse('2021-06-01T23:59:59.990+07:00') }
    const answers = new ResponseCache(db, () => clock.now)
    const found = Promise.withResolvers<undefined>()
    const begun = Promise.withResolvers<undefined>()
    const late = answers.cached(asked('today'), async () => {
      const answer = { ...await read(), body: Buffer.from(String(clock.now)) }
      begun.resolve(undefined)
      await found.promise
      return answer
    })
    await begun.promise
    clock.now += 20
    await shown(answers, 'of the next day')
    found.resolve(undefined)
    await late
    t.equal(await readings(() => shown(answers, 'today')), 1, 'it is not kept as one of the next day')
    t.equal(await readings(() => shown(answers, 'of the next day')), 0)
  })

  t.test('is found once for those who ask while it is found, however long that takes', async t => {
    const answers = new ResponseCache(db, Date.now)
    const begun = Promise.withResolvers<undefined>()
    const found = Promise.withResolvers<undefined>()
    const slow = async () => {
      const answer = await read()
      begun.resolve(undefined)
      await found.promise
      return answer
    }
    t.equal(await readings(async () => {
      const first = answers.cached(asked('slow'), slow)
      await begun.promise
      const others = Array.from({ length: 10 }, () => answers.cached(asked('slow'), slow))
      await pause(50)
      found.resolve(undefined)
      for (const { body } of await Promise.all([first, ...others])) t.equal(String(body), String((await first).body))
    }), 1)
    const again = Promise.withResolvers<undefined>()
    t.equal(await readings(async () => {
      const first = answers.cached(asked('slower'), async () => {
        const answer = await read()
        await again.promise
        return answer
      })
      await pause(50)
      await write()
      const later = answers.cached(asked('slower'), read)
      await pause(50)
      again.resolve(undefined)
      t.equal(Number((await later).body), Number((await first).body) + 1, 'who asks after a write is answered with it')
    }), 2)
  })

  t.test('can be a value, from which several answers are cut', async t => {
    const answers = new ResponseCache(db, Date.now)
    const listed = () => answers.cachedValue(asked('rows'), async () => {
      const { body } = await read()
      return { value: { rows: [`Số ${String(body)}`] }, province: null }
    })
    const first = await listed()
    t.match(first, { rows: [/^Số \d+$/] })
    t.equal(await readings(async () => { t.same(await listed(), first) }), 0)
    await write()
    t.equal(await readings(async () => { t.notSame(await listed(), first) }), 1)
  })

  t.test('is no failure', async t => {
    const answers = new ResponseCache(db, Date.now)
    await t.rejects(answers.cached(asked('same'), async () => { throw new Error('lost') }), { message: 'lost' })
    t.equal(await readings(() => shown(answers)), 1)
  })

  t.test('makes room for a newer one when it is the one that was longest not asked for', async t => {
    const answers = new ResponseCache(db, Date.now, { maxBytes: 3_500 })
    const found = async (...questions: string[]) => {
      const readingsOf: number[] = []
      for (const question of questions) readingsOf.push(await readings(() => shown(answers, question)))
      return readingsOf
    }
    t.same(await found('a', 'b', 'c', 'a', 'b', 'c'), [1, 1, 1, 0, 0, 0])
    t.same(await found('d', 'b', 'c', 'd', 'a'), [1, 0, 0, 0, 1])
  })

  t.test('stays when one is found that is larger than all room', async t => {
    const answers = new ResponseCache(db, Date.now, { maxBytes: 3_500 })
    const large = () => answers.cached(asked('large'), async () => ({ ...await read(), body: Buffer.alloc(3_500) }))
    t.equal(await readings(() => shown(answers)), 1)
    t.equal(await readings(large), 1)
    t.equal(await readings(large), 1, 'it is found each time')
    t.equal(await readings(() => shown(answers)), 0)
  })

  t.test('holds all that was written before it was asked for', async t => {
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('ask', 'write'), fc.nat(2)), { maxLength: 30 }), async steps => {
      const answers = new ResponseCache(db, Date.now)
      let written = Number(await shown(answers))
      const going: Promise<unknown>[] = []
      for (const [step, wait] of steps) {
        if (wait > 0) await pause(wait - 1)
        const known = written
        going.push(step === 'write'
          ? write().then(() => { written++ })
          : shown(answers).then(seen => { if (Number(seen) < known) throw new Error(`${seen} after ${known}`) }))
      }
      await Promise.all(going)
      t.equal(Number(await shown(answers)), written)
    }), { numRuns: runs(20) })
  })
})

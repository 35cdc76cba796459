import { setTimeout } from 'node:timers/promises'
import {
  sql, type KyselyPlugin, type PluginTransformQueryArgs, type PluginTransformResultArgs, type QueryResult,
  type RawBuilder, type RootOperationNode, type UnknownRow
} from 'kysely'
import type { Test } from 'tap'
import type { Db } from '../../../src/database/connect.ts'
import { inTransaction } from '../../../src/database/transaction.ts'
import { Write } from '../../../src/writes/write.ts'
import { EVENT_MEASURES } from '../../../src/dossiers/rules/events.ts'
import { ingestDossiers, type Ingested } from '../../../src/dossiers/ingest/chunk.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import type { DossierItem } from '../../../src/dossiers/schema.ts'
import type { Outcome } from '../../../src/writes/outcomes.ts'
import { forEachDatabase } from '../../database.ts'
import { BY, CONTEXT, forget, item, mergeRollups, send, storedDossiers } from '../given.ts'

const later = (minutes: number) => `2021-06-01T08:${String(minutes).padStart(2, '0')}:00+07:00`

async function versionsOf (db: Db) {
  return db.selectFrom('dossier_versions').selectAll().orderBy('id').execute()
}

/** The sums of one unit, without those that are 0. */
async function sumsOf (db: Db, unit: string) {
  await mergeRollups(db)
  const rows = await db.selectFrom('dossier_sums_by_desk').selectAll().where('unit', '=', unit).orderBy('slice').execute()
  return Object.fromEntries([...Map.groupBy(rows, ({ slice }) => slice)].flatMap(([slice, cells]) => {
    const sums = EVENT_MEASURES.map(measure => [measure, cells.reduce((sum, cell) => sum + cell[measure], 0)] as const)
    const counts = sums.filter(([, sum]) => sum !== 0)
    return counts.length === 0 ? [] : [[slice, Object.fromEntries(counts)]]
  }))
}

forEachDatabase('dossier records', async (t, { db }) => {
  t.afterEach(async () => forget(db))
  const outcomes = async (...items: unknown[]) => (await send(db, items)).outcomes

  t.test('are kept as they are sent, with what follows from unit and procedure', async t => {
    const supplements = [{ requested_at: '2021-06-01T09:00:00+07:00', old_due_at: '2021-06-08T17:00:00+07:00' }]
    const { outcomes, issues } = await send(db, [item({ supplements, channel: 'postal' })])
    t.same(outcomes, ['created'])
    t.equal(issues.size, 0)
    const [first] = await storedDossiers(db)
    const { write, ...stored } = first!
    t.ok(write > 0)
    t.same(stored, {
      record: 0, province_code: 'H56', code: '000.17.22.H56-210531-0001', unit: 'H56-380', level: 'district', procedure: '1.001612',
      field: 'business-registration', channel: 'postal', source: 'one-stop', status: 4,
      received_at: '2021-05-31T08:00:00.000+07:00', due_at: '2021-06-10T17:00:00.000+07:00', finished_at: null, returned_at: null,
      updated_at: '2021-05-31T08:05:00.000+07:00',
      supplements: [{
        requested_at: '2021-06-01T09:00:00.000+07:00', completed_at: null, old_due_at: '2021-06-08T17:00:00.000+07:00', new_due_at: null
      }],
      held_from: null, received_on: null, ends_on: null, details: null
    })
  })

  t.test('are kept to the millisecond', async t => {
    await send(db, [item({ updated_at: '2021-06-01T08:00:00.1239999+07:00' })])
    t.match(await storedDossiers(db), [{ updated_at: '2021-06-01T08:00:00.123+07:00' }])
    t.same(await outcomes(item({ updated_at: '2021-06-01T08:00:00.123+07:00' })), ['unchanged'])
  })

  t.test('count in each of the sums', async t => {
    await send(db, [
      item(), item({ code: 'b', channel: 'postal' }),
      item({ code: 'c', channel: 'online', status: 9, finished_at: '2021-06-09T23:00:00+07:00' })
    ])
    const figures = [
      { received_online: 1, received_direct: 2, received_postal: 1 },
      { resolved_early: 1, became_overdue: 2, due: 3, due_in_time: 1 }
    ]
    t.same(await sumsOf(db, 'H56-380'), { '2021-05-15': figures[0], '2021-06-01': figures[1] })
    t.match(await sql`select * from dossier_sums_by_level order by slice`.execute(db), { rows: [
      { level: 'district', field: 'business-registration', slice: '2021-05-15', ...figures[0] },
      { level: 'district', field: 'business-registration', slice: '2021-06-01', ...figures[1] }
    ] })
    t.match(await sql`select * from dossier_sums_by_procedure order by slice`.execute(db), { rows: [
      { procedure: '1.001612', level: 'district', field: 'business-registration', slice: '2021-05-15', ...figures[0] },
      { procedure: '1.001612', level: 'district', field: 'business-registration', slice: '2021-06-01', ...figures[1] }
    ] })
    t.match(await sql`select * from dossier_sums_by_day order by day, channel`.execute(db), { rows: [
      { level: 'district', channel: 'direct', day: '2021-05-31', received_direct: 1 },
      { level: 'district', channel: 'online', day: '2021-05-31', received_online: 1 },
      { level: 'district', channel: 'postal', day: '2021-05-31', received_direct: 1, received_postal: 1 },
      { level: 'district', channel: 'online', day: '2021-06-09', resolved_early: 1 },
      { level: 'district', channel: 'direct', day: '2021-06-10', became_overdue: 1, due: 1 },
      { level: 'district', channel: 'online', day: '2021-06-10', due: 1, due_in_time: 1 },
      { level: 'district', channel: 'postal', day: '2021-06-10', became_overdue: 1, due: 1 }
    ] })
  })

  t.test('that are sent again change nothing', async t => {
    const again = item({ supplements: [{ requested_at: later(1), completed_at: later(2) }], finished_at: null })
    t.same(await outcomes(again), ['created'])
    t.same(await outcomes(again, item({ code: 'new' })), ['unchanged', 'created'])
    t.same(await versionsOf(db), [])
    t.match(await sumsOf(db, 'H56-380'), { '2021-05-15': { received_direct: 2 } })
  })

  t.test('that are newer take the place of what was there, which is kept as a version', async t => {
    await send(db, [item()])
    const [first] = await storedDossiers(db)
    const moved = item({
      unit: 'H56-14755', procedure: '1.001193', channel: 'online', status: 10, due_at: null,
      returned_at: '2021-06-02T08:00:00+07:00', updated_at: later(1)
    })
    t.same((await send(db, [moved])).outcomes, ['updated'])
    t.match(await storedDossiers(db), [{
      unit: 'H56-14755', level: 'commune', procedure: '1.001193', field: 'civil-status', channel: 'online', status: 10,
      due_at: null, write: first!.write + 1, source: 'one-stop'
    }])
    t.match(await versionsOf(db), [{
      unit: 'H56-380', level: 'district', field: 'business-registration', status: 4, write: first!.write, source: 'one-stop',
      due_at: '2021-06-10T17:00:00.000+07:00', supplements: null
    }])
    t.same(await sumsOf(db, 'H56-380'), { '2021-05-15': { received_direct: 1 }, '2021-06-01': { moved: -1 } })
    t.same(await sumsOf(db, 'H56-14755'), { '2021-06-01': { moved: 1, resolved_on_time: 1 } })
  })

  t.test('that are older, or older than a deletion, are stale', async t => {
    await send(db, [item({ updated_at: later(5) })])
    t.same(await outcomes(item({ updated_at: later(4), status: 2 })), ['stale'])
    t.same(await outcomes({ ...item({ updated_at: later(4) }), deleted: true }), ['stale'])
    t.match(await storedDossiers(db), [{ status: 4 }])
    t.same(await versionsOf(db), [])
  })

  t.test('of the same time with other content are corrections', async t => {
    await send(db, [item()])
    t.same(await outcomes(item({ due_at: null })), ['updated'])
    t.same(await outcomes(item({ due_at: null, supplements: [{ requested_at: later(1) }] })), ['updated'])
    t.same(await outcomes(item({ due_at: null, supplements: [{ requested_at: later(2) }] })), ['updated'])
    t.match(await sumsOf(db, 'H56-380'), { '2021-05-15': { received_direct: 1 } })
    t.equal((await versionsOf(db)).length, 3)
  })

  t.test('that are deleted leave no figure, and only their code, unit and time', async t => {
    const deletion = { code: item().code, unit: 'H56-381', updated_at: later(5), deleted: true }
    await send(db, [item()])
    t.same(await outcomes(deletion), ['deleted'])
    t.same(await sumsOf(db, 'H56-380'), {})
    t.match(await storedDossiers(db), [{
      status: 0, unit: 'H56-380', level: '', procedure: '', field: '', channel: '', due_at: null, supplements: null
    }])
    t.match(await versionsOf(db), [{ status: 4, unit: 'H56-380' }])
    t.same(await outcomes(deletion), ['unchanged'])
    t.same(await outcomes({ ...deletion, updated_at: later(6) }), ['unchanged'])
    t.same(await outcomes(item({ updated_at: later(6) })), ['stale'], 'as old as the deletion')
    t.same(await outcomes(item({ updated_at: later(7) })), ['created'])
    t.match(await sumsOf(db, 'H56-380'), { '2021-05-15': { received_direct: 1 } })
  })

  t.test('that come after their deletion stay out', async t => {
    const deletion = { code: item().code, unit: 'H56-380', updated_at: later(5), deleted: true }
    t.same(await outcomes(deletion), ['unchanged'])
    t.same(await outcomes(item({ updated_at: later(4) })), ['stale'])
    t.same(await sumsOf(db, 'H56-380'), {})
  })

  t.test('of one code in one chunk are a history, of which the newest counts', async t => {
    const history = [item(), item({ updated_at: later(2), unit: 'H56-381' }), item({ updated_at: later(1) }), item({ updated_at: later(2), unit: 'H56-381' })]
    t.same(await outcomes(...history), ['stale', 'unchanged', 'stale', 'created'])
    t.match(await storedDossiers(db), [{ unit: 'H56-381' }])
    t.same(await outcomes(...history), ['stale', 'unchanged', 'stale', 'unchanged'])
    t.same(await outcomes(item({ updated_at: later(3) }), { ...item({ updated_at: later(3) }), deleted: true }), ['stale', 'deleted'])
    t.same(await outcomes(item({ updated_at: later(4) }), item({ updated_at: later(4), status: 6 })), ['stale', 'created'])
    t.match(await storedDossiers(db), [{ status: 6 }])
  })

  t.test('at fault are left out, with all that is wrong with them', async t => {
    const faultsOf = async (given: object) => {
      const { outcomes, issues } = await send(db, [given])
      t.same(outcomes, ['rejected'])
      return issues.get(0)!.map(({ pointer, code }) => `${pointer} ${code}`)
    }
    const { code, unit, updated_at } = item()
    t.same(await faultsOf({ code, unit, updated_at }), ['/procedure missing', '/channel missing', '/status missing', '/received_at missing'])
    t.same(await faultsOf({ code, updated_at, deleted: true }), ['/unit missing'])
    t.same(await faultsOf({ ...item(), applicant: 'Nguyễn Văn A' }), ['/applicant unknown_property'])
    t.same(await faultsOf(item({ unit: 'H56-0', procedure: '0.0' })), ['/unit unknown_unit', '/procedure unknown_procedure'])
    t.same(await faultsOf({ ...item({ unit: 'H56-0' }), deleted: true }), ['/unit unknown_unit'])
    t.same(await faultsOf(item({ unit: 'H56' })), ['/unit no_own_desk'])
    t.same(await faultsOf(item({ status: 11 })), ['/status out_of_range'])
    t.same(await faultsOf(item({ status: 'x\0' })), ['/status not_text'])
    t.same(await faultsOf(item({ status: 'Đang xử lý' })), ['/status unknown_status'])
    t.same(await faultsOf(item({ received_at: '2021-05-31T08:00:00' })), ['/received_at malformed'])
    t.same(await faultsOf(item({ due_at: '9999-12-31T00:00:00Z' })), ['/due_at out_of_range'])
    t.same(await faultsOf(item({ received_at: '1000-01-01T00:00:00Z' })), ['/received_at out_of_range'])
    t.same(await faultsOf(item({ source: 'other' })), ['/source forbidden_source'])
    const before = '2019-11-30T23:59:59+07:00'
    t.same(await faultsOf(item({ received_at: before, updated_at: before })), ['/unit unit_not_valid'])
    const long = '1980-01-01T00:00:00Z'
    t.same(await faultsOf(item({ unit: 'H56-SNV', received_at: long, updated_at: long })), ['/unit unit_not_valid'])
    t.same(await faultsOf(item({ received_at: '2025-07-01T00:00:00+07:00' })), ['/unit unit_not_valid'])
    t.same(await faultsOf(item({ updated_at: '2199-01-01T00:00:00Z' })), ['/updated_at out_of_range'])
    t.same(await faultsOf(item({ status: 9 })), [' end_unknown'])
    t.same(await faultsOf(item({ status: 10 })), [' end_unknown'])
    t.same(await faultsOf(item({ status: 9, finished_at: '2021-05-31T07:59:59+07:00' })), ['/finished_at end_before_received'])
    t.same(await faultsOf(item({ status: 9, returned_at: '2021-05-31T07:59:59+07:00' })), ['/returned_at end_before_received'])
    t.same(await faultsOf(item({ status: 7, updated_at: '2021-05-31T07:59:59+07:00' })), ['/updated_at end_before_received'])
    const [one, two] = [later(1), later(2)]
    t.same(await faultsOf(item({ supplements: [{ requested_at: two, completed_at: one }] })), ['/supplements/0/completed_at out_of_range'])
    t.same(await faultsOf(item({ supplements: [{ requested_at: two }, { requested_at: one }] })), ['/supplements supplements_overlap'])
    t.same(await faultsOf(item({ supplements: [{ requested_at: '1970-01-01T00:00:00Z' }] })), ['/supplements/0/requested_at out_of_range'])
    t.same(await storedDossiers(db), [])
  })

  t.test('may wait for a supplement in the instant in which another came, in whatever order the two are told', async t => {
    const [asked, again] = [later(1), later(2)]
    t.same(await outcomes(item({ updated_at: again, supplements: [
      { requested_at: again, completed_at: null }, { requested_at: again, completed_at: again },
      { requested_at: asked, completed_at: again }
    ] })), ['created'])
  })

  t.test('may be older than the unit that has them now: they came from another', async t => {
    t.same(await outcomes(item({ received_at: '2019-11-30T23:59:59+07:00' })), ['created'])
  })

  t.test('next to some at fault are taken in', async t => {
    t.same(await outcomes(null, item(), item({ code: 'b', status: 9 })), ['rejected', 'created', 'rejected'])
    t.same(await outcomes(), [])
  })

  t.test('have a unit that exists on the day of the receipt, to the last hour of it', async t => {
    t.same(await outcomes(
      item({ received_at: '2019-12-01T00:00:00+07:00' }), item({ code: 'b', received_at: '2025-06-30T23:59:59+07:00' }),
      item({ code: 'c', unit: 'H56-SNV', received_at: '2030-01-01T00:00:00+07:00' })
    ), ['created', 'created', 'created'])
  })

  t.test('name units and statuses as their source does', async t => {
    await sql`insert into unit_aliases values ('one-stop', 'tpth', 'H56-380')`.execute(db)
    await sql`insert into status_maps values ('one-stop', 'Đang xử lý', 4), ('other', 'Đang xử lý', 2)`.execute(db)
    await send(db, [
      item({ unit: 'tpth', status: 'Đang xử lý' }), item({ code: 'b', unit: 'gso:380', status: 'Đang xử lý'.normalize('NFD') })
    ])
    t.match(await storedDossiers(db), [{ unit: 'H56-380', status: 4 }, { unit: 'H56-380', status: 4 }])
  })

  t.test('of two provinces are not one chunk', async t => {
    await sql`insert into units (id, code, province_code, name, kind, level, path, reports_dossiers, valid_from, valid_to, search_name)
      select 'H01', 'H01', 'H01', name, kind, level, '{H01}', true, valid_from, valid_to, search_name
      from units where code = 'H56'`.execute(db)
    const { outcomes, issues } = await send(db, [item(), item({ code: 'b', unit: 'H01' }), item({ code: 'c' })])
    t.same(outcomes, ['created', 'rejected', 'created'])
    t.match(issues.get(1), [{ pointer: '/unit', code: 'several_provinces' }])
    t.same((await send(db, [item({ unit: 'H01' })])).outcomes, ['created'], 'another province has codes of its own')
  })

  t.test('are not given to units out of reach, nor deleted there', async t => {
    const faultsOf = async (given: object) => {
      const { outcomes, issues } = await send(db, [given], { reach: 'H56-380' })
      t.same(outcomes, ['rejected'])
      return issues.get(0)!.map(({ pointer, code }) => `${pointer} ${code}`)
    }
    await send(db, [item({ code: 'ours' })])
    t.same(await faultsOf(item({ code: 'ours', unit: 'H56-381', updated_at: later(1) })), ['/unit forbidden_unit'])
    t.same(await faultsOf({ ...item({ code: 'none', unit: 'H56-381' }), deleted: true }), ['/unit forbidden_unit'])
    t.same(await faultsOf(item({ code: 'none', unit: 'H56' })), ['/unit forbidden_unit'], 'nor what such a unit is like')
    t.match(await storedDossiers(db), [{ unit: 'H56-380' }])
    t.same((await send(db, [item({ code: 'ours', status: 6, updated_at: later(1) })], { reach: 'H56-380' })).outcomes, ['updated'])
  })
})

forEachDatabase('many dossiers at once', async (t, { db }) => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => item({ code: `many-${i}` }))
  const counted = async (items: DossierItem[], ...names: Outcome[]) => {
    const { outcomes } = await send(db, items)
    return Object.fromEntries(['created' as const, 'unchanged' as const, ...names].map(name => (
      [name, outcomes.filter(outcome => outcome === name).length])))
  }

  t.test('are all new, or all known', async t => {
    t.same(await counted(many(150)), { created: 150, unchanged: 0 })
    t.same(await counted(many(150)), { created: 0, unchanged: 150 })
    t.same(await counted(many(400)), { created: 250, unchanged: 150 })
  })

  t.test('seem new, though a few are known', async t => {
    await forget(db)
    const some = many(300)
    // Looked up are the first in order and each 32nd after it.
    const order = some.map(({ code }) => code).sort()
    const knownCodes = [order[1], order[50], order[299]]
    await send(db, some.filter(({ code }) => knownCodes.includes(code)))
    t.same(await counted(some), { created: 297, unchanged: 3 })
    t.equal((await storedDossiers(db)).length, 300)
    t.same(await rebuildRollups(db), [])
  })

  t.test('are all newer, or nearly all', async t => {
    await forget(db)
    await send(db, many(200))
    const newer = (version: number, count: number) => (
      many(count).map(one => ({ ...one, channel: 'online' as const, updated_at: later(version) })))
    t.same(await counted(newer(1, 200), 'updated'), { created: 0, unchanged: 0, updated: 200 })
    t.same(await counted([...newer(2, 190), ...newer(1, 200).slice(190)], 'updated'), { created: 0, unchanged: 10, updated: 190 })
    t.same(await counted([...newer(3, 200), item({ code: 'new' })], 'updated'), { created: 1, unchanged: 0, updated: 200 })
    t.match(await sumsOf(db, 'H56-380'), { '2021-05-15': { received_online: 200, received_direct: 1 } })
    t.same(await rebuildRollups(db), [])
  })

  t.test('become known while they are added', async t => {
    await forget(db)
    await send(db, [item({ code: 'other' })])
    // One after the look at some, so that they cannot all be added, and one after the look at all.
    const others = ['many-7', 'many-8']
    const { outcomes } = await inTransaction(db, async trx => {
      const meanwhile = new Meanwhile(/as given.{1,12}join|left join dossiers/, () => sql`
        insert into dossiers select (json_populate_record(dossiers, ${JSON.stringify({ code: others.shift() })}::json)).*
        from dossiers where code = 'other'`.execute(trx))
      return ingestDossiers(new Write(trx.withPlugin(meanwhile), { by: BY, versions: null }), many(150), CONTEXT)
    })
    t.same(others, [])
    t.equal(outcomes.filter(outcome => outcome === 'created').length, 148)
    t.equal((await storedDossiers(db)).length, 151)
  })
})

forEachDatabase('dossiers that several write at the same time', async (t, { db, address }) => {
  const codes = Array.from({ length: 40 }, (_, i) => `code-${i}`)
  const chunk = (minute: number) => {
    const items = codes.map((code, i) => item({ code, unit: i % 2 === minute % 2 ? 'H56-380' : 'H56-381', updated_at: later(minute) }))
    return minute % 3 === 0 ? items : items.toReversed()
  }

  await oneRound(t, db, [1, 2, 3, 4, 5, 6].map(minute => chunk(minute)), 6)
  await oneRound(t, db, [12, 11, 12, 10, 9, 12].map(minute => chunk(minute)), 12)

  t.test('are compared again once they are locked, for somebody may have been faster', async t => {
    const faster = async (update: RawBuilder<unknown>) => {
      await send(db, [item({ code: 'x', updated_at: later(20) })])
      const { outcomes } = await inTransaction(db, async trx => {
        const meanwhile = new Meanwhile(/not \(/, () => update.execute(trx))
        return ingestDossiers(new Write(trx.withPlugin(meanwhile), { by: BY, versions: null }), [item({ code: 'x', updated_at: later(21) })], CONTEXT)
      })
      await sql`delete from dossiers where code = 'x'`.execute(db)
      return outcomes
    }
    t.same(await faster(sql`update dossiers set updated_at = ${later(22)} where code = 'x'`), ['stale'])
    t.same(await faster(sql`update dossiers set updated_at = ${later(21)} where code = 'x'`), ['unchanged'])
    t.same(await faster(sql`update dossiers set status = 6 where code = 'x'`), ['updated'])
  })

  // The embedded database has one connection: nobody can wait.
  if ('host' in address) return

  t.test('wait for one another, and see what the other did', async t => {
    await send(db, [item({ code: 'x', updated_at: later(20) }), item({ code: 'y', updated_at: later(20) })])
    const newer = ['x', 'y'].map(code => item({ code, updated_at: later(21) }))
    let waiting: Promise<Ingested> | undefined
    await inTransaction(db, async trx => {
      await sql`update dossiers set updated_at = ${later(22)} where code = 'x'`.execute(trx)
      await sql`select from dossiers where code = 'y' for update`.execute(trx)
      waiting = send(db, newer)
      await setTimeout(300)
    })
    t.same((await waiting)!.outcomes, ['stale', 'updated'])
  })
})

/** Does something when a query has been answered, as if another transaction had done it. */
class Meanwhile implements KyselyPlugin {
  readonly #query: RegExp
  readonly #work: () => Promise<unknown>
  #isNext = false

  constructor (query: RegExp, work: () => Promise<unknown>) {
    this.#query = query
    this.#work = work
  }

  transformQuery ({ node }: PluginTransformQueryArgs): RootOperationNode {
    this.#isNext = this.#query.test(JSON.stringify(node))
    return node
  }

  async transformResult ({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    if (this.#isNext) await this.#work()
    return result
  }
}

/** All chunks at once; in the end there is one row a code, as the newest chunk has it. */
async function oneRound (t: Test, db: Db, chunks: ReturnType<typeof item>[][], newest: number) {
  const results = await Promise.all(chunks.map(chunk => send(db, chunk)))
  t.ok(results.every(({ issues }) => issues.size === 0))
  const rows = await storedDossiers(db)
  t.equal(rows.length, 40)
  t.ok(rows.every(({ updated_at: updated }) => Date.parse(updated) === Date.parse(later(newest))))
  const sums = await sumsOf(db, 'H56-380')
  t.match(sums, { '2021-05-15': { received_direct: 20 } })
}

forEachDatabase('a dossier whose procedure gets another field', async (t, { db }) => {
  const fieldOf = async () => (await storedDossiers(db)).map(({ field }) => field)
  await send(db, [item()])
  await sql`update procedures set field = 'land' where code = '1.001612'`.execute(db)

  t.test('stays in the field that it was first counted in', async t => {
    await send(db, [item({ status: 6, updated_at: '2021-06-02T08:00:00+07:00' })])
    t.same(await fieldOf(), ['business-registration'])
    await send(db, [item({ code: 'new' })])
    t.same(await fieldOf(), ['business-registration', 'land'])
  })

  t.test('gets the field of another procedure with that procedure', async t => {
    await send(db, [item({ procedure: '1.001193', updated_at: '2021-06-03T08:00:00+07:00' })])
    t.same(await fieldOf(), ['civil-status', 'land'])
    t.same(await rebuildRollups(db), [])
  })

  t.test('comes back in the field that it had when its deletion is taken back', async t => {
    await forget(db)
    await send(db, [item({ procedure: '1.001193' }), item({ code: 'other', procedure: '1.001193' })])
    await sql`update procedures set field = 'construction' where code = '1.001193'`.execute(db)
    const gone = (minutes: number) => ({ procedure: '1.001193', updated_at: later(minutes), deleted: true })
    await send(db, [item(gone(1)), item({ code: 'other', ...gone(1) })])
    await send(db, [item(gone(2)), item({ code: 'ahead', ...gone(2) })])
    await send(db, [
      item({ procedure: '1.001193', updated_at: later(3) }), item({ code: 'ahead', procedure: '1.001193', updated_at: later(3) }),
      item({ code: 'other', updated_at: later(3) })
    ])
    t.match(await storedDossiers(db), [
      { field: 'civil-status' }, { code: 'ahead', field: 'construction' },
      { code: 'other', procedure: '1.001612', field: 'land' }
    ], 'a deletion that came first, or another procedure, has no such field')
    await send(db, [item(gone(4)), item({ procedure: '1.001193', updated_at: later(3), deleted: false })])
    t.match(await storedDossiers(db), [{ field: 'civil-status' }, {}, {}], 'also within one chunk')
    t.same(await rebuildRollups(db), [])
  })
})

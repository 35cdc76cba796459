import { sql } from 'kysely'
import { forEachDatabase, type Service } from '../../database.ts'
import { connect, type Db } from '../../../src/database/connect.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { forget, item, send } from '../given.ts'

const received = (day: string) => ({ received_at: `2021-${day}T08:00:00+07:00` })
const updated = (day: string) => ({ updated_at: `2021-${day}T09:00:00+07:00` })

async function desks (db: Db) {
  const { rows } = await sql<{ unit: string, since: string }>`select unit, since from dossier_desks order by unit`.execute(db)
  return rows.map(({ unit, since }) => `${unit} ${since}`)
}

/** Units that reported, with and without a source, and in the form. */
async function reported ({ get }: Service, unit: string) {
  const [all] = (await get(`/v1/on-time?basis=records&period=2021-Q3&unit=${unit}`)).body.items
  const [ofSource] = (await get(`/v1/on-time?basis=records&period=2021-Q3&unit=${unit}&source=one-stop`)).body.items
  const form = (await get(`/v1/forms/ii-06a/${unit}/2021-Q3?basis=records`)).body
  const months = (await get(`/v1/units/${unit}/on-time-series?basis=records&from=2021-07&to=2021-07`)).body.items ?? []
  return [all, ofSource, form.grand_total, ...months].map(row => row.units_reported)
}

forEachDatabase('a unit has reported', async (t, service) => {
  const { db, put } = service
  await put('/v1/sources/one-stop', { name: 'One stop', precedence: 100, synthetic: false })
  t.afterEach(async () => {
    t.same(await rebuildRollups(db), [], 'a recount finds nothing')
    await forget(db)
  })

  t.test('nothing, once a dossier that was posted for it by mistake is corrected', async t => {
    await send(db, [item({ code: 'a', unit: 'H56-381' })])
    t.same(new Set(await reported(service, 'H56-381')), new Set([1]))
    await send(db, [item({ code: 'a', correction: true, ...updated('06-02') })])
    t.same(await desks(db), ['H56-380 2021-05-31'])
    t.same(new Set(await reported(service, 'H56-381')), new Set([0]))
    t.same((await reported(service, 'H56-380'))[0], 1)
  })

  t.test('nothing, once its dossiers are deleted or turned down', async t => {
    await send(db, [item({ code: 'a' }), item({ code: 'b', unit: 'H56-381' })])
    await send(db, [
      { code: 'a', unit: 'H56-380', deleted: true, ...updated('06-02') },
      item({ code: 'b', unit: 'H56-381', status: 3, ...updated('06-02') })
    ])
    t.same(await desks(db), [])
    await send(db, [item({ code: 'a', ...updated('06-03') })])
    t.same(await desks(db), ['H56-380 2021-05-31'], 'and again with the next one')
  })

  t.test('since the first of the dossiers that are left', async t => {
    await send(db, [
      item({ code: 'a', ...received('01-05') }), item({ code: 'b', ...received('02-05') }),
      item({ code: 'c', status: 1, ...received('01-20') }), item({ code: 'd', ...received('03-05') })
    ])
    await send(db, [item({ code: 'd', status: 6, ...received('03-05'), ...updated('06-02') })])
    t.same(await desks(db), ['H56-380 2021-01-05'], 'a new version takes nothing away')
    await send(db, [item({ code: 'd', unit: 'H56-381', correction: true, ...received('03-05'), ...updated('06-03') })])
    t.same(await desks(db), ['H56-380 2021-01-05', 'H56-381 2021-03-05'], 'nor does one that is not the first')
    await send(db, [item({ code: 'a', ...received('04-05'), ...updated('06-02') })])
    t.same(await desks(db), ['H56-380 2021-02-05', 'H56-381 2021-03-05'])
    await send(db, [
      item({ code: 'b', ...received('05-05'), ...updated('06-02') }), item({ code: 'e', ...received('01-01') })
    ])
    t.same(await desks(db), ['H56-380 2021-01-01', 'H56-381 2021-03-05'], 'an earlier one may come in the same chunk')
  })
})

forEachDatabase('a first dossier that leaves while others arrive', async (t, { address, db }) => {
  // The embedded database has one connection.
  if (!('connectionString' in address)) return
  const second = connect(address, { max: 1, onLost: () => {} })
  t.teardown(() => second.close())
  await send(db, [item({ code: 'a', ...received('01-05') }), item({ code: 'b', ...received('02-05') })])

  t.test('does not leave a later day than theirs', async t => {
    const trx = await second.db.startTransaction().execute()
    await sql`select pg_advisory_xact_lock(hashtextextended('desks H56', 0))`.execute(trx)
    const both = [
      send(db, [item({ code: 'a', unit: 'H56-381', correction: true, ...received('01-05'), ...updated('06-02') })]),
      send(db, [item({ code: 'c', ...received('01-20') })]),
      send(db, [item({ code: 'b', unit: 'H56-381', correction: true, ...received('02-05'), ...updated('06-02') })])
    ]
    await new Promise(resolve => setTimeout(resolve, 200))
    await trx.rollback().execute()
    await Promise.all(both)
    t.same(await desks(db), ['H56-380 2021-01-20', 'H56-381 2021-01-05'])
    t.same(await rebuildRollups(db), [])
  })
})

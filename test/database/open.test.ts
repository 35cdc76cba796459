import dns from 'node:dns'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { connect, type EmbeddedAddress } from '../../src/database/connect.ts'
import { openDatabase } from '../../src/database/open.ts'
import { copyDatabase, copyEmbedded } from '../copies.ts'
import { copyTemplate } from '../embedded.ts'
import { EMPTY_DIR, SERVER } from '../template.ts'
import { cableTo } from './cable.ts'

const OPTIONS = { dataDir: 'none', poolSize: 2, allowUnsafeDurability: false }

function open (options: Partial<Parameters<typeof openDatabase>[0]>) {
  return openDatabase({ ...OPTIONS, ...options }, { onLost: () => {} })
}

/** An embedded database, which runs with fsync off, and can be made to say of itself what a test wants. */
async function pretender (t: Test) {
  const { host, user, database } = await copyEmbedded(t) as EmbeddedAddress
  const { db, close } = connect({ host, user, database }, { max: 1, onLost: () => {} })
  await sql`create schema pretended`.execute(db)
  await sql`set search_path = pretended, pg_catalog, public`.execute(db)
  await close()
  const says = async (settings: Record<string, string>) => {
    const { db, close } = connect({ host, user, database }, { max: 1, onLost: () => {} })
    const cases = Object.entries(settings).map(([name, value]) => `when '${name}' then '${value}'`).join(' ')
    await sql`create or replace function pretended.current_setting(name text) returns text language sql
      return case name ${sql.raw(cases)} else pg_catalog.current_setting(name) end`.execute(db)
    await close()
  }
  return { url: `postgres://${user}@${encodeURIComponent(host)}/${database}`, says }
}

t.test('without an address the database in a folder is opened', async t => {
  const dataDir = await copyTemplate(t, EMPTY_DIR)
  for (const expected of [1, 2]) {
    const { db, close } = await open({ dataDir })
    await sql`create table if not exists opened (n integer)`.execute(db)
    await sql`insert into opened values (1)`.execute(db)
    t.equal((await sql<{ count: number }>`select count(*) from opened`.execute(db)).rows[0]!.count, expected)
    await close()
  }
})

t.test('a server', async t => {
  const { url, says } = await pretender(t)

  t.test('that would lose what it acknowledged is refused, unless one insists', async t => {
    const lost = /^the database runs with .* off .* ALLOW_UNSAFE_DURABILITY=true runs all the same$/
    for (const settings of [{ fsync: 'off', full_page_writes: 'on' }, { fsync: 'on', full_page_writes: 'off' }]) {
      await says(settings)
      await t.rejects(open({ url }), { message: lost })
      const { db, close } = await open({ url, allowUnsafeDurability: true })
      t.match((await sql`select 1 as n`.execute(db)).rows, [{ n: 1 }])
      await close()
    }
  })

  t.test('that is too old is refused', async t => {
    const settings = { fsync: 'on', full_page_writes: 'on' }
    await says({ ...settings, server_version_num: '140023' })
    await t.rejects(open({ url, allowUnsafeDurability: true }), {
      message: 'the database is PostgreSQL 14; 15 or later is needed'
    })
    await says({ ...settings, server_version_num: '150000' })
    await (await open({ url })).close()
  })
})

t.test('a server that starts at the same moment is waited for', async t => {
  const cable = await cableTo(t, await copyDatabase(t))
  cable.pull()
  setTimeout(() => { cable.mend() }, 1_000)
  const { db, close } = await open({ url: cable.connectionString, allowUnsafeDurability: true })
  t.match((await sql`select 1 as n`.execute(db)).rows, [{ n: 1 }])
  await close()
})

t.test('a server that cannot be reached is refused after some seconds, with the reason', async t => {
  t.intercept(dns, 'lookup', {
    value: (_name: string, _options: object, done: (error: null, addresses: object[]) => void) => {
      done(null, ['127.0.0.1', '127.0.0.2'].map(address => ({ address, family: 4 })))
    }
  })
  const since = performance.now()
  await Promise.all([
    t.rejects(open({ url: 'postgres://127.0.0.1:1/none' }), {
      message: 'the database cannot be reached: connect ECONNREFUSED 127.0.0.1:1'
    }),
    t.rejects(open({ url: 'postgres://two-addresses:1/none' }), {
      message: 'the database cannot be reached: connect ECONNREFUSED 127.0.0.1:1, connect ECONNREFUSED 127.0.0.2:1'
    })
  ])
  t.ok(performance.now() - since > 3_000)
})

t.test('a server that is fit is opened', { skip: SERVER === undefined && 'needs a server' }, async t => {
  const { db, close } = await open({ url: SERVER!, allowUnsafeDurability: true })
  t.match((await sql`select current_setting('application_name') as name`.execute(db)).rows, [{ name: 'cchc-statistics' }])
  await close()
  const url = new URL(SERVER!)
  url.pathname = 'no_such_database'
  const since = performance.now()
  await t.rejects(open({ url: url.href }), { message: 'the database cannot be reached: database "no_such_database" does not exist' })
  t.ok(performance.now() - since < 3_000, 'at once, as waiting does not help')
})

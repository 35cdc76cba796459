import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { buildApp } from '../../../src/app.ts'
import { createFirstKey } from '../../../src/access/clients/first-key.ts'
import { connect, type Db } from '../../../src/database/connect.ts'
import { migrateConfigured } from '../../../src/database/migrations/migrate.ts'
import { loadCatalogue } from '../../../src/seed/load.ts'
import { addressOf, SERVER } from '../../template.ts'

/** An empty database with an owner, and a role that may only connect. */
async function givenRoles (t: Test) {
  const name = `cchc_test_${randomBytes(6).toString('hex')}`
  const [owner, service] = [`${name}_owner`, `${name}_service`]
  const server = connect({ connectionString: SERVER! }, { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
  for (const role of [owner, service]) await sql`create role ${sql.id(role)} login`.execute(server.db)
  await sql`create database ${sql.id(name)} owner ${sql.id(owner)}`.execute(server.db)
  t.teardown(async () => {
    await sql`drop database ${sql.id(name)} with (force)`.execute(server.db)
    for (const role of [owner, service]) await sql`drop role ${sql.id(role)}`.execute(server.db)
    await server.close()
  })
  const urlFor = (role: string) => {
    const url = new URL((addressOf(name) as { connectionString: string }).connectionString)
    url.username = role
    return url.href
  }
  return { ownerUrl: urlFor(owner), url: urlFor(service) }
}

function open (t: Test, connectionString: string): Db {
  const { db, close } = connect({ connectionString }, { max: 4, onLost: () => {} })
  t.teardown(close)
  return db
}

const skip = SERVER === undefined && 'the embedded database has one role'

t.test('a service that runs as a role of its own', { skip }, async t => {
  const urls = await givenRoles(t)
  const owner = open(t, urls.ownerUrl)
  const db = open(t, urls.url)

  t.test('cannot start before the owner has made the tables, and can be started again and again, by several at once', async t => {
    await t.rejects(migrateConfigured(db, { url: urls.url }, () => {}), { code: '42501' })
    for (let i = 0; i < 2; i++) {
      await Promise.all(Array.from({ length: 4 }, () => migrateConfigured(db, urls, () => {})))
    }
  })

  t.test('does all that it is for', async t => {
    await loadCatalogue(db)
    const headers = { authorization: `Bearer ${(await createFirstKey(db))!.key}`, 'idempotency-key': 'a' }
    const app = await buildApp({ db, http: { maxEventLoopDelay: 0 } })
    t.teardown(() => app.close())
    const ask = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object) => {
      const answer = await app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
      t.equal(answer.statusCode, 200, `${method} ${url}`)
      return answer.json()
    }
    const items = [{ unit: 'H56-380', period: '2024-Q1', source: 'one-stop', received: 1 }]
    t.match(await ask('POST', '/v1/dossier-statistics', { items }), { created: 1 })
    t.match(await ask('GET', '/v1/on-time?period=2024-Q1'), { items: [{ received: 1 }] })
    await ask('PUT', '/v1/sources/one-stop', { name: 'x', precedence: 7, synthetic: false })
    await ask('PUT', '/v1/clients/reader', { name: 'x', scopes: ['read'] })
    t.not((await ask('GET', '/v1/audit')).items.length, 0)
  })

  t.test('can change nothing of what it recorded', async t => {
    for (const table of ['writes', 'changes', 'dossier_versions', 'dossier_changes', 'report_revisions']) {
      const name = sql.table(table)
      for (const statement of [
        sql`update ${name} set province_code = 'H40'`, sql`delete from ${name}`, sql`truncate ${name} cascade`,
        sql`alter table ${name} add column more text`, sql`drop table ${name} cascade`
      ]) await t.rejects(statement.execute(db), { code: '42501' }, table)
    }
    t.not((await sql`select 1 from changes`.execute(owner)).rows.length, 0)
  })

  t.test('is refused where it is the owner, who could', async t => {
    const url = urls.ownerUrl
    const message = /are the same role, cchc_test_[0-9a-f]+_owner, which owns the tables/
    await t.rejects(migrateConfigured(owner, { url, ownerUrl: url }, () => {}), { message })
  })
})

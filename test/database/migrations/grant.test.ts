import { sql } from 'kysely'
import { connect } from '../../../src/database/connect.ts'
import { grantUse, roleOf } from '../../../src/database/migrations/grant.ts'
import { migrateConfigured } from '../../../src/database/migrations/migrate.ts'
import { forEachDatabase } from '../../database.ts'

/** A role of this test alone: roles are shared by all databases of a server. */
async function givenRole (db: Parameters<typeof roleOf>[0], name: string): Promise<string> {
  const { rows: [row] } = await sql<{ database: string }>`select current_database() as database`.execute(db)
  const role = `${row!.database}_${name}`
  await sql`create role ${sql.id(role)}`.execute(db)
  return role
}

forEachDatabase('the role of the service', async (t, { db, address }) => {
  const role = await givenRole(db, 'service')
  t.teardown(async () => {
    const { db, close } = connect(address, { max: 1, onLost: () => {} })
    await sql`drop owned by ${sql.id(role)}`.execute(db)
    await sql`drop role ${sql.id(role)}`.execute(db)
    await close()
  })
  const rightsOn = async (table: string) => {
    const { rows } = await sql<{ right: string }>`
      select privilege_type as right from information_schema.role_table_grants
      where grantee = ${role} and table_name = ${table} order by 1`.execute(db)
    return rows.map(({ right }) => right)
  }
  for (let i = 0; i < 2; i++) await grantUse(db, role)

  t.test('may use the tables', async t => {
    for (const table of ['dossier_statistics', 'clients', 'idempotency_keys', 'change_feed']) {
      t.same(await rightsOn(table), ['DELETE', 'INSERT', 'SELECT', 'UPDATE'], table)
    }
  })

  t.test('may add to what is recorded and read it, and nothing else', async t => {
    for (const table of ['writes', 'changes']) t.same(await rightsOn(table), ['INSERT', 'SELECT'], table)
  })

  t.test('has no business with the migrations', async t => {
    t.same(await rightsOn('kysely_migration'), [])
  })

  t.test('is not the owner of the tables, who could change all of it', async t => {
    const owner = await roleOf(db)
    await t.rejects(grantUse(db, owner), { message: `MIGRATION_DATABASE_URL and DATABASE_URL are the same role, ${owner}, which owns the tables` })
    const { connectionString: url } = 'connectionString' in address
      ? address
      : { connectionString: `postgres://postgres@${encodeURIComponent(address.host)}/postgres` }
    await migrateConfigured(db, { url }, () => {})
    await t.rejects(migrateConfigured(db, { url, ownerUrl: url }, () => {}), /are the same role/)
  })
})

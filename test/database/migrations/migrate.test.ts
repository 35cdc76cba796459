import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { connect, type Address } from '../../../src/database/connect.ts'
import { migrate, MIGRATIONS, statementsOf } from '../../../src/database/migrations/migrate.ts'
import { openCopy } from '../../embedded.ts'
import { addressOf, EMPTY_DIR, SERVER } from '../../template.ts'

async function empty (t: Test): Promise<Address> {
  const { address, close } = await openCopy(EMPTY_DIR)
  t.teardown(close)
  return address
}

async function emptyOnServer (t: Test): Promise<Address> {
  const name = `cchc_test_${randomBytes(6).toString('hex')}`
  const maintenance = connect({ connectionString: SERVER! }, { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
  await sql`create database ${sql.id(name)}`.execute(maintenance.db)
  t.teardown(async () => {
    await sql`drop database ${sql.id(name)} with (force)`.execute(maintenance.db)
    await maintenance.close()
  })
  return addressOf(name)
}

const files = (await readdir(MIGRATIONS)).filter(file => file.endsWith('.sql')).toSorted()

t.test('an empty database', async t => {
  // As a migration runs: those that start together wait for the first.
  const address = SERVER === undefined ? await empty(t) : await emptyOnServer(t)
  const { db, close } = connect(address, { max: 8, onLost: () => {}, timeLimits: 'relaxed' })
  t.teardown(close)
  const applied = async () =>
    (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map(({ name }) => `${name}.sql`)

  t.test('is brought to a version that is named', async t => {
    await migrate(db, files[0]!.replace('.sql', ''))
    t.same(await applied(), files.slice(0, 1))
    await t.rejects(sql`select 1 from dossier_statistics`.execute(db))
  })

  t.test('is brought to the newest by four that start at once, each migration applied once', async t => {
    await Promise.all(Array.from({ length: 4 }, () => migrate(db)))
    t.same(await applied(), files)
    t.same((await sql`select * from dossier_statistics`.execute(db)).rows, [])
  })

  t.test('is refused once a newer version has used it', async t => {
    await sql`insert into kysely_migration values ('9999_of_tomorrow', '9999-01-01T00:00:00Z')`.execute(db)
    t.teardown(() => sql`delete from kysely_migration where name = '9999_of_tomorrow'`.execute(db))
    await t.rejects(migrate(db), {
      message: 'a newer version of the service has used the database: 9999_of_tomorrow is not a migration of this version'
    })
  })

  t.test('stays as it is when it is the newest already', async t => {
    await migrate(db)
    t.same(await applied(), files)
  })

  t.test('that cannot be migrated says why, and keeps nothing of the attempt', async t => {
    const last = files.findLastIndex(file => /^create table/m.test(readFileSync(new URL(file, MIGRATIONS), 'utf8')))
    await sql`delete from kysely_migration where name >= ${files[last]!.replace('.sql', '')}`.execute(db)
    await t.rejects(migrate(db), { code: /^42/ }, 'what it makes is there already')
    t.same(await applied(), files.slice(0, last))
  })
})

t.test('a migration is its statements one by one, without comments', async t => {
  t.same(statementsOf('-- why\ncreate table a (b text); \n\n-- and\n-- so\ncreate index c\n  on a (b);\n'), [
    'create table a (b text)', 'create index c\n  on a (b)'
  ])
  t.same(statementsOf('select \'a;b\';\n'), ['select \'a;b\''])
  t.same(statementsOf('-- nothing\n'), [])
})

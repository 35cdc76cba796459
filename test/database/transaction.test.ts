import { sql } from 'kysely'
import { attempt, inTransaction } from '../../src/database/transaction.ts'
import { upsert } from '../../src/database/sql/bulk-json.ts'
import { forEachDatabase } from '../database.ts'

forEachDatabase('a transaction', async (t, { db }) => {
  const insert = (code: string) => sql`insert into fields values (${code}, ${code}, 1)`
  const isThere = async (code: string) =>
    await db.selectFrom('fields').select('code').where('code', '=', code).executeTakeFirst() !== undefined

  t.test('keeps what it wrote', async t => {
    t.equal(await inTransaction(db, async trx => { await insert('kept').execute(trx); return 'result' }), 'result')
    t.ok(await isThere('kept'))
  })

  t.test('keeps nothing of a dry run, and gives its result all the same', async t => {
    const count = await inTransaction(db, async trx => {
      await insert('tried').execute(trx)
      return (await trx.selectFrom('fields').select('code').where('code', '=', 'tried').execute()).length
    }, { dryRun: true })
    t.equal(count, 1)
    t.notOk(await isThere('tried'))
  })

  t.test('keeps nothing when its work fails', async t => {
    await t.rejects(inTransaction(db, async trx => {
      await insert('failed').execute(trx)
      throw new Error('second thoughts')
    }), { message: 'second thoughts' })
    t.notOk(await isThere('failed'))
    await t.rejects(inTransaction(db, async trx => {
      await insert('failed').execute(trx)
      await sql`select 1 / 0`.execute(trx)
    }), { code: '22012' })
    t.notOk(await isThere('failed'))
  })

  t.test('fails when it cannot be committed', async t => {
    await sql`create table later (code text references fields deferrable initially deferred)`.execute(db)
    await t.rejects(inTransaction(db, trx => sql`insert into later values ('none')`.execute(trx)), { code: '23503' })
    t.same((await sql`select * from later`.execute(db)).rows, [])
  })

  t.test('goes on after a part that failed as it may', async t => {
    await inTransaction(db, async trx => {
      t.ok(await attempt(trx, '23505', async () => { await insert('first').execute(trx) }))
      t.notOk(await attempt(trx, '23505', async () => {
        await insert('second').execute(trx)
        await insert('first').execute(trx)
      }))
    })
    t.ok(await isThere('first'))
    t.notOk(await isThere('second'))
    const failing = inTransaction(db, trx => attempt(trx, '23505', async () => {
      await sql`select 1 / 0`.execute(trx)
    }))
    await t.rejects(failing, { code: '22012' })
  })

  t.test('leaves its connection as it was', async t => {
    for (let i = 0; i < 20; i++) await inTransaction(db, async () => { throw new Error() }).catch(() => {})
    await Promise.all(Array.from({ length: 20 }, (_, i) => inTransaction(db, trx => insert(`many-${i}`).execute(trx))))
    t.ok(await isThere('many-19'))
  })
})

forEachDatabase('reference data', async (t, { db }) => {
  const versionOf = async () =>
    (await sql<{ version: string }>`select xmin::text as version from fields where code = 'land'`.execute(db)).rows[0]!.version
  const write = (...rows: { code: string, name: string, position: number }[]) =>
    inTransaction(db, trx => upsert(trx, 'fields', ['code'], rows))
  const land = (await db.selectFrom('fields').selectAll().where('code', '=', 'land').executeTakeFirst())!
  const version = await versionOf()
  await write(land, { code: 'new', name: 'Mới', position: 99 })
  t.equal(await versionOf(), version, 'that is the same is not touched')
  await write({ ...land, name: 'Đất' })
  t.not(await versionOf(), version, 'that has changed is replaced')
  t.match(await db.selectFrom('fields').select('name').where('code', 'in', ['land', 'new']).orderBy('code').execute(), [{ name: 'Đất' }, { name: 'Mới' }])
})

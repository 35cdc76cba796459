import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import t, { type Test } from 'tap'
import { connect } from '../../../src/database/connect.ts'
import { startEmbedded } from '../../../src/database/embedded/embedded.ts'
import { copyTemplate } from '../../embedded.ts'

async function folderOf (t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cchc-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return folder
}

async function open (folder: string) {
  const embedded = await startEmbedded(folder)
  const { db, pool, close } = connect(embedded.address, { max: 8, onLost: () => {} })
  return { db, pool, close: async () => { await close(); await embedded.close() } }
}

/** Of several who open the same folder, by any of its names, at the same time. */
async function theOneOf (t: Test, names: string[]) {
  const opened = await Promise.allSettled(names.map(open))
  for (const [i, outcome] of opened.entries()) {
    if (outcome.status === 'fulfilled') continue
    t.match(outcome.reason, { message: `the embedded database in ${names[i]} is open in another process` })
  }
  const got = opened.filter(outcome => outcome.status === 'fulfilled').map(({ value }) => value)
  t.equal(got.length, 1)
  return got[0]!
}

t.test('a folder that does not exist becomes a database for one of several, which keeps what was written', async t => {
  const folder = join(await folderOf(t), 'a', 'b')
  const first = await theOneOf(t, Array<string>(4).fill(folder))
  await sql`create table kept (n integer)`.execute(first.db)
  await sql`insert into kept values (1)`.execute(first.db)
  await first.close()
  const second = await open(folder)
  t.same((await sql`select * from kept`.execute(second.db)).rows, [{ n: 1 }])
  await second.close()
})

t.test('a folder is open once, by whatever name, also for several who open it at the same time', async t => {
  const folder = await copyTemplate(t)
  const link = join(await folderOf(t), 'link')
  await symlink(folder, link)
  const first = await theOneOf(t, [folder, `${folder}/`, link, link])
  for (const name of [folder, `${folder}/`, link]) {
    await t.rejects(startEmbedded(name), { message: `the embedded database in ${name} is open in another process` })
  }
  t.same((await sql`select 1 as n`.execute(first.db)).rows, [{ n: 1 }], 'and whoever has it open is not disturbed')
  await first.close()
  const again = await open(link)
  await again.close()
})

t.test('what was acknowledged outlives the process, however that ends', async t => {
  const folder = await copyTemplate(t)
  const source = (file: string) => JSON.stringify(new URL(`../../../src/database/${file}.ts`, import.meta.url).href)
  const script = join(await folderOf(t), 'writer.mjs')
  await writeFile(script, `
    const { startEmbedded } = await import(${source('embedded/embedded')})
    const { connect } = await import(${source('connect')})
    const { address } = await startEmbedded(${JSON.stringify(folder)})
    const { pool } = connect(address, { max: 1, onLost: () => {} })
    await pool.query('create table kept (n integer)')
    for (let n = 1; ; n++) {
      await pool.query('insert into kept values ($1)', [n])
      console.log(n)
    }`)
  const writer = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let acknowledged = 0
  for await (const text of writer.stdout) {
    acknowledged = Number(String(text).trimEnd().split('\n').at(-1))
    if (acknowledged >= 50) break
  }
  writer.kill('SIGKILL')
  await once(writer, 'exit')
  const { db, close } = await open(folder)
  const { rows: [kept] } = await sql<{ count: number }>`select count(*) from kept`.execute(db)
  t.ok(kept!.count >= acknowledged, `${kept!.count} of ${acknowledged}`)
  await close()
})

t.test('a folder that cannot be a database is refused, and left for another try', async t => {
  const folder = await folderOf(t)
  await writeFile(join(folder, 'PG_VERSION'), 'nonsense')
  const refused = { message: new RegExp(`^the embedded database in ${folder} cannot be opened: .+$`) }
  await t.rejects(startEmbedded(folder), refused)
  await t.rejects(startEmbedded(folder), refused, 'for the same reason, not because it is open')
  await t.rejects(startEmbedded(join(folder, 'PG_VERSION')), { message: /^the folder .* cannot be written: ENOTDIR/ })
  await t.rejects(startEmbedded(join(folder, 'PG_VERSION', 'below')), { message: /cannot be written: ENOTDIR/ })
  await t.rejects(startEmbedded('/proc/none/below'), { message: /cannot be written: E/ }, 'it does not hang')
})

t.test('those who share the one session do not get in each other\'s way', async t => {
  const { db, pool, close } = await open(await copyTemplate(t))
  t.teardown(close)

  t.test('questions that wait for a transaction each get their own answer', async t => {
    for (let round = 0; round < 20; round++) {
      const trx = await db.startTransaction().execute()
      const answers = Array.from({ length: 6 }, (_, i) =>
        sql`select ${i}::integer as given, ${sql.lit(i)} as written, length(${'x'.repeat(i * 50_000)}) as long`.execute(db))
      await sql`select 1`.execute(trx)
      await trx.commit().execute()
      t.same((await Promise.all(answers)).flatMap(({ rows }) => rows),
        Array.from({ length: 6 }, (_, i) => ({ given: i, written: i, long: i * 50_000 })))
    }
  })

  t.test('a question that fails is no concern of the others', async t => {
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, i) => sql`select 6 / ${i % 3}::integer as n`.execute(db)))
    t.same(outcomes.map(({ status }) => status), Array.from({ length: 30 }, (_, i) => i % 3 === 0 ? 'rejected' : 'fulfilled'))
  })

  t.test('a transaction whose connection is lost is rolled back, and holds up nobody', async t => {
    await sql`create table kept (n integer)`.execute(db)
    const client = await pool.connect()
    await client.query('begin')
    await client.query('insert into kept values ($1)', [1])
    client.release(true)
    t.same((await sql`select * from kept`.execute(db)).rows, [])
  })
})

import { sql } from 'kysely'
import t from 'tap'
import { connect } from '../../../src/database/connect.ts'
import { vacuum } from '../../../src/database/embedded/vacuum.ts'
import { openCopy } from '../../embedded.ts'

t.test('a table of the embedded database from which all is deleted again and again does not grow', async t => {
  const { address, close } = await openCopy()
  const connection = connect(address, { max: 1, onLost: () => {} })
  t.teardown(async () => { await connection.close(); await close() })
  const { db } = connection
  const size = async () => (await sql<{ bytes: number }>`
    select pg_total_relation_size('idempotency_keys')::integer as bytes`.execute(db)).rows[0]!.bytes
  const fillAndEmpty = async () => {
    await sql`
      insert into idempotency_keys (province_code, client, key, request_sha256, answer)
      select '', 'tests', n::text, sha256(n::text::bytea), to_json(repeat(md5(n::text), 100)) from generate_series(1, 200) as n`.execute(db)
    await sql`delete from idempotency_keys`.execute(db)
  }
  await fillAndEmpty()
  const before = await size()
  for (let i = 0; i < 5; i++) {
    await vacuum(db, ['idempotency_keys', 'imports'])
    await fillAndEmpty()
  }
  t.ok(await size() <= before, `${await size()} bytes after ${before}`)
})

import { sql } from 'kysely'
import { forEachDatabase } from '../../database.ts'
import { connect } from '../../../src/database/connect.ts'
import { ingestDossiers } from '../../../src/dossiers/ingest/chunk.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { CONTEXT, item } from '../given.ts'

forEachDatabase('a source that hands its dossiers over', async (t, { address, db, put }) => {
  // The embedded database has one connection.
  if (!('connectionString' in address)) return
  await put('/v1/sources/one-stop', { name: 'One stop', precedence: 100, synthetic: false })
  const second = connect(address, { max: 1, onLost: () => {} })
  t.teardown(() => second.close())

  t.test('hands over those of a chunk in flight as well', async t => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
    const chunk = runOwnWrite(second.db, 'tests', 'send', async write => {
      const keep = { import: 1, client: 'tests', province: '', lineOf: () => 1 }
      const items = [item({ code: 'a' }), item({ code: 'b' }), item({ code: 'c', procedure: '9.9' })]
      await ingestDossiers(write, items, { ...CONTEXT, keep })
      await asked
      return {}
    })
    await new Promise(resolve => setTimeout(resolve, 200))
    const answer = put('/v1/sources/new', { name: 'New', precedence: 100, synthetic: false, succeeds: 'one-stop' })
    await new Promise(resolve => setTimeout(resolve, 200))
    ask()
    await chunk
    t.equal((await answer).status, 200)
    t.same((await sql`select distinct source from dossiers`.execute(db)).rows, [{ source: 'new' }])
    t.same((await sql`select source, code from waiting_dossiers`.execute(db)).rows, [{ source: 'new', code: 'c' }])
  })
})

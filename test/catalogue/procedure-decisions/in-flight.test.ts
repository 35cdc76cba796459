import { connect } from '../../../src/database/connect.ts'
import { ingestDossiers } from '../../../src/dossiers/ingest/chunk.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { forEachDatabase } from '../../database.ts'
import { lockAwaited } from '../../dossiers/corrections/given.ts'
import { CONTEXT, item } from '../../dossiers/given.ts'
import { CONTENT, decide, faultsOf, withdraw } from './given.ts'

forEachDatabase('a decision that is withdrawn while dossiers come in', async (t, service) => {
  const { address, db } = service
  // The embedded database has one connection.
  if (!('connectionString' in address)) return
  const second = connect(address, { max: 1, onLost: () => {} })
  t.teardown(() => second.close())
  /** Dossiers of a procedure that are stored, and not committed before the end of `during`. */
  const inFlight = async (procedure: string, during: () => Promise<void>) => (
    runOwnWrite(second.db, 'tests', 'send', async write => {
      const ingested = await ingestDossiers(write, [item({ code: procedure, procedure })], CONTEXT)
      await during()
      return ingested
    }))

  t.test('stays where they are of a procedure that it made', async t => {
    const { body: { id } } = await decide(service, '1', '2021-01-01', { new: [{ code: '9.1', ...CONTENT }] })
    let answer: ReturnType<typeof withdraw> | undefined
    await inFlight('9.1', async () => {
      answer = withdraw(service, id)
      await lockAwaited(db)
    })
    t.same(faultsOf(await answer!), ['/path/id procedure_in_use'])
  })

  t.test('waits for none where it made no procedure', async t => {
    const { body: { id } } = await decide(service, '2', '2021-02-01', { amended: [{ code: '9.1', level: 'commune' }] })
    await inFlight('9.1', async () => { t.match(await withdraw(service, id), { status: 200 }) })
  })
})

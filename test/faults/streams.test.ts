import t from 'tap'
import { startPostgres, whyNoPostgres } from '../postgres.ts'
import { backendKilled } from './backend-killed.ts'
import { streamTakenOver } from './stream-taken-over.ts'
import { databaseKilledInStream, serviceKilledInStream } from './streams.ts'

const why = await whyNoPostgres()
t.test('what is killed in the middle', { skip: why ?? false }, async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.remove())
  const failing = async (measurements: ReturnType<typeof backendKilled>) => (
    await measurements).filter(({ holds }) => holds === false)

  t.same(await failing(databaseKilledInStream(postgres, 1)), [], 'a database does not break a stream of dossiers')
  t.same(await failing(serviceKilledInStream(postgres, 1)), [], 'a service leaves a stream that can be sent again')
  t.same(await failing(streamTakenOver(postgres, 1)), [], 'a service holds the key of a stream no longer than it says')
  t.same(await failing(backendKilled(postgres, 3)), [], 'a backend leaves no answer from before')
})

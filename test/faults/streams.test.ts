import t from 'tap'
import { startPostgres, whyNoPostgres } from '../postgres.ts'
import { backendKilled } from './backend-killed.ts'
import { broken } from './measurement.ts'
import { streamTakenOver } from './stream-taken-over.ts'
import { databaseKilledInStream, serviceKilledInStream } from './streams.ts'

const why = await whyNoPostgres()
t.test('what is killed in the middle', { skip: why ?? false }, async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.remove())
  t.same(broken(await databaseKilledInStream(postgres, 1)), [], 'a database does not break a stream of dossiers')
  t.same(broken(await serviceKilledInStream(postgres, 1)), [], 'a service leaves a stream that can be sent again')
  t.same(broken(await streamTakenOver(postgres, 1)), [], 'a service holds the key of a stream no longer than it says')
  t.same(broken(await backendKilled(postgres, 3)), [], 'a backend leaves no answer from before')
})

import t from 'tap'
import { startPostgres, whyNoPostgres, type Postgres } from '../postgres.ts'
import { secretsKept } from './secrets.ts'
import { broken, type Measurement } from './measurement.ts'
import { hostileInput } from './hostile-input.ts'
import { databaseKilled, serviceKilled } from './killed.ts'
import { startedTogether } from './migrations.ts'
import { backupRestored } from './restored.ts'
import { sameKeyAtOnce } from './same-key.ts'

const SHORT: Record<string, (postgres: Postgres, cycles: number) => Promise<Measurement[]>> = {
  'a database that is killed loses nothing and counts nothing twice': databaseKilled,
  'a service that is killed loses nothing and counts nothing twice': serviceKilled,
  'processes that start together migrate once': startedTogether,
  'fifty calls with one idempotency key have one effect': sameKeyAtOnce,
  'a backup of a live service is restored without a contradiction': backupRestored,
  'whatever comes in is answered, and nothing is altered': hostileInput,
  'no secret comes out again': secretsKept
}

const why = await whyNoPostgres()
t.test('the service survives', { skip: why ?? false }, async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.remove())
  for (const [title, fault] of Object.entries(SHORT)) {
    t.same(broken(await fault(postgres, 1)), [], title)
  }
})

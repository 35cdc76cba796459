import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { connect } from '../../src/database/connect.ts'
import { buildApp } from '../../src/app.ts'
import { createMetrics } from '../../src/observability/metrics.ts'
import { forEachDatabase } from '../database.ts'

t.test('refusals and rows are counted', async t => {
  const { registry, rateLimited, ingestedRows } = createMetrics()
  rateLimited.inc()
  ingestedRows.inc({ resource: 'procedures', outcome: 'created' }, 3)
  const text = await registry.metrics()
  t.match(text, /^http_rate_limited_total 1$/m)
  t.match(text, /^ingest_rows_total\{resource="procedures",outcome="created"\} 3$/m)
  t.notMatch(text, /database_pool|log_lines/)
})

t.test('the process is measured where that is asked for', async t => {
  const { registry } = createMetrics(undefined, undefined, { measuresProcess: true })
  t.match(await registry.metrics(), /^process_cpu_seconds_total \d/m)
  t.notMatch(await createMetrics().registry.metrics(), /^(process|nodejs)_/m)
})

t.test('lines that the log lost are counted when someone asks', async t => {
  const log = { lost: 2 }
  const { registry } = createMetrics(undefined, log)
  t.match(await registry.metrics(), /^log_lines_lost_total 2$/m)
  log.lost = 5
  t.match(await registry.metrics(), /^log_lines_lost_total 5$/m)
})

forEachDatabase('the pool', async (t, { address }) => {
  t.test('is counted when someone asks', async t => {
    const { db, pool, close } = connect(address, { max: 1, onLost: () => {} })
    const countsIn = (metrics: string) => Object.fromEntries(
      [...metrics.matchAll(/^database_pool_connections\{state="(\w+)"\} (\d+)$/gm)]
        .map(([, state, count]) => [state, Number(count)]))
    t.same(countsIn(await createMetrics(pool).registry.metrics()), { total: 0, idle: 0, waiting: 0 })
    const app = await buildApp({ db, pool })
    t.teardown(async () => { await app.close(); await close() })
    const counts = async () => countsIn((await app.inject('/metrics')).body)
    await app.ready()
    // Its background jobs have looked for work.
    while (pool.waitingCount > 0 || pool.idleCount < pool.totalCount) await sleep(5)
    const client = await pool.connect()
    const waiting = pool.connect()
    t.same(await counts(), { total: 1, idle: 0, waiting: 1 })
    client.release()
    ;(await waiting).release()
    t.same(await counts(), { total: 1, idle: 1, waiting: 0 })
  })
})

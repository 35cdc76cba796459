// npm run bench: the service against a bare Fastify route, side by side, so that the ratio holds on any machine.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { syntheticStatistics } from '../../src/seed/sample/statistics.ts'
import { units } from '../../src/seed/catalogue/units.ts'
import { clientKey, run } from './process.ts'

const ROUNDS = 5
const SECONDS = 4
const CONNECTIONS = 64

const folder = await mkdtemp(join(tmpdir(), 'cchc-bench-'))
const bare = await run('test/bench/bare.ts')
// Not DATABASE_URL, which may name a database in use: this one is written to.
const server = process.env['BENCH_DATABASE_URL'] ?? ''
const environment = {
  DATABASE_URL: server, PORT: '0', DATA_DIR: join(folder, 'data'), LOAD_SAMPLE: 'true', ALLOW_UNSAFE_DURABILITY: 'true',
  PUBLIC_READ: 'true', RATE_LIMIT: '0'
}
const key = await clientKey(environment, '--name', 'bench', '--source', 'one-stop', '--scopes', 'read,write:statistics')
const service = await run('src/server.ts', environment)

const subjects: Record<string, autocannon.Options> = {
  'bare Fastify route': { url: bare.address, connections: CONNECTIONS },
  'GET on-time by level': { url: `${service.address}/v1/on-time?period=2021-Q3&group_by=level`, connections: CONNECTIONS },
  'the same with a key': {
    url: `${service.address}/v1/on-time?period=2021-Q3&group_by=level`, connections: CONNECTIONS,
    headers: { authorization: `Bearer ${key}` }
  },
  'POST 1 000 items': {
    url: `${service.address}/v1/dossier-statistics`, connections: 1,
    requests: bodies().map(body => ({ method: 'POST', body, headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` } }))
  }
}

/** Each body changes every row of the one before, so that nothing is `unchanged`. */
function bodies (): string[] {
  const rows = syntheticStatistics(units()).slice(0, 1_000)
  return [1, 2, 3].map(step => JSON.stringify({
    items: rows.map(row => ({ ...row, source: 'one-stop', received_online: row.received_online + step, received: row.received + step, pending: row.pending + step, pending_in_time: row.pending_in_time + step }))
  }))
}

interface Figures { requests: number, p50: number, p99: number }
const figures: Record<string, Figures[]> = {}

try {
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, options] of Object.entries(subjects)) {
      const result = await autocannon({ ...options, duration: SECONDS })
      if (result.non2xx > 0 || result.errors > 0) throw new Error(`${name}: ${result.non2xx} answers other than 2xx, ${result.errors} errors`)
      const { p50, p99 } = result.latency
      ;(figures[name] ??= []).push({ requests: result.requests.average, p50, p99 })
    }
  }
} finally {
  await Promise.all([bare.stop(), service.stop()])
  await rm(folder, { recursive: true })
}

const rows = Object.entries(figures).map(([name, rounds]) => ({
  name,
  'requests/s': Math.round(median(rounds.map(({ requests }) => requests))),
  'p50 ms': median(rounds.map(({ p50 }) => p50)),
  'p99 ms': median(rounds.map(({ p99 }) => p99)),
  'of bare': `${(100 * median(rounds.map(({ requests }, i) => requests / figures['bare Fastify route']![i]!.requests))).toFixed(0)} %`
}))
console.log(`medians of ${ROUNDS} rounds of ${SECONDS} s, Node ${process.version}, ${server === '' ? 'embedded database' : 'PostgreSQL server'}`)
console.table(rows)

function median (values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

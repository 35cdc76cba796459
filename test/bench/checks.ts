// npm run bench:checks: all rules on the reports of 170 units, each of 121 indicators, on a PostgreSQL server of its
// own. ROUNDS: how often. Before each a value is written, so that the answer is counted again.
import { startPostgres, whyNoPostgres } from '../postgres.ts'
import { syntheticStatistics } from '../../src/seed/sample/statistics.ts'
import { units } from '../../src/seed/catalogue/units.ts'
import { consistentReport, itemsOf, type GivenReport } from '../reports/checks/given.ts'
import { send } from './dossiers/bench.ts'
import { cpuOf, cpuOfFamily } from './dossiers/usage.ts'
import { clientKey, run } from './process.ts'

const UNITS = 170
const UNITS_A_REQUEST = 10
/** The last is checked, and the others are those of before. */
const PERIODS = ['2021-Q1', '2021-Q2', '2021-Q3', '2021-Q4', '2022-Q1', '2022-Q2'] as const
const PERIOD = PERIODS.at(-1)!
const rounds = Number(process.env['ROUNDS'] ?? 9)

const why = await whyNoPostgres()
if (why !== null) throw new Error(why)
const postgres = await startPostgres()
try {
  const url = await postgres.createDatabase()
  const environment = {
    DATABASE_URL: url, PORT: '0', LOAD_SAMPLE: 'true', PUBLIC_READ: 'true', RATE_LIMIT: '0'
  }
  // Once, and not by the process that is measured.
  await (await run('src/server.ts', environment)).stop()
  const key = await clientKey(environment, '--name', 'bench', '--source', 'one-stop', '--scopes', 'read,write:indicators,write:statistics')
  const service = await run('src/server.ts', environment)
  const cpu = async () => await cpuOf(service.pid) + await cpuOfFamily(postgres.pid())
  const post: Post = (path, items) => send({ postgres, url, service, key }, path, { items })
  const ask = async (query: string) => {
    const [before, used] = [performance.now(), await cpu()]
    const response = await fetch(`${service.address}/v1/checks?period=${PERIOD}&${query}`)
    if (!response.ok) throw new Error(await response.text())
    const { items, next_cursor: cursor } = await response.json() as { items: object[], next_cursor: string }
    return { ms: performance.now() - before, cpu: await cpu() - used, items, cursor }
  }
  try {
    await sendReports(post)
    const first: Timed[] = []
    const next: Timed[] = []
    for (let round = 0; round < rounds; round++) {
      await post('/v1/indicator-values', [{ unit: 'H56', period: PERIOD, indicator: '2.1', number: round }])
      const page = await ask('limit=100')
      first.push(page)
      next.push(await ask(`limit=100&cursor=${page.cursor}`))
    }
    const { items } = await ask('limit=10000')
    console.log(`p50 of ${rounds}, Node ${process.version}, PostgreSQL ${postgres.version}: ${UNITS} reports, ${items.length} findings`)
    console.table([
      { answer: 'the first page after a write', ...p50(first) }, { answer: 'the next page', ...p50(next) }
    ])
  } finally {
    await service.stop()
  }
} finally {
  await postgres.remove()
}

type Post = (path: string, items: object[]) => Promise<unknown>

/** Reports that mostly agree, of the province, of all that have units below them, and of others. */
async function sendReports (post: Post) {
  const all = units()
  const above = new Set(all.map(({ parent }) => parent))
  const chosen = all.toSorted((a, b) => Number(above.has(b.id)) - Number(above.has(a.id))).slice(0, UNITS)
  let state = 1
  const next = (most: number) => (state = state * 48_271 % 2_147_483_647) % (most + 1)
  const report = (): GivenReport => ({ ...consistentReport(next), ...next(2) === 0 ? { '3.1.3': 1_001, 6.5: 3 } : {} })
  const items = (of: typeof chosen, period: string) => of.flatMap(({ id }) => itemsOf(id, period, report()))
  for (const period of PERIODS) {
    for (let i = 0; i < UNITS; i += UNITS_A_REQUEST) {
      await post('/v1/indicator-values', items(chosen.slice(i, i + UNITS_A_REQUEST), period))
    }
    const statistics = syntheticStatistics(all).map(row => ({ ...row, period, source: 'one-stop' }))
    for (let i = 0; i < statistics.length; i += 1_000) await post('/v1/dossier-statistics', statistics.slice(i, i + 1_000))
  }
}

interface Timed {
  ms: number
  /** Of the service and of the server together, in ms. */
  cpu: number
}

function p50 (timed: Timed[]) {
  const middle = (name: keyof Timed) => (
    timed.map(one => one[name]).toSorted((a, b) => a - b)[Math.floor(timed.length / 2)]!)
  return { 'p50 ms': Math.round(middle('ms')), 'CPU ms': Math.round(middle('cpu')) }
}

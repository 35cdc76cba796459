import autocannon from 'autocannon'
import { run } from '../process.ts'
import { expectSameAnswers } from './answers.ts'
import { post, send, TABLES, type Bench } from './bench.ts'
import { postedLine, writeFiles, type Written } from './files.ts'
import { histories, type Version } from './records.ts'
import { timesInDatabase, type Question } from './statements.ts'
import { grouped, median, percent, printTable } from './table.ts'

const DAY = 86_400_000
const SINCE = Date.parse('2020-12-15')
const DAYS = 540
const SPANS = 50
const CONNECTIONS = 64
const SECONDS = 3
const FRESH = 50

const BY = '/v1/on-time?basis=records&period=2021-H1&group_by='
const BY_LEVEL = `${BY}level`
const ALL = BY.replace('&group_by=', '')
const MONTHS = ['cal-2021-M02', 'cal-2021-M04', 'cal-2021-M05']

const QUESTIONS: Question[] = [
  ...['level', 'field', 'unit'].map(key => ({ key, paths: [BY + key], times: 500, warmUp: 10 })),
  ...['level', 'unit'].map(key => ({ key: `${key}, portal-766`, paths: [`${BY}${key}&rules=portal-766`], times: 500, warmUp: 10 })),
  { key: 'nothing', paths: [ALL], times: 500, warmUp: 10 },
  { key: 'level, any days', paths: Array.from({ length: SPANS }, () => anyDays('level')), times: 500, warmUp: 10 },
  ...['procedure', 'unit,field', 'unit,channel'].map(key => ({ key, paths: [BY + key], times: 50, warmUp: 2 })),
  { key: 'unit,procedure', paths: [`${BY}unit,procedure`], times: 20, warmUp: 2, goal: 150 },
  ...['procedure', 'unit', 'unit,field'].map(key => (
    { key: `${key}, a month`, paths: MONTHS.map(month => `${BY.replace('2021-H1', month)}${key}`), times: 50, warmUp: 2 })),
  ...['unit', 'level'].map(key => (
    { key: `${key}, the backlog of today`, paths: [`/v1/backlog?group_by=${key}`], times: 200, warmUp: 5, goal: 50 })),
  { key: 'procedure, any days', paths: Array.from({ length: SPANS }, () => anyDays('procedure')), times: 100, warmUp: 5, goal: 150 },
  { key: 'unit, any days', paths: Array.from({ length: SPANS }, () => anyDays('unit')), times: 100, warmUp: 5, goal: 150 }
]

/** Figures from how many records: what is measured at one size of the database, by name. */
type Row = Record<string, string | number>

/** Lets one database grow from size to size, and asks it at each. */
export async function measureReads (bench: Bench, folder: string, sizes: number[], rounds: number): Promise<void> {
  const bare = await run('test/bench/bare.ts')
  const inDatabase: Row[] = []
  const overHttp: Row[] = []
  const disk: Row[] = []
  const p50s = new Map<string, number[]>()
  try {
    let from = 0
    for (const size of sizes.toSorted((a, b) => a - b)) {
      const files = writeFiles(folder, from, size)
      await post(bench, files.posted)
      await bench.postgres.query('vacuum analyze', [], bench.url)
      for (const question of QUESTIONS) {
        const { p50, p99 } = await timesInDatabase(bench, folder, question)
        p50s.set(question.key, [...p50s.get(question.key) ?? [], p50])
        inDatabase.push({ records: grouped(size), 'group by': question.key, 'p50 ms': p50.toFixed(2), 'p99 ms': p99.toFixed(2), 'goal, p99': goalOf(question, p99) })
      }
      overHttp.push(...await timesOverHttp(bench, bare.address, size, files.revised, rounds))
      disk.push(...await diskOf(bench, size))
      await expectFresh(bench, size)
      await expectSameAnswers(bench)
      from = size
    }
  } finally {
    await bare.stop()
  }
  const flat = [...p50s].map(([key, each]) => `${key} ${each.map(ms => (ms / each[0]!).toFixed(2)).join(' : ')}`).join('; ')
  printTable('What an answer costs the database', `The statements of one \`GET ${BY}…\`, as the service sent them after something was ` +
    'written, prepared and run again and again by psql; any days are two at random of the span. ' +
    `From size to size p50 goes ${flat}.`, inDatabase)
  printTable('What the service answers', `\`GET ${BY_LEVEL}\` from ${CONNECTIONS} connections, medians of ${rounds} rounds of ${SECONDS} s ` +
    `in turns with a bare Fastify route. After each of ${FRESH} posts of one dossier the next answer held it.`, overHttp)
  printTable('What is on the disk', 'Tables with their indexes, after all versions of the last step were sent.', disk)
}

function goalOf ({ goal }: Question, p99: number): string {
  return goal === undefined ? '' : `${goal}${p99 < goal ? '' : ' **missed**'}`
}

function anyDays (key: string): string {
  const day = () => new Date(SINCE + Math.random() * DAYS * DAY).toISOString().slice(0, 10)
  const [from, to] = [day(), day()].sort()
  return `/v1/on-time?basis=records&from=${from}&to=${to}&group_by=${key}`
}

async function timesOverHttp (
  bench: Bench, bare: string, size: number, revised: Written, rounds: number
): Promise<Row[]> {
  const idle = await rates(bench, bare, rounds)
  let isOver = false
  const since = performance.now()
  const ingest = post(bench, revised).finally(() => { isOver = true })
  const busy: Rates[] = []
  while (busy.length === 0 || !isOver) busy.push(await rates(bench, bare, 1))
  await ingest
  const speed = revised.records / (performance.now() - since) * 1000
  return [
    { records: grouped(size), meanwhile: 'nothing', ...shown([idle]) },
    { records: grouped(size), meanwhile: `newer versions, ${grouped(speed)}/s`, ...shown(busy) }
  ]
}

interface Rates { bare: number, service: number, p50: number, p99: number }

async function rates ({ service }: Bench, bare: string, rounds: number): Promise<Rates> {
  const each: Rates[] = []
  for (let round = 0; round < rounds; round++) {
    const plain = await autocannon({ url: bare, connections: CONNECTIONS, duration: SECONDS })
    const asked = await autocannon({ url: service.address + BY_LEVEL, connections: CONNECTIONS, duration: SECONDS })
    if (asked.non2xx > 0 || asked.errors > 0) throw new Error(`${asked.non2xx} answers other than 2xx, ${asked.errors} errors`)
    const { p50, p99 } = asked.latency
    each.push({ bare: plain.requests.average, service: asked.requests.average, p50, p99 })
  }
  return medians(each)
}

function medians (each: Rates[]): Rates {
  const of = (name: keyof Rates) => median(each.map(one => one[name]))
  return { bare: of('bare'), service: of('service'), p50: of('p50'), p99: of('p99') }
}

function shown (each: Rates[]): Row {
  const { bare, service, p50, p99 } = medians(each)
  return { 'requests/s': grouped(service), 'of bare': percent(service / bare), 'p50 ms': p50, 'p99 ms': p99 }
}

/** @throws Error when an answer does not hold what was acknowledged before it was asked for */
async function expectFresh (bench: Bench, size: number): Promise<void> {
  let before = await resolved(bench)
  for (const version of someEnded(FRESH, size)) {
    await send(bench, '/v1/dossiers', { items: [version] })
    const after = await resolved(bench)
    if (after !== before + 1) throw new Error(`${after} resolved after the answer to one more than ${before}`)
    before = after
  }
}

async function resolved ({ service }: Bench): Promise<number> {
  const response = await fetch(service.address + BY_LEVEL)
  const { items } = await response.json() as { items: { resolved: number }[] }
  return items.reduce((sum, { resolved }) => sum + resolved, 0)
}

/** Dossiers that nobody else sends, with a result within the period. */
function * someEnded (count: number, size: number): Generator<object> {
  let i = 0
  for (const versions of histories(10_000)) {
    const newest: Version = versions.at(-1)!
    if (newest.status !== 10 || newest.returned_at! > '2021-06') continue
    if (i++ === count) return
    yield { ...JSON.parse(postedLine(newest)) as object, code: `${newest.code}-${size}` }
  }
}

async function diskOf ({ postgres, url }: Bench, size: number): Promise<Row[]> {
  const rows = await postgres.query(`
    select name, pg_table_size(name::regclass)::float8 as heap, pg_indexes_size(name::regclass)::float8 as indexes
    from unnest($1::text[]) as tables (name)`, [TABLES], url) as { name: string, heap: number, indexes: number }[]
  return rows.map(({ name, heap, indexes }) => ({
    records: grouped(size), table: `\`${name}\``, 'rows MB': (heap / 1e6).toFixed(1), 'indexes MB': (indexes / 1e6).toFixed(1),
    'bytes/record': Math.round((heap + indexes) / size)
  }))
}

import { connect } from '../../../src/database/connect.ts'
import { rebuildRollups } from '../../../src/dossiers/rollups/rebuild.ts'
import { clear, copy, post, type Bench, type Counts } from './bench.ts'
import { COPIED, type Files } from './files.ts'
import { grouped, median, percent, printTable } from './table.ts'
import { cpuOf, cpuOfFamily, watchMemory, type Memory } from './usage.ts'

/** Of the records/s of `/v1/dossiers`. */
const GOAL_NATIONAL = 0.8
/** Each dossier names its office by code, the sender a unit that none has. */
const NATIONAL = '/v1/national-sync/dossiers?MaDinhDanhDV=H56-380'

interface Measured {
  seconds: number
  /** In microseconds a record. */
  database: number
  service: number
}

/**
 * Sends the same dossiers through psql's \copy and through the service, in turns, and what follows on them.
 * @throws Error when what is stored is not what was sent
 */
export async function measureIngest (bench: Bench, files: Files, rounds: number): Promise<void> {
  const { posted, copied, revised, national } = files
  const copying: Measured[] = []
  const posting: Measured[] = []
  const ofPortal: Measured[] = []
  const again: Measured[] = []
  const revising: Measured[] = []
  const memories: Memory[] = []
  for (let round = 0; round < rounds; round++) {
    await clear(bench)
    copying.push(await measured(bench, copied.records, () => copy(bench, copied)))
    await clear(bench)
    ofPortal.push(await measured(bench, national.records, async () => {
      expect(await post(bench, national, NATIONAL), { received: national.records, created: national.records })
    }))
    await clear(bench)
    if (round === rounds - 1) await copy(bench, copied)
    await bench.postgres.query('checkpoint', [], bench.url)
    const stop = watchMemory(bench.service.pid)
    posting.push(await measured(bench, posted.records, async () => {
      expect(await post(bench, posted), { received: posted.records, created: posted.records })
    }))
    memories.push(stop())
  }
  await expectSame(bench)
  again.push(await measured(bench, posted.records, async () => {
    expect(await post(bench, posted), { received: posted.records, unchanged: posted.records })
  }))
  revising.push(await measured(bench, revised.records, async () => {
    const { received, updated, stale } = await post(bench, revised)
    if (received !== revised.records || updated + stale !== received) throw new Error(`${updated} of ${received} updated`)
  }))
  await expectRecounted(bench)

  const best = median(copying.map(({ seconds }) => copied.records / seconds))
  const rateOf = (records: number, runs: Measured[]) => median(runs.map(({ seconds }) => records / seconds))
  const ofNational = rateOf(national.records, ofPortal) / rateOf(posted.records, posting)
  const row = (what: string, records: number, runs: Measured[]) => {
    const rate = rateOf(records, runs)
    return {
      '': what, records: grouped(records), 'records/s': grouped(rate), 'of \\copy': percent(rate / best),
      'CPU µs/record: database': median(runs.map(({ database }) => database)).toFixed(1),
      service: median(runs.map(({ service }) => service)).toFixed(1)
    }
  }
  const note = `Medians of ${rounds} rounds in turns, each on empty tables after a checkpoint. \`\\copy\` fills a table like \`dossiers\`, ` +
    'with its indexes; the service checks, keeps sums, versions and the audit as well. Afterwards the rows were the same, and ' +
    `a recount found all sums right. Memory of the service: at most ${Math.round(median(memories.map(({ max }) => max)))} MB, ` +
    `and ${median(memories.map(({ slope }) => slope)).toFixed(1)} MB more a minute in the second half. The national format comes to ${percent(ofNational)} of the records/s of new ones ` +
    `(goal ${percent(GOAL_NATIONAL)}${ofNational < GOAL_NATIONAL ? ', **missed**' : ''}).`
  printTable('Taking dossiers in', note, [
    row('psql `\\copy`', copied.records, copying),
    row('`POST /v1/dossiers`, new', posted.records, posting),
    row('`POST /v1/national-sync/dossiers`, new', national.records, ofPortal),
    row('the same again, unchanged', posted.records, again),
    row('newer versions', revised.records, revising)
  ])
}

async function measured ({ postgres, service }: Bench, records: number, work: () => Promise<void>): Promise<Measured> {
  const cpu = () => Promise.all([cpuOfFamily(postgres.pid()), cpuOf(service.pid)])
  const before = await cpu()
  const since = performance.now()
  await work()
  const seconds = (performance.now() - since) / 1000
  const after = await cpu()
  const spent = (i: 0 | 1) => (after[i] - before[i]) * 1000 / records
  return { seconds, database: spent(0), service: spent(1) }
}

function expect (answer: Counts, expected: Partial<Counts>) {
  for (const [name, count] of Object.entries(expected)) {
    const found = answer[name as keyof Counts]
    if (found !== count) throw new Error(`${name} is ${found}, not ${count}`)
  }
}

/** Both ways in lead to the same rows, but for who wrote them. */
async function expectSame ({ postgres, url }: Bench): Promise<void> {
  const columns = COPIED.filter(name => name !== 'write').map(name => `${name}::text`).join()
  const sum = (table: string) => `(select sum(hashtextextended(concat_ws('|', ${columns}), 0)) from ${table})`
  const [row] = await postgres.query(`select ${sum('dossiers')} = ${sum('copied')} as same`, [], url) as [{ same: boolean }]
  if (!row.same) throw new Error('the rows are not the same')
}

async function expectRecounted ({ url }: Bench): Promise<void> {
  const { db, close } = connect({ connectionString: url }, { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
  try {
    const deviations = await rebuildRollups(db)
    if (deviations.length > 0) throw new Error(`${deviations.length} sums were wrong`)
  } finally {
    await close()
  }
}

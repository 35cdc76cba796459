import { readFileSync } from 'node:fs'
import { connect } from '../../../src/database/connect.ts'
import { KEPT_RULES, type KeptRules } from '../../../src/dossiers/counting-rules/kept.ts'
import { ingestDossiers } from '../../../src/dossiers/ingest/chunk.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { clear, type Bench } from './bench.ts'
import type { Files } from './files.ts'
import { median, percent, printTable } from './table.ts'
import { cpuOfFamily } from './usage.ts'

const LINES = 200_000
const CHUNK = 5_000
const KINDS = ['new', 'the same again', 'newer versions'] as const
/** Of the records/s with sums by one set of rules alone. */
const GOAL = 0.85
type Spent = Record<typeof KINDS[number], number>

/**
 * What it costs to keep sums by counting rules beside those of the default ones: the same records in turns with and
 * without, in CPU time of the database and of this process together.
 */
export async function measureKeptRules (bench: Bench, { posted, revised }: Files, rounds: number): Promise<void> {
  const [first, later] = [chunksOf(posted.path), chunksOf(revised.path)]
  const spent: Record<'one' | 'two', Spent[]> = { one: [], two: [] }
  // The first round compiles everything.
  for (let round = 0; round <= rounds; round++) {
    for (const kept of round % 2 === 0 ? ['one', 'two'] as const : ['two', 'one'] as const) {
      await clear(bench)
      const rules = kept === 'one' ? (KEPT_RULES as KeptRules[]).splice(0) : []
      const one = await ingest(bench, first, later)
      ;(KEPT_RULES as KeptRules[]).push(...rules)
      if (round > 0) spent[kept].push(one)
    }
  }
  await clear(bench)
  const note = `CPU µs a record in chunks of ${CHUNK}, medians of ${rounds} rounds in turns: sums by the default rules alone, and ` +
    `beside them by ${KEPT_RULES.map(({ code }) => code).join(', ')}.`
  printTable('Sums by more than one set of counting rules', note, KINDS.map(kind => {
    const [one, two] = [median(spent.one.map(each => each[kind])), median(spent.two.map(each => each[kind]))]
    return { '': kind, one: one.toFixed(1), two: two.toFixed(1), 'records/s of one': percent(one / two),
      goal: `${percent(GOAL)}${one / two < GOAL ? ' **missed**' : ''}` }
  }))
}

async function ingest (bench: Bench, first: unknown[][], later: unknown[][]): Promise<Spent> {
  const { db, close } = connect({ connectionString: bench.url }, { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
  const spentOn = async (chunks: unknown[][]) => {
    const [database, own] = [await cpuOfFamily(bench.postgres.pid()), process.cpuUsage()]
    for (const items of chunks) {
      await runOwnWrite(db, 'bench', 'postDossiers', write => ingestDossiers(write, items, { source: 'one-stop', reach: null }))
    }
    const { user, system } = process.cpuUsage(own)
    return (user + system + 1000 * (await cpuOfFamily(bench.postgres.pid()) - database)) / chunks.flat().length
  }
  try {
    return { new: await spentOn(first), 'the same again': await spentOn(first), 'newer versions': await spentOn(later) }
  } finally {
    await close()
  }
}

/** The first lines of a file, in chunks. */
function chunksOf (path: string): unknown[][] {
  const items = readFileSync(path, 'latin1').split('\n', LINES).filter(Boolean).map(line => JSON.parse(line) as unknown)
  return Array.from({ length: Math.ceil(items.length / CHUNK) }, (_, i) => items.slice(i * CHUNK, (i + 1) * CHUNK))
}

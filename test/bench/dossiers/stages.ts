import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { unnested, type Columns } from '../../../src/database/sql/bulk-binary.ts'
import { connect, type Db } from '../../../src/database/connect.ts'
import { runOwnWrite } from '../../../src/writes/unit-of-work.ts'
import { normalise } from '../../../src/dossiers/ingest/normalise/normalise.ts'
import { RecordNames } from '../../../src/dossiers/ingest/records/record-names.ts'
import { RecordList } from '../../../src/dossiers/ingest/records/record-list.ts'
import type { SentRecord } from '../../../src/dossiers/ingest/records/record.ts'
import { wellFormedItems } from '../../../src/dossiers/ingest/validate.ts'
import type { StoredDossier } from '../../../src/dossiers/storage/columns.ts'
import { ingestDossiers } from '../../../src/dossiers/ingest/chunk.ts'
import type { FoundUnit } from '../../../src/dossiers/ingest/lookups/found-unit.ts'
import { lookUp, type Lookups } from '../../../src/dossiers/ingest/lookups/lookups.ts'
import type { DossierItem } from '../../../src/dossiers/schema.ts'
import { RollupDeltas } from '../../../src/dossiers/rollups/deltas.ts'
import { linesOf, type Line } from '../../../src/text/ndjson-lines.ts'
import { clear, type Bench } from './bench.ts'
import type { Written } from './files.ts'
import { printTable } from './table.ts'
import { cpuOfFamily } from './usage.ts'

const LINES = 100_000
const CHUNK = 5_000
/** The first ones while everything is compiled do not count. */
const WARM_UP = 40_000

const SOURCE = 'one-stop'

const COLUMNS: Columns<StoredDossier> = {
  code: { type: 'text', of: ({ code }) => code },
  unit: { type: 'text', of: ({ unit }) => unit },
  procedure: { type: 'text', of: ({ procedure }) => procedure },
  channel: { type: 'text', of: ({ channel }) => channel },
  level: { type: 'text', of: ({ level }) => level },
  field: { type: 'text', of: ({ field }) => field },
  status: { type: 'int2', of: ({ status }) => status },
  received_at: { type: 'timestamptz', of: dossier => dossier.received_at },
  due_at: { type: 'timestamptz', of: dossier => dossier.due_at },
  finished_at: { type: 'timestamptz', of: dossier => dossier.finished_at },
  returned_at: { type: 'timestamptz', of: dossier => dossier.returned_at },
  updated_at: { type: 'timestamptz', of: dossier => dossier.updated_at }
}

/** Where the CPU time of a record goes, measured within this process, one part after the other. */
export async function measureStages (bench: Bench, { path }: Written): Promise<void> {
  const { db, close } = connect({ connectionString: bench.url }, { max: 1, onLost: () => {}, timeLimits: 'relaxed' })
  try {
    const { chunks, microseconds } = await chunksOf(path)
    const spent = new Stages()
    await inParts(db, chunks, spent)
    spent.add('cut into lines', microseconds)
    await clear(bench)
    await whole(bench, db, chunks, spent)
    await clear(bench)
    const note = `CPU µs a record, after ${WARM_UP} to warm up, one part after the other.`
    printTable('Where the time of a new record goes', note, spent.rows())
  } finally {
    await close()
  }
}

class Stages {
  readonly #microseconds = new Map<string, number>()
  #chunks = 0

  /** Counts what `work` takes, once it is warm. */
  part<T> (name: string, work: () => T): T {
    const before = process.cpuUsage()
    const result = work()
    const { user, system } = process.cpuUsage(before)
    this.add(name, user + system)
    return result
  }

  add (name: string, microseconds: number) {
    if (this.#chunks * CHUNK < WARM_UP) return
    this.#microseconds.set(name, (this.#microseconds.get(name) ?? 0) + microseconds)
  }

  next () {
    this.#chunks++
  }

  again () {
    this.#chunks = 0
  }

  rows () {
    return [...this.#microseconds].map(([name, microseconds]) => (
      { part: name, 'µs/record': (microseconds / (LINES - WARM_UP)).toFixed(2) }))
  }
}

async function inParts (db: Db, chunks: Line[][], spent: Stages): Promise<void> {
  const shared = { names: new RecordNames(), source: SOURCE }
  for (const lines of chunks) {
    const items = spent.part('JSON.parse', () => lines.map(({ text }) => JSON.parse(text!) as DossierItem))
    const { wellFormed } = spent.part('check and read', () => {
      const list = new RecordList(shared)
      for (const item of items) list.push(item)
      return wellFormedItems(list)
    })
    const references = await db.transaction().execute(trx => lookUp(trx, { source: SOURCE, reach: null }, wellFormed))
    const dossiers = spent.part('normalise', () => wellFormed.indexes.map(i => (
      soundDossier(wellFormed.recordAt(i), references.unitsOf[i], references))))
    spent.part('put in order', () => dossiers.sort((a, b) => a.code < b.code ? -1 : 1))
    spent.part('count for the sums', () => {
      const differences = new RollupDeltas()
      for (const dossier of dossiers) differences.add(dossier)
    })
    spent.part('encode', () => unnested(COLUMNS, dossiers))
    spent.next()
  }
}

function soundDossier (record: SentRecord, unit: FoundUnit | undefined, references: Lookups): StoredDossier {
  const dossier = normalise(record, unit, references)
  if (Array.isArray(dossier)) throw new Error(dossier.map(({ detail }) => detail).join())
  return dossier
}

/** The same records through all of it, so that what is left shows. */
async function whole ({ postgres }: Bench, db: Db, chunks: Line[][], spent: Stages): Promise<void> {
  spent.again()
  for (const lines of chunks) {
    const items = lines.map(({ text }) => JSON.parse(text!) as DossierItem)
    const before = await cpuOfFamily(postgres.pid())
    const own = process.cpuUsage()
    await runOwnWrite(db, 'bench', 'postDossiers', write => (
      ingestDossiers(write, items, { source: SOURCE, reach: null })))
    const { user, system } = process.cpuUsage(own)
    spent.add('**all of it but lines and JSON**, with the driver', user + system)
    spent.add('**database**', (await cpuOfFamily(postgres.pid()) - before) * 1000)
    spent.next()
  }
}

/** The lines of the file, as many as are measured, in chunks. */
async function chunksOf (path: string): Promise<{ chunks: Line[][], microseconds: number }> {
  const pieces: Buffer[] = await createReadStream(path).toArray()
  const lines: Line[] = []
  const before = process.cpuUsage()
  for await (const some of linesOf(Readable.from(pieces), () => {})) lines.push(...some)
  const { user, system } = process.cpuUsage(before)
  const chunks = Array.from({ length: LINES / CHUNK }, (_, i) => lines.slice(i * CHUNK, (i + 1) * CHUNK))
  return { chunks, microseconds: (user + system) * (LINES - WARM_UP) / lines.length }
}

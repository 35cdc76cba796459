// npm run bench:dossiers: dossier records in and figures out, side by side with what public tools do, on a PostgreSQL
// server of its own. RECORDS: how many are sent. SIZES: of the database when it is asked. ROUNDS: of what is repeated.
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, whyNoPostgres } from '../../postgres.ts'
import { clear, SETTINGS, startBench } from './bench.ts'
import { measureIngest } from './ingest.ts'
import { measureKeptRules } from './kept-rules.ts'
import { writeFiles } from './files.ts'
import { measureDueDates } from './due-dates.ts'
import { measureEvaluation } from './evaluation.ts'
import { measureHierarchy } from './hierarchy.ts'
import { measureReads } from './reads.ts'
import { measureStages } from './stages.ts'

const records = Number(process.env['RECORDS'] ?? 3_100_000)
const sizes = (process.env['SIZES'] ?? '300000,1000000,3100000,10000000').split(',').map(Number)
const rounds = Number(process.env['ROUNDS'] ?? 3)

const why = await whyNoPostgres()
if (why !== null) throw new Error(why)
const folder = await mkdtemp(join(tmpdir(), 'cchc-bench-'))
const postgres = await startPostgres({ settings: SETTINGS })
try {
  const processors = cpus()
  console.log(`${new Date().toISOString().slice(0, 10)}, ${processors[0]!.model} × ${processors.length}, Node ${process.version}, ` +
    `PostgreSQL ${postgres.version} with fsync and ${SETTINGS.join(', ')}`)
  const bench = await startBench(postgres)
  try {
    const files = writeFiles(folder, 0, records)
    await measureDueDates(bench)
    await measureStages(bench, files.posted)
    await measureIngest(bench, files, rounds)
    await measureKeptRules(bench, files, rounds)
    await clear(bench)
    await measureReads(bench, folder, sizes, rounds)
    await clear(bench)
    await measureHierarchy(bench, folder, records)
    await measureEvaluation(bench, folder, records)
  } finally {
    await bench.service.stop()
  }
} finally {
  await postgres.remove()
  await rm(folder, { recursive: true })
}

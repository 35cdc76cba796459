// Preloaded where tests run, before coverage is counted. What is compiled before has no counters, and of all that would
// be counted four fifths are in packages, where nobody asks: that took a fifth of the time of node.
import { setFlagsFromString } from 'node:v8'
import { isMainThread } from 'node:worker_threads'

const PACKAGES = [
  '@fastify/swagger', 'ajv', 'csv-parse/sync', 'csv-stringify', 'fastify', 'kysely', 'pg', 'read-excel-file/node', 'sax', 'tap', 'yauzl',
  'yazl'
]

// Not in the processes and threads that tests start: to compile all of it takes longer than they count.
if (isMainThread && process.argv[1]?.endsWith('.ts') && process.argv[1].includes('/test/')) {
  setFlagsFromString('--no-lazy')
  // What is long unused would be compiled again, with counters.
  setFlagsFromString('--no-flush-bytecode')
  for (const name of PACKAGES) await import(name)
  setFlagsFromString('--lazy')
}

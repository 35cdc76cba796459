// Prints what the migrations breach, and fails if they do.
import { readMigrationFiles } from './files.ts'
import { breaches } from './rules.ts'

const found = breaches(await readMigrationFiles())
for (const breach of found) console.error(breach)
process.exitCode = found.length === 0 ? 0 : 1

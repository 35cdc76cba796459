// npm run recount: rebuilds the rollups from the dossiers and prints every deviation. Exits with 1 if there was one.
import { databaseOf, readConfig } from '../../config.ts'
import { openDatabase } from '../../database/open.ts'
import { rebuildRollups } from './rebuild.ts'

// Counting all dossiers may take minutes.
const connection = await openDatabase(
  databaseOf(readConfig(process.env)), { onLost: console.error, timeLimits: 'relaxed' })
try {
  const deviations = await rebuildRollups(connection.db)
  for (const { table, province, key, stored, counted } of deviations) {
    for (const name of Object.keys(counted).filter(name => stored[name] !== counted[name])) {
      const where = [table, province, ...Object.values(key), name].join(' ')
      console.log(`${where} was ${stored[name]} and is ${counted[name]}`)
    }
  }
  console.log(deviations.length === 0 ? 'all sums are right' : 'all sums are right again')
  if (deviations.length > 0) process.exitCode = 1
} finally {
  await connection.close()
}

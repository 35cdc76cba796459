// npm run recount: rebuilds the rollups from the dossiers and prints every deviation. Exits with 1 if there was one.
import { databaseOf, readConfig } from '../../config.ts'
import { openDatabase } from '../../database/open.ts'
import { rebuildRollups } from './rebuild.ts'

if (import.meta.main) process.exitCode = await main([], process.env, console)

/** @returns the exit code */
export async function main (
  _args: string[], environment: NodeJS.ProcessEnv, terminal: Pick<Console, 'log' | 'error'>
): Promise<number> {
  // Counting all dossiers may take minutes.
  const connection = await openDatabase(
    databaseOf(readConfig(environment)), { onLost: terminal.error, timeLimits: 'relaxed' })
  try {
    const deviations = await rebuildRollups(connection.db)
    for (const { table, province, key, stored, counted } of deviations) {
      for (const name of Object.keys(counted).filter(name => stored[name] !== counted[name])) {
        const where = [table, province, ...Object.values(key), name].join(' ')
        terminal.log(`${where} was ${stored[name]} and is ${counted[name]}`)
      }
    }
    terminal.log(deviations.length === 0 ? 'all sums are right' : 'all sums are right again')
    return deviations.length === 0 ? 0 : 1
  } finally {
    await connection.close()
  }
}

// npm run snapshot: takes the snapshot of the evaluation of today, also where there is one. Exits with 1 if one failed.
import { databaseOf, readConfig } from '../../config.ts'
import { openDatabase } from '../../database/open.ts'
import { provincesNow, takeSnapshot } from './commands.ts'

if (import.meta.main) process.exitCode = await main([], process.env, console)

/** @returns the exit code */
export async function main (
  _args: string[], environment: NodeJS.ProcessEnv, terminal: Pick<Console, 'log' | 'error'>
): Promise<number> {
  // Another that takes one may keep it waiting.
  const connection = await openDatabase(
    databaseOf(readConfig(environment)), { onLost: terminal.error, timeLimits: 'relaxed' })
  const now = Date.now()
  let code = 0
  try {
    for (const province of await provincesNow(connection.db, now)) {
      try {
        const { day, units, kept } = await takeSnapshot(connection.db, province, now)
        for (const { unit, period } of kept) terminal.log(`${unit} in ${period} stays as it was on ${day}: more of it was known`)
        terminal.log(units === 0 ? `${province}: nothing is written` : `${province}: ${units} units on ${day}`)
      } catch (error) {
        terminal.error(`${province}: ${(error as Error).message}`)
        code = 1
      }
    }
    return code
  } finally {
    await connection.close()
  }
}

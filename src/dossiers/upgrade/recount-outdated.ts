import { connect, type Db } from '../../database/connect.ts'
import type { DatabaseOptions } from '../../database/open.ts'
import { passLeftBehind } from './left-behind.ts'
import { rebuildOutdatedRollups } from '../rollups/rebuild.ts'

/**
 * Rebuilds the rollups of the service's database if they were counted by another version of the rules, once what those
 * left behind is passed on.
 * @returns how many sums deviated; null: the rollups are of these rules
 */
export async function recountOutdated (
  db: Db, { url }: Pick<DatabaseOptions, 'url'>, onLost: (error: Error) => void
): Promise<number | null> {
  if (url === undefined) return rebuildOutdatedRollups(db, passLeftBehind)
  // Counting all dossiers may take minutes.
  const patient = connect({ connectionString: url }, { max: 1, onLost, timeLimits: 'relaxed' })
  try {
    return await rebuildOutdatedRollups(patient.db, passLeftBehind)
  } finally {
    await patient.close()
  }
}

import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { inTransaction } from '../../database/transaction.ts'
import { passDossiers, type EndingUnits } from '../passing/commands.ts'

/**
 * Passes on what was open when its unit ended, in a database that was written by a version of the service that did not.
 * Where that is done already it changes nothing.
 * @returns how many dossiers pass
 */
export async function passLeftBehind (db: Db): Promise<number> {
  return inTransaction(db, async trx => {
    await lock(trx, 'dossiers', 'exclusive')
    const { rows } = await sql<EndingUnits>`
      select province_code as province, min(effective_on)::text as day, array_agg(distinct predecessor) as units
      from unit_successions join units on units.id = predecessor group by province_code`.execute(trx)
    let passed = 0
    for (const ending of rows) passed += await passDossiers(trx, ending)
    return passed
  })
}

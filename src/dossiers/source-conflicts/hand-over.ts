import { sql } from 'kysely'
import { PROVINCES } from '../../catalogue/units/reach-sql.ts'
import type { Trx } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'

/**
 * Makes the dossiers of a source those of its successor, deleted ones as well. Those that wait for a code do so for the
 * successor. An alias of a unit is of the source that it names, or otherwise from now on of the successor, which must
 * have it.
 * @returns how many, without those that wait
 */
export async function handOverDossiers (trx: Trx, source: string, successor: string): Promise<number> {
  await lock(trx, 'dossiers', 'exclusive')
  await sql`update waiting_dossiers set source = ${successor} where source = ${source}`.execute(trx)
  await sql`
    update dossier_states set source = ${successor}
    where province_code = any(${PROVINCES}) and source = ${source}`.execute(trx)
  const { numAffectedRows } = await sql`
    update dossiers set source = ${successor}
    where province_code = any(${PROVINCES}) and source = ${source}`.execute(trx)
  return Number(numAffectedRows)
}

import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'

/** Makes the dossiers of a source those of its successor, deleted ones as well. @returns how many */
export async function handOverDossiers (trx: Trx, source: string, successor: string): Promise<number> {
  const { numAffectedRows } = await sql`
    update dossiers set source = ${successor}
    where province_code = any(array(select code from units where parent is null)) and source = ${source}`.execute(trx)
  return Number(numAffectedRows)
}

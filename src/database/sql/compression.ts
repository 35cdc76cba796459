import { sql } from 'kysely'
import type { Trx } from '../connect.ts'

/**
 * Compresses long values of a transaction by LZ4, where the server has it: in a tenth of the time that the usual way
 * takes, for little more room.
 */
export async function compressByLz4 (trx: Trx): Promise<void> {
  await sql`
    select set_config(name, 'lz4', true) from pg_settings
    where name = 'default_toast_compression' and 'lz4' = any(enumvals)`.execute(trx)
}

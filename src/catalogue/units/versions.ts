import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'

/** Gives units that were just stored their first version, and lets the keys of the units above reach them. */
export async function addFirstVersions (trx: Trx): Promise<void> {
  await sql`
    insert into unit_versions (unit, valid_from, valid_to, name, kind, level, parent, path, search_name)
    select id, valid_from, valid_to, name, kind, level, parent, path, search_name from units
    where not exists (select from unit_versions where unit = id)`.execute(trx)
  await sql`update units set reached_by = path where reached_by = '{}'`.execute(trx)
}

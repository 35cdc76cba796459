import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'

/** Lets stored units have been from the beginning what they are now. The rows stay, as it takes less than new ones. */
export async function correctFirstVersions (trx: Trx, ids: readonly string[]): Promise<void> {
  await sql`
    delete from unit_versions as later using unit_versions as earlier
    where later.unit = any(${ids}) and earlier.unit = later.unit and earlier.valid_from < later.valid_from`.execute(trx)
  await sql`
    update unit_versions as version set valid_from = units.valid_from, valid_to = units.valid_to, name = units.name,
      kind = units.kind, level = units.level, parent = units.parent, path = units.path, search_name = units.search_name, change = null
    from units where unit = any(${ids}) and units.id = unit`.execute(trx)
}

/** Gives units that were just stored their first version, and lets the keys of the units above reach them. */
export async function addFirstVersions (trx: Trx): Promise<void> {
  await sql`
    insert into unit_versions (unit, valid_from, valid_to, name, kind, level, parent, path, search_name)
    select id, valid_from, valid_to, name, kind, level, parent, path, search_name from units
    where not exists (select from unit_versions where unit = id)`.execute(trx)
  await sql`update units set reached_by = path where reached_by = '{}'`.execute(trx)
}

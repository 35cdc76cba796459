import { sql } from 'kysely'
import { rebuildBearers } from '../../../src/catalogue/hierarchy/bearers.ts'
import { refreshReach } from '../../../src/catalogue/units/lineage/reach.ts'
import type { Db, Trx } from '../../../src/database/connect.ts'

/** What changes among the units of H56 on a day. */
export interface Reform {
  on: string
  create?: { unit: string, parent: string, level?: string }[]
  /** Each unit that ends, with its successors and their shares; none: it ends without successors. */
  end?: Record<string, Record<string, number>>
  /** Each unit that moves, with its new parent. */
  move?: Record<string, string>
}

/** Changes units as an event set does. */
export async function givenReform (db: Db, { on, create = [], end = {}, move = {} }: Reform): Promise<void> {
  await db.transaction().execute(async trx => {
    for (const unit of create) await createUnit(trx, on, unit)
    for (const [unit, successors] of Object.entries(end)) await endUnit(trx, on, unit, successors)
    for (const [unit, parent] of Object.entries(move)) await moveUnit(trx, on, unit, parent)
    await rebuildBearers(trx)
    await refreshReach(trx, 'H56')
  })
}

async function createUnit (
  trx: Trx, on: string, { unit, parent, level = 'commune' }: NonNullable<Reform['create']>[number]
): Promise<void> {
  await sql`
    insert into units (id, code, province_code, name, search_name, kind, level, parent, path, reached_by, reports_dossiers, valid_from)
    select ${unit}::text, ${unit}::text, province_code, ${unit}::text, ${unit}::text, 'commune', ${level}::text, id, path || ${unit}::text,
      path || ${unit}::text, true, ${on}::date
    from units where id = ${parent}`.execute(trx)
  await sql`
    insert into unit_versions (unit, valid_from, name, kind, level, parent, path, search_name)
    select id, valid_from, name, kind, level, parent, path, search_name from units where id = ${unit}`.execute(trx)
}

async function endUnit (trx: Trx, on: string, unit: string, successors: Record<string, number>): Promise<void> {
  await sql`update units set valid_to = ${on}::date - 1 where id = ${unit}`.execute(trx)
  await endVersion(trx, on, unit)
  for (const [successor, share] of Object.entries(successors)) {
    await sql`
      insert into unit_successions (predecessor, successor, effective_on, share, change)
      values (${unit}, ${successor}, ${on}, ${share}, 0)`.execute(trx)
  }
}

async function moveUnit (trx: Trx, on: string, unit: string, parent: string): Promise<void> {
  const { rows: [before] } = await sql<{ valid_to: string | null }>`select valid_to from units where id = ${unit}`.execute(trx)
  await endVersion(trx, on, unit)
  await sql`
    update units set parent = above.id, path = above.path || units.id from units as above
    where units.id = ${unit} and above.id = ${parent}`.execute(trx)
  await sql`
    insert into unit_versions (unit, valid_from, valid_to, name, kind, level, parent, path, search_name)
    select id, ${on}::date, ${before!.valid_to}::date, name, kind, level, parent, path, search_name from units where id = ${unit}`.execute(trx)
}

async function endVersion (trx: Trx, on: string, unit: string): Promise<void> {
  await sql`
    update unit_versions set valid_to = ${on}::date - 1
    where unit = ${unit} and coalesce(valid_to, 'infinity') >= ${on}::date`.execute(trx)
}

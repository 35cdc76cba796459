import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid, notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { reachedUnit } from './resolve.ts'
import { today } from '../../time/business-day.ts'
import type { Unit, UnitAsOf, UnitQuery } from './schema.ts'
import { searchName } from '../../text/search-name.ts'

const ORDER: OrderColumn[] = [{ name: 'id', kind: 'text' }]

/** Units as they are last, or as they are on a day. */
export async function units (db: Db, filters: UnitQuery, page: PageRequest, reach: Reach): Promise<Page<Unit>> {
  const { level, kind, as_of: day, q } = filters
  const parent = filters.parent === undefined ? null : await parentNamed(db, filters.parent, reach, day)
  const conditions = [
    sql`true`,
    reach === null ? [] : sql`${reach} = any(reached_by)`,
    level === undefined ? [] : sql`version.level = any(${level})`,
    kind === undefined ? [] : sql`version.kind = any(${kind})`,
    parent === null ? [] : below(parent, filters.descendants === true),
    q === undefined ? [] : sql`strpos(version.search_name, ${searchName(q)}) > 0`,
    day === undefined ? [] : sql`version.valid_from <= ${day} and coalesce(version.valid_to, 'infinity') >= ${day}`
  ].flat()
  const { rows } = await pageQuery(unitsWhere(day === undefined ? LAST : EACH, sql.join(conditions, sql` and `)), ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/**
 * A unit as it is on a day; on days on which it does not exist, as it was last, or will be first.
 * @throws DomainError `not_found`
 */
export async function unitNamed (db: Db, name: string, asOf: string | undefined, reach: Reach): Promise<UnitAsOf> {
  const day = asOf ?? today()
  const resolved = await reachedUnit(db, name, reach, { day })
  if (resolved === undefined) throw notFound('unit', name)
  const { id, code, valid_from: from, valid_to: to } = resolved
  const within = day < from ? from : to !== null && day > to ? to : day
  const { rows: [unit] } = await unitsWhere(EACH, sql`id = ${id} and version.valid_from <= ${within}
    and coalesce(version.valid_to, 'infinity') >= ${within}`).execute(db)
  const { rows: versions } = await sql<UnitAsOf['versions'][number]>`
    select valid_from, valid_to, name, kind, parent, change from unit_versions where unit = ${id} order by valid_from`.execute(db)
  const { rows: others } = await sql<UnitAsOf['others'][number]>`
    select id, name, valid_from, valid_to from units where code = ${code} and id <> ${id}
      and ${reach === null ? sql`true` : sql`${reach} = any(reached_by)`} order by valid_from`.execute(db)
  const { rows: aliases } = await sql<UnitAsOf['dated_aliases'][number]>`
    select source, external_code as code, nullif(valid_from, '-infinity') as valid_from, valid_to from unit_aliases
    where unit = ${id} order by source, external_code, valid_from`.execute(db)
  return { ...unit!, as_of: day, versions, others, dated_aliases: aliases }
}

async function parentNamed (db: Db, name: string, reach: Reach, day: string | undefined): Promise<string> {
  const parent = await reachedUnit(db, name, reach, { day })
  if (parent === undefined) throw invalid('/query/parent', 'unknown_unit', `there is no unit ${name}`)
  return parent.id
}

function below (parent: string, descendants: boolean): RawBuilder<unknown> {
  return descendants ? sql`${parent} = any(version.path) and id <> ${parent}` : sql`version.parent = ${parent}`
}

/** What units are last, which is in `units` itself; and what they are in all their days. */
const LAST = sql`units as version`
const EACH = sql`units join unit_versions as version on version.unit = units.id`

function unitsWhere (table: RawBuilder<unknown>, condition: RawBuilder<unknown>): RawBuilder<Unit> {
  const units = table === LAST ? 'version' : 'units'
  const of = (column: string) => sql.ref(`${units}.${column}`)
  return sql<Unit>`
    select id, code, version.name, version.kind, version.level, version.parent, reports_dossiers, ${of('valid_from')} as valid_from, ${of('valid_to')} as valid_to,
      array(select distinct source || ':' || external_code from unit_aliases where unit = id order by 1) as aliases
    from ${table} where ${condition}`
}

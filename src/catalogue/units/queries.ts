import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid, notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { reachedUnit } from './resolve.ts'
import type { Unit, UnitQuery } from './schema.ts'
import { searchName } from '../../text/search-name.ts'

const ORDER: OrderColumn[] = [{ name: 'id', kind: 'text' }]

export async function units (db: Db, filters: UnitQuery, page: PageRequest, reach: Reach): Promise<Page<Unit>> {
  const parent = filters.parent === undefined ? null : await parentNamed(db, filters.parent, reach)
  const { rows } = await pageQuery(unitsWhere(sql`
    ${reach === null ? sql`true` : sql`${reach} = any(path)`}
    and ${filters.level === undefined ? sql`true` : sql`level = any(${filters.level})`}
    and ${filters.kind === undefined ? sql`true` : sql`kind = any(${filters.kind})`}
    and ${parent === null ? sql`true` : below(parent, filters.descendants === true)}
    and ${filters.as_of === undefined ? sql`true` : sql`valid_from <= ${filters.as_of} and coalesce(valid_to, 'infinity') >= ${filters.as_of}`}
    and ${filters.q === undefined ? sql`true` : sql`strpos(search_name, ${searchName(filters.q)}) > 0`}`), ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/** @throws DomainError `not_found` */
export async function unitNamed (db: Db, name: string, reach: Reach): Promise<Unit> {
  const resolved = await reachedUnit(db, name, reach)
  if (resolved === undefined) throw notFound('unit', name)
  const { rows } = await unitsWhere(sql`id = ${resolved.id}`).execute(db)
  return rows[0]!
}

async function parentNamed (db: Db, name: string, reach: Reach): Promise<string> {
  const parent = await reachedUnit(db, name, reach)
  if (parent === undefined) throw invalid('/query/parent', 'unknown_unit', `there is no unit ${name}`)
  return parent.id
}

function below (parent: string, descendants: boolean): RawBuilder<unknown> {
  return descendants ? sql`${parent} = any(path) and id <> ${parent}` : sql`parent = ${parent}`
}

function unitsWhere (condition: RawBuilder<unknown>): RawBuilder<Unit> {
  return sql<Unit>`
    select id, code, name, kind, level, parent, reports_dossiers, valid_from, valid_to,
      array(select source || ':' || external_code from unit_aliases where unit = units.id order by 1) as aliases
    from units where ${condition}`
}

import { sql, type RawBuilder } from 'kysely'
import { isVersionOn } from '../../../catalogue/hierarchy/places-sql.ts'
import { invalid } from '../../../contract/errors.ts'
import type { Page, PageRequest } from '../../../contract/paging.ts'
import type { Db } from '../../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../../database/sql/keyset.ts'
import type { ParIndexForm, ParIndexFormQuery } from './schema.ts'
import { storedForms } from './store.ts'

const ORDER: OrderColumn[] = [{ name: 'code', kind: 'text' }]

export async function parIndexForms (
  db: Db, { as_of: day }: ParIndexFormQuery, page: PageRequest
): Promise<Page<ParIndexForm>> {
  const query = sql<{ code: string }>`
    select code from par_index_forms
    where ${day === undefined ? sql`true` : sql`${day} between valid_from and coalesce(valid_to, 'infinity')`}`
  const { items, next_cursor } = pageOf((await pageQuery(query, ORDER, page).execute(db)).rows, ORDER, page.limit)
  const found = await storedForms(db, items.map(({ code }) => code))
  return { items: [...found.values()], next_cursor }
}

/**
 * The forms that hold on a day, those that hold since a later day first.
 * @param code the only one that is used, whether it holds or not; left out: any
 * @throws DomainError `unknown_form` at `/query/form`
 */
export async function formsOn (db: Db, day: string, code: string | undefined): Promise<ParIndexForm[]> {
  if (code !== undefined) {
    const named = (await storedForms(db, [code])).get(code)
    if (named === undefined) throw invalid('/query/form', 'unknown_form', `there is no form ${code}`)
    return [named]
  }
  return [...(await storedForms(db)).values()].filter(form => holdsOn(form, day))
    .sort((a, b) => b.valid_from.localeCompare(a.valid_from))
}

export function holdsOn ({ valid_from: from, valid_to: to }: ParIndexForm, day: string): boolean {
  return from <= day && (to === null || to >= day)
}

/** A unit as it stands on the last day of a span. */
export interface PlacedUnit {
  unit: string
  province_code: string
  level: string
  kind: string
  path: string[]
}

/** The units that exist in a span: by level, then by id. */
export async function unitsPlaced (
  db: Db, { from, to }: { from: string, to: string }, which: RawBuilder<unknown>
): Promise<PlacedUnit[]> {
  const { rows } = await sql<PlacedUnit>`
    select units.id as unit, units.province_code, versions.level, versions.kind, versions.path
    from units join unit_versions as versions on versions.unit = units.id and ${isVersionOn(sql`${to}::date`)}
      join levels on levels.code = versions.level
    where units.valid_from <= ${to} and coalesce(units.valid_to, 'infinity') >= ${from} and ${which}
    order by levels.position, units.id`.execute(db)
  return rows
}

/** Whether a form is for a unit. */
export function isFor (
  { within, levels, kinds, units }: ParIndexForm, { unit, level, kind, path }: Omit<PlacedUnit, 'province_code'>
): boolean {
  const isBelow = within === null || (within !== unit && path.includes(within))
  return isBelow && isOneOf(levels, level) && isOneOf(kinds, kind) && isOneOf(units, unit)
}

function isOneOf (list: readonly string[] | null, value: string): boolean {
  return list === null || list.includes(value)
}

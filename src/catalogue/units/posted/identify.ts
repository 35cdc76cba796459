// Which units the items of a batch are. Codes are used again, so a code alone does not say it.
import { sql } from 'kysely'
import type { Trx } from '../../../database/connect.ts'
import { today } from '../../../time/business-day.ts'
import { resolveUnits } from '../resolve.ts'
import type { UnitItem } from '../schema.ts'
import type { PostedUnit } from './tree.ts'

interface Bearer {
  id: string
  code: string
  valid_from: string
  valid_to: string | null
}

export interface Identified {
  units: Map<UnitItem, PostedUnit>
  /** Ids of those that have the code of another one on the same days, stored or in the batch. */
  taken: ReadonlySet<string>
}

/**
 * Items as units: with the id that is posted, otherwise that of the unit which has the code on some of the same days,
 * otherwise a new one. A parent is one of the batch, otherwise the unit that is so called on the last day of the item.
 */
export async function identified (trx: Trx, items: readonly UnitItem[]): Promise<Identified> {
  const { rows } = await sql<Bearer>`
    select id, code, valid_from, valid_to from units where code = any(${items.map(({ code }) => code)})
    order by valid_from`.execute(trx)
  const bearers = Map.groupBy(rows, ({ code }) => code)
  const units = new Map(items.map(item => [item, unitOfItem(item, idOf(item, bearers.get(item.code) ?? []))]))
  const posted = Map.groupBy(units.values(), ({ code }) => code)
  const ids = new Set([...units.values()].map(({ id }) => id))
  const parents = items.flatMap(({ parent }) => parent == null ? [] : [{ name: parent, source: null }])
  const unitOf = await resolveUnits(trx, parents)
  for (const unit of units.values()) {
    const { parent: name, valid_to: last } = unit
    if (name === null || (name.includes('@') && ids.has(name))) continue
    const beside = posted.get(name)?.findLast(other => overlaps(unit, other)) ?? posted.get(name)?.[0]
    unit.parent = beside?.id ?? unitOf({ name, source: null }, last ?? today())?.id ?? name
  }
  return { units, taken: codesTaken([...units.values()], rows.filter(({ id }) => !ids.has(id))) }
}

function idOf ({ id, code, valid_from, valid_to = null }: UnitItem, bearers: readonly Bearer[]): string {
  if (id !== undefined) return id
  const same = bearers.findLast(bearer => overlaps(bearer, { valid_from, valid_to }))
  return same?.id ?? (bearers.length === 0 ? code : `${code}@${valid_from}`)
}

type Lifetime = Pick<Bearer, 'valid_from' | 'valid_to'>

export function overlaps (a: Lifetime, b: Lifetime): boolean {
  return (b.valid_to === null || a.valid_from <= b.valid_to) && (a.valid_to === null || b.valid_from <= a.valid_to)
}

function unitOfItem (
  { code, name, kind, level, reports_dossiers, valid_from, ...item }: UnitItem, id: string
): PostedUnit {
  const { parent = null, valid_to = null, aliases = [] } = item
  return {
    id, code, name: name.normalize('NFC'), kind, level, parent, reports_dossiers, valid_from, valid_to,
    aliases: aliases.toSorted()
  }
}

/** @param others stored units with these codes */
function codesTaken (posted: readonly PostedUnit[], others: readonly Bearer[]): ReadonlySet<string> {
  const all = Map.groupBy<string, Bearer>([...others, ...posted], ({ code }) => code)
  return new Set(posted.filter(unit => (
    all.get(unit.code)!.some(other => other.id !== unit.id && overlaps(unit, other)))).map(({ id }) => id))
}

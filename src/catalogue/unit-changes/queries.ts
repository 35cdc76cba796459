import { sql } from 'kysely'
import type { Reach } from '../../contract/caller.ts'
import { invalid, notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { reachedUnit } from '../units/resolve.ts'
import type { Lineage, UnitChange, UnitChangeQuery } from './schema.ts'

const ORDER: OrderColumn[] = [{ name: 'effective_on', kind: 'text' }, { name: 'id', kind: 'number' }]

/** An event as it was posted, with the ids of the units that it concerns. */
interface StoredEvent {
  event: UnitChange['events'][number]
  units: string[]
}

/**
 * Event sets in the order of their days. A bound key sees of each the events that concern units within its reach, and
 * these as they were posted, with all the units that they name: legal documents are public, and half a merger would be
 * wrong. What these units are and have reported it does not see.
 */
export async function unitChanges (
  db: Db, { unit: name, from, to }: UnitChangeQuery, page: PageRequest, reach: Reach
): Promise<Page<UnitChange>> {
  const unit = name === undefined ? null : await reachedUnit(db, name, reach)
  if (unit === undefined) throw invalid('/query/unit', 'unknown_unit', `there is no unit ${name}`)
  const reached = reach === null ? null : await reachedIds(db, reach)
  const conditions = [
    sql`true`,
    unit === null ? [] : sql`${unit.id} = any(units)`,
    reached === null ? [] : sql`units && ${[...reached]}`,
    from === undefined ? [] : sql`effective_on >= ${from}`, to === undefined ? [] : sql`effective_on <= ${to}`
  ].flat()
  const query = sql<Omit<UnitChange, 'events'> & { events: StoredEvent[] }>`
    select id, effective_on::text as effective_on, document_number, document_date, document_issuer,
      withdrawn_by is not null as withdrawn, events
    from unit_changes where ${sql.join(conditions, sql` and `)}`
  const { rows } = await pageQuery(query, ORDER, page).execute(db)
  const { items, next_cursor } = pageOf(rows, ORDER, page.limit)
  const visible = ({ units }: StoredEvent) => reached === null || units.some(id => reached.has(id))
  const shown = items.map(item => ({ ...item, events: item.events.filter(visible).map(({ event }) => event) }))
  return { items: shown, next_cursor }
}

async function reachedIds (db: Db, reach: string): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`select id from units where ${reach} = any(reached_by)`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/**
 * The units that one came from and those that came after it, directly or not.
 * @throws DomainError `not_found`
 */
export async function lineageOf (db: Db, name: string, asOf: string | undefined, reach: Reach): Promise<Lineage> {
  const unit = await reachedUnit(db, name, reach, { day: asOf })
  if (unit === undefined) throw notFound('unit', name)
  const { rows: successions } = await sql<Lineage['successions'][number]>`
    with recursive after (unit) as (
      select ${unit.id}::text union select successor from after join unit_successions on predecessor = unit),
    before (unit) as (
      select ${unit.id}::text union select predecessor from before join unit_successions on successor = unit)
    select predecessor, successor, steps.effective_on, share,
      (select count(*) from unit_assignments as given where given.predecessor = steps.predecessor
        and given.successor = steps.successor and kind = 'procedure') as procedures,
      (select count(*) from unit_assignments as given where given.predecessor = steps.predecessor
        and given.successor = steps.successor and kind = 'dossier') as dossiers,
      change, document_number, document_date, document_issuer
    from unit_successions as steps join unit_changes on unit_changes.province_code = ${unit.province_code} and id = change
    where predecessor in (select unit from after) or successor in (select unit from before)
    order by steps.effective_on, predecessor, successor`.execute(db)
  const ids = [unit.id, ...successions.flatMap(({ predecessor, successor }) => [predecessor, successor])]
  const { rows: units } = await sql<Lineage['units'][number]>`
    select id, code, name, level, valid_from, valid_to from units
    where id = any(${ids}) and ${reach === null ? sql`true` : sql`${reach} = any(reached_by)`} order by valid_from, id`.execute(db)
  const shown = new Set(units.map(({ id }) => id))
  return {
    unit: unit.id, units,
    successions: successions.filter(({ predecessor, successor }) => shown.has(predecessor) && shown.has(successor))
  }
}

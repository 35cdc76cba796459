// Writes an event set: for each table one statement, whatever the number of units.
import { sql } from 'kysely'
import { insertMissing } from '../../../database/sql/bulk-json.ts'
import type { Trx } from '../../../database/connect.ts'
import { searchName } from '../../../text/search-name.ts'
import { rebuildBearers } from '../../hierarchy/bearers.ts'
import { refreshReach } from '../../units/lineage/reach.ts'
import type { Document } from '../schema.ts'
import type { Plan } from './plan.ts'

interface Posted {
  document: Document
  events: readonly unknown[]
  /** The id of the write in the audit log. */
  write: number
}

/** @returns the id of the event set */
export async function storePlan (trx: Trx, plan: Plan, { document, events, write }: Posted): Promise<number> {
  const { day, province, ended, created, changed } = plan
  const ends = [...ended.values()].map(({ was: { id, valid_to } }) => ({ id, valid_to }))
  const { id } = await trx.insertInto('unit_changes').values({
    province_code: province, effective_on: day, document_number: document.number, document_date: document.date,
    document_issuer: document.issuer, events: JSON.stringify(events), write,
    units: [...ended.keys(), ...created.keys(), ...changed.keys()], ends: JSON.stringify(ends)
  }).returning('id').executeTakeFirstOrThrow()
  await endUnits(trx, plan)
  await createUnits(trx, plan, id)
  await changeUnits(trx, plan, id)
  await succeed(trx, plan, id)
  await rebuildBearers(trx)
  await refreshReach(trx, province)
  return id
}

async function endUnits (trx: Trx, { day, dayBefore, ended }: Plan): Promise<void> {
  const ids = [...ended.keys()]
  await sql`update units set valid_to = ${dayBefore} where id = any(${ids})`.execute(trx)
  await sql`
    update unit_versions set valid_to = ${dayBefore}
    where unit = any(${ids}) and valid_from < ${day} and coalesce(valid_to, 'infinity') >= ${dayBefore}`.execute(trx)
}

async function createUnits (trx: Trx, { day, province, created }: Plan, change: number): Promise<void> {
  const units = [...created.values()].map(({ id, parent, path, unit: { aliases = [], ...unit } }) => (
    { ...unit, id, parent, path, aliases }))
  if (units.length === 0) return
  await insertMissing(trx, 'units', units.map(({ aliases: _, ...unit }) => ({
    ...unit, province_code: province, reached_by: unit.path, valid_from: day, valid_to: null,
    search_name: searchName(unit.name)
  })))
  await insertMissing(trx, 'unit_versions', units.map(({ id, name, kind, level, parent, path }) => ({
    unit: id, valid_from: day, valid_to: null, name, kind, level, parent, path, change, search_name: searchName(name)
  })))
  const aliases = units.flatMap(({ id, aliases }) => aliases.map(alias => {
    const colon = alias.indexOf(':')
    return { source: alias.slice(0, colon), external_code: alias.slice(colon + 1), unit: id, valid_from: day }
  }))
  if (aliases.length > 0) await insertMissing(trx, 'unit_aliases', aliases)
}

async function changeUnits (trx: Trx, { day, dayBefore, changed }: Plan, change: number): Promise<void> {
  if (changed.size === 0) return
  const rows = [...changed.entries()].map(([unit, { now, was: { level, on: { valid_to } } }]) => (
    { unit, valid_from: day, valid_to, ...now, level, change, search_name: searchName(now.name) }))
  await sql`
    update unit_versions set valid_to = ${dayBefore}
    where unit = any(${[...changed.keys()]}) and valid_from < ${day} and coalesce(valid_to, 'infinity') >= ${day}`.execute(trx)
  await insertMissing(trx, 'unit_versions', rows)
  await sql`
    update units set name = now.name, kind = now.kind, parent = now.parent, path = now.path, search_name = now.search_name
    from json_to_recordset(${JSON.stringify(rows)}::json)
      as now (unit text, name text, kind text, parent text, path text[], search_name text)
    where units.id = now.unit`.execute(trx)
}

async function succeed (trx: Trx, { day: effective_on, ended }: Plan, change: number): Promise<void> {
  const all = [...ended.entries()].flatMap(([predecessor, { successors }]) => (
    successors.map(successor => ({ predecessor, ...successor }))))
  if (all.length === 0) return
  await insertMissing(trx, 'unit_successions', all.map(({ predecessor, successor, share }) => (
    { predecessor, successor, share, effective_on, change })))
  const assignments = all.flatMap(({ predecessor, successor, procedures, dossiers }) => [
    ...procedures.map(code => ({ predecessor, successor, kind: 'procedure', code, change })),
    ...dossiers.map(code => ({ predecessor, successor, kind: 'dossier', code, change }))
  ])
  if (assignments.length > 0) await insertMissing(trx, 'unit_assignments', assignments)
}

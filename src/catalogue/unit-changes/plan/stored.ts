// What is stored already and stands against an event set: codes and aliases in use, figures, unknown procedures.
import { sql } from 'kysely'
import type { Issue } from '../../../contract/errors.ts'
import { lock } from '../../../database/sql/advisory-lock.ts'
import type { Trx } from '../../../database/connect.ts'
import { startOfDay } from '../../../time/business-day-sql.ts'
import { aliasClaims, claimOf } from '../../units/naming/claims.ts'
import type { Plan } from './plan.ts'

/** Codes and aliases of new units that others have on that day or later. */
export async function namesTaken (trx: Trx, { day, created, ended }: Plan): Promise<Issue[]> {
  const units = [...created.values()]
  const { rows } = await sql<{ name: string, unit: string }>`
    select code as name, id as unit from units
    where code = any(${units.map(({ unit: { code } }) => code)}) and id <> all(${[...ended.keys()]})
      and coalesce(valid_to, 'infinity') >= ${day}
    union all
    select id, id from units where id = any(${units.map(({ id }) => id)})`.execute(trx)
  const codes = new Map(rows.map(({ name, unit }) => [name, unit]))
  const given = units.flatMap(({ id, pointer, unit: { aliases = [] } }) => (
    aliases.map((alias, i) => ({ id, at: `${pointer}/aliases/${i}`, alias }))))
  const claims = await aliasClaims(trx, given.map(({ alias }) => alias))
  const stored = (alias: string) => claims.get(claimOf(alias))!
    .some(({ unit, valid_to: to }) => !ended.has(unit) && (to === null || to >= day))
  const posted = Map.groupBy(given, ({ alias }) => claimOf(alias))
  const beside = ({ id, alias }: typeof given[number]) => posted.get(claimOf(alias))!.some(other => other.id !== id)
  return [
    ...units.flatMap(({ id, pointer, unit: { code } }): Issue[] => {
      const unit = codes.get(code) ?? codes.get(id)
      if (unit === undefined) return []
      return [{ pointer: `${pointer}/code`, code: 'code_taken', detail: `${unit} has the code ${code} on ${day} or later` }]
    }),
    ...given.filter(one => stored(one.alias) || beside(one)).map(({ at, alias }): Issue => (
      { pointer: at, code: 'alias_taken', detail: `${alias} is an alias of another unit` }))
  ]
}

/**
 * Units that another event set ends, on whatever day, or makes successors on that day or later: what they were would
 * pass on twice, or to a unit that is no more.
 */
export async function endedOtherwise (trx: Trx, { day, province, ended }: Plan): Promise<Issue[]> {
  const ids = [...ended.keys()]
  const { rows } = await sql<{ id: string, what: string }>`
    select ends.id, 'event set ' || min(unit_changes.id) || ' ends ' || ends.id || ' already, on ' || min(effective_on) as what
    from unit_changes, jsonb_to_recordset(ends) as ends (id text)
    where province_code = ${province} and withdrawn_by is null and units && ${ids} and ends.id = any(${ids})
    group by ends.id
    union all
    select successor, successor || ' takes over ' || min(predecessor) || ' on ' || min(effective_on)
    from unit_successions where successor = any(${ids}) and effective_on >= ${day} group by successor
    order by id`.execute(trx)
  return rows.map(({ id, what }): Issue => (
    { pointer: ended.get(id)!.pointer, code: 'changed_later', detail: `${what}, so it cannot end on ${day}` }))
}

/** Units that would stand below one that another event set ends later, and would outlive it there. */
export async function parentsEnding (trx: Trx, { day, province, created, changed }: Plan): Promise<Issue[]> {
  const below = [
    ...[...created.values()].map(({ id, pointer, parent }) => ({ id, pointer, parent, to: null })),
    ...[...changed.values()].map(({ was: { id, valid_to: to }, pointer, now: { parent } }) => (
      { id, pointer, parent, to }))
  ]
  const { rows } = await sql<{ id: string, change: number, day: string }>`
    select ends.id, unit_changes.id as change, effective_on as day
    from unit_changes, jsonb_to_recordset(ends) as ends (id text)
    where province_code = ${province} and withdrawn_by is null and effective_on > ${day}
      and ends.id = any(${below.map(({ parent }) => parent)})`.execute(trx)
  const endings = new Map(rows.map(({ id, ...ending }) => [id, ending]))
  return below.flatMap(({ id, pointer, parent, to }): Issue[] => {
    const ending = endings.get(parent!)
    if (pointer === null || ending === undefined || (to !== null && to < ending.day)) return []
    const detail = `event set ${ending.change} ends ${parent} on ${ending.day}, so ${id} cannot stand below it from ${day} on`
    return [{ pointer, code: 'changed_later', detail }]
  })
}

/** Procedures that an assignment names and that are not there. */
export async function unknownProcedures (trx: Trx, { ended }: Plan): Promise<Issue[]> {
  const named = [...ended.values()].flatMap(({ pointer, successors }) => successors.flatMap(({ procedures }) => (
    procedures.map(procedure => ({ pointer, procedure })))))
  if (named.length === 0) return []
  const known = await trx.selectFrom('procedures').select('code')
    .where('code', 'in', named.map(({ procedure }) => procedure)).execute()
  const codes = new Set(known.map(({ code }) => code))
  return named.filter(({ procedure }) => !codes.has(procedure)).map(({ pointer, procedure }): Issue => (
    { pointer, code: 'unknown_procedure', detail: `there is no procedure ${procedure}` }))
}

/**
 * Figures and dossiers of units from after their end, also dossiers that have moved on since. What was received before
 * stays with them. Of a deleted dossier (status 0) nothing is left but a mark, which is no reason against anything.
 */
export async function figuresAfterEnd (trx: Trx, { day, province, ended }: Plan): Promise<Issue[]> {
  const units = [...ended.keys()]
  if (units.length === 0) return []
  // Dossiers are checked against their unit without a lock on it.
  await lock(trx, 'dossiers', 'exclusive')
  // Waits for statistics and indicators that name one of these units: their foreign key locks it.
  await sql`select from units where id = any(${units}) order by id for update`.execute(trx)
  const { rows } = await sql<{ unit: string, what: string }>`
    select unit, min(what) as what from (
      select unit, 'figures of ' || period as what from statistics_sets join periods on periods.code = period
      where province_code = ${province} and unit = any(${units}) and starts_on >= ${day}
      union all
      select unit, 'feedback of ' || period from feedback_sets join periods on periods.code = period
      where province_code = ${province} and unit = any(${units}) and starts_on >= ${day}
      union all
      select unit, 'indicators of ' || period from indicator_values join periods on periods.code = period
      where province_code = ${province} and unit = any(${units}) and starts_on >= ${day}
      union all
      select unit, 'reports of ' || period from submissions join periods on periods.code = period
      where province_code = ${province} and unit = any(${units}) and starts_on >= ${day}
      union all
      select unit, 'evaluation of ' || period from evaluation_inputs join periods on periods.code = period
      where province_code = ${province} and unit = any(${units}) and starts_on >= ${day}
      union all
      select unit, 'dossier ' || code from dossiers
      where province_code = ${province} and unit = any(${units}) and received_at >= ${startOfDay(day)} and status <> 0
      union all
      select unit, 'dossier ' || code from dossier_states
      where province_code = ${province} and unit = any(${units}) and received_at >= ${startOfDay(day)}
    ) as after group by unit order by unit`.execute(trx)
  return rows.map(({ unit, what }): Issue => (
    { pointer: ended.get(unit)!.pointer, code: 'unit_has_figures', detail: `${what} are stored for ${unit}, which would end before ${day}` }))
}

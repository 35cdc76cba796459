import { sql } from 'kysely'
import { lock } from '../../../database/sql/advisory-lock.ts'
import type { Trx } from '../../../database/connect.ts'
import { allowSlowStatements } from '../../../database/time-limits.ts'
import { dayOfInstant } from '../../../time/business-day-sql.ts'
import type { Issue } from '../../../contract/errors.ts'
import { issueAt } from '../../../writes/row-issues.ts'
import type { PostedUnit, StoredUnit } from './tree.ts'

interface Planned {
  before: StoredUnit
  after: PostedUnit
}

/**
 * What stored figures and dossiers do not allow to change: where a unit stands, and a lifetime that covers them. A
 * dossier that has moved on held the unit to its last day there, unless the unit had ended before already. Of a deleted
 * one (status 0) nothing is left but a mark, which is no reason against anything.
 * @returns by the id of the unit
 */
export async function issuesOfFigures (trx: Trx, planned: readonly Planned[]): Promise<Map<string, Issue[]>> {
  const changing = planned.filter(({ before, after }) => (
    ['level', 'parent', 'valid_from', 'valid_to'] as const).some(column => before[column] !== after[column]))
  if (changing.length === 0) return new Map()
  const ids = changing.map(({ after }) => after.id)
  const asked = changing.map(({ before, after }) => (
    { ...after, province: before.province_code, valid_until: before.valid_to }))
  await allowSlowStatements(trx)
  // Dossiers are checked against their unit without a lock on it.
  await lock(trx, 'dossiers', 'exclusive')
  // Waits for statistics and indicators that name one of these units: their foreign key locks it.
  await sql`select from units where path && ${ids} order by id for update`.execute(trx)
  const { rows } = await sql<Found>`
    with asked as (
      select * from json_to_recordset(${JSON.stringify(asked)}::json)
        as asked (id text, province text, valid_from date, valid_to date, valid_until date)),
    used as (
      select unit, period from statistics_sets where unit in (select id from units where path && ${ids})
      union select unit, period from feedback_sets where unit in (select id from units where path && ${ids})
      union select unit, period from indicator_values where unit in (select id from units where path && ${ids})
      union select unit, period from submissions where unit in (select id from units where path && ${ids})
      union select unit, period from evaluation_inputs where unit in (select id from units where path && ${ids})),
    filled as (
      select unit from used
      union select unit from dossier_desks where unit in (select id from units where path && ${ids}))
    select asked.id, exists(select from filled where unit = asked.id) as own,
      exists(select from filled join units on units.id = filled.unit where asked.id = any(units.path)) as below,
      (select min(used.period) from used join periods on periods.code = used.period where used.unit = asked.id
        and (periods.ends_on < asked.valid_from or periods.starts_on > asked.valid_to)) as period,
      least((select min(code) from dossiers where unit = asked.id and status <> 0
        and (${dayOfInstant(sql`received_at`)} > asked.valid_to
          or ${dayOfInstant(sql`coalesce(finished_at, returned_at, updated_at)`)} < asked.valid_from)),
        (select min(code) from dossier_states where province_code = asked.province and unit = asked.id
        and (${dayOfInstant(sql`received_at`)} > asked.valid_to
          or least(held_until - 1, asked.valid_until) > asked.valid_to or held_until <= asked.valid_from))) as dossier
    from asked`.execute(trx)
  const found = new Map(rows.map(row => [row.id, row]))
  return new Map(changing.map(({ before, after }) => [after.id, issuesOf(before, after, found.get(after.id)!)]))
}

interface Found {
  id: string
  /** Whether the unit has figures or dossiers; `below`: or one below it. */
  own: boolean
  below: boolean
  /** A period with figures, and a dossier, outside of the new lifetime; null: none. */
  period: string | null
  dossier: string | null
}

function issuesOf (before: StoredUnit, after: PostedUnit, { own, below, period, dossier }: Found): Issue[] {
  const issues: Issue[] = []
  const refuse = (property: string | null, detail: string) => {
    issues.push(issueAt(property, 'unit_has_figures', detail))
  }
  if (own && before.level !== after.level) refuse('level', `figures are stored for ${after.id}; its level stays ${before.level}`)
  if (below && before.parent !== after.parent) {
    refuse('parent', `figures are stored for ${after.id} or below it; its parent stays ${before.parent ?? 'null'}`)
  }
  const outside = period === null ? dossier : period
  if (outside !== null) {
    const days = `${after.valid_from} to ${after.valid_to ?? 'today'}`
    refuse(null, `what is stored for ${after.id} (${outside}) is outside of ${days}`)
  }
  return issues
}

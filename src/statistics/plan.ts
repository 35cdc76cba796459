import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import { Refusal, type Fault, type FaultCode } from '../fault.ts'
import { resolveUnits } from '../units/resolve.ts'
import type { GroupKey, OnTimeQuery } from './schema.ts'

export interface PlannedPeriod {
  code: string
  starts_on: string
  ends_on: string
}

/** A question about on-time percentages with its codes looked up. */
export interface OnTimePlan {
  keys: readonly GroupKey[]
  /** In the order of their days. */
  periods: PlannedPeriod[]
  provinces: string[]
  unit: string | null
  level: string[] | undefined
  field: string[] | undefined
  source: string | undefined
  method: NonNullable<OnTimeQuery['method']>
  /** Whose consolidated rows may stand for a group: one unit's, every unit's own group's, or nobody's. */
  totals: string | 'any' | null
  /** Whether the answer needs the rows by field and procedure. */
  byField: boolean
}

/** @throws Refusal `invalid_request` */
export async function planOf (db: Db, question: OnTimeQuery): Promise<OnTimePlan> {
  const { period, level, field, unit, source, method = 'resolved', group_by: keys = [] } = question
  const known = await lookUp(db, question)
  const resolved = unit === undefined ? null : (await resolveUnits(db, [{ name: unit, source: source ?? null }]))({ name: unit, source: source ?? null })
  const faults = [
    ...unknownCodes('period', period, known.periods.map(({ code }) => code)),
    ...unknownCodes('level', level, known.levels),
    ...unknownCodes('field', field, known.fields),
    ...unknownCodes('source', source === undefined ? [] : [source], known.sources),
    ...unknownCodes('unit', resolved === undefined ? [unit!] : [], []),
    ...keys.includes('period') ? [] : notInARow(known.periods)
  ]
  if (faults.length > 0) throw new Refusal('invalid_request', faults.map(({ detail }) => detail).join('; '), faults)

  return {
    keys,
    periods: known.periods,
    provinces: resolved == null ? known.provinces : [resolved.province_code],
    unit: resolved?.code ?? null,
    level,
    field,
    source,
    method,
    totals: totalsFor(keys, level, resolved?.code ?? (known.provinces.length === 1 ? known.provinces[0]! : null)),
    byField: keys.includes('field') || keys.includes('procedure') || field !== undefined
  }
}

/**
 * A total belongs to no level. Else it stands for the unit whose subtree is asked for, which without a filter is the
 * province where there is only one.
 */
function totalsFor (keys: readonly GroupKey[], level: string[] | undefined, root: string | null): string | 'any' | null {
  if (level !== undefined || keys.includes('level')) return null
  return keys.includes('unit') ? 'any' : root
}

interface Known {
  periods: PlannedPeriod[]
  levels: string[]
  fields: string[]
  sources: string[]
  provinces: string[]
}

async function lookUp (db: Db, { period, level = [], field = [], source = '' }: OnTimeQuery): Promise<Known> {
  const { rows } = await sql<Known>`
    select
      (select coalesce(json_agg(asked), '[]') from (
        select code, starts_on, ends_on from periods where code = any(${period}) order by starts_on, ends_on, code) as asked) as periods,
      array(select code from levels where code = any(${level})) as levels,
      array(select code from fields where code = any(${field})) as fields,
      array(select code from sources where code = ${source}) as sources,
      array(select code from units where parent is null order by code) as provinces`.execute(db)
  return rows[0]!
}

function unknownCodes (name: 'period' | 'level' | 'field' | 'source' | 'unit', asked: string[] = [], known: string[]): Fault[] {
  return asked.filter(code => !known.includes(code)).map(code => (
    { pointer: `/query/${name}`, code: `unknown_${name}` satisfies FaultCode, detail: `there is no ${name} ${code}` }))
}

/** Flows of periods that overlap would count twice, and the stocks of periods with a gap do not belong together. */
function notInARow (periods: PlannedPeriod[]): Fault[] {
  return periods.slice(1).flatMap((period, i) => {
    const before = periods[i]!
    const expected = dayAfter(before.ends_on)
    if (period.starts_on === expected) return []
    const code: FaultCode = period.starts_on < expected ? 'overlapping_periods' : 'gap_between_periods'
    const relation = period.starts_on < expected ? 'overlap' : 'do not follow one another'
    return [{ pointer: '/query/period', code, detail: `${before.code} and ${period.code} ${relation}; group_by=period tells them apart` }]
  })
}

export function dayAfter (day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + 1)
  return date.toISOString().slice(0, 10)
}

import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import { Refusal, type Fault, type FaultCode } from '../fault.ts'
import { dayAfter } from '../periods/calendar.ts'
import { reachedUnit } from '../units/resolve.ts'
import type { GroupKey, OnTimeQuery } from './schema.ts'

interface PlannedPeriod {
  code: string
  starts_on: string
  ends_on: string
}

/** A question about on-time percentages with its codes looked up. */
export interface OnTimePlan {
  keys: readonly GroupKey[]
  /** Codes, in the order of their days. */
  periods: string[]
  unit: string | null
  level: string[] | undefined
  field: string[] | undefined
  source: string | undefined
  method: NonNullable<OnTimeQuery['method']>
  /** Whose consolidated row may stand for a group: nobody's, that of the unit asked for, or each unit's for its own. */
  totals: 'none' | 'root' | 'each'
  /** Several periods are added up. */
  span: boolean
  /** The smallest table that knows the answer exactly. */
  basis: 'levels' | 'sets' | 'rows'
}

/** @throws Refusal `invalid_request` for unknown codes, and for periods that overlap or leave a gap */
export async function planOf (db: Db, question: OnTimeQuery, reach: string | null): Promise<OnTimePlan> {
  const { level, field, source, method = 'resolved', group_by: keys = [] } = question
  const { periods, unit } = isPlain(question)
    ? { periods: question.period, unit: null }
    : await looked(db, question, reach)
  const span = periods.length > 1 && !keys.includes('period')
  const totals = totalsFor(keys, level)
  return { keys, periods, unit, level, field, source, method, span, totals, basis: basisFor(question, span) }
}

/** Has no code to look up but one of a period, and that is known when anything is found for it. */
export function isPlain ({ period, level, field, unit, source }: OnTimeQuery): boolean {
  return period.length === 1 && level === undefined && field === undefined && unit === undefined && source === undefined
}

/** @throws Refusal `invalid_request` */
export async function looked (
  db: Db, question: OnTimeQuery, reach: string | null
): Promise<{ periods: string[], unit: string | null }> {
  const { period, level, field, unit, source, group_by: keys = [] } = question
  const known = await lookUp(db, question)
  const named = unit === undefined ? null : { name: unit, source: source ?? null }
  const resolved = named === null ? null : await reachedUnit(db, named, reach)
  const faults = [
    ...unknownCodes('period', period, known.periods.map(({ code }) => code)),
    ...unknownCodes('level', level, known.levels),
    ...unknownCodes('field', field, known.fields),
    ...unknownCodes('source', source === undefined ? [] : [source], known.sources),
    ...unknownCodes('unit', resolved === undefined ? [unit!] : [], []),
    ...keys.includes('period') ? [] : notInARow(known.periods)
  ]
  if (faults.length > 0) throw new Refusal('invalid_request', faults.map(({ detail }) => detail).join('; '), faults)
  return { periods: known.periods.map(({ code }) => code), unit: resolved?.code ?? null }
}

/** A total belongs to no level. */
function totalsFor (keys: readonly GroupKey[], level: string[] | undefined): OnTimePlan['totals'] {
  if (level !== undefined || keys.includes('level')) return 'none'
  return keys.includes('unit') ? 'each' : 'root'
}

/** Stocks of several periods are not added, and fields are not told apart, but in the rows themselves. */
function basisFor ({ group_by: keys = [], field, unit, source }: OnTimeQuery, span: boolean): OnTimePlan['basis'] {
  if (span || field !== undefined || keys.includes('field') || keys.includes('procedure')) return 'rows'
  return keys.includes('unit') || unit !== undefined || source !== undefined ? 'sets' : 'levels'
}

interface Known {
  periods: PlannedPeriod[]
  levels: string[]
  fields: string[]
  sources: string[]
}

async function lookUp (db: Db, { period, level = [], field = [], source = '' }: OnTimeQuery): Promise<Known> {
  const { rows } = await sql<Known>`
    select
      (select coalesce(json_agg(asked), '[]') from (
        select code, starts_on, ends_on from periods where code = any(${period}) order by starts_on, ends_on, code) as asked) as periods,
      array(select code from levels where code = any(${level})) as levels,
      array(select code from fields where code = any(${field})) as fields,
      array(select code from sources where code = ${source}) as sources`.execute(db)
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

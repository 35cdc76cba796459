import type { Trx } from '../../database/connect.ts'
import { resolveUnits, type ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { parseDay, type DayNumber } from '../../time/business-day.ts'
import { likeText } from '../../text/plain-text.ts'
import type { DossierItem } from '../schema.ts'

export interface DatedUnit extends ResolvedUnit {
  firstDay: DayNumber
  /** Infinity: until further notice. */
  lastDay: DayNumber
}

export interface DatedProcedure {
  code: string
  field: string
  valid_from: string
  valid_to: string | null
  firstDay: DayNumber
  /** Infinity: until further notice. */
  lastDay: DayNumber
}

/** What the records of a chunk name, looked up once for all of them. What does not exist is absent. */
export interface Lookups {
  units: ReadonlyMap<string, DatedUnit>
  procedures: ReadonlyMap<string, DatedProcedure>
  /** The national status for each text, as `likeText` spells it. */
  statuses: ReadonlyMap<string, number>
}

export async function lookUp (trx: Trx, source: string, items: readonly DossierItem[]): Promise<Lookups> {
  return {
    units: await lookUpUnits(trx, source, items.map(({ unit }) => unit)),
    procedures: await lookUpProcedures(trx, distinct(items.map(({ procedure }) => procedure))),
    statuses: await lookUpStatuses(trx, source, distinct(items.map(({ status }) => status)))
  }
}

async function lookUpUnits (
  trx: Trx, source: string, names: readonly string[]
): Promise<Map<string, DatedUnit>> {
  const named = [...new Set(names)].map(name => ({ name, source }))
  if (named.length === 0) return new Map()
  const unitOf = await resolveUnits(trx, named)
  return new Map(named.flatMap(one => {
    const unit = unitOf(one)
    if (unit === undefined) return []
    return [[one.name, { ...unit, ...daysOf(unit) }] as const]
  }))
}

async function lookUpProcedures (trx: Trx, codes: string[]): Promise<Map<string, DatedProcedure>> {
  if (codes.length === 0) return new Map()
  const rows = await trx.selectFrom('procedures').select(['code', 'field', 'valid_from', 'valid_to'])
    .where('code', 'in', codes).execute()
  return new Map(rows.map(row => [row.code, { ...row, ...daysOf(row) }]))
}

function daysOf ({ valid_from: from, valid_to: to }: Pick<DatedProcedure, 'valid_from' | 'valid_to'>) {
  return { firstDay: parseDay(from), lastDay: to === null ? Infinity : parseDay(to) }
}

async function lookUpStatuses (trx: Trx, source: string, codes: string[]): Promise<Map<string, number>> {
  if (codes.length === 0) return new Map()
  const rows = await trx.selectFrom('status_maps').select(['code', 'status'])
    .where('source', '=', source).where('code', 'in', codes).execute()
  return new Map(rows.map(({ code, status }) => [likeText(code), status]))
}

/** By the code of the source. */
export type Precedences = ReadonlyMap<string, number>

export async function precedences (trx: Trx, sources: readonly string[]): Promise<Precedences> {
  if (sources.length === 0) return new Map()
  const rows = await trx.selectFrom('sources').select(['code', 'precedence'])
    .where('code', 'in', [...new Set(sources)]).execute()
  return new Map(rows.map(({ code, precedence }) => [code, precedence]))
}

/** The texts among the values, each once, as they are stored: older versions stored blanks around them as well. */
function distinct (values: readonly (string | number | undefined)[]): string[] {
  const texts = [...new Set(values)].filter(value => typeof value === 'string')
  return [...new Set(texts.flatMap(text => [text.normalize('NFC'), likeText(text)]))]
}

import type { Trx } from '../../../database/connect.ts'
import { successorsOfDossiers, type SuccessorOf } from '../../../catalogue/units/lineage/successors.ts'
import type { FieldFrom } from '../../../catalogue/procedures/schema.ts'
import { parseDay, type DayNumber } from '../../../time/business-day.ts'
import { likeText } from '../../../text/plain-text.ts'
import type { WellFormed } from '../records/record.ts'
import { namesIn } from './names.ts'
import { daysOf, type FoundUnit } from './found-unit.ts'
import { lookUpUnits, type Sender } from './units.ts'

export interface DatedProcedure {
  code: string
  valid_from: string
  valid_to: string | null
  /** The fields in which its dossiers count, by the first day on which they are received; nearly always one. */
  fields: readonly { from: DayNumber, field: string }[]
  firstDay: DayNumber
  /** Infinity: until further notice. */
  lastDay: DayNumber
}

/** What the records of a chunk name, looked up once for all of them. What does not exist is absent. */
export interface Lookups {
  /** The unit of each record. */
  unitsOf: readonly (FoundUnit | undefined)[]
  /** Who comes after the units that have ended. */
  successorOf: SuccessorOf
  procedures: ReadonlyMap<string, DatedProcedure>
  /** The national status for each text, as `likeText` spells it. */
  statuses: ReadonlyMap<string, number>
}

export async function lookUp (trx: Trx, sender: Sender, wellFormed: WellFormed): Promise<Lookups> {
  const { source } = sender
  const { units, procedures, statuses } = namesIn(wellFormed)
  const { unitsOf, units: found } = await lookUpUnits(trx, sender, wellFormed, units)
  const ended = found.filter(({ valid_to: lastDay }) => lastDay !== null)
  return {
    unitsOf,
    successorOf: await successorsOfDossiers(trx, ended.map(({ id }) => id)),
    procedures: await lookUpProcedures(trx, distinct(procedures)),
    statuses: await lookUpStatuses(trx, source, distinct(statuses))
  }
}

async function lookUpProcedures (trx: Trx, codes: string[]): Promise<Map<string, DatedProcedure>> {
  if (codes.length === 0) return new Map()
  const rows = await trx.selectFrom('procedures').select(['code', 'field', 'counted_fields', 'valid_from', 'valid_to'])
    .where('code', 'in', codes).execute()
  return new Map(rows.map(({ field, counted_fields: counted, ...row }) => {
    const fields = (counted as FieldFrom[] | null ?? [{ from: null, field }])
      .map(({ from, field }) => ({ from: from === null ? -Infinity : parseDay(from), field }))
    return [row.code, { ...row, fields, ...daysOf(row) }]
  }))
}

/** The field of a dossier that is received on a day. */
export function fieldOn ({ fields }: Pick<DatedProcedure, 'fields'>, day: DayNumber): string {
  let last = fields[0]!
  for (const next of fields) if (next.from <= day) last = next
  return last.field
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
function distinct (values: ReadonlySet<unknown>): string[] {
  const texts = [...values].filter(value => typeof value === 'string')
  return [...new Set(texts.flatMap(text => [text.normalize('NFC'), likeText(text)]))]
}

import { reaches, type Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import { existingOn, predecessorMeant, predecessorsOf, successorsOf } from '../../../catalogue/units/lineage/successions.ts'
import { successorsOfDossiers, type SuccessorOf } from '../../../catalogue/units/lineage/successors.ts'
import { resolveUnits, type ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import { dayOf, nameOfDay, EARLIEST, LATEST, parseDay, type DayNumber } from '../../../time/business-day.ts'
import { instantOf } from '../../../time/rfc3339.ts'
import { likeText } from '../../../text/plain-text.ts'
import type { DossierItem } from '../../schema.ts'

/** The unit of an item. */
export interface FoundUnit {
  unit: ResolvedUnit
  firstDay: DayNumber
  /** Infinity: until further notice. */
  lastDay: DayNumber
  /**
   * Those that came after it, if it had ended before the dossier was received. Those of which one must be named, if it
   * had not begun and it is not clear which of them had the dossier.
   */
  related: { successors: string[], predecessors: string[] }
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

/** Whose aliases count, and what the client reaches. */
export interface Sender {
  source: string
  reach: Reach
}

/** What the records of a chunk name, looked up once for all of them. What does not exist is absent. */
export interface Lookups {
  unitOf: (item: DossierItem) => FoundUnit | undefined
  /** Who comes after the units that have ended. */
  successorOf: SuccessorOf
  procedures: ReadonlyMap<string, DatedProcedure>
  /** The national status for each text, as `likeText` spells it. */
  statuses: ReadonlyMap<string, number>
}

export async function lookUp (trx: Trx, sender: Sender, items: readonly DossierItem[]): Promise<Lookups> {
  const { source } = sender
  const units = await lookUpUnits(trx, sender, items)
  const ended = [...units.values()].filter(({ unit }) => unit.valid_to !== null)
  return {
    unitOf: item => units.get(keyOf(item)),
    successorOf: await successorsOfDossiers(trx, ended.map(({ unit }) => unit.id)),
    procedures: await lookUpProcedures(trx, distinct(items.map(({ procedure }) => procedure))),
    statuses: await lookUpStatuses(trx, source, distinct(items.map(({ status }) => status)))
  }
}

/**
 * By `keyOf`. A unit is named as of the day on which the dossier was received. A successor stands for the predecessor
 * that had the dossier before, as systems send old dossiers under the new name: one that the sender reaches.
 */
async function lookUpUnits (
  trx: Trx, { source, reach }: Sender, items: readonly DossierItem[]
): Promise<Map<string, FoundUnit>> {
  const unitOf = await resolveUnits(trx, [...new Set(items.map(({ unit }) => unit))].map(name => ({ name, source })))
  const asked = new Map(items.map(item => [keyOf(item), { name: item.unit, day: nameOfDay(dayReceived(item)) }]))
  const named = [...asked].flatMap(([key, { name, day }]) => {
    const unit = unitOf({ name, source }, day)
    return unit === undefined ? [] : [{ key, unit, day }]
  })
  const ended = named.filter(({ unit, day }) => unit.valid_to !== null && unit.valid_to < day)
  const toCome = named.filter(({ unit, day }) => unit.valid_from > day)
  const successors = await successorsOf(trx, [...new Set(ended.map(({ unit }) => unit.id))])
  const predecessors = await predecessorsOf(trx, [...new Set(toCome.map(({ unit }) => unit.id))])
  return new Map(named.map(({ key, unit, day }): [string, FoundUnit] => {
    const after = existingOn(successors.get(unit.id) ?? [], day).map(({ id }) => id)
    const before = existingOn(predecessors.get(unit.id) ?? [], day).filter(one => reaches(reach, one))
    const meant = predecessorMeant(unit, before)
    const unclear = meant === null ? before.map(({ id }) => id) : []
    const related = { successors: after, predecessors: unclear }
    return [key, { unit: meant ?? unit, ...daysOf(meant ?? unit), related }]
  }))
}

function keyOf (item: DossierItem): string {
  return `${item.unit} ${dayReceived(item)}`
}

/** Of a deletion, which need not say when the dossier was received: when it was deleted. */
function dayReceived ({ received_at: received, updated_at: updated }: DossierItem): DayNumber {
  const instant = instantOf(received ?? updated)
  return dayOf(instant >= EARLIEST && instant < LATEST ? instant : Date.now())
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

// Which units the records of a chunk mean.
import { existingOn, predecessorMeant, predecessorsOf, successorsOf } from '../../../catalogue/units/lineage/successions.ts'
import { resolveUnits, type ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import { reaches, type Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import { dayOf, EARLIEST, LATEST, nameOfDay, parseDay, type DayNumber } from '../../../time/business-day.ts'
import { instantOf } from '../../../time/rfc3339.ts'
import type { DossierItem } from '../../schema.ts'
import { predecessorsOfDossiers, type Unclear } from './predecessors.ts'

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

/** Whose aliases count, and what the client reaches. */
export interface Sender {
  source: string
  reach: Reach
}

interface FoundUnits {
  unitOf: (item: DossierItem) => FoundUnit | undefined
  /** All that are found, some of them more than once. */
  units: ResolvedUnit[]
}

/**
 * A unit is named as of the day on which the dossier was received. A successor stands for the predecessor that had the
 * dossier before, as systems send old dossiers under the new name: one that the sender reaches. Of several predecessors
 * it is the one that has the code; otherwise the dossier itself tells, once it is known.
 */
export async function lookUpUnits (
  trx: Trx, { source, reach }: Sender, items: readonly DossierItem[]
): Promise<FoundUnits> {
  const resolved = await resolveUnits(trx, [...new Set(items.map(({ unit }) => unit))].map(name => ({ name, source })))
  const asked = new Map(items.map(item => [keyOf(item), { name: item.unit, day: nameOfDay(dayReceived(item)) }]))
  const named = [...asked].flatMap(([key, { name, day }]) => {
    const unit = resolved({ name, source }, day)
    return unit === undefined ? [] : [{ key, unit, day }]
  })
  const ended = named.filter(({ unit, day }) => unit.valid_to !== null && unit.valid_to < day)
  const toCome = named.filter(({ unit, day }) => unit.valid_from > day)
  const successors = await successorsOf(trx, [...new Set(ended.map(({ unit }) => unit.id))])
  const predecessors = await predecessorsOf(trx, [...new Set(toCome.map(({ unit }) => unit.id))])
  const unclear = new Map<string, Unclear>()
  const found = new Map(named.map(({ key, unit, day }): [string, FoundUnit] => {
    const after = existingOn(successors.get(unit.id) ?? [], day).map(({ id }) => id)
    const before = existingOn(predecessors.get(unit.id) ?? [], day).filter(one => reaches(reach, one))
    const meant = predecessorMeant(unit, before)
    if (meant === null && before.length > 0) unclear.set(key, { successor: unit, predecessors: before })
    return [key, foundUnit(meant ?? unit, after, unclear.has(key) ? before.map(({ id }) => id) : [])]
  }))
  const units = [...found.values()].map(({ unit }) => unit)
  const unitOf = (item: DossierItem) => found.get(keyOf(item))
  // Nearly always.
  if (unclear.size === 0) return { unitOf, units }
  const predecessorOf = await predecessorsOfDossiers(trx, reach, items.map(item => ({
    code: item.code, unit: unitOf(item)?.unit.id, unclear: unclear.get(keyOf(item))
  })))
  return {
    unitOf: item => {
      const meant = predecessorOf(item, unclear.get(keyOf(item)))
      return meant === undefined ? unitOf(item) : foundUnit(meant)
    },
    units: [...units, ...[...unclear.values()].flatMap(({ predecessors }) => predecessors)]
  }
}

function foundUnit (unit: ResolvedUnit, successors: string[] = [], predecessors: string[] = []): FoundUnit {
  return { unit, ...daysOf(unit), related: { successors, predecessors } }
}

export function daysOf ({ valid_from: from, valid_to: to }: Pick<ResolvedUnit, 'valid_from' | 'valid_to'>) {
  return { firstDay: parseDay(from), lastDay: to === null ? Infinity : parseDay(to) }
}

function keyOf (item: DossierItem): string {
  return `${item.unit} ${dayReceived(item)}`
}

/** Of a deletion, which need not say when the dossier was received: when it was deleted. */
function dayReceived ({ received_at: received, updated_at: updated }: DossierItem): DayNumber {
  const instant = instantOf(received ?? updated)
  return dayOf(instant >= EARLIEST && instant < LATEST ? instant : Date.now())
}

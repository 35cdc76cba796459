// Which units the records of a chunk mean.
import { existingOn, predecessorMeant, predecessorsOf, successorsOf } from '../../../catalogue/units/lineage/successions.ts'
import { resolveUnits, type ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import { reaches, type Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import { dayOf, EARLIEST, LATEST, nameOfDay, type DayNumber } from '../../../time/business-day.ts'
import { instantOf } from '../../../time/rfc3339.ts'
import type { DossierItem } from '../../schema.ts'
import { unitBefore, type FoundUnit } from './found-unit.ts'
import { predecessorsOfDossiers, type Unclear } from './predecessors.ts'

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
    const related = { successors: after, predecessors: unclear.has(key) ? before.map(({ id }) => id) : [] }
    return [key, { unit, before: meant, related }]
  }))
  const units = [...found.values()].flatMap(({ unit, before }) => before === null ? [unit] : [unit, before])
  const unitOf = (item: DossierItem) => found.get(keyOf(item))
  // Nearly always.
  if (unclear.size === 0) return { unitOf, units }
  const predecessorOf = await predecessorsOfDossiers(trx, reach, items.map(item => ({
    code: item.code, unit: unitBefore(unitOf(item))?.id, unclear: unclear.get(keyOf(item))
  })))
  return {
    unitOf: item => {
      const open = unclear.get(keyOf(item))
      return open === undefined ? unitOf(item) : predecessorOf(item, open) ?? unitOf(item)
    },
    units: [...units, ...[...unclear.values()].flatMap(({ predecessors }) => predecessors)]
  }
}

function keyOf (item: DossierItem): string {
  return `${item.unit} ${dayReceived(item)}`
}

/** Of a deletion, which need not say when the dossier was received: when it was deleted. */
function dayReceived ({ received_at: received, updated_at: updated }: DossierItem): DayNumber {
  const instant = instantOf(received ?? updated)
  return dayOf(instant >= EARLIEST && instant < LATEST ? instant : Date.now())
}

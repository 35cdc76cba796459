// Which units the records of a chunk mean.
import { existingOn, predecessorMeant, predecessorsOf, successorsOf } from '../../../catalogue/units/lineage/successions.ts'
import { resolveUnits, type ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import { reaches, type Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import type { WellFormed } from '../records/record.ts'
import type { NamedUnits } from './names.ts'
import { foundUnit, unitBefore, type FoundUnit } from './found-unit.ts'
import { predecessorsOfDossiers, type Unclear } from './predecessors.ts'

/** Whose aliases count, and what the client reaches. */
export interface Sender {
  source: string
  reach: Reach
}

interface FoundUnits {
  /** Of each item; undefined: the name is unknown. */
  unitsOf: (FoundUnit | undefined)[]
  /** All that are found, some of them more than once. */
  units: ResolvedUnit[]
}

/**
 * A unit is named as of the day on which the dossier was received. A successor stands for the predecessor that had the
 * dossier before, as systems send old dossiers under the new name: one that the sender reaches. Of several predecessors
 * it is the one that has the code; otherwise the dossier itself tells, once it is known.
 */
export async function lookUpUnits (
  trx: Trx, { source, reach }: Sender, { indexes, recordAt }: WellFormed, { names, of }: NamedUnits
): Promise<FoundUnits> {
  const resolved = await resolveUnits(trx, [...new Set(names.map(({ name }) => name))].map(name => ({ name, source })))
  const named = names.map(({ name, day }) => ({ unit: resolved({ name, source }, day), day }))
  const known = named.filter(one => one.unit !== undefined) as { unit: ResolvedUnit, day: string }[]
  const ended = known.filter(({ unit, day }) => unit.valid_to !== null && unit.valid_to < day)
  const toCome = known.filter(({ unit, day }) => unit.valid_from > day)
  const successors = await successorsOf(trx, [...new Set(ended.map(({ unit }) => unit.id))])
  const predecessors = await predecessorsOf(trx, [...new Set(toCome.map(({ unit }) => unit.id))])
  const unclear = new Map<number, Unclear>()
  const found = named.map(({ unit, day }, n): FoundUnit | undefined => {
    if (unit === undefined) return undefined
    const after = existingOn(successors.get(unit.id) ?? [], day).map(({ id }) => id)
    const before = existingOn(predecessors.get(unit.id) ?? [], day).filter(one => reaches(reach, one))
    const meant = predecessorMeant(unit, before)
    const isUnclear = meant === null && before.length > 0
    if (isUnclear) unclear.set(n, { successor: unit, predecessors: before })
    return foundUnit(unit, meant, { successors: after, predecessors: isUnclear ? before.map(({ id }) => id) : [] })
  })
  const units = found.flatMap(one => one === undefined ? [] : one.before === null ? [one.unit] : [one.unit, one.before])
  const unitsOf = of.map(n => found[n])
  // Nearly always.
  if (unclear.size === 0) return { unitsOf, units }
  const predecessorOf = await predecessorsOfDossiers(trx, reach, indexes.map((_, i) => ({
    code: recordAt(i).code, unit: unitBefore(unitsOf[i])?.id, unclear: unclear.get(of[i]!)
  })))
  return {
    unitsOf: indexes.map((_, i) => {
      const open = unclear.get(of[i]!)
      return open === undefined ? unitsOf[i] : predecessorOf(recordAt(i), open) ?? unitsOf[i]
    }),
    units: [...units, ...[...unclear.values()].flatMap(({ predecessors }) => predecessors)]
  }
}

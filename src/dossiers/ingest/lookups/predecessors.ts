// Which of the predecessors of a unit had a dossier, where the name of the unit does not say.
import { sql } from 'kysely'
import { isReachedBy } from '../../../catalogue/units/reach-sql.ts'
import type { ResolvedUnit } from '../../../catalogue/units/resolve.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import { asSent } from '../../rules/passing.ts'
import { DELETED } from '../../rules/status.ts'
import type { SentRecord } from '../records/record.ts'
import type { StoredDossier } from '../../storage/columns.ts'
import { dossierStored, storedColumns, withFormer, type StoredRow } from '../../storage/states.ts'
import { foundUnit, type FoundUnit } from './found-unit.ts'

/** A unit that had not begun when a dossier was received, and those of which one had the dossier. */
export interface Unclear {
  successor: ResolvedUnit
  predecessors: ResolvedUnit[]
}

interface Named {
  code: string
  /** What the name of the unit means; undefined: it is unknown. */
  unit: string | undefined
  /** undefined: it is clear, or unknown. */
  unclear: Unclear | undefined
}

/** The unit of a record; null: nothing tells which unit had the dossier before. */
type FindUnit = (record: SentRecord, unclear: Unclear) => FoundUnit | null

/**
 * A dossier that is stored, or of which another version comes along, tells which predecessor had it. One that has moved
 * elsewhere since comes to the successor.
 */
export async function predecessorsOfDossiers (
  trx: Trx, reach: Reach, items: readonly Named[]
): Promise<FindUnit> {
  const open = items.flatMap(({ code, unclear }) => unclear === undefined ? [] : [{ code, unclear }])
  const stored = await unitsStored(trx, reach, open)
  const beside = Map.groupBy(items.filter(({ unclear }) => unclear === undefined), ({ code }) => code)
  return ({ code, item }, { successor, predecessors }) => {
    const units = [...stored.get(code) ?? [], ...(beside.get(code) ?? []).map(({ unit }) => unit)]
    const [before, ...others] = predecessors.filter(({ id }) => units.includes(id))
    const related = { successors: [], predecessors: [] }
    if (before !== undefined) return others.length === 0 ? foundUnit(successor, before, related) : null
    // What always was at the successor was there before it began.
    return stored.has(code) && item?.correction !== true ? foundUnit(successor, null, related) : null
  }
}

/** By code, where the sources of some dossiers say that they are last. */
async function unitsStored (
  trx: Trx, reach: Reach, open: readonly { code: string, unclear: Unclear }[]
): Promise<ReadonlyMap<string, string[]>> {
  const byProvince = Map.groupBy(open, ({ unclear }) => unclear.successor.province_code)
  const dossiers: StoredDossier[] = []
  for (const [province, ofOne] of byProvince) {
    const { rows } = await sql<Omit<StoredRow, 'former'>>`
      select ${storedColumns('dossiers')} from dossiers where province_code = ${province} and code = any(${ofOne.map(({ code }) => code)})
        and status <> ${DELETED} and ${isReachedBy('dossiers.unit', reach)}`.execute(trx)
    dossiers.push(...(await withFormer(trx, province, rows)).map(dossierStored))
  }
  const byCode = Map.groupBy(dossiers, ({ code }) => code)
  return new Map([...byCode].map(([code, all]) => [code, all.map(dossier => asSent(dossier).unit)]))
}

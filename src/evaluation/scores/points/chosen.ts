import type { Criterion } from '../../formulas/schema.ts'
import type { EvaluationRow } from '../schema.ts'
import { summed, type Counted, type Facts } from './counts.ts'
import type { UnitInSpan } from './units.ts'

interface CountedUnit extends Counted {
  unit: string
  from: 'records' | 'inputs'
  /** Dossiers of which records know what is counted, and all of which they could; 0: not counted from records. */
  known: number
  of: number
}

/** The counts of a criterion of a unit or a level. */
export interface ChosenCounts {
  /** undefined: there are none. */
  values: Counted['values'] | undefined
  counted: readonly CountedUnit[]
  from: EvaluationRow['counts_from']
  /** What is posted of a unit of which records are counted; undefined: nothing, or of several units. */
  posted: Counted['values'] | undefined
  known: number
  of: number
}

/** The counts of records where they know any, otherwise those that are posted. */
export function chosenCounts (
  units: readonly UnitInSpan[], isUnit: boolean, { code, inputs, counted: name }: Criterion, facts: Facts
): ChosenCounts {
  const all = units.flatMap((one): CountedUnit[] => {
    const recorded = name == null ? undefined : facts.recorded(one, name)
    const posted = facts.counted(one, code)
    const { unit } = one
    if (recorded !== undefined) {
      return [{ ...recorded, values: { ...posted?.values, ...recorded.values }, unit, from: 'records' }]
    }
    return posted === undefined ? [] : [{ ...posted, unit, from: 'inputs', known: 0, of: 0 }]
  })
  const { values, counted } = isUnit
    ? { values: all[0]?.values, counted: all }
    : summed(all, inputs.filter(({ type }) => type === 'number').map(({ name }) => name))
  const froms = new Set(counted.map(({ from }) => from))
  const from = froms.size > 1 ? 'mixed' : [...froms][0] ?? null
  const sum = (count: 'known' | 'of') => counted.reduce((total, one) => total + one[count], 0)
  const posted = isUnit && from === 'records' ? facts.counted(units[0]!, code)?.values : undefined
  return { values, counted, from, posted, known: sum('known'), of: sum('of') }
}

/** Where nothing is asked. */
export const NO_COUNTS: ChosenCounts = {
  values: undefined, counted: [], from: null, posted: undefined, known: 0, of: 0
}

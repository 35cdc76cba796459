import { sql, type RawBuilder } from 'kysely'
import { unitByUnit } from '../carried.ts'
import { countPlanOf, type CountPlan, type CountQuestion } from '../plan.ts'

/** Units of which each is counted for itself, whatever stands below it, in several spans at once. */
export interface UnitsAsked extends Pick<CountQuestion, 'rules'> {
  /** The code of each says which it is. */
  spans: CountQuestion['spans']
  /** Ids. */
  units: readonly string[]
  /** That of all of them; null: they are of several. */
  province: string | null
  /** Each unit is counted by these. */
  parts: readonly ('field' | 'procedure')[]
}

/** What a row is about. Other parts than those asked for it does not have. */
export interface PartOfUnit {
  /** Code of the span. */
  period: string
  unit: string
  field?: string
  procedure?: string
}

/** A plan whose statement must have `borne` from `borneUnits`. */
export function unitPlanOf ({ spans, province, parts, rules = null }: UnitsAsked): CountPlan {
  return unitByUnit(countPlanOf({ keys: [...parts, 'unit', 'period'], spans, unit: null, province, rules }))
}

export function borneUnits ({ units }: UnitsAsked): RawBuilder<unknown> {
  return sql`select unnest(${units}::text[]) as unit`
}

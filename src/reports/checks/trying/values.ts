import { sql } from 'kysely'
import { isWithin, PROVINCES } from '../../../catalogue/units/reach-sql.ts'
import type { Subtree } from '../../../catalogue/units/resolve.ts'
import type { Db } from '../../../database/connect.ts'
import type { IndicatorValue } from '../../indicators/schema.ts'

/** The value of an indicator, without names: there are tens of thousands. */
export type StoredFigure = [
  state: IndicatorValue['state'], number: number | null, numerator: number | null, denominator: number | null, choice: number | null
]
/** The values of a unit: all of the period, and the numbers of others, by period. By indicator. */
export interface UnitFigures {
  now: Readonly<Record<string, StoredFigure>>
  numbers: ReadonlyMap<string, Readonly<Record<string, number>>>
}

interface Asked {
  form: string
  period: string
  /** Other periods, with the indicators that are read of them. */
  others: readonly string[]
  indicators: readonly string[]
}

/**
 * The values of units, read in one statement: of those that have any in the period, and of the others asked for.
 * @param subtree null: all units
 */
export async function figuresByUnit (
  db: Db, { form, period, others, indicators }: Asked, subtree: Subtree | null
): Promise<Map<string, UnitFigures>> {
  const within = subtree === null
    ? sql`province_code = any(${PROVINCES})`
    : sql`province_code = ${subtree.province_code} and ${isWithin('unit', subtree)}`
  const inPeriod = sql`period = ${period}`
  const { rows } = await sql<{ unit: string, period: string, figures: Record<string, StoredFigure & number> }>`
    select unit, period, json_object_agg(indicator, case when ${inPeriod}
      then json_build_array(state, number, numerator, denominator, choice) else to_json(number) end) as figures
    from indicator_values
    where ${within} and form = ${form}
      and (${inPeriod} or (number is not null and period = any(${others}) and indicator = any(${indicators})))
    group by unit, period order by unit collate "C"`.execute(db)
  const byUnit = new Map<string, UnitFigures>()
  for (const { unit, figures } of rows.filter(row => row.period === period)) {
    byUnit.set(unit, { now: figures, numbers: new Map() })
  }
  for (const { unit, period: other, figures } of rows.filter(row => row.period !== period)) {
    (byUnit.get(unit)?.numbers as Map<string, object> | undefined)?.set(other, figures)
  }
  return byUnit
}

import { sql } from 'kysely'
import { isWithin, PROVINCES } from '../../catalogue/units/reach-sql.ts'
import type { Subtree } from '../../catalogue/units/resolve.ts'
import type { Db } from '../../database/connect.ts'
import type { IndicatorValue } from '../indicators/schema.ts'

/** The value of an indicator, without names: there are tens of thousands. */
export type StoredFigure = [
  state: IndicatorValue['state'], number: number | null, numerator: number | null, denominator: number | null, choice: number | null
]
/** The values of a unit in a period, by indicator. */
export type FiguresByIndicator = Readonly<Record<string, StoredFigure>>
/** By period. */
export type UnitFigures = ReadonlyMap<string, FiguresByIndicator>

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
  const { rows } = await sql<{ unit: string, period: string, figures: FiguresByIndicator }>`
    select unit, period, json_object_agg(indicator, json_build_array(state, number, numerator, denominator, choice)) as figures
    from indicator_values
    where ${within} and form = ${form}
      and (period = ${period} or (period = any(${others}) and indicator = any(${indicators})))
    group by unit, period order by unit collate "C"`.execute(db)
  const byUnit = Map.groupBy(rows, ({ unit }) => unit)
  return new Map([...byUnit].filter(([, periods]) => periods.some(one => one.period === period)).map(([unit, periods]) => [
    unit, new Map(periods.map(({ period, figures }) => [period, figures]))
  ]))
}

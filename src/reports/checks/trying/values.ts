import { sql } from 'kysely'
import { isStandingBelow } from '../../../catalogue/hierarchy/places-sql.ts'
import type { Period } from '../../../catalogue/periods/schema.ts'
import { isWithin, PROVINCES } from '../../../catalogue/units/reach-sql.ts'
import type { Subtree } from '../../../catalogue/units/resolve.ts'
import type { Db } from '../../../database/connect.ts'
import { seriesOf, type Chained, type InSeries } from '../../indicator-values/series.ts'
import type { IndicatorValue } from '../../indicators/schema.ts'

/** The value of an indicator, without names: there are tens of thousands. */
export type StoredFigure = [
  state: IndicatorValue['state'], number: number | null, numerator: number | null, denominator: number | null, choice: number | null
]
/** The values of a unit: all of the period, and the numbers of others, by period. By indicator of the form. */
export interface UnitFigures {
  now: Readonly<Record<string, StoredFigure>>
  numbers: ReadonlyMap<string, Readonly<Record<string, number>>>
}

interface Asked {
  form: string
  period: Period
  /** Other periods, with the indicators that are read of them. */
  others: readonly string[]
  indicators: readonly string[]
}

interface FiguresRow {
  unit: string
  period: string
  form: string
  figures: Record<string, StoredFigure & number>
}

/**
 * The values of units, read in one statement: of those that have any in the period, and of the others asked for. Where
 * another period was reported on another form, the values are those of the indicators of the same series.
 * @param subtree null: all units
 */
export async function figuresByUnit (
  db: Db, { form, period, others, indicators }: Asked, subtree: Subtree | null
): Promise<Map<string, UnitFigures>> {
  const series = await seriesIn(db, form, indicators)
  const inPeriod = sql`period = ${period.code} and form = ${form}`
  const { rows } = await sql<FiguresRow>`
    select unit, period, form, json_object_agg(indicator, case when ${inPeriod}
      then json_build_array(state, number, numerator, denominator, choice) else to_json(number) end) as figures
    from indicator_values
    where ${isOf(subtree, period.ends_on)} and form = any(${[form, ...series.map(one => one.form)]})
      and (${inPeriod} or (number is not null and period = any(${others}) and indicator = any(${[...indicators, ...series.map(({ code }) => code)]})))
    group by unit, period, form`.execute(db)
  const isNow = (row: FiguresRow) => row.period === period.code
  const byUnit = new Map<string, { now: FiguresRow['figures'], numbers: Map<string, Record<string, number>> }>()
  for (const { unit, figures } of rows.filter(isNow)) byUnit.set(unit, { now: figures, numbers: new Map() })
  const continued = Map.groupBy(series, one => one.form)
  for (const { unit, period: other, form: of, figures } of rows.filter(row => !isNow(row))) {
    const numbers = byUnit.get(unit)?.numbers
    const own = of === form ? figures : numbersOf(figures, continued.get(of)!)
    // What is reported on the form itself counts before what another form has of the same series.
    numbers?.set(other, of === form ? { ...numbers.get(other), ...own } : { ...own, ...numbers.get(other) })
  }
  return byUnit
}

/** What was reported of the indicators of a series on another form, by their names on this one. */
function numbersOf (figures: Record<string, number>, series: readonly InSeries[]): Record<string, number> {
  return Object.fromEntries(series.filter(({ code }) => Object.hasOwn(figures, code)).map(({ code, series }) => (
    [series, figures[code]!])))
}

/** The indicators of other forms that are of the series of some of a form. Those of nearer forms come last. */
async function seriesIn (db: Db, form: string, indicators: readonly string[]): Promise<InSeries[]> {
  const { rows } = await sql<Chained>`
    select form, code, case when continues_form is not null
      then json_build_object('form', continues_form, 'indicator', continues_indicator) end as corresponds_to
    from indicators`.execute(db)
  if (rows.every(({ corresponds_to: earlier }) => earlier === null)) return []
  return rows.filter(one => one.form === form && indicators.includes(one.code))
    .flatMap(one => seriesOf(rows, one)).filter(one => one.form !== form)
}

/** Units stand where they do at the end of the period. What a key reaches does not depend on where they stood. */
function isOf (subtree: Subtree | null, day: string) {
  if (subtree === null) return sql`province_code = any(${PROVINCES})`
  const within = subtree.by === 'path' ? isStandingBelow(subtree.id, sql`${day}::date`) : isWithin('unit', subtree)
  return sql`province_code = ${subtree.province_code} and ${within}`
}

import { sql, type RawBuilder } from 'kysely'
import { isAtOrBelow, PROVINCES } from '../../../catalogue/units/reach-sql.ts'
import type { ReportedPlan } from './plan.ts'

// Conditions on sets and rows, by what the question asks for.

/** The periods of the question, in all provinces. */
export function ofPeriods ({ periods }: ReportedPlan): RawBuilder<unknown> {
  return sql`province_code = any(${PROVINCES}) and period = any(${periods})`
}

/** Without a filter, all units are one subtree where there is one province. */
export const ROOT = sql`(select min(id) from units where parent is null having count(*) = 1)`

/** The sets of the units asked for, of every source, or of the one asked for. */
export function chosenSets ({ totals, unit, level, source }: ReportedPlan): RawBuilder<unknown> {
  const scope = {
    none: sql`scope = 'own'`,
    root: sql`(scope = 'own' or unit = ${unit ?? ROOT})`,
    each: sql`true`
  }[totals]
  return sql`${scope} and ${source === undefined ? sql`true` : sql`source = ${source}`}
    and ${level === undefined ? sql`true` : sql`level = any(${level})`}
    and ${unit === null ? sql`true` : isAtOrBelow('unit', unit)}`
}

/** The rows that the filters and the keys of the question are about. */
export function ofDetail ({ field, keys }: ReportedPlan): RawBuilder<unknown> {
  return sql`${field === undefined ? sql`true` : sql`field = any(${field})`}
      and ${keys.includes('field') ? sql`field is not null` : sql`true`}
      and ${keys.includes('procedure') ? sql`procedure is not null` : sql`true`}`
}

import { sql, type RawBuilder } from 'kysely'
import { IS_BORNE, isStandingBelow, standingBelowIn } from '../../../catalogue/hierarchy/places-sql.ts'
import { PROVINCES } from '../../../catalogue/units/reach-sql.ts'
import type { ReportedPlan } from './plan.ts'

// Conditions on sets and rows, by what the question asks for.

/** The periods of the question, in all provinces. */
export function ofPeriods ({ periods }: ReportedPlan): RawBuilder<unknown> {
  return sql`province_code = any(${PROVINCES}) and period = any(${periods})`
}

/** Without a filter, all units are one subtree where there is one province. */
export const ROOT = sql`(select min(id) from units where parent is null having count(*) = 1)`

/** The sets of the units asked for, of every source, or of the one asked for. */
export function chosenSets (plan: ReportedPlan): RawBuilder<unknown> {
  const { totals, unit, source, carriedTo } = plan
  const scope = {
    none: sql`scope = 'own'`,
    root: sql`(scope = 'own' or unit = ${unit ?? ROOT})`,
    each: sql`true`
  }[totals]
  return sql`${scope} and ${source === undefined ? sql`true` : sql`source = ${source}`}
    and ${carriedTo === null ? ofUnits(plan) : IS_BORNE}`
}

function ofUnits ({ unit, level, periods, span, end }: ReportedPlan): RawBuilder<unknown> {
  const ofLevel = level === undefined ? sql`true` : sql`level = any(${level})`
  if (unit === null) return ofLevel
  // A unit that moved counts where it was when the period, or all of those that are added up, ended.
  return span || periods.length === 1
    ? sql`${ofLevel} and ${isStandingBelow(unit, sql`${end}::date`)}`
    : sql`${ofLevel} and (period, unit) in (${standingBelowIn(unit, periods)})`
}

/** The rows that the filters and the keys of the question are about. */
export function ofDetail ({ field, keys }: ReportedPlan): RawBuilder<unknown> {
  return sql`${field === undefined ? sql`true` : sql`field = any(${field})`}
      and ${keys.includes('field') ? sql`field is not null` : sql`true`}
      and ${keys.includes('procedure') ? sql`procedure is not null` : sql`true`}`
}

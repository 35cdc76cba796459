import { sql, type RawBuilder } from 'kysely'
import { columns as refs } from '../../../database/sql/bulk-json.ts'
import { DETAIL_MEASURES } from '../../../form-ii06a/detail-measures.ts'
import { unknownColumns } from '../../../measures/unknown.ts'
import { ofEachKind } from '../../kinds/index.ts'
import { carried, sharesOf } from '../../../catalogue/hierarchy/places-sql.ts'
import type { ReportedPlan } from './plan.ts'

/** The units whose figures are asked for, each with the share that counts, as `borne`; null: nothing is carried. */
export function borneUnits (
  { carriedTo, unit, level }: ReportedPlan, keys: readonly string[]
): RawBuilder<unknown> | null {
  return carriedTo === null ? null : sql`borne as materialized (${sharesOf({ unitsOf: carriedTo, unit, level, keys })})`
}

/** Own rows are carried to successors. A consolidated row stays with its unit: totals are never added to anything. */
const IS_CARRIED = sql`(scope = 'own' or stays)`

/**
 * Sets or rows as those of the units that bear them: with `unit` and `level` of the bearer where these are keys, the
 * unit that reported them as `reporter`, and each measure times the share. A measure that is unknown is so for each
 * successor.
 */
export function carriedRows (plan: ReportedPlan, counted: RawBuilder<unknown>): RawBuilder<unknown> {
  const { unknown, shares } = sumsOf(plan.kind)
  const ofTable = plan.table === 'sets' ? unknown : refs(['field', 'procedure', ...plan.span ? POSITION : []], 'counted')
  return sql`
    select ${placesOf(plan)}, ${ofTable}, ${shares}, ${plan.details ? sql`${DETAIL_SHARES}, ` : sql``}counted.unit as reporter, share < 1 as is_part
    from ${carried(counted)} where ${IS_CARRIED}`
}

/** The same for sets or rows that do not count, of which only the keys matter. */
export function carriedKeys (plan: ReportedPlan, rows: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select ${placesOf(plan)} ${plan.table === 'sets' ? sql`` : sql`, counted.field, counted.procedure`}
    from ${carried(rows)} where ${IS_CARRIED}`
}

/** Sets or rows as they are stored, with the `share` that counts. */
export function withShares ({ carriedTo }: ReportedPlan, counted: RawBuilder<unknown>): RawBuilder<unknown> {
  return carriedTo === null
    ? sql`select *, 1 as share from (${counted}) as counted`
    : sql`select counted.*, share from ${carried(counted)} where ${IS_CARRIED}`
}

function placesOf ({ keys }: ReportedPlan): RawBuilder<unknown> {
  return sql.join([
    refs(['period', 'scope', 'source'], 'counted'),
    ...keys.includes('unit') ? [sql`bearer as unit`] : [], ...keys.includes('level') ? [sql`borne.level`] : []
  ])
}

// Text and not builders: these columns are in every statement.
const POSITION = ['position', 'opens', 'closes']
const sharesIn = (measures: readonly string[]) => (
  sql.raw(measures.map(measure => `"${measure}" * share as "${measure}"`).join()))
const sumsOf = ofEachKind(({ measures }) => ({
  unknown: refs(unknownColumns(measures), 'counted'), shares: sharesIn(measures)
}))
const DETAIL_SHARES = sharesIn(DETAIL_MEASURES)

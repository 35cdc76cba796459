import { sql, type RawBuilder } from 'kysely'
import { columns as refs } from '../../../database/sql/bulk-json.ts'
import { tablesOf } from '../../kinds/index.ts'
import { carriedKeys } from './carried-sql.ts'
import { chosenSets, ofDetail, ofPeriods, ROOT } from './chosen-sql.ts'
import type { ReportedPlan } from './plan.ts'

/**
 * The sources with rows in a group that do not count, by scope. Of the question without groups one row: of the scope
 * that is picked, or of any if nothing counts.
 */
export function leftOut (plan: ReportedPlan): RawBuilder<unknown> {
  const found = LEFT_OUT[plan.source === undefined ? plan.table : 'none'](plan)
  const rows = plan.carriedTo === null || plan.source !== undefined ? found : carriedKeys(plan, found)
  if (plan.keys.length > 0) {
    const keys = refs([...plan.keys, 'scope'])
    return sql`select ${keys}, string_agg(distinct source, ' ') as sources from (${rows}) as rows group by ${keys}`
  }
  return sql`select string_agg(distinct source, ' ') as sources from (${rows}) as rows
    where scope = coalesce((select scope from picked), scope)`
}

/** Rows that do not count, from the table that the question is answered from. */
const LEFT_OUT = {
  levels: (plan: ReportedPlan) => {
    const own = sql`
      select level, period, 'own' as scope, array_to_string(sources_left_out, ' ') as source from ${tablesOf(plan.kind).levels}
      where ${ofPeriods(plan)} and sources_left_out <> '{}' ${plan.level === undefined ? sql`` : sql`and level = any(${plan.level})`}`
    if (plan.totals === 'none') return own
    return sql`${own} union all
      select level, period, scope, source from ${tablesOf(plan.kind).sets}
      where ${ofPeriods(plan)} and unit = ${ROOT} and scope = 'total' and rows_left_out > 0`
  },
  sets: (plan: ReportedPlan) => sql`
    select * from ${tablesOf(plan.kind).sets} where ${ofPeriods(plan)} and rows_left_out > 0 and ${chosenSets(plan)}`,
  rows: (plan: ReportedPlan) => {
    const { rows, sets } = tablesOf(plan.kind)
    return sql`
    select level, ${rows}.* from ${sets} join ${rows} using (province_code, period, unit, scope, source)
    where ${ofPeriods(plan)} and rows_left_out > 0 and not ${rows}.counts
      and ${chosenSets(plan)} and ${ofDetail(plan)}`
  },
  // Of the source asked for everything counts.
  none: ({ kind }: ReportedPlan) => sql`
    select level, period, unit, null::text as field, null::text as procedure, scope, source from ${tablesOf(kind).sets} where false`
}

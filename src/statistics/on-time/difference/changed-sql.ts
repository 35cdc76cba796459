import { sql, type RawBuilder } from 'kysely'
import type { PageRequest } from '../../../contract/paging.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import { pageQuery, type OrderColumn } from '../../../database/sql/keyset.ts'
import type { DifferenceDossier } from './schema.ts'

/** What tells listed dossiers apart. */
const DOSSIER = ['unit', 'code', 'source']
export const BY_DOSSIER: OrderColumn[] = DOSSIER.map(name => ({ name, kind: 'text', required: true }))

const SAME = ['procedure', 'field', 'channel', 'status', 'received_at', 'due_at']
const CHANGES = ['numerator_change', 'denominator_change']

/** How many dossiers count otherwise, and what they change. */
export interface Changed {
  dossiers: number
  became_counted: number
  no_longer_counted: number
  became_in_time: number
  became_late: number
  numerator_change: number
  denominator_change: number
}

/** One row. @param sides as from sides-sql.ts */
export function summedChanges (sides: RawBuilder<unknown>): RawBuilder<Changed> {
  const countIf = (where: RawBuilder<unknown>) => sql`count(*) filter (where ${where})`
  return sql<Changed>`
    select count(*) as dossiers,
      ${countIf(sql`denominator_change > 0`)} as became_counted,
      ${countIf(sql`denominator_change < 0`)} as no_longer_counted,
      ${countIf(sql`denominator_change = 0 and numerator_change > 0`)} as became_in_time,
      ${countIf(sql`denominator_change = 0 and numerator_change < 0`)} as became_late,
      ${sql.join(CHANGES.map(name => sql`coalesce(sum(${sql.ref(name)}), 0)::float8 as ${sql.ref(name)}`))}
    from (
      select ${SUMMED} from ${sides} group by ${columns(DOSSIER)}
    ) as dossiers where ${CHANGE}`
}

/** One page of them. */
export function changedPage (sides: RawBuilder<unknown>, page: PageRequest): RawBuilder<DifferenceDossier> {
  const last = (name: string, of = sql``) => sql`(array_agg(${sql.ref(name)} order by side, counted_on desc)${of})[1]`
  const side = (name: 'before' | 'after', number: number) => {
    const of = sql` filter (where side = ${sql.lit(number)})`
    return sql`
      case ${last('in_numerator', of)} when true then 'in_time' when false then 'late' else 'not_counted' end as ${sql.ref(`counts_${name}`)},
      ${last('ended_at', of)} as ${sql.ref(`ended_at_${name}`)}, ${last('due_by_rules', of)} as ${sql.ref(`due_at_${name}`)},
      ${last('counted_on', of)} as ${sql.ref(`counted_on_${name}`)}`
  }
  return pageQuery(sql<DifferenceDossier>`
    select code, unit, ${columns(SAME)}, source, ${columns(SIDES)},
      ${sql.join(CHANGES.map(name => sql`round(${sql.ref(name)}::numeric, 4)::float8 as ${sql.ref(name)}`))}
    from (
      select ${columns(DOSSIER)}, ${sql.join(SAME.map(name => sql`${last(name)} as ${sql.ref(name)}`))},
        ${side('before', -1)}, ${side('after', 1)}, ${SUMMED}
      from ${sides} group by ${columns(DOSSIER)}
    ) as dossiers where ${CHANGE}`, BY_DOSSIER, page)
}

const SIDES = ['before', 'after'].flatMap(side => [`counts_${side}`, `ended_at_${side}`, `due_at_${side}`, `counted_on_${side}`])
const SUMMED = sql`
  coalesce(sum(side * share) filter (where in_numerator), 0) as numerator_change, sum(side * share) as denominator_change`
const CHANGE = sql`numerator_change <> 0 or denominator_change <> 0`

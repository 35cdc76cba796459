import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../../database/sql/bulk-json.ts'
import type { PageRequest } from '../../../contract/paging.ts'
import { pageQuery, type OrderColumn } from '../../../database/sql/keyset.ts'
import { explainedDossiers, type Counting } from '../../../dossiers/counts/index.ts'
import { ExplainedDossier, type PARTS } from './schema.ts'
import type { RecordsPlan } from '../records/plan.ts'

/** Those not on time come first. A unit belongs to one province, and a dossier to one unit. */
export const LATE_FIRST: OrderColumn[] = [
  { name: 'in_numerator', kind: 'boolean', required: true }, { name: 'in_time', kind: 'boolean', required: true },
  ...['unit', 'code', 'counted_on'].map(name => ({ name, kind: 'text', required: true }) as const)
]

const COUNTING = {
  resolved: 'ended', handled: 'handled', received: 'handled', due: 'due', reception: 'reception'
} as const satisfies Record<RecordsPlan['method'], Counting>

/** One page of the dossiers that make up the denominator of a figure, or its numerator, or the rest. */
export function dossiersPage (
  plan: RecordsPlan, part: typeof PARTS[number], page: PageRequest
): RawBuilder<ExplainedDossier> {
  const inNumerator = isInNumerator(plan)
  const wanted = { denominator: sql`true`, numerator: inNumerator, rest: sql`not (${inNumerator})` }[part]
  return pageQuery(sql<ExplainedDossier>`
    select ${columns(Object.keys(ExplainedDossier.properties).filter(name => name !== 'in_numerator' && name !== 'share'))},
      ${inNumerator} as in_numerator, share
    from (${explainedDossiers(plan, COUNTING[plan.method])}) as counted where ${wanted}`, LATE_FIRST, page)
}

/** Each time that a figure counts a dossier: the columns of one that is listed, `in_numerator` and `share`. */
export function dossiersCounted (plan: RecordsPlan): RawBuilder<unknown> {
  return sql`
    select counted.*, ${isInNumerator(plan)} as in_numerator
    from (${explainedDossiers(plan, COUNTING[plan.method])}) as counted`
}

function isInNumerator ({ method }: RecordsPlan): RawBuilder<boolean> {
  return method === 'received' ? sql<boolean>`in_time and not is_pending` : sql<boolean>`in_time`
}

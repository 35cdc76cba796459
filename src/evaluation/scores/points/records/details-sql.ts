import { sql } from 'kysely'
import type { Page, PageRequest } from '../../../../contract/paging.ts'
import type { Db } from '../../../../database/connect.ts'
import { columns } from '../../../../database/sql/bulk-json.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../../../database/sql/keyset.ts'
import {
  allOf, countPlanOf, isAskedOf, isTrueOf, knownOf, readWithTimeFor, resultsOf, type ResultCount, type ResultMeasure
} from '../../../../dossiers/counts/index.ts'
import type { CutDays } from '../../../../time/cut.ts'

/** Counts of dossiers. */
export interface KnownCounts {
  numerator: number
  /** Those of which it is known. */
  denominator: number
  /** Those of which it could be known. */
  all: number
}

/** The counts that follow from sums of results. */
export function countsIn (name: ResultCount): (sums: Readonly<Record<ResultMeasure, number>>) => KnownCounts {
  return sums => ({ numerator: sums[name], denominator: sums[knownOf(name)], all: sums[allOf(name)] })
}

/** What `countsIn` needs. */
export function measuresFor (names: readonly ResultCount[]): ResultMeasure[] {
  return [...new Set(names.flatMap(name => [name, knownOf(name), allOf(name)]))]
}

/** A dossier that is counted; `in_numerator` is null where it does not say. */
interface DossierCounted {
  code: string
  unit: string
  procedure: string
  field: string
  channel: 'online' | 'direct' | 'postal'
  source: string
  status: number
  received_at: string
  due_at: string | null
  ended_at: string
  counted_on: string
  in_numerator: boolean | null
}

const LISTED = ['code', 'unit', 'procedure', 'field', 'channel', 'source', 'status', 'received_at', 'due_at']
const PARTS = {
  denominator: 'in_numerator is not null', numerator: 'in_numerator', rest: 'not in_numerator', unknown: 'in_numerator is null'
}
const text = (name: string): OrderColumn => ({ name, kind: 'text', required: true })
const ORDER: OrderColumn[] = [{ name: 'in_numerator', kind: 'boolean' }, ...['unit', 'code', 'source', 'counted_on'].map(text)]

/**
 * The results of a unit, and of all below it, that a count is made of.
 * @param counted what is counted, and of it which part
 */
export async function detailDossiers (
  db: Db, days: CutDays, unit: string, { counted, part }: { counted: ResultCount, part: keyof typeof PARTS },
  page: PageRequest
): Promise<Page<DossierCounted>> {
  const plan = countPlanOf({ keys: [], spans: [{ ...days, code: null }], unit })
  const results = resultsOf(plan, [...LISTED, 'finished_at', 'returned_at', 'details'])
  const query = sql<DossierCounted>`
    select * from (
      select ${columns(LISTED)}, coalesce(finished_at, returned_at) as ended_at, to_char(ended_on, 'YYYY-MM-DD') as counted_on,
        ${isTrueOf(counted)} as in_numerator
      from (${results}) as results where ${isAskedOf(counted)}
    ) as counted where ${sql.raw(PARTS[part])}`
  const { rows } = await readWithTimeFor(db, { ...plan, reading: 'dossiers' }, db => pageQuery(query, ORDER, page).execute(db))
  return pageOf(rows, ORDER, page.limit)
}

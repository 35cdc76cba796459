import { sql } from 'kysely'
import type { UnitsOfDay } from '../../../../catalogue/hierarchy/hierarchy.ts'
import type { Page, PageRequest } from '../../../../contract/paging.ts'
import type { Db } from '../../../../database/connect.ts'
import { columns } from '../../../../database/sql/bulk-json.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../../../database/sql/keyset.ts'
import { prepared } from '../../../../database/sql/prepared.ts'
import {
  allOf, countPlanOf, isAskedOf, isTrueOf, knownOf, readWithTimeFor, RESULT_MEASURES, resultCounts, resultsOf,
  type ResultCount, type ResultMeasure
} from '../../../../dossiers/counts/index.ts'
import type { CutDays } from '../../../../time/cut.ts'
import type { Part, PartKey } from '../parts.ts'

/** Counts of dossiers. */
export interface KnownCounts {
  numerator: number
  /** Those of which it is known. */
  denominator: number
  /** Those of which it could be known. */
  all: number
}

/** What the results of a unit say, or of a part of them. */
export type SaidOfResults = Record<ResultMeasure, number> & Part & { unit: string, estimated?: boolean }

/** Whose results are asked for. */
interface ResultsAsked {
  /** It and all below it; null: all. */
  unit: string | null
  province: string | null
  /** To which results are carried; null: as reported. */
  unitsOf: UnitsOfDay | null
  parts: readonly PartKey[]
}

/** What the results of a span say, by the unit that they count for and its parts. Units without results have none. */
export async function saidOfResults (
  db: Db, days: CutDays, { parts, ...asked }: ResultsAsked, names: readonly ResultCount[]
): Promise<SaidOfResults[]> {
  const plan = countPlanOf({ keys: ['unit', ...parts], spans: [{ ...days, code: null }], ...asked })
  const isOfDossiers = plan.reading === 'dossiers'
  // Of sums all are read: a connection keeps each statement that it has prepared.
  const measures = isOfDossiers
    ? [...new Set(names.flatMap(name => [name, knownOf(name), allOf(name)]))]
    : RESULT_MEASURES
  const query = sql<Omit<SaidOfResults, PartKey> & Partial<Part>>`${resultCounts(plan, measures)}`
  const { rows } = await readWithTimeFor(db, plan, db => (isOfDossiers ? query : prepared(query)).execute(db))
  return rows.map(({ field = null, procedure = null, ...row }) => ({ ...row, field, procedure }))
}

export function countsIn (row: SaidOfResults, name: ResultCount): KnownCounts {
  return { numerator: row[name], denominator: row[knownOf(name)], all: row[allOf(name)] }
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

import { sql, type RawBuilder } from 'kysely'
import type { Page, PageRequest } from '../../../../contract/paging.ts'
import type { Db } from '../../../../database/connect.ts'
import { columns } from '../../../../database/sql/bulk-json.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../../../database/sql/keyset.ts'
import { countPlanOf, readWithTimeFor, resultsOf } from '../../../../dossiers/counts/index.ts'
import type { CutDays } from '../../../../time/cut.ts'
import type { CountedName } from '../../../formulas/schema.ts'
import { PART_KEYS, type Part, type PartKey } from '../parts.ts'

/** What is counted of when dossiers end, and not of what is said of them. */
export type OnTimeCount = 'progress' | 'on_time'
export type DetailCount = Exclude<CountedName, OnTimeCount>

/** Counts of dossiers. */
export interface KnownCounts {
  numerator: number
  /** Those of which it is known. */
  denominator: number
  /** Those of which it could be known. */
  all: number
}

const said = (name: string, type: 'boolean' | 'bigint' | 'text') => `(details ->> '${name}')::${type}`
const IS_DIGITISED = `${said('digitised_parts', 'bigint')} > 0`

/** Each a condition that is null where it is not known, and of which results it is asked; left out: of all. */
const CONDITIONS: Record<DetailCount, { is: string, of?: string }> = {
  electronic_result: { is: said('electronic_result', 'boolean') },
  digitised: { is: IS_DIGITISED },
  // What has no digitised part is none, whatever its result is.
  digitised_with_result: {
    is: `case when ${IS_DIGITISED} is not null and ${said('electronic_result', 'boolean')} is not null
      then ${IS_DIGITISED} and ${said('electronic_result', 'boolean')} end`
  },
  data_reused: { is: said('data_reused', 'boolean') },
  national_store: { is: `${said('national_store_parts', 'bigint')} > 0` },
  population_data: {
    is: `coalesce(nullif(${said('identity_verified', 'boolean')}, false), ${said('databases_used', 'bigint')} > 0,
      ${said('identity_verified', 'boolean')})`
  },
  paid_online: {
    is: `coalesce(${said('paid_online', 'boolean')}, ${said('payment_channel', 'text')} = 'online',
      nullif(${said('fee_paid', 'bigint')} <> 0, true))`,
    of: `coalesce(${said('fee_due', 'bigint')} > 0, ${said('has_fee', 'boolean')})`
  }
}

/** The counts as columns. A dossier without details says nothing: what is asked of it then is left out at once. */
function columnsOf (names: readonly DetailCount[]): RawBuilder<unknown> {
  return sql.raw(names.map(name => {
    const { is, of } = CONDITIONS[name]
    const isAsked = `details is not null${of === undefined ? '' : ` and ${of}`}`
    return `json_build_object('numerator', count(*) filter (where ${isAsked} and ${is}),
      'denominator', count(*) filter (where ${isAsked} and (${is}) is not null),
      'all', count(*)${of === undefined ? '' : ` filter (where ${isAsked})`}) as ${name}`
  }).join())
}

/** What the results of a unit say, or of a part of them. */
type SaidOfResults = Record<DetailCount, KnownCounts> & Part & { unit: string }

/**
 * What the results of a span say, by the unit that they count for and its parts. Units without results have none.
 * @param unit it and all below it; null: all
 */
export async function saidOfResults (
  db: Db, days: CutDays, unit: string | null, parts: readonly PartKey[], names: readonly DetailCount[]
): Promise<SaidOfResults[]> {
  const plan = countPlanOf({ keys: ['unit'], spans: [{ ...days, code: null }], unit })
  const shown = sql.join(PART_KEYS.map(key => parts.includes(key) ? sql.ref(key) : sql`null::text as ${sql.ref(key)}`))
  const query = sql<SaidOfResults>`
    select unit, ${shown}, ${columnsOf(names)} from (${resultsOf(plan, ['unit', ...parts, 'details'])}) as results
    group by ${columns(['unit', ...parts])}`
  return (await readWithTimeFor(db, { ...plan, reading: 'dossiers' }, db => query.execute(db))).rows
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
  db: Db, days: CutDays, unit: string, { counted, part }: { counted: DetailCount, part: keyof typeof PARTS },
  page: PageRequest
): Promise<Page<DossierCounted>> {
  const { is, of = 'true' } = CONDITIONS[counted]
  const plan = countPlanOf({ keys: [], spans: [{ ...days, code: null }], unit })
  const results = resultsOf(plan, [...LISTED, 'finished_at', 'returned_at', 'details'])
  const query = sql<DossierCounted>`
    select * from (
      select ${columns(LISTED)}, coalesce(finished_at, returned_at) as ended_at, to_char(ended_on, 'YYYY-MM-DD') as counted_on,
        ${sql.raw(is)} as in_numerator
      from (${results}) as results where ${sql.raw(of)}
    ) as counted where ${sql.raw(PARTS[part])}`
  const { rows } = await readWithTimeFor(db, { ...plan, reading: 'dossiers' }, db => pageQuery(query, ORDER, page).execute(db))
  return pageOf(rows, ORDER, page.limit)
}

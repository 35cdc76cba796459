import { sql } from 'kysely'
import type { Db } from '../../../database/connect.ts'
import { countPlanOf, readWithTimeFor, resultsOf } from '../../../dossiers/counts/index.ts'
import type { CutDays } from '../../../time/cut.ts'
import type { CountedName } from '../../formulas/schema.ts'

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
export const DETAIL_COUNTS = Object.keys(CONDITIONS) as DetailCount[]

const COLUMNS = sql.raw(DETAIL_COUNTS.map(name => {
  const { is, of = 'true' } = CONDITIONS[name]
  return `json_build_object('numerator', count(*) filter (where ${of} and ${is}),
    'denominator', count(*) filter (where ${of} and (${is}) is not null), 'all', count(*) filter (where ${of})) as ${name}`
}).join())

/**
 * What the results of a span say, by the unit that they count for. Units without results have none.
 * @param unit it and all below it; null: all
 */
export async function saidOfResults (
  db: Db, days: CutDays, unit: string | null
): Promise<Map<string, Record<DetailCount, KnownCounts>>> {
  const plan = countPlanOf({ keys: ['unit'], spans: [{ ...days, code: null }], unit })
  const query = sql<Record<DetailCount, KnownCounts> & { unit: string }>`
    select unit, ${COLUMNS} from (${resultsOf(plan, ['unit', 'details'])}) as results group by unit`
  const { rows } = await readWithTimeFor(db, { ...plan, reading: 'dossiers' }, db => query.execute(db))
  return new Map(rows.map(({ unit, ...counts }) => [unit, counts]))
}

import { sql, type RawBuilder } from 'kysely'
import { IS_APOLOGISED, IS_DIGITISED, IS_PAID } from './measures-sql.ts'
import type { DetailFilters } from './schema.ts'

/** What a question asks of the details of dossiers: a condition on the column `details`. */
export type DetailFilter = RawBuilder<boolean>

const said = (name: string) => sql`details ->> ${sql.lit(name)}`
const isAmong = (name: string) => (value: unknown) => sql<boolean>`${said(name)} = any(${value})`
const isSaid = (name: string) => (value: unknown) => sql<boolean>`(${said(name)})::boolean = ${value}`
const is = (condition: string) => (value: unknown) => sql<boolean>`(${sql.raw(condition)}) = ${value}`

const CONDITIONS: { [N in keyof Required<DetailFilters>]: (value: unknown) => DetailFilter } = {
  online_service: isAmong('online_service'),
  non_territorial: isSaid('non_territorial'),
  apology: is(IS_APOLOGISED),
  paid: is(IS_PAID),
  payment_channel: isAmong('payment_channel'),
  digitised: is(IS_DIGITISED),
  electronic_result: isSaid('electronic_result'),
  data_reused: isSaid('data_reused'),
  cancelled: value => sql<boolean>`coalesce((${said('cancelled')})::boolean, false) = ${value}`
}
export const DETAIL_FILTERS = Object.keys(CONDITIONS) as (keyof DetailFilters)[]

/** The conditions of a question. A dossier of which it is unknown meets none. */
export function detailFilters (asked: DetailFilters): DetailFilter[] {
  return DETAIL_FILTERS.flatMap(name => asked[name] === undefined ? [] : [CONDITIONS[name](asked[name])])
}

import { sql, type RawBuilder } from 'kysely'
import { allOf, knownOf, RESULT_COUNTS, type ResultCount, type ResultMeasure } from './results.ts'

const said = (name: string, type: 'boolean' | 'bigint' | 'text') => `(details ->> '${name}')::${type}`
const DIGITISED = `${said('digitised_parts', 'bigint')} > 0`
const ELECTRONIC = said('electronic_result', 'boolean')
const WITH_FEE = `coalesce(${said('fee_due', 'bigint')} > 0, ${said('has_fee', 'boolean')})`

/** Each a condition that is null where it is not known. */
const CONDITIONS: Record<ResultCount, string> = {
  electronic_result: ELECTRONIC,
  digitised: DIGITISED,
  // What has no digitised part is none, whatever its result is.
  digitised_with_result: `case when ${DIGITISED} is not null and ${ELECTRONIC} is not null then ${DIGITISED} and ${ELECTRONIC} end`,
  data_reused: said('data_reused', 'boolean'),
  national_store: `${said('national_store_parts', 'bigint')} > 0`,
  population_data: `coalesce(nullif(${said('identity_verified', 'boolean')}, false), ${said('databases_used', 'bigint')} > 0,
    ${said('identity_verified', 'boolean')})`,
  paid_online: `coalesce(${said('paid_online', 'boolean')}, ${said('payment_channel', 'text')} = 'online',
    nullif(${said('fee_paid', 'bigint')} <> 0, true))`
}

/** Of which results a count is asked, as a condition on the column `details`. */
export function isAskedOf (name: ResultCount): RawBuilder<boolean> {
  return sql.raw(askedOf(name))
}

/** Whether a count is true of a result; null: it is not known. */
export function isTrueOf (name: ResultCount): RawBuilder<boolean | null> {
  return sql.raw(CONDITIONS[name])
}

function askedOf (name: ResultCount): string {
  return allOf(name) === 'results' ? 'true' : WITH_FEE
}

// A dossier without details says nothing: what is asked of it then is left out at once.
const counted = (where: string) => `count(*) filter (where details is not null and ${where})::integer`
const COUNTED: Record<string, string> = {
  results: 'count(*)::integer',
  results_with_fee: counted(WITH_FEE),
  ...Object.fromEntries(RESULT_COUNTS.flatMap(name => [
    [knownOf(name), counted(`${askedOf(name)} and (${CONDITIONS[name]}) is not null`)],
    [name, counted(`${askedOf(name)} and ${CONDITIONS[name]}`)]
  ]))
}

/** The measures of these names, as columns of a query of results with the column `details`. */
export function countedResults (names: readonly ResultMeasure[]): RawBuilder<unknown> {
  return sql.raw(names.map(name => `${COUNTED[name]} as ${name}`).join())
}

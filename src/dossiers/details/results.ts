// What details say of results, which are dossiers that ended with one: here of one of them, to update rollups by
// deltas, and in results-sql.ts of many, to rebuild rollups and to count what no rollup knows.
import type { Details } from './details.ts'

/** What is known, or not, of a result, and is true or not. */
export const RESULT_COUNTS = [
  'electronic_result', 'digitised', 'digitised_with_result', 'data_reused', 'national_store', 'population_data',
  'paid_online'
] as const
export type ResultCount = typeof RESULT_COUNTS[number]

/**
 * What is counted of results, by the day on which they ended: all, those with a fee, and of each count of how many it
 * is known, and of how many it is true.
 */
export const RESULT_MEASURES = [
  'results', 'results_with_fee', ...RESULT_COUNTS.flatMap(name => [knownOf(name), name])
] as const
export type ResultMeasure = 'results' | 'results_with_fee' | ResultCount | `${ResultCount}_known`

/** The measure of those of which a count is known. */
export function knownOf<N extends ResultCount> (name: N): `${N}_known` {
  return `${name}_known`
}

/** The measure of those of which a count could be known. */
export function allOf (name: ResultCount): ResultMeasure {
  return name === 'paid_online' ? 'results_with_fee' : 'results'
}

/** undefined: unknown. */
type Answer = boolean | undefined

const isDigitised = ({ digitised_parts: parts }: Details): Answer => parts === undefined ? undefined : parts > 0

function isDigitisedWithResult (details: Details): Answer {
  const isOne = isDigitised(details)
  const { electronic_result: result } = details
  // What has no digitised part is none, whatever its result is.
  return isOne === undefined || result === undefined ? undefined : isOne && result
}

function usesPopulationData ({ identity_verified: verified, databases_used: databases }: Details): Answer {
  return verified === true || databases === undefined ? verified : databases > 0
}

function isPaidOnline ({ paid_online: online, payment_channel: channel, fee_paid: paid }: Details): Answer {
  if (online !== undefined) return online
  if (channel !== undefined) return channel === 'online'
  return paid === 0 ? false : undefined
}

const ANSWERS: Record<ResultCount, (details: Details) => Answer> = {
  electronic_result: ({ electronic_result: result }) => result,
  digitised: isDigitised,
  digitised_with_result: isDigitisedWithResult,
  data_reused: ({ data_reused: reused }) => reused,
  national_store: ({ national_store_parts: parts }) => parts === undefined ? undefined : parts > 0,
  population_data: usesPopulationData,
  paid_online: details => hasFee(details) ? isPaidOnline(details) : undefined
}

function hasFee ({ fee_due: due, has_fee: has = false }: Details): boolean {
  return due === undefined ? has : due > 0
}

const PLACE = Object.fromEntries(RESULT_MEASURES.map((name, n) => [name, n])) as Record<ResultMeasure, number>
const PLACED = RESULT_COUNTS.map(name => ({ answer: ANSWERS[name], known: PLACE[knownOf(name)], is: PLACE[name] }))

/** Counts a result, with the measures from `at` on in the order of `RESULT_MEASURES`. */
export function countResult (details: Details | null, counts: Int32Array, at: number, by: 1 | -1): void {
  counts[at + PLACE.results]! += by
  if (details === null) return
  if (hasFee(details)) counts[at + PLACE.results_with_fee]! += by
  for (const { answer, known, is } of PLACED) {
    const value = answer(details)
    if (value !== undefined) counts[at + known]! += by
    if (value === true) counts[at + is]! += by
  }
}

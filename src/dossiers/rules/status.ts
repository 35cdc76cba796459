import { sql } from 'kysely'

// National statuses by name; the contract lists all of them (STATUS_MEANINGS).
/** A deleted dossier keeps its code, its unit and the instant, and counts nowhere. No source sends this status. */
export const DELETED = 0
const REGISTERED = 1
const ACCEPTED = 2
export const REFUSED = 3
export const IN_PROCESS = 4
const SUPPLEMENT_REQUESTED = 5
export const FINANCIAL_OBLIGATION = 6
export const WITHDRAWN = 7
export const STOPPED = 8
export const PROCESSED = 9
const RETURNED = 10

/** Registered (1) and refused (3) applications are not dossiers yet, or never; deleted ones are no longer. */
export function isCounted (status: number): boolean {
  return status === ACCEPTED || (status >= IN_PROCESS && status <= RETURNED)
}

/** Filed, and not accepted yet, or refused. */
export function isNotAccepted (status: number): boolean {
  return status === REGISTERED || status === REFUSED
}

/** A supplement is awaited. */
export function isWaiting (status: number): boolean {
  return status === SUPPLEMENT_REQUESTED
}

/** Accepted, and not ended. */
const OPEN: readonly unknown[] = [ACCEPTED, IN_PROCESS, SUPPLEMENT_REQUESTED, FINANCIAL_OBLIGATION]

/** @param status what a record gives, which can be a text of its source */
export function isOpen (status: unknown): boolean {
  return OPEN.includes(status)
}

export function hasEnded (status: number): boolean {
  return status >= WITHDRAWN
}

/** Processed, whether the result was handed over yet or not; withdrawn and stopped dossiers have no result. */
export function hasResult (status: number): boolean {
  return status === PROCESSED || status === RETURNED
}

/** Whether the result of a dossier is handed over between two versions of it. */
export function isResultReturned (before: number, after: number): boolean {
  return before === PROCESSED && after === RETURNED
}

// The same in SQL, for a column `status`. Text and not builders: putting statements together must stay cheap.
export const IS_COUNTED = sql.raw(`(status >= ${IN_PROCESS} or status = ${ACCEPTED})`)
export const AWAITS_RECEPTION = sql.raw(`status = ${REGISTERED}`)
export const IS_REFUSED = sql.raw(`status = ${REFUSED}`)
export const IS_OPEN = sql.raw(`status in (${OPEN.join(', ')})`)
/** The same of a status within JSON. */
export const OPEN_IN_JSON = sql.raw(OPEN.map(status => `'${String(status)}'`).join(', '))
export const WAITS = sql.raw(`status = ${SUPPLEMENT_REQUESTED}`)
export const HAS_RESULT = sql.raw(`status in (${PROCESSED}, ${RETURNED})`)

/** It ended without being resolved, and the form has no column for it: see `details`. */
export const IS_CANCELLED = sql.raw(`coalesce((details ->> 'cancelled')::boolean, false)`)

/** When a dossier ended; null: it is open. Of what was withdrawn or stopped, sources may not say when. */
export const ENDED_AT = sql.raw(`case
  when status >= ${PROCESSED} then coalesce(finished_at, returned_at)
  when status in (${WITHDRAWN}, ${STOPPED}) then coalesce(finished_at, returned_at, updated_at) end`)

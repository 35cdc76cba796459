import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import { dayOf, isDay, nameOfDay } from '../../time/business-day.ts'
import { AS_REPORTED } from './schema.ts'

/**
 * The units of a day, to which figures are carried. The reach belongs to it: a unit that a caller reaches bears figures
 * of others that it does not reach, those that a merger or a later move has put out of its sight.
 */
export interface UnitsOfDay {
  day: string
  /** Of the caller: only figures of units that it reaches are carried. */
  reach: Reach
}

/** Which units the figures of an answer belong to. */
export interface Hierarchy {
  /** As asked: `as_reported`, `current` or `as_of:YYYY-MM-DD`. */
  name: string
  /** null: figures stay with the units that reported them. */
  unitsOf: UnitsOfDay | null
}

export const REPORTED: Hierarchy = { name: AS_REPORTED, unitsOf: null }

/**
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for a day that the calendar has not
 */
export function hierarchyOf (name: string = AS_REPORTED, reach: Reach, now: number): Hierarchy {
  if (name === AS_REPORTED) return REPORTED
  if (name === 'current') return { name, unitsOf: { day: nameOfDay(dayOf(now)), reach } }
  const day = name.slice('as_of:'.length)
  if (isDay(day)) return { name, unitsOf: { day, reach } }
  throw invalid('/query/hierarchy', 'malformed', `query/hierarchy: there is no day ${day}`)
}

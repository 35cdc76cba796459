import { invalid } from '../../contract/errors.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import { AS_REPORTED } from './schema.ts'

/** Which units the figures of an answer belong to. */
export interface Hierarchy {
  /** As asked: `as_reported`, `current` or `as_of:YYYY-MM-DD`. */
  name: string
  /** The day to whose units figures are carried; null: they stay with the units that reported them. */
  day: string | null
}

/**
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for a day that the calendar has not
 */
export function hierarchyOf (name: string = AS_REPORTED, now: number): Hierarchy {
  if (name === AS_REPORTED) return { name, day: null }
  if (name === 'current') return { name, day: nameOfDay(dayOf(now)) }
  const day = name.slice('as_of:'.length)
  if (isDay(day)) return { name, day }
  throw invalid('/query/hierarchy', 'malformed', `query/hierarchy: there is no day ${day}`)
}

/** PostgreSQL has no year 0. */
function isDay (text: string): boolean {
  const instant = Date.parse(text)
  return !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(text) && !text.startsWith('0000')
}

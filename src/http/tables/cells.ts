import { instantOf } from '../../time/rfc3339.ts'

/** A cell of a sheet. A date is the wall-clock time that the sheet shows, as if it were UTC. */
export type Cell = string | number | boolean | null | { value: Date, format: string }

/** How a sheet writes what a schema calls a day or an instant. */
export const DATE_FORMATS: Record<string, string> = { date: 'yyyy-mm-dd', 'date-time': 'yyyy-mm-dd hh:mm:ss' }

// Excel counts days from 1900 and takes that year for a leap year: earlier days than March stay text.
const FIRST_DAY = Date.UTC(1900, 2, 1)

/** @param format of the column in the contract: `date`, `date-time`, or none */
export function cellOf (value: unknown, format: string | undefined): Cell {
  if (typeof value === 'object' && value !== null) return listText(value)
  const shown = format === undefined ? undefined : DATE_FORMATS[format]
  // A property that a row has only sometimes is an empty cell.
  if (shown === undefined || typeof value !== 'string') return (value ?? null) as Cell
  // Instants have the offset of Vietnam, so that their text shows the wall clock.
  const wallClock = instantOf(format === 'date' ? `${value}T00:00:00Z` : value.replace('+07:00', 'Z'))
  return wallClock >= FIRST_DAY ? { value: new Date(wallClock), format: shown } : value
}

/** A list such as `[{ value: 0, name: 'Chưa' }]` as `0=Chưa`, as in the csv of the form. Any other object as JSON. */
export function listText (value: object): string {
  if (!Array.isArray(value)) return JSON.stringify(value)
  return (value as (object | string)[]).map(item => typeof item === 'object' ? Object.values(item).join('=') : item).join('; ')
}

import { dayOf, EARLIEST, LATEST, nameOfDay, type DayNumber } from '../../../time/business-day.ts'
import { instantOf } from '../../../time/rfc3339.ts'
import type { SentRecord, WellFormed } from '../records/record.ts'

/** The different names of units, each with a day, and for each record which of them is its own. */
export interface NamedUnits {
  names: { name: string, day: string }[]
  of: number[]
}

/** What the records of a chunk name. */
interface NamesInRecords {
  units: NamedUnits
  procedures: ReadonlySet<unknown>
  statuses: ReadonlySet<unknown>
}

/** All at once, as each record is made for it. */
export function namesIn ({ indexes, recordAt }: WellFormed): NamesInRecords {
  const units: NamedUnits = { names: [], of: [] }
  const places = new Map<string, Map<DayNumber, number>>()
  const [procedures, statuses] = [new Set<unknown>(), new Set<unknown>()]
  for (let position = 0; position < indexes.length; position++) {
    const record = recordAt(position)
    units.of.push(placeIn(units.names, places, record.unit, dayReceived(record)))
    procedures.add(record.procedure)
    statuses.add(record.status)
  }
  return { units, procedures, statuses }
}

function placeIn (
  names: NamedUnits['names'], places: Map<string, Map<DayNumber, number>>, name: string, day: DayNumber
): number {
  let byDay = places.get(name)
  if (byDay === undefined) places.set(name, byDay = new Map<DayNumber, number>())
  let place = byDay.get(day)
  if (place === undefined) byDay.set(day, place = names.push({ name, day: nameOfDay(day) }) - 1)
  return place
}

/** Of what is not received yet: when it was filed. Of a deletion, which need not say either: when it was deleted. */
function dayReceived ({ received_at: received, updated_at: updated, item }: SentRecord): DayNumber {
  const submitted = item?.submitted_at
  const instant = received ?? (submitted == null ? updated : instantOf(submitted))
  return dayOf(instant >= EARLIEST && instant < LATEST ? instant : Date.now())
}

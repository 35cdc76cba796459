import { randomFrom } from '../../../src/seed/sample/random.ts'
import { desks } from './desks.ts'

const DAY = 86_400_000
const DAYS = 3_650
const FIRST = Date.parse('2020-12-15')
/** What comes in on a working day. The first half year of 2021 had 124 of them: 3.1 million. */
const PER_DAY = 25_000
/** The same in three years. */
export const PER_DAY_OF_THREE_YEARS = Math.ceil(PER_DAY / 6)
/** Of the dossiers, those that are under way when they are first sent, and sent again once or twice. */
const UNDER_WAY = 0.1
const ONLINE = 0.05
const POSTAL = 0.06
const LATE = 0.01
const SUPPLEMENTED = 0.02

/** A version of a dossier: the columns of `dossiers` that its source knows. Instants as text with their offset. */
export interface Version {
  code: string
  unit: string
  level: string
  procedure: string
  field: string
  channel: 'online' | 'direct' | 'postal'
  status: number
  received_at: string
  due_at: string
  finished_at: string | null
  returned_at: string | null
  updated_at: string
  supplement: Supplement | null
}

export interface Supplement {
  requested_at: string
  completed_at: string
  old_due_at: string
  new_due_at: string
}

const HOLIDAYS = new Set(['01-01', '04-30', '05-01', '09-02'])
const WORKING_DAYS = Array.from({ length: DAYS }, (_, i) => new Date(FIRST + i * DAY))
  .filter(date => date.getUTCDay() % 6 !== 0 && !HOLIDAYS.has(date.toISOString().slice(5, 10)))
  .map(date => date.toISOString().slice(0, 10))
/** The same half year five years later, after the reform. */
export const DECEMBER_2025 = WORKING_DAYS.indexOf('2025-12-15')
/** `210531` in the codes of that day. */
const SHORT_DAYS = WORKING_DAYS.map(day => day.slice(2).replaceAll('-', ''))

// Half past seven to half past eleven, and half past one to five; in seconds.
const OPENS = 27_000
const MORNING = 14_400
const NOON = 7_200
const OPEN = 27_000
const CLOSES = 61_200

const TWO = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'))
const FOUR = Array.from({ length: 10_000 }, (_, i) => String(i).padStart(4, '0'))

/**
 * Made-up dossiers in the order in which they came in, from December 2020 on, 3.1 million in a half year: with more of
 * them it is the span that grows, as in a database that is in use, and fewer are the first of more. Of each, all the
 * versions that are sent; the last is the newest.
 * @param since index of the working day on which the first come in
 */
export function * histories (
  count: number, perDay = PER_DAY, { since = 0, urn = desks() } = {}
): Generator<Version[]> {
  const random = randomFrom('dossiers')
  const numbers = new Map<string, number>()
  let today = -1
  for (let i = 0; i < count; i++) {
    const day = since + Math.floor(i / perDay)
    if (day !== today) numbers.clear()
    today = day
    const desk = urn.draw(random)
    const number = (numbers.get(desk.prefix) ?? 0) + 1
    numbers.set(desk.prefix, number)
    const code = `${desk.prefix}-${SHORT_DAYS[day]!}-${FOUR[number] ?? number}`
    yield historyOf(random, day, {
      code,
      unit: desk.unit,
      level: desk.level,
      procedure: desk.procedures.draw(random),
      field: desk.field,
      channel: random() < ONLINE ? 'online' : random() < POSTAL ? 'postal' : 'direct'
    })
  }
}

type What = Pick<Version, 'code' | 'unit' | 'level' | 'procedure' | 'field' | 'channel'>

function historyOf (random: () => number, day: number, what: What): Version[] {
  // Most are copies to be certified at once; few take weeks.
  const term = 1 + Math.floor(30 * random() ** 3)
  const late = random() < LATE
  const took = late ? term + 1 + Math.floor(random() * 10) : Math.floor(random() * term)
  const second = Math.floor(random() * OPEN * 0.95)
  const received = at(day, second)
  const due = at(day + term, OPEN)
  const later = second + Math.floor(random() * (OPEN - second))
  const finished = took === 0 ? at(day, later) : at(day + took, Math.floor(random() * OPEN))
  const supplement = took > 3 && random() < SUPPLEMENTED * 4 ? supplementOf(day, second, took, term) : null
  const newest = { ...what, received_at: received, due_at: due, supplement }
  const ended = endOf(random, newest, finished, at(day + took + 1, second))
  if (random() >= UNDER_WAY) return [ended]

  const open = { ...newest, supplement: null, finished_at: null, returned_at: null }
  const accepted = { ...open, status: 2, updated_at: at(day, second + 60) }
  const inProcess = { ...open, status: 4, updated_at: at(day, second + 120) }
  return random() < 0.5 ? [accepted, ended] : [accepted, inProcess, ended]
}

type Open = Omit<Version, 'status' | 'finished_at' | 'returned_at' | 'updated_at'>

function endOf (random: () => number, dossier: Open, finished: string, returned: string): Version {
  const kind = random()
  const open = { ...dossier, finished_at: null, returned_at: null, updated_at: finished }
  if (kind < 0.014) return { ...open, status: 4, updated_at: dossier.received_at }
  if (kind < 0.018) return { ...open, status: 3 }
  if (kind < 0.028) return { ...open, status: 7, finished_at: finished }
  if (kind < 0.031) return { ...open, status: 8, finished_at: finished }
  if (kind < 0.06) return { ...open, status: 9, finished_at: finished }
  return { ...open, status: 10, finished_at: finished, returned_at: returned, updated_at: returned }
}

/** Asked for on the next day, and there the day after; the due date moves as far. */
function supplementOf (day: number, second: number, took: number, term: number): Supplement {
  return {
    requested_at: at(day + 1, second),
    completed_at: at(day + Math.min(3, took - 1), second),
    old_due_at: at(day + Math.max(1, term - 2), OPEN),
    new_due_at: at(day + term, OPEN)
  }
}

/** The instant after so many seconds at work on a working day. */
function at (day: number, second: number): string {
  const clock = second >= OPEN ? CLOSES : OPENS + second + (second < MORNING ? 0 : NOON)
  const hours = Math.floor(clock / 3_600)
  const minutes = Math.floor(clock / 60) % 60
  return `${WORKING_DAYS[day]!}T${TWO[hours]!}:${TWO[minutes]!}:${TWO[clock % 60]!}+07:00`
}

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { countedDossiers, countPlanOf, explainedDossiers } from '../../../src/dossiers/counts/index.ts'
import type { CountKey } from '../../../src/dossiers/counts/plan.ts'
import { vietnam } from '../../../src/seed/calendars/vn.ts'
import { receptionRulesFor } from '../../../src/statistics/on-time/reception/rules.ts'
import { dayOf, parseDay, startOf, type DayNumber } from '../../../src/time/business-day.ts'
import { forEachDatabase } from '../../database.ts'
import { nameOf, PATHS } from '../../dossiers/catalogue.ts'
import { forget, item, send } from '../../dossiers/given.ts'
import { runs } from '../../property.ts'

const HOUR = 3_600_000
const MINUTE = 60_000
const SPECIAL = new Map(
  vietnam().years.flatMap(({ days }) => days.map(({ date, kind }) => [parseDay(date), kind] as const)))

/** Looked at day by day: the office works from 07:00 to 11:30 and from 13:30 to 17:00. */
function workedByHand (from: number, to: number): number {
  let sum = 0
  for (let day = dayOf(from); day <= dayOf(to); day++) {
    const kind = SPECIAL.get(day)
    const isWeekend = [0, 6].includes(new Date(day * 24 * HOUR).getUTCDay())
    if (kind === 'compensatory_working_day' ? false : kind !== undefined || isWeekend) continue
    for (const [opens, closes] of [[7, 11.5], [13.5, 17]] as const) {
      const [start, end] = [startOf(day) + opens * HOUR, startOf(day) + closes * HOUR]
      sum += Math.max(0, Math.min(end, to) - Math.max(start, from))
    }
  }
  return sum
}

const START = Date.parse('2021-02-01T00:00:00+07:00')
/** Five weeks with Tết within them; minutes of half hours and beside them, so that limits are met exactly. */
const instants = fc.tuple(fc.integer({ min: 0, max: 35 * 48 }), fc.constantFrom(0, 0, 0, -1, 1))
  .map(([halfHours, beside]) => START + halfHours * 30 * MINUTE + beside)

interface Filed {
  unit: string
  channel: string
  status: number
  submitted: number | null
  received: number | null
  refused: number | null
  updated: number
}

const dossiers: fc.Arbitrary<Filed> = fc.record({
  unit: fc.constantFrom(...Object.keys(PATHS)), channel: fc.constantFrom('online', 'online', 'direct'),
  kind: fc.constantFrom('received', 'received', 'received', 'unsaid', 'waits', 'entered', 'refused', 'refused without an instant'),
  first: instants, then: instants, limit: fc.constantFrom(null, null, 0, 1, -1)
}).map(({ unit, channel, kind, first, then, limit }) => {
  const [a, b] = [Math.min(first, then), Math.max(first, then)]
  // Some are received when the limit is over, or beside that.
  const end = limit === null ? b : reachedByHand(a, 8 * HOUR) + limit
  const of = { unit, channel, submitted: a, received: null, refused: null, updated: end }
  return {
    received: { ...of, status: 4, received: end }, unsaid: { ...of, status: 4, submitted: null, received: end },
    waits: { ...of, status: 1 }, entered: { ...of, status: 1, submitted: null, received: a },
    refused: { ...of, status: 3, refused: end }, 'refused without an instant': { ...of, status: 3 }
  }[kind]
})

/** The first instant at which so much time was worked, to the millisecond: by looking at smaller and smaller steps. */
function reachedByHand (from: number, time: number): number {
  let at = from
  for (const step of [HOUR, MINUTE, 1]) {
    while (workedByHand(from, at + step) < time) at += step
  }
  return at + 1
}

const days = fc.integer({ min: parseDay('2021-02-01'), max: parseDay('2021-03-12') })
const questions = fc.record({
  filed: fc.array(dossiers, { minLength: 1, maxLength: 10 }),
  span: fc.tuple(days, days, fc.boolean()).map(([a, b, isRunning]) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)]
    return { from, to, dueTo: isRunning ? to - 1 : to }
  }),
  keys: fc.constantFrom<CountKey[]>([], ['unit'], ['channel', 'period']),
  unit: fc.constantFrom(null, null, 'H56-380')
})

const MEASURES = [
  'reception_in_time', 'reception_overdue', 'reception_pending_in_time', 'reception_pending_overdue', 'not_received'
] as const
type Figures = Record<typeof MEASURES[number] | 'numerator' | 'denominator', number | null>

function countedByHand (
  group: readonly Filed[], { from, to, dueTo }: Record<'from' | 'to' | 'dueTo', DayNumber>
): Figures {
  const isWithin = (instant: number | null) => instant !== null && dayOf(instant) >= from && dayOf(instant) <= to
  const isAfter = (instant: number | null) => instant === null || dayOf(instant) > to
  const counted = group.map(({ channel, status, submitted, received, refused, updated }) => {
    const [came, ended] = [status === 4 ? received : null, status === 3 ? refused ?? updated : null]
    const isTold = status !== 4 || submitted !== null
    const waits = isTold && dayOf(submitted ?? received!) <= to && isAfter(came) && isAfter(ended)
    const wait = (until: number) => submitted === null ? null : workedByHand(submitted, until) <= 8 * HOUR
    return {
      received: isWithin(came) && (submitted !== null || channel === 'online') ? wait(came!) : undefined,
      waiting: waits ? wait(Math.max(startOf(dueTo + 1), submitted ?? 0)) : undefined,
      refused: isWithin(ended)
    }
  })
  const of = (what: 'received' | 'waiting', is: boolean | null) => counted.filter(one => one[what] === is).length
  const refused = counted.filter(one => one.refused).length
  const [unsaid, unsaidWaiting] = [of('received', null), of('waiting', null)]
  const parts = {
    reception_in_time: of('received', true), reception_overdue: of('received', false),
    reception_pending_in_time: of('waiting', true), reception_pending_overdue: of('waiting', false)
  }
  const denominator = Object.values(parts).reduce((sum, count) => sum + count, 0)
  const isSilent = unsaid > 0 && denominator + unsaidWaiting + refused === 0
  const known = (count: number, unknown: boolean) => unknown ? null : count
  return {
    reception_in_time: known(parts.reception_in_time, unsaid > 0),
    reception_overdue: known(parts.reception_overdue, unsaid > 0),
    reception_pending_in_time: known(parts.reception_pending_in_time, isSilent || unsaidWaiting > 0),
    reception_pending_overdue: known(parts.reception_pending_overdue, isSilent || unsaidWaiting > 0),
    not_received: known(refused, isSilent),
    numerator: parts.reception_in_time + parts.reception_pending_in_time,
    denominator
  }
}

type Row = Record<'reception_numerator' | 'reception_denominator' | typeof MEASURES[number], number> &
  Record<'unit' | 'channel', string>

const text = (instant: number | null) => instant === null ? null : new Date(instant).toISOString()

forEachDatabase('reception of dossiers', async (t, { db }) => {
  t.test('counts and lists the same as by hand, for any days, groups and dossiers', async t => {
    await fc.assert(fc.asyncProperty(questions, async ({ filed, span, keys, unit }) => {
      await forget(db)
      const { outcomes } = await send(db, filed.map((one, i) => item({
        code: `d-${i}`, unit: one.unit, channel: one.channel as 'online', status: one.status, due_at: null,
        received_at: text(one.received), submitted_at: text(one.submitted), refused_at: text(one.refused),
        updated_at: text(one.updated)!
      })))
      if (outcomes.includes('rejected')) throw new Error('rejected')
      const [from, to, dueTo] = [span.from, span.to, span.dueTo].map(nameOf) as [string, string, string]
      const spans = [{ code: 'span', from, to, dueTo }]
      const reception = await receptionRulesFor(db, { method: 'reception' }, spans, null)
      const plan = countPlanOf({ keys, spans, unit, details: true, reception })
      const { rows } = await countedDossiers(plan).execute(db)
      const asked = filed.filter(({ unit: of }) => unit === null || PATHS[of]!.includes(unit))
      let denominator = 0
      for (const row of rows as unknown as Row[]) {
        const group = asked.filter(one => (
          (!keys.includes('unit') || one.unit === row.unit) && (!keys.includes('channel') || one.channel === row.channel)))
        const found = {
          ...Object.fromEntries(MEASURES.map(name => [name, row[name]])),
          numerator: row.reception_numerator, denominator: row.reception_denominator
        }
        denominator += row.reception_denominator
        const byHand = countedByHand(group, span)
        if (!isDeepStrictEqual(found, byHand)) throw new Error(JSON.stringify({ found, byHand, span, group }))
      }
      const whole = countedByHand(asked, span)
      const listed = await explainedDossiers({ ...plan, keys: [] }, 'reception').execute(db)
      const inTime = listed.rows.filter(({ in_time: is }) => is).length
      if (denominator !== whole.denominator || listed.rows.length !== denominator || inTime !== whole.numerator) {
        throw new Error(JSON.stringify({ denominator, whole, listed: listed.rows, span, asked }))
      }
    }), { numRuns: runs(40) })
    t.pass()
  })
})

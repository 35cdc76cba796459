import fc from 'fast-check'
import t from 'tap'
import { vietnam } from '../../src/seed/calendars/vn.ts'
import { dayOf, nameOfDay, parseDay, startOf } from '../../src/time/business-day.ts'
import {
  CalendarYearMissing, CompiledCalendar, unlessYearMissing, type SpecialDay
} from '../../src/working-time/calendar.ts'
import { dueDateOf, type Pause, type Term } from '../../src/working-time/due-date.ts'
import { stepsOf } from '../../src/working-time/steps.ts'
import { GOLDEN, local, milliseconds, termOf, VIETNAM } from './golden.ts'

const MINUTE = 60_000

t.test('due dates are those that were worked out by hand', async t => {
  t.ok(GOLDEN.length > 40)
  for (const golden of GOLDEN) {
    t.equal(local(dueDateOf(VIETNAM, termOf(golden)).due), golden.due_at, `${golden.received_at} + ${golden.term}: ${golden.why}`)
  }
})

t.test('the steps add up to the term, and lead from reception to the due date', async t => {
  for (const golden of GOLDEN) {
    const term = termOf(golden)
    const found = dueDateOf(VIETNAM, term)
    const steps = stepsOf(VIETNAM, found)
    const title = `${golden.received_at} + ${golden.term}: ${golden.why}`
    t.equal(steps[0]!.from, term.received, title)
    for (const [i, step] of steps.entries()) {
      if (i > 0 && step.kind !== 'pause') t.ok(step.from >= steps[i - 1]!.to!, `${title}, step ${i}`)
      if (step.counted === 0) t.not(step.kind, 'working', title)
    }
    if (found.due === null || term.minutes === 0) continue
    t.equal(steps.reduce((sum, { counted }) => sum + counted, 0), term.minutes + term.extension, title)
    t.equal(steps.findLast(({ kind }) => kind !== 'pause_after_due')!.to, found.due, title)
  }
})

t.test('a citizen is told of each day that does not count', async t => {
  const { spans } = dueDateOf(VIETNAM, term('2025-04-25 18:00', {
    minutes: 2 * 480, extension: 480, pauses: [
      { kind: 'financial_obligation', from: milliseconds('2025-04-28 08:00'), to: milliseconds('2025-04-29 07:30') },
      { kind: 'other', from: milliseconds('2025-06-02 08:00'), to: null }
    ]
  }))
  const steps = stepsOf(VIETNAM, { due: null, spans })
  t.same(steps.map(({ from, to, counted, kind, why }) => `${local(from)} – ${local(to)} ${counted} ${kind} ${why}`), [
    '2025-04-25 18:00 – 2025-04-26 07:00 0 outside_hours Tiếp nhận ngoài giờ làm việc: tính từ giờ làm việc tiếp theo',
    '2025-04-26 07:00 – 2025-04-26 17:00 480 working Làm bù cho ngày 02/5/2025',
    '2025-04-27 00:00 – 2025-04-28 00:00 0 day_off Nghỉ hằng tuần',
    '2025-04-28 07:00 – 2025-04-28 08:00 60 working Ngày làm việc',
    '2025-04-28 08:00 – 2025-04-29 07:30 0 pause Tạm dừng: chờ thực hiện nghĩa vụ tài chính',
    '2025-04-29 07:30 – 2025-04-29 16:30 420 working Ngày làm việc',
    '2025-04-29 16:30 – 2025-04-29 17:00 30 extension Gia hạn: Ngày làm việc',
    '2025-04-30 00:00 – 2025-05-01 00:00 0 day_off Ngày Chiến thắng',
    '2025-05-01 00:00 – 2025-05-02 00:00 0 day_off Ngày Quốc tế lao động',
    '2025-05-02 00:00 – 2025-05-03 00:00 0 day_off Nghỉ hoán đổi, làm bù ngày 26/4/2025',
    '2025-05-03 00:00 – 2025-05-05 00:00 0 day_off Nghỉ hằng tuần',
    '2025-05-05 07:00 – 2025-05-05 16:30 450 extension Gia hạn: Ngày làm việc',
    '2025-06-02 08:00 –  0 pause_after_due Tạm dừng sau khi đã đến hạn: không làm thay đổi hạn trả'
  ])
})

t.test('a citizen is told why the term begins later than the dossier came', async t => {
  const why = (received: string, rest: Partial<Term> = {}) => (
    stepsOf(VIETNAM, dueDateOf(VIETNAM, term(received, rest)))[0]!.why)
  t.equal(why('2026-04-29 17:30'), 'Tiếp nhận ngoài giờ làm việc: tính từ giờ làm việc tiếp theo; Ngày Chiến thắng; ' +
    'Ngày Quốc tế lao động; Nghỉ hằng tuần')
  t.equal(why('2025-03-08 09:00'), 'Tiếp nhận ngoài giờ làm việc: tính từ giờ làm việc tiếp theo; Nghỉ hằng tuần')
  t.equal(why('2025-03-07 16:00', { cutOff: 900 }),
    'Tiếp nhận sau giờ chốt trong ngày: tính từ ngày làm việc tiếp theo; Nghỉ hằng tuần')
  t.equal(why('2025-03-03 10:00', { countFrom: 'next_day' }), 'Không tính ngày tiếp nhận (Điều 147 Bộ luật Dân sự 2015)')
})

t.test('what a calendar does not know is an error, never a guess', async t => {
  for (const [received, minutes, year] of [
    ['2019-12-31 10:00', 480, 2019], ['2027-01-04 10:00', 480, 2027], ['2026-12-31 10:00', 480, 2027], ['2026-12-31 17:30', 0, 2027]
  ] as const) {
    t.throws(() => dueDateOf(VIETNAM, term(received, { minutes })), new CalendarYearMissing(year), `${received} + ${minutes}`)
  }
  t.equal(unlessYearMissing(() => VIETNAM.isWorking(parseDay('2027-01-01')), year => year), 2027)
  t.throws(() => unlessYearMissing(() => { throw new RangeError('another') }, year => year), new RangeError('another'))
  t.equal(VIETNAM.workingDaysTo(parseDay('2019-12-31')), 0)
  t.throws(() => VIETNAM.isWorking(parseDay('2019-12-31')), new CalendarYearMissing(2019))
  t.throws(() => VIETNAM.workingDaysTo(parseDay('2027-01-01')), new CalendarYearMissing(2027))
})

t.test('office hours hold from their day on', async t => {
  const [summer] = vietnam().office_hours
  const winter = { ...summer!, valid_from: '2025-10-16', morning_from: '07:30', afternoon_from: '13:00' }
  const calendar = new CompiledCalendar({ ...vietnam(), office_hours: [summer!, winter] })
  t.equal(local(dueDateOf(calendar, term('2025-10-15 06:00', { minutes: 480 })).due), '2025-10-15 17:00')
  t.equal(local(dueDateOf(calendar, term('2025-10-15 13:15', { minutes: 60 })).due), '2025-10-15 14:30')
  t.equal(local(dueDateOf(calendar, term('2025-10-16 13:15', { minutes: 60 })).due), '2025-10-16 14:15')
  t.equal(local(dueDateOf(calendar, term('2025-10-15 17:30', { minutes: 60 })).due), '2025-10-16 08:30')
  t.equal(local(dueDateOf(calendar, term('2025-10-15 08:00', { minutes: 480 })).due), '2025-10-16 08:30', 'an hour into the day on both')
})

// Properties. Instants of two years, so that no year is missing.
const FIRST = milliseconds('2024-01-01 00:00')
const instants = fc.integer({ min: 0, max: 2 * 365 * 24 * 60 }).map(minutes => FIRST + minutes * MINUTE)
const terms = fc.record({
  received: instants,
  minutes: fc.integer({ min: 0, max: 40 }).map(halves => halves * 240),
  extension: fc.constantFrom(0, 0, 480, 90),
  pauses: fc.uniqueArray(instants, { maxLength: 6 }).map(pausesBetween),
  cutOff: fc.constantFrom(null, 15 * 60),
  countFrom: fc.constantFrom('reception' as const, 'next_day' as const)
})

/** Every second stretch between instants. */
function pausesBetween (instants: number[]): Pause[] {
  const sorted = instants.toSorted((a, b) => a - b)
  return sorted.flatMap((from, i) => (
    i % 2 === 0 && i + 1 < sorted.length ? [{ kind: 'supplement' as const, from, to: sorted[i + 1]! }] : []))
}

function term (received: string, rest: Partial<Term>): Term {
  return {
    received: milliseconds(received), minutes: 480, extension: 0, pauses: [], cutOff: null, countFrom: 'reception', ...rest
  }
}

t.test('a due date is what counting minute by minute comes to', async t => {
  const opens = new Map<number, boolean>()
  const isOpen = (instant: number) => {
    const day = dayOf(instant)
    if (!opens.has(day)) opens.set(day, isWorkingByHand(nameOfDay(day)))
    const minute = (instant - startOf(day)) / MINUTE
    return opens.get(day)! && ((minute >= 420 && minute < 690) || (minute >= 810 && minute < 1020))
  }
  const counted = ({ received, minutes, extension, pauses, cutOff }: Term) => {
    let instant = received
    const day = dayOf(instant)
    if (cutOff !== null && isWorkingByHand(nameOfDay(day)) && (instant - startOf(day)) / MINUTE > cutOff) {
      instant = startOf(day + 1)
    }
    for (let left = minutes + extension; left > 0; instant += MINUTE) {
      if (isOpen(instant) && !pauses.some(({ from, to }) => instant >= from && instant < to!)) left--
    }
    return instant
  }
  fc.assert(fc.property(terms, asked => {
    const one = { ...asked, minutes: asked.minutes + 60, countFrom: 'reception' as const }
    t.equal(local(dueDateOf(VIETNAM, one).due), local(counted(one)))
  }), { numRuns: 60 })
})

const BY_DATE = new Map(vietnam().years.flatMap(({ days }) => days.map(day => [day.date, day.kind])))

function isWorkingByHand (date: string): boolean {
  const kind = BY_DATE.get(date)
  return kind === undefined ? ![0, 6].includes(new Date(date).getUTCDay()) : kind === 'compensatory_working_day'
}

t.test('a later reception never makes a due date earlier', async t => {
  fc.assert(fc.property(terms, fc.integer({ min: 0, max: 20_000 }), (asked, later) => {
    const moved = { ...asked, received: asked.received + later * MINUTE }
    t.ok(dueDateOf(VIETNAM, moved).due! >= dueDateOf(VIETNAM, asked).due!)
  }), { numRuns: 300 })
})

t.test('a pause of n working minutes moves a due date by exactly n', async t => {
  fc.assert(fc.property(instants, fc.integer({ min: 1, max: 9_600 }), fc.nat(), fc.integer({ min: 1, max: 4_800 }), (
    received, minutes, begins, paused
  ) => {
    const asked = { ...term('2024-01-02 08:00', { minutes }), received }
    const start = VIETNAM.positionOf(received)
    const from = start + begins % minutes
    const pause = { kind: 'other' as const, from: VIETNAM.startAt(from), to: VIETNAM.reachedAt(from + paused) }
    t.equal(dueDateOf(VIETNAM, { ...asked, pauses: [pause] }).due, VIETNAM.reachedAt(start + minutes + paused))
    t.equal(dueDateOf(VIETNAM, asked).due, VIETNAM.reachedAt(start + minutes))
  }), { numRuns: 300 })
})

t.test('a further holiday never makes a due date earlier', async t => {
  fc.assert(fc.property(terms, fc.integer({ min: 0, max: 729 }), (asked, n) => {
    const date = nameOfDay(parseDay('2024-01-01') + n)
    const holiday: SpecialDay = { date, kind: 'holiday', name: 'x', source: 'x' }
    const { years, ...others } = vietnam()
    const more = years.map(({ year, days }) => (
      { year, days: date.startsWith(`${year}-`) ? [...days.filter(day => day.date !== date), holiday] : days }))
    const due = dueDateOf(new CompiledCalendar({ ...others, years: more }), asked).due!
    t.ok(due >= dueDateOf(VIETNAM, asked).due!)
  }), { numRuns: 100 })
})

t.test('positions and instants are the inverse of one another', async t => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 700 * 480 }), position => {
    t.equal(VIETNAM.positionOf(VIETNAM.startAt(position)), position)
    t.equal(VIETNAM.positionOf(VIETNAM.reachedAt(position)), position)
    t.ok(VIETNAM.reachedAt(position) <= VIETNAM.startAt(position))
  }), { numRuns: 300 })
})

import fc from 'fast-check'
import t from 'tap'
import { type Period, periodsOf } from '../../src/time/calendar.ts'

const anyYear = fc.integer({ min: 1900, max: 9000 })
const anyCalendar = fc.constantFrom('', 'cal-')

function find (year: number, code: string): Period {
  const found = periodsOf(year).find(period => period.code === code)
  if (found === undefined) throw new Error(`no period ${code}`)
  return found
}

function dates (code: string) {
  const { starts_on, ends_on } = find(Number(/\d{4}/.exec(code)?.[0]), code)
  return [starts_on, ends_on]
}

function dayAfter (date: string): string {
  return new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10)
}

/** True when `parts` fill `whole` one after the other: no day missing, no day twice. */
function tile (whole: Period, parts: Period[]): boolean {
  return parts[0]?.starts_on === whole.starts_on && parts.at(-1)?.ends_on === whole.ends_on &&
    parts.every(part => part.starts_on <= part.ends_on) &&
    parts.slice(1).every((part, i) => part.starts_on === dayAfter(parts[i]?.ends_on ?? ''))
}

t.test('the reform calendar cuts on the 15th', async t => {
  t.strictSame(dates('2021-M01'), ['2020-12-15', '2021-01-14'])
  t.strictSame(dates('2021-M12'), ['2021-11-15', '2021-12-14'])
  t.strictSame(dates('2021-Q1'), ['2020-12-15', '2021-03-14'])
  t.strictSame(dates('2021-H1'), ['2020-12-15', '2021-06-14'])
  t.strictSame(dates('2021-Q3'), ['2021-06-15', '2021-09-14'])
  t.strictSame(dates('2021-9M'), ['2020-12-15', '2021-09-14'])
  t.strictSame(dates('2021'), ['2020-12-15', '2021-12-14'])
})

t.test('the other calendar has ordinary months, leap days included', async t => {
  t.strictSame(dates('cal-2024-M02'), ['2024-02-01', '2024-02-29'])
  t.strictSame(dates('cal-2021-Q1'), ['2021-01-01', '2021-03-31'])
  t.strictSame(dates('cal-2021'), ['2021-01-01', '2021-12-31'])
})

t.test('a reform report is due on the 20th of its last month; the other calendar sets no day', async t => {
  t.equal(find(2021, '2021-M01').report_due_on, '2021-01-20')
  t.equal(find(2021, '2021-H1').report_due_on, '2021-06-20')
  t.equal(find(2021, '2021').report_due_on, '2021-12-20')
  t.ok(periodsOf(2021).every(period => (period.report_due_on === null) === (period.calendar === 'calendar')))
})

t.test('a year has twenty periods in each calendar, each with a code of its own', async t => {
  t.equal(new Set([2020, 2021].flatMap(periodsOf).map(period => period.code)).size, 80)
})

t.test('months and quarters tile every longer period without gap or overlap', async () => {
  fc.assert(fc.property(anyYear, anyCalendar, (year, prefix) => {
    const all = (...suffixes: string[]) => suffixes.map(suffix => find(year, `${prefix}${year}${suffix}`))
    const months = periodsOf(year).filter(p => p.kind === 'month' && p.code.startsWith(`${prefix}${year}`))
    const [q1, q2, q3, q4] = all('-Q1', '-Q2', '-Q3', '-Q4') as [Period, Period, Period, Period]
    const [h1, h2, m9, whole] = all('-H1', '-H2', '-9M', '') as [Period, Period, Period, Period]
    return months.length === 12 && tile(whole, months) &&
      [q1, q2, q3, q4].every((quarter, i) => tile(quarter, months.slice(3 * i, 3 * i + 3))) &&
      tile(whole, [q1, q2, q3, q4]) && tile(whole, [h1, h2]) && tile(whole, [m9, q4]) &&
      tile(h1, [q1, q2]) && tile(h2, [q3, q4]) && tile(m9, [q1, q2, q3])
  }))
})

t.test('a year begins on the day after the one before has ended', async () => {
  fc.assert(fc.property(anyYear, anyCalendar, (year, prefix) =>
    find(year + 1, `${prefix}${year + 1}`).starts_on === dayAfter(find(year, `${prefix}${year}`).ends_on)))
})

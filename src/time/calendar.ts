export interface Period {
  code: string
  calendar: 'reform' | 'calendar'
  kind: 'month' | 'quarter' | 'half_year' | 'nine_months' | 'year'
  year: number
  /** Both days are included. */
  starts_on: string
  ends_on: string
  report_due_on: string | null
}

/** Years whose usual periods every database has. */
export const FIRST_YEAR = 2015
export const LAST_YEAR = 2050

interface Span {
  suffix: string
  kind: Period['kind']
  first: number
  last: number
}

const SPANS: Span[] = [
  ...Array.from({ length: 12 }, (_, i) => i + 1)
    .map((m): Span => ({ suffix: `-M${String(m).padStart(2, '0')}`, kind: 'month', first: m, last: m })),
  { suffix: '-Q1', kind: 'quarter', first: 1, last: 3 },
  { suffix: '-Q2', kind: 'quarter', first: 4, last: 6 },
  { suffix: '-Q3', kind: 'quarter', first: 7, last: 9 },
  { suffix: '-Q4', kind: 'quarter', first: 10, last: 12 },
  { suffix: '-H1', kind: 'half_year', first: 1, last: 6 },
  { suffix: '-H2', kind: 'half_year', first: 7, last: 12 },
  { suffix: '-9M', kind: 'nine_months', first: 1, last: 9 },
  { suffix: '', kind: 'year', first: 1, last: 12 }
]

/** Every period of a year: `2021-H1` of the reform calendar, `cal-2021-H1` of ordinary months. */
export function periodsOf (year: number): Period[] {
  return [...SPANS.map(span => reformPeriod(year, span)), ...SPANS.map(span => calendarPeriod(year, span))]
}

/** The usual periods of all years. */
export function usualPeriods (): Period[] {
  return Array.from({ length: LAST_YEAR - FIRST_YEAR + 1 }, (_, i) => periodsOf(FIRST_YEAR + i)).flat()
}

/** The year of a usual period, whose days follow from its code; null: it is not one. */
export function usualYearOf (code: string): number | null {
  const [, year, suffix] = /^(?:cal-)?(\d{4})(-.+)?$/.exec(code) ?? []
  const isUsual = SPANS.some(span => span.suffix === (suffix ?? '')) && Number(year) >= FIRST_YEAR && Number(year) <= LAST_YEAR
  return isUsual ? Number(year) : null
}

/** The month runs from the 15th of the one before to the 14th, so that a report can be sent by the 20th. */
function reformPeriod (year: number, { suffix, kind, first, last }: Span): Period {
  return {
    code: `${year}${suffix}`,
    calendar: 'reform',
    kind,
    year,
    starts_on: day(year, first - 1, 15),
    ends_on: day(year, last, 14),
    report_due_on: day(year, last, 20)
  }
}

function calendarPeriod (year: number, { suffix, kind, first, last }: Span): Period {
  return {
    code: `cal-${year}${suffix}`,
    calendar: 'calendar',
    kind,
    year,
    starts_on: day(year, first, 1),
    ends_on: day(year, last + 1, 0),
    report_due_on: null
  }
}

/** Months count from 1; month 0 is the December before, day 0 the last day of the month before. */
function day (year: number, month: number, dayOfMonth: number): string {
  return new Date(Date.UTC(year, month - 1, dayOfMonth)).toISOString().slice(0, 10)
}

/** The day after one that is written `YYYY-MM-DD`, in the same way. */
export function dayAfter (day: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  date.setUTCDate(date.getUTCDate() + 1)
  return date.toISOString().slice(0, 10)
}

import type { Issue } from '../../contract/errors.ts'
import { parseDay } from '../../time/business-day.ts'
import { issueAt } from '../../writes/row-issues.ts'
import { MINUTES_A_DAY, minutesIn, type OfficeHours } from '../calendar.ts'
import type { CalendarYear, WorkingCalendarItem } from './schema.ts'
import type { StoredCalendar } from './store.ts'

/**
 * What is wrong with what a calendar says, at the place where it was posted.
 * @param calendar the item with the years that are stored
 */
export function issuesOfContent (item: WorkingCalendarItem, calendar: StoredCalendar): Issue[] {
  const { office_hours: hours, reception_limits: limits = [], years = [], weekend } = item
  return [
    ...repeated('office_hours', hours, 'valid_from'),
    ...hours.flatMap((one, i) => issuesOfHours(one, `office_hours/${i}`)),
    ...repeated('reception_limits', limits, 'valid_from'),
    ...repeated('years', years, 'year'),
    ...years.flatMap((year, i) => issuesOfYear(year, weekend, `years/${i}/days`)),
    ...issuesOfYears(calendar)
  ]
}

function issuesOfHours (hours: OfficeHours, at: string): Issue[] {
  const names = ['morning_from', 'morning_to', 'afternoon_from', 'afternoon_to'] as const
  const disordered = names.find((name, i) => i > 0 && !isAfter(hours, name, names[i - 1]!))
  if (disordered !== undefined) {
    return [issueAt(`${at}/${disordered}`, 'out_of_range', `${disordered} (${hours[disordered]}) is before what precedes it`)]
  }
  const [opens, lunch, afternoon, closes] = names.map(name => minutesIn(hours[name]))
  const minutes = lunch! - opens! + closes! - afternoon!
  if (minutes === MINUTES_A_DAY) return []
  const detail = `these hours are ${minutes} minutes; a working day has ${MINUTES_A_DAY}, so that a term of n days is n times as long`
  return [issueAt(at, 'not_eight_hours', detail)]
}

/** The afternoon may begin when the morning ends. */
function isAfter (hours: OfficeHours, name: keyof OfficeHours, before: keyof OfficeHours): boolean {
  return name === 'afternoon_from' ? hours[name] >= hours[before] : hours[name] > hours[before]
}

function issuesOfYear ({ year, days }: CalendarYear, weekend: readonly number[], at: string): Issue[] {
  return [
    ...repeated(at, days, 'date'),
    ...days.flatMap(({ date, kind }, i) => {
      if (!date.startsWith(`${year}-`)) {
        return [issueAt(`${at}/${i}/date`, 'out_of_range', `${date} is not a day of ${year}`)]
      }
      if (kind !== 'compensatory_working_day' || weekend.includes(weekdayOf(date))) return []
      return [issueAt(`${at}/${i}/date`, 'not_a_day_off', `${date} is no day of the weekend, so it is a working day anyway`)]
    })
  ]
}

/** 1 is Monday. The day 0 was a Thursday. */
function weekdayOf (date: string): number {
  return (parseDay(date) + 3) % 7 + 1
}

/** Years without a gap, so that working days can be counted from any day to any other. */
function issuesOfYears ({ years, office_hours: hours }: StoredCalendar): Issue[] {
  const [first] = years
  if (first === undefined) return [issueAt('years', 'missing', 'a calendar has at least one year')]
  const gap = years.find(({ year }, i) => i > 0 && year > years[i - 1]!.year + 1)
  if (gap !== undefined) {
    return [issueAt('years', 'calendar_year_missing', `the year before ${gap.year} is not entered, and years follow one another`)]
  }
  if (hours[0]!.valid_from <= `${first.year}-01-01`) return []
  return [issueAt('office_hours', 'missing', `no office hours hold on ${first.year}-01-01, the first day of its first year`)]
}

function repeated<K extends string> (at: string, rows: readonly Record<K, string | number>[], key: K): Issue[] {
  const seen = new Set<string | number>()
  return rows.flatMap((row, i) => {
    if (!seen.has(row[key])) {
      seen.add(row[key])
      return []
    }
    return [issueAt(`${at}/${i}/${key}`, 'duplicate_key', `${key} ${row[key]} is there twice`)]
  })
}

import { DomainError, type Issue } from '../../contract/errors.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Db } from '../../database/connect.ts'
import { instantText } from '../../time/business-day.ts'
import { instantOf } from '../../time/rfc3339.ts'
import { assertBatchSize } from '../../writes/batch.ts'
import { malformedItems } from '../../writes/ingest-batch.ts'
import { addIssues, assertSound, issueAt, type IssuesByRow } from '../../writes/row-issues.ts'
import { CompiledCalendar, unlessYearMissing, yearOf } from '../calendar.ts'
import { DEFAULT_CALENDAR, storedCalendars } from '../calendars/store.ts'
import { dueDateOf, type DueDate as Way } from '../due-date.ts'
import { stepsOf } from '../steps.ts'
import { DueDateItem, type DueDate, type DueDateQuery, type DueDatesAnswer } from './schema.ts'
import { termOf } from './term.ts'
import { statutoryTerms } from './terms.ts'

/** A due date that was worked out. */
interface Found extends Way {
  calendar: CompiledCalendar
}

/**
 * A due date with every step on the way to it.
 * @throws DomainError `invalid_request`
 */
export async function dueDate (db: Db, { pauses = [], ...asked }: DueDateQuery): Promise<DueDate> {
  const item = { ...asked, pauses: pauses.map(pauseIn) }
  const malformed = item.pauses.flatMap(({ from, to }, i) => [from, to].flatMap((instant, j) => (
    instant === null || !Number.isNaN(instantOf(instant)) ? [] : [issueAt(
      `pauses/${i}`, 'malformed', `${['from', 'to'][j]} of pauses/${i} is no instant with its offset: ${instant}`)])))
  const found = malformed.length > 0 ? malformed : (await dueDateFinder(db, [item]))(item)
  if (Array.isArray(found)) {
    const issues = found.map(issue => ({ ...issue, pointer: `/query${issue.pointer}` }))
    throw new DomainError('invalid_request', issues.map(({ detail }) => detail).join('; '), issues)
  }
  const steps = stepsOf(found.calendar, found)
  return {
    due_at: textOf(found.due),
    received_at: instantText(instantOf(asked.received_at)),
    calendar: asked.calendar ?? DEFAULT_CALENDAR,
    working_hours: steps.reduce((sum, { counted }) => sum + counted, 0) / 60,
    steps: steps.map(({ from, to, ...step }) => ({ from: instantText(from), to: textOf(to), ...step }))
  }
}

/** A `+` in an address is a blank, and no instant has one. */
function pauseIn (text: string) {
  const [, kind, from, to] = /^(?:(supplement|financial_obligation|other):)?([^/]+)\/([^/]*)$/.exec(text.replaceAll(' ', '+'))!
  return { kind: (kind ?? 'supplement') as 'supplement', from: from!, to: to === '' ? null : to! }
}

function textOf (instant: number | null): string | null {
  return instant === null ? null : instantText(instant)
}

const check = checkOf(DueDateItem)

/**
 * Many due dates at once.
 * @throws DomainError `too_many_items`, `invalid_rows`
 */
export async function dueDates (db: Db, items: readonly unknown[]): Promise<DueDatesAnswer> {
  assertBatchSize(items)
  const issues: IssuesByRow = new Map()
  addIssues(issues, malformedItems(items, check))
  assertSound(issues, items.length, 'nothing was worked out')
  const asked = items as DueDateItem[]
  const find = await dueDateFinder(db, asked)
  const found = asked.map(find)
  addIssues(issues, found.map((one, index) => ({ index, issues: Array.isArray(one) ? one : [] })))
  assertSound(issues, items.length, 'nothing was worked out')
  return { items: (found as Found[]).map(({ due }) => ({ due_at: textOf(due) })) }
}

/** Looks up what items name. @returns finds the due date of one of them, or what is wrong with it */
async function dueDateFinder (
  db: Db, items: readonly DueDateItem[]
): Promise<(item: DueDateItem) => Found | Issue[]> {
  const codes = new Set(items.map(({ calendar = DEFAULT_CALENDAR }) => calendar))
  const stored = await storedCalendars(db, [...codes])
  const calendars = new Map([...stored].map(([code, calendar]) => [code, new CompiledCalendar(calendar)]))
  const procedures = new Set(items.flatMap(({ procedure = [] }) => procedure))
  const daysOf = await statutoryTerms(db, [...procedures])
  return item => {
    const { calendar: code = DEFAULT_CALENDAR } = item
    const calendar = calendars.get(code)
    const { term, issues } = termOf(item, daysOf)
    if (calendar === undefined) issues.push(issueAt('calendar', 'unknown_calendar', `there is no calendar ${code}`))
    if (calendar === undefined || issues.length > 0) return issues
    return unlessYearMissing<Found, Issue[]>(() => ({ ...dueDateOf(calendar, term), calendar }), year => {
      const years = `${yearOf(calendar.first)} to ${yearOf(calendar.last)}`
      const detail = `this due date needs the year ${year}; the calendar ${code} has ${years}`
      return [issueAt('received_at', 'calendar_year_missing', detail)]
    })
  }
}

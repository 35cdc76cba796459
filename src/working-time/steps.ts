// Shows the way from reception to the due date step by step, in the words of officials, so that a citizen can follow.
import { dayOf, startOf, type DayNumber } from '../time/business-day.ts'
import type { CompiledCalendar } from './calendar.ts'
import type { DueDate, Pause, Span, SpanKind } from './due-date.ts'

/** Milliseconds since 1970. */
export interface Step {
  from: number
  /** null: it has not ended. */
  to: number | null
  /** Working minutes that count. */
  counted: number
  kind: Exclude<SpanKind, 'term'> | 'working' | 'day_off'
  why: string
}

/** The counts of all steps add up to the term with its extension. Nights and noons have no steps of their own. */
export function stepsOf (calendar: CompiledCalendar, { spans }: DueDate): Step[] {
  return spans.flatMap(span => (
    span.kind === 'term' || span.kind === 'extension' ? daysOf(calendar, span) : [uncounted(calendar, span)]))
}

const REASONS: Record<Exclude<SpanKind, 'term' | 'extension' | 'pause' | 'pause_after_due'>, string> = {
  outside_hours: 'Tiếp nhận ngoài giờ làm việc: tính từ giờ làm việc tiếp theo',
  cut_off: 'Tiếp nhận sau giờ chốt trong ngày: tính từ ngày làm việc tiếp theo',
  first_day: 'Không tính ngày tiếp nhận (Điều 147 Bộ luật Dân sự 2015)'
}

const PAUSES: Record<Pause['kind'], string> = {
  supplement: 'Tạm dừng: chờ bổ sung hồ sơ',
  financial_obligation: 'Tạm dừng: chờ thực hiện nghĩa vụ tài chính',
  other: 'Tạm dừng'
}

function uncounted (calendar: CompiledCalendar, { kind, from, to, pause }: Span): Step {
  const shown = kind as Exclude<SpanKind, 'term' | 'extension'>
  const step = { from, to, counted: 0, kind: shown }
  if (shown === 'pause') return { ...step, why: PAUSES[pause!] }
  if (shown === 'pause_after_due') return { ...step, why: 'Tạm dừng sau khi đã đến hạn: không làm thay đổi hạn trả' }
  const daysOff = groupsOf(calendar, from, to!).filter(({ isWorking }) => !isWorking).map(({ why }) => why)
  return { ...step, why: [REASONS[shown], ...new Set(daysOff)].join('; ') }
}

/** What one day after the other is, as one step. */
interface Days {
  first: DayNumber
  last: DayNumber
  isWorking: boolean
  why: string
}

function groupsOf (calendar: CompiledCalendar, from: number, to: number): Days[] {
  const groups: Days[] = []
  for (let day = dayOf(from); day <= dayOf(to); day++) {
    const isWorking = calendar.isWorking(day)
    const why = calendar.special.get(day)?.name ?? (isWorking ? 'Ngày làm việc' : 'Nghỉ hằng tuần')
    const before = groups.at(-1)
    if (before !== undefined && before.isWorking === isWorking && before.why === why) before.last = day
    else groups.push({ first: day, last: day, isWorking, why })
  }
  return groups
}

function daysOf (calendar: CompiledCalendar, { kind, from, to }: Span): Step[] {
  const end = to!
  return groupsOf(calendar, from, end).map(({ first, last, isWorking, why }) => {
    if (!isWorking) return { from: startOf(first), to: startOf(last + 1), counted: 0, kind: 'day_off', why }
    const span = {
      from: Math.max(from, calendar.officeHours(first).opens), to: Math.min(end, calendar.officeHours(last).closes)
    }
    return {
      ...span, counted: calendar.positionOf(span.to) - calendar.positionOf(span.from),
      kind: kind === 'term' ? 'working' : 'extension', why: kind === 'term' ? why : `Gia hạn: ${why}`
    }
  })
}

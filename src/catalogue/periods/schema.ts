import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Day, Example, ListOf, Named, Nullable, OneOf } from '../../contract/fields.ts'

export const CALENDARS = ['reform', 'calendar'] as const
const KINDS = ['month', 'quarter', 'half_year', 'nine_months', 'year'] as const

export const CALENDAR_MEANING = '`reform`: cut on the 15th, as administrative-reform reports are; `calendar`: ordinary months.'

export const Period = Named('Period', 'A reporting period (kỳ báo cáo). Days are days in Asia/Ho_Chi_Minh.', {
  code: Code('`2021-H1`, `2021-Q3`, `2021-M06`, `2021-9M`, `2021`; of the ordinary calendar `cal-2021-H1` …'),
  calendar: OneOf(CALENDARS, { description: CALENDAR_MEANING }),
  kind: OneOf(KINDS),
  year: Type.Integer(),
  starts_on: Day('First day, included.'),
  ends_on: Day('Last day, included.'),
  report_due_on: Nullable(Day('The day by which reports are due, where the calendar has a rule for it.'))
})
export type Period = Static<typeof Period>

export const PeriodQuery = Type.Object({
  calendar: Type.Optional(OneOf(CALENDARS, { description: CALENDAR_MEANING })),
  kind: ListOf(OneOf(KINDS), 'Only these kinds.'),
  year: ListOf(Type.Integer({ minimum: 1900, maximum: 2999 }), 'Only these years.'),
  date: Example(Type.Optional(Day('Only periods that hold this day.')), '2021-06-01'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type PeriodQuery = Static<typeof PeriodQuery>

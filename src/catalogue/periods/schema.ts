import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Day, Example, ListOf, Named, Nullable, OneOf } from '../../contract/fields.ts'

export const CALENDARS = ['reform', 'calendar'] as const
const KINDS = ['month', 'quarter', 'half_year', 'nine_months', 'year'] as const

export const CALENDAR_MEANING = '`reform`: months run from the 15th to the 14th, as in administrative-reform reports. ' +
  '`calendar`: ordinary months.'

export const Period = Named('Period', 'A reporting period (kỳ báo cáo). Days are days in Asia/Ho_Chi_Minh.', {
  code: Code('Code of the period: `2021-H1`, `2021-Q3`, `2021-M06`, `2021-9M` or `2021`; with ordinary months `cal-2021-H1` …'),
  calendar: OneOf(CALENDARS, { description: CALENDAR_MEANING }),
  kind: OneOf(KINDS),
  year: Type.Integer(),
  starts_on: Day('First day, included.'),
  ends_on: Day('Last day, included.'),
  report_due_on: Nullable(Day('Day by which reports are due. null: the calendar has no rule for it.'))
})
export type Period = Static<typeof Period>

export const PeriodQuery = Type.Object({
  calendar: Type.Optional(OneOf(CALENDARS, { description: CALENDAR_MEANING })),
  kind: ListOf(OneOf(KINDS), 'Only these kinds.'),
  year: ListOf(Type.Integer({ minimum: 1900, maximum: 2999 }), 'Only these years.'),
  date: Example(Type.Optional(Day('Only periods that include this day.')), '2021-06-01'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type PeriodQuery = Static<typeof PeriodQuery>

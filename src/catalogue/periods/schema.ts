import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Day, Example, ListOf, Named, Nullable, OneOf, SourceCode, Year } from '../../contract/fields.ts'

const KINDS = ['week', 'month', 'two_months', 'quarter', 'half_year', 'nine_months', 'year', 'other'] as const

const CALENDAR_MEANING = '`reform`: months run from the 15th to the 14th, as in administrative-reform reports. ' +
  '`calendar`: ordinary months. Any other is one whose periods were posted.'

export const COMPARES = ['previous', 'year_ago'] as const
export const COMPARE_MEANING = '`previous`: with the period before, of the same kind and calendar; of several periods that are added up, with as ' +
  'many before them. `year_ago`: with the same period of the year before. Of days (`from` and `to`): with as many days right before, or the ' +
  'same days a year before; the last day of February stays the last. What it is compared with is in the answer.'

export const Calendar = (description: string) => SourceCode(`${description} ${CALENDAR_MEANING}`)

export const Period = Named('Period', 'A reporting period (kỳ báo cáo). Days are days in Asia/Ho_Chi_Minh.', {
  code: Code('Code of the period: `2021-H1`, `2021-Q3`, `2021-M06`, `2021-9M` or `2021`; with ordinary months `cal-2021-H1` …'),
  calendar: Calendar('The way of cutting the year.'),
  kind: OneOf(KINDS, { description: '`other`: such as a span that a reform left over.' }),
  year: Type.Integer(),
  starts_on: Day('First day, included.'),
  ends_on: Day('Last day, included.'),
  report_due_on: Nullable(Day('Day by which reports are due. null: the calendar has no rule for it.'))
})
export type Period = Static<typeof Period>

const { code, calendar, kind, starts_on, ends_on, report_due_on } = Period.properties

export const PeriodItem = Named('PeriodItem', 'A period to post. A property that is left out is null.', {
  code,
  calendar,
  kind,
  year: Year('The year that it is reported for.'),
  starts_on,
  ends_on,
  report_due_on: Type.Optional(report_due_on)
})
export type PeriodItem = Static<typeof PeriodItem>

export const PeriodQuery = Type.Object({
  calendar: Type.Optional(Calendar('Only periods of this calendar.')),
  kind: ListOf(OneOf(KINDS), 'Only these kinds.'),
  year: ListOf(Type.Integer({ minimum: 1900, maximum: 2999 }), 'Only these years.'),
  date: Example(Type.Optional(Day('Only periods that include this day.')), '2021-06-01'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type PeriodQuery = Static<typeof PeriodQuery>

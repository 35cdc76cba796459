import { Type, type Static } from 'typebox'
import { Code, Day, Name, Named, Nullable, OneOf, Text, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'

const DAY_KINDS = ['holiday', 'day_in_lieu', 'swapped_day_off', 'compensatory_working_day'] as const

const Time = (description: string) => Type.String({ description, pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', examples: ['07:00'] })
const YearOf = (description: string) => Type.Integer({ description, minimum: 1990, maximum: 2100 })
const Kind = OneOf(DAY_KINDS, {
  description: '`holiday`: public holiday (nghỉ lễ, Tết). `day_in_lieu`: a day off because a holiday fell on a weekend (nghỉ ' +
    'bù). `swapped_day_off`: a day off for which another is worked (nghỉ hoán đổi). `compensatory_working_day`: a day of the ' +
    'weekend that is worked (làm bù).'
})

const SpecialDay = Type.Object({
  date: Day('The day, within the year.'),
  kind: Kind,
  name: Name('What officials and citizens call it, in Vietnamese.', 200),
  source: Name('The decision or notice that says so, in Vietnamese.')
}, { additionalProperties: false })

const OfficeHours = Type.Object({
  valid_from: Day('First day on which they hold, until the day before the next ones.'),
  morning_from: Time('When the office opens.'),
  morning_to: Time('When the morning ends.'),
  afternoon_from: Time('When the afternoon begins.'),
  afternoon_to: Time('When the office closes.'),
  source: Text('The decision that says so, in Vietnamese.')
}, { additionalProperties: false })

const Hours = (description: string) => Type.Integer({ description, minimum: 1, maximum: 800 })
const LimitProperties = {
  valid_from: Day('The first day of filing for which it holds, until the day before the next one.'),
  working_hours: Hours('Working hours from filing to reception.'),
  source: Name('The rule that says so, or what is known of it, in Vietnamese.')
}
const interlinkedHours = Nullable(Hours('The same for procedures that are handled jointly with other offices (một cửa liên thông), ' +
  'where so ruled. null: `working_hours`.'))

const CalendarYear = Type.Object({
  year: YearOf('The year.'),
  days: Type.Array(SpecialDay, {
    description: 'All days that are not what their weekdays say; no year is without any. A holiday may fall on a weekend.',
    minItems: 1, maxItems: 366
  })
}, { additionalProperties: false })
export type CalendarYear = Static<typeof CalendarYear>

const LIMITS_MEANING = 'How many working hours an office has to receive what was filed, each limit from its day on. Published ' +
  'is a limit of 8 for online dossiers; some provinces rule 4 for interlinked procedures (Đà Nẵng 2023). Empty: those of `vn`.'

const Properties = {
  code: Code('Code of the calendar. `vn`: that of the whole country, which every server has.'),
  name: Name('Name in Vietnamese.'),
  province: Nullable(UnitCode('Id of the province whose offices work by it. null: any province that has none of its own may ' +
    'use it; `vn` is used where nothing else is said.')),
  weekend: Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), {
    description: 'Weekdays without office hours: 1 is Monday, 7 Sunday.', maxItems: 6, uniqueItems: true
  })
}

export const WorkingCalendar = Named('WorkingCalendar', 'Working days and office hours (lịch làm việc), entered year by year. ' +
  'It has nothing to do with `calendar` of reporting periods, which is a way of cutting the year.', {
  ...Properties,
  office_hours: Type.Array(OfficeHours, { description: 'In the order of time.' }),
  reception_limits: Type.Array(Type.Object(
    { ...LimitProperties, interlinked_working_hours: interlinkedHours }, { additionalProperties: false }
  ), { description: `${LIMITS_MEANING} In the order of time.` }),
  years: Type.Array(CalendarYear, { description: 'Years that follow one another. Of another year nothing is known.' })
})
export type WorkingCalendar = Static<typeof WorkingCalendar>

export const WorkingCalendarItem = Named('WorkingCalendarItem', 'A calendar to post. A property that is left out is null; years ' +
  'and `reception_limits` that are left out stay as they are.', {
  ...Properties,
  province: Type.Optional(Properties.province),
  office_hours: Type.Array(OfficeHours, {
    description: 'All of them, each from its day on. A working day has 8 hours, however they are laid out (`not_eight_hours`). ' +
      'The first hold on the first day of the first year.', minItems: 1, maxItems: 200
  }),
  reception_limits: Type.Optional(Type.Array(Type.Object(
    { ...LimitProperties, interlinked_working_hours: Type.Optional(interlinkedHours) }, { additionalProperties: false }
  ), { description: `All of them. ${LIMITS_MEANING}`, maxItems: 200 })),
  years: Type.Optional(Type.Array(CalendarYear, {
    description: 'Years to enter, or to replace as a whole. They follow the stored ones without a gap (`calendar_year_missing`). ' +
      'A new calendar has at least one.',
    maxItems: 111
  }))
})
export type WorkingCalendarItem = Static<typeof WorkingCalendarItem>

export const WorkingCalendarSummary = Named('WorkingCalendarSummary', 'A calendar without its days.', {
  ...Properties,
  first_year: Type.Integer({ description: 'The first year that is entered.' }),
  last_year: Type.Integer({ description: 'The last year that is entered.' })
})
export type WorkingCalendarSummary = Static<typeof WorkingCalendarSummary>

export const WorkingCalendarDay = Named('WorkingCalendarDay', 'A day of a calendar.', {
  day: Day('The day.'),
  weekday: Type.Integer({ description: '1 is Monday, 7 Sunday.', minimum: 1, maximum: 7 }),
  is_working: Type.Boolean({ description: 'Whether offices work on it.' }),
  working_days: Type.Integer({
    description: 'Working days from the first year up to this day, included. Of two days the difference is the number of working ' +
      'days after the one and up to the other.'
  }),
  kind: Nullable(Kind),
  name: Nullable(Text('What it is called. null: an ordinary day.')),
  source: Nullable(Text('The decision or notice that says so. null: an ordinary day.'))
})
export type WorkingCalendarDay = Static<typeof WorkingCalendarDay>

export const DaysQuery = Type.Object({
  year: Type.Optional(YearOf('Only this year. One that is not entered is an error (`calendar_year_missing`).')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type DaysQuery = Static<typeof DaysQuery>

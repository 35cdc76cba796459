import { Type, type Static } from 'typebox'
import { Code, Count, DossierCode, Example, Instant, Named, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'

export const NOT_CHECKABLE = ['no_due_date', 'term_unknown', 'supplement_awaited', 'calendar_year_missing'] as const

export const DueDateCheckQuery = Type.Object({
  period: Example(Code('Only dossiers received in this period.'), '2021-Q3'),
  unit: Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')),
  calendar: Type.Optional(Code('Code of the calendar. Default: that of the province, otherwise `vn`.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type DueDateCheckQuery = Static<typeof DueDateCheckQuery>

export const CheckedDueDate = Named('CheckedDueDate', 'A dossier whose due date falls on another day than the calendar gives.', {
  code: DossierCode('Code of the dossier.'),
  unit: UnitCode('Id of the unit that handles it.'),
  procedure: Code('Code of the procedure.'),
  received_at: Instant('When it was received.'),
  working_days: Type.Number({
    description: 'The term: the `case_limit` of the dossier, 8 hours of which are a day, otherwise that of the procedure by law.',
    minimum: 0
  }),
  due_at: Instant('The due date that its source gives: `new_due_at` of the supplement completed last, otherwise `due_at`.'),
  expected_due_at: Instant('The due date by the calendar, with its supplements subtracted.'),
  difference_working_days: Type.Integer({
    description: 'Working days from the expected day to the given one. Negative: it is given too early. 0: one of them is a day off.'
  })
})
export type CheckedDueDate = Static<typeof CheckedDueDate>

export const CheckCounts = Named('CheckCounts', 'What became of the dossiers that a page went through. The counts of all pages ' +
  'add up.', {
  read: Count('Dossiers that the page went through.'),
  agree: Count('Those that are due on the day that the calendar gives.'),
  differ: Count('Those that are not: the items.'),
  not_checkable: Type.Object({
    no_due_date: Count('The source gives no due date.'),
    term_unknown: Count('The procedure is not in the catalogue, or has no `statutory_working_days`, or the `case_limit` is ' +
      'in days or months.'),
    supplement_awaited: Count('A supplement is awaited, or was when the dossier ended, so its due date is open.'),
    calendar_year_missing: Count('The calendar does not have a year that the due date needs.')
  }, { additionalProperties: false })
})
export type CheckCounts = Static<typeof CheckCounts>

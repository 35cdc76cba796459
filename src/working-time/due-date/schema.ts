import { Type, type Static } from 'typebox'
import { Code, Example, Instant, Named, Nullable, OneOf, Text } from '../../contract/fields.ts'

export const PAUSE_KINDS = ['supplement', 'financial_obligation', 'other'] as const
const STEP_KINDS = [
  'outside_hours', 'cut_off', 'first_day', 'working', 'extension', 'day_off', 'pause', 'pause_after_due'
] as const
const MAX_PAUSES = 100

/** As long as the longest term of a procedure. */
const MAX_DAYS = 3_650

const Amount = (description: string, minimum: number, maximum: number) => (
  Type.Optional(Type.Integer({ description, minimum, maximum })))
const Days = (description: string, minimum: number) => Amount(description, minimum, MAX_DAYS)
const Hours = (description: string) => Amount(description, 1, 8 * MAX_DAYS)

/** What a due date follows from, beside its pauses. */
const Asked = {
  procedure: Type.Optional(Code('Code of the procedure, whose `statutory_working_days` are the term. Not together with another term.')),
  working_days: Days('The term in working days of 8 working hours. 0: on the day of reception, until the office closes.', 0),
  working_hours: Hours('The term in working hours.'),
  received_at: Instant('When the dossier was received. Seconds are cut off, here and in pauses. After closing, and on a day off, ' +
    'it counts from the next opening.'),
  calendar: Type.Optional(Code('Code of the calendar. Default: `vn`.')),
  extension_working_days: Days('Working days by which the term was extended.', 1),
  extension_working_hours: Hours('Working hours by which the term was extended.'),
  cut_off: Type.Optional(Type.String({
    description: 'Time of day, such as `15:00`: what is received later counts from the opening of the next working day. For ' +
      'procedures that are due on the day of reception.',
    pattern: '^([01]\\d|2[0-3]):[0-5]\\d$'
  })),
  count_from: Type.Optional(OneOf(['reception', 'next_day'], {
    description: '`reception`: the term runs from the moment of reception, so it ends at the same time of day, as in the systems of ' +
      'the one-stop desks. `next_day`: the day of reception is not counted (Bộ luật Dân sự 2015, article 147), and the term ends ' +
      'when the office closes.',
    default: 'reception'
  }))
}

export const DueDateQuery = Type.Object({
  ...Asked,
  procedure: Example(Asked.procedure, '1.001612'),
  received_at: Example(Asked.received_at, '2026-02-13T15:00:00+07:00'),
  pauses: Type.Optional(Type.Array(Type.String({
    maxLength: 100, pattern: '^((supplement|financial_obligation|other):)?[^/]+/[^/]*$'
  }), {
    description: 'When the term did not run: `from/to`, or `kind:from/to` with the kind `supplement` (the default), ' +
      '`financial_obligation` or `other`. Of one that has not ended `to` is left out: then there is no due date yet. They do ' +
      'not overlap (`pauses_overlap`), and begin after reception.',
    examples: [['supplement:2026-02-23T08:00:00+07:00/2026-02-25T10:00:00+07:00']], maxItems: MAX_PAUSES
  }))
}, { additionalProperties: false })
export type DueDateQuery = Static<typeof DueDateQuery>

export const DueDateItem = Named('DueDateItem', 'A due date to work out. Exactly one of `procedure`, `working_days` and ' +
  '`working_hours` is given.', {
  ...Asked,
  pauses: Type.Optional(Type.Array(Type.Object({
    kind: Type.Optional(OneOf(PAUSE_KINDS, { description: 'Why the term did not run.', default: 'supplement' })),
    from: Instant('When it stopped. Not before reception.'),
    to: Type.Optional(Nullable(Instant('When it went on. null: it has not; then there is no due date yet.')))
  }, { additionalProperties: false }), {
    description: 'When the term did not run, in any order, without overlaps (`pauses_overlap`).', maxItems: MAX_PAUSES
  }))
})
export type DueDateItem = Static<typeof DueDateItem>

const Due = Nullable(Instant('When it is due. null: it is paused, and how long is open.'))

export const DueDate = Named('DueDate', 'A due date, and the way to it step by step.', {
  due_at: Due,
  received_at: Instant('As it was asked.'),
  calendar: Code('Code of the calendar.'),
  working_hours: Type.Number({ description: 'Working hours of the term with its extension. Of a term of 0 days: those that were left ' +
    'of the day. Without a due date: those that have passed.' }),
  steps: Type.Array(Type.Object({
    from: Instant('When the step begins.'),
    to: Nullable(Instant('When it ends. null: it has not ended.')),
    counted: Type.Integer({ description: 'Working minutes that count. Those of all steps are the term with its extension.' }),
    kind: OneOf(STEP_KINDS),
    why: Text('Why this time counts, or does not, in Vietnamese.')
  }, { additionalProperties: false }), { description: 'In the order of time. Nights and noons have no steps of their own.' })
})
export type DueDate = Static<typeof DueDate>

export const DueDatesAnswer = Named('DueDatesAnswer', 'Due dates in the order of what was asked.', {
  items: Type.Array(Type.Object({ due_at: Due }, { additionalProperties: false }))
})
export type DueDatesAnswer = Static<typeof DueDatesAnswer>

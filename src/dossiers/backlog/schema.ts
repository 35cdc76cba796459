import { Type, type Static } from 'typebox'
import { CHANNELS } from '../schema.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Count, Day, Example, ListOf, Named, Nullable, OneOf, UnitCode } from '../../contract/fields.ts'

export const BACKLOG_KEYS = ['level', 'field', 'unit', 'procedure', 'channel'] as const

const key = (what: string) => Nullable(Code(`${what}. null unless grouped by it.`))
const name = (what: string) => Nullable(Type.String({ description: `Name of the ${what} as it is now. null unless grouped by it.` }))

const Ahead = (description: string) => Nullable(Count(`${description} null: the calendar has not these days.`))

/** What a row counts, without its keys. Days left and days late are working days from today to the due day. */
export const BACKLOG_COUNTS = {
  open: Count('Dossiers that are open (status 2, 4, 5 or 6).'),
  awaiting_supplement: Count('Those that await a supplement. They are not overdue, and no due date runs.'),
  without_due_date: Count('Others without a due date.'),
  overdue: Count('Others whose due day is over.'),
  overdue_to_5: Count('Overdue by up to 5 working days.'),
  overdue_6_to_20: Count('Overdue by 6 to 20 working days.'),
  overdue_over_20: Count('Overdue by more than 20 working days.'),
  due_today: Ahead('Due today, or on days off before the next working day.'),
  due_in_1_to_3: Ahead('Due in 1 to 3 working days.'),
  due_in_4_to_10: Ahead('Due in 4 to 10 working days.'),
  due_in_over_10: Ahead('Due in more than 10 working days.'),
  age_to_5: Count('Received up to 5 working days ago.'),
  age_6_to_10: Count('Received 6 to 10 working days ago.'),
  age_11_to_20: Count('Received 11 to 20 working days ago.'),
  age_21_to_60: Count('Received 21 to 60 working days ago.'),
  age_over_60: Count('Received more than 60 working days ago.')
}

export const BacklogRow = Named('BacklogRow', 'Open dossiers of one group. `open` is the sum of `awaiting_supplement`, ' +
  '`without_due_date`, `overdue`, `due_today` and the `due_in_…`; it is the sum of the `age_…` as well. Where the working ' +
  'calendar ends before the days that a `due_…` needs, it is null; all others are counted.', {
  level: key('Code of the level'),
  level_name: name('level'),
  field: key('Code of the field'),
  field_name: name('field'),
  unit: Nullable(UnitCode('Id of the unit that holds them. null unless grouped by it.')),
  unit_name: name('unit'),
  procedure: key('Code of the procedure'),
  procedure_name: name('procedure'),
  channel: Nullable(OneOf(CHANNELS, { description: 'How the dossiers were received. null unless grouped by it.' })),
  ...BACKLOG_COUNTS,
  mean_age_days: Nullable(Type.Number({
    description: 'Calendar days since reception, mean of all open ones, rounded half up to one decimal. null: none is open.', minimum: 0
  })),
  oldest_received_on: Nullable(Day('The day on which the oldest of them was received. null: none is open.')),
  as_of: Day('The day that it is about.'),
  calendar: Code('Code of the working calendar: that of the province of `unit`, if it has one of its own, otherwise `vn`.')
})
export type NamedBacklogRow = Static<typeof BacklogRow>
/** As it is counted, before names are looked up. */
export type BacklogRow = Omit<NamedBacklogRow, 'level_name' | 'field_name' | 'unit_name' | 'procedure_name'>

export const BacklogQuery = Type.Object({
  as_of: Example(Type.Optional(Day('Default: today, when what is open by its status now is counted. A past day: as it was at the end ' +
    'of that day, at the units, fields and due dates of that day, with corrections made since.')), '2021-07-02'),
  unit: Example(Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')), 'H56-380'),
  level: ListOf(Code('Code'), 'Only these levels.'),
  field: ListOf(Code('Code'), 'Only these fields.'),
  procedure: ListOf(Code('Code'), 'Only these procedures.'),
  channel: ListOf(OneOf(CHANNELS), 'Only dossiers received in these ways.'),
  source: Type.Optional(Code('Only dossiers that this source sent.')),
  group_by: Example(Type.Optional(Type.Array(OneOf(BACKLOG_KEYS), {
    description: 'Keys to group by: one row for each combination that has open dossiers. Default: one row in all.',
    maxItems: BACKLOG_KEYS.length, uniqueItems: true
  })), ['unit']),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type BacklogQuery = Static<typeof BacklogQuery>

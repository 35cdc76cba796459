import { Type, type Static } from 'typebox'
import { CHANNELS } from '../../../dossiers/schema.ts'
import { Code, Day, Named, Nullable, OneOf, UnitCode } from '../../../contract/fields.ts'
import { FormatQuery } from '../../../contract/formats.ts'
import { PageQuery } from '../../../contract/paging.ts'
import { CUT, OnTimeFilters } from '../schema.ts'

export const DURATION_KEYS = ['level', 'field', 'unit', 'procedure', 'channel'] as const

const key = (what: string) => Nullable(Code(`${what}. null unless grouped by it.`))
const name = (what: string) => Nullable(Type.String({ description: `Name of the ${what} as it is now. null unless grouped by it.` }))
const count = (description: string) => Type.Integer({ description, minimum: 0 })
const days = (description: string) => Nullable(Type.Integer({ description: `${description} null: none was measured.`, minimum: 0 }))

export const DurationsRow = Named('DurationsRow', 'How many working days dossiers took from reception to their end. The day of ' +
  'reception does not count, the day of the end does: what ends on the day of reception took 0 working days.', {
  level: key('Code of the level'),
  level_name: name('level'),
  field: key('Code of the field'),
  field_name: name('field'),
  unit: Nullable(UnitCode('Id of the unit. null unless grouped by it.')),
  unit_name: name('unit'),
  procedure: key('Code of the procedure'),
  procedure_name: name('procedure'),
  channel: Nullable(OneOf(CHANNELS, { description: 'How the dossiers were received. null unless grouped by it.' })),
  results: count('Dossiers that ended with a result (status 9 or 10) in these days. Those that were withdrawn or stopped are not ' +
    'there; one that was reopened counts again when it ends again.'),
  measured: count('Those of which the calendar has both days. The others are left out of all that follows.'),
  mean_working_days: Nullable(Type.Number({ description: 'Mean, rounded half up to two decimals. null: none was measured.', minimum: 0 })),
  median_working_days: days('Half of them took at most so many.'),
  p90_working_days: days('90 % of them took at most so many.'),
  longest_working_days: days('The longest.'),
  with_target: count('Measured ones with a `case_limit` in working days or hours, or without one and of a procedure that had ' +
    '`statutory_working_days` when they were received, without those that were asked for a supplement, as their time stood still ' +
    'meanwhile.'),
  within_target: count('Of `with_target` those that took at most so many days.'),
  within_target_percent: Nullable(Type.Number({
    description: '100 × within_target / with_target, rounded half up to two decimals. null: none has a target.', minimum: 0, maximum: 100
  })),
  from: Day('First day.'),
  to: Day('Last day, included; of a span that is not over, today.'),
  calendar: Code('Code of the working calendar: that of the province of `unit`, if it has one of its own, otherwise `vn`.'),
  ...CUT
})
export type NamedDurationsRow = Static<typeof DurationsRow>
/** As it is counted, before names are looked up. */
export type DurationsRow = Omit<NamedDurationsRow, 'level_name' | 'field_name' | 'unit_name' | 'procedure_name'>

const { period, from, to, unit, level, field, procedure, channel, source } = OnTimeFilters

export const DurationsQuery = Type.Object({
  period, from, to, unit, level, field, procedure, channel, source,
  group_by: Type.Optional(Type.Array(OneOf(DURATION_KEYS), {
    description: 'Keys to group by: one row for each combination. Default: one row in all.', maxItems: DURATION_KEYS.length,
    uniqueItems: true, examples: [['level']]
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type DurationsQuery = Static<typeof DurationsQuery>

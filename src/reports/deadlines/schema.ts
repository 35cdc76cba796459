import { Type, type Static } from 'typebox'
import { Code, Day, Named, Nullable, UnitCode } from '../../contract/fields.ts'

export const Deadlines = Named('Deadlines', 'By when a unit and those below it report for a period.', {
  unit: UnitCode('Id of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  due_on: Nullable(Day('Day by which reports are due. null: the one that the period says.')),
  lock_on: Nullable(Day('The last day on which values can be written. null: no day.'))
})
export type Deadlines = Static<typeof Deadlines>

export const DeadlinesBody = Type.Object({
  due_on: Type.Optional(Deadlines.properties.due_on),
  lock_on: Type.Optional(Deadlines.properties.lock_on)
}, { additionalProperties: false, examples: [{ due_on: '2021-06-18', lock_on: '2099-06-30' }] })
export type DeadlinesBody = Static<typeof DeadlinesBody>

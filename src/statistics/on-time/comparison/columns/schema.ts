import { Type, type TSchema } from 'typebox'
import { Code, Day, Nullable, OneOf } from '../../../../contract/fields.ts'
import { COMPARE_MEANING, COMPARES } from '../../../../catalogue/periods/schema.ts'

const only = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))
const ONLY = 'Only with `compare`.'
const NOTHING = 'null: unknown, or the group had nothing then.'

/** What a row has beside its own figures where it is compared. */
export const ComparedColumns = {
  compared_period: only(Code(`Code of the period that the row is compared with. null: days, several periods, or none. ${ONLY}`)),
  compared_from: only(Day(`First day of what it is compared with. null: the calendar has no such period. ${ONLY}`)),
  compared_to: only(Day(`Last day of it. null: the calendar has no such period. ${ONLY}`)),
  compared_scope: only(OneOf(['own', 'total'], {
    description: `\`scope\` then. Where it is another than now, one is a consolidated row and the other a sum of own rows: percentages are ` +
      `not compared. null: the group had nothing then. ${ONLY}`
  })),
  compared_numerator: only(Type.Number({ description: `The numerator then. ${NOTHING} ${ONLY}`, minimum: 0 })),
  compared_denominator: only(Type.Number({ description: `The denominator then. ${NOTHING} ${ONLY}`, minimum: 0 })),
  compared_percent: only(Type.Number({ description: `\`on_time_percent\` then. null: unknown, the group had nothing then, or \`compared_scope\` is another. ${ONLY}`, minimum: 0, maximum: 100 })),
  percent_change: only(Type.Number({
    description: `\`on_time_percent\` less \`compared_percent\`, in percentage points. null: one of them is null. ${ONLY}`
  })),
  compared_units_reported: only(Type.Integer({ description: `\`units_reported\` then. ${NOTHING} ${ONLY}`, minimum: 0 }))
}
export const COMPARED_COLUMNS = Object.keys(ComparedColumns)

export const CompareQuery = {
  compare: Type.Optional(OneOf(COMPARES, {
    description: `${COMPARE_MEANING} Both are counted by the same version of the counting rules, that of the later days. A group that had ` +
      'something then and has nothing now has no row. A span that is not over is compared with a whole one.'
  }))
}

export function isComparedColumn (name: string): boolean {
  return COMPARED_COLUMNS.includes(name)
}

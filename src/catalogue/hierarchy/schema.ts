import { Type } from 'typebox'

export const AS_REPORTED = 'as_reported'

const PATTERN = '^(as_reported|current|as_of:[0-9]{4}-[0-9]{2}-[0-9]{2})$'

export const HIERARCHY_MEANING = 'The units that figures belong to. `as_reported`: those that reported them; a unit has below it what ' +
  'stood there at the end of the span. `current`, `as_of:2025-07-01`: the units of today, or of that day. Figures of a unit that ' +
  'has ended by then are carried to its successors: the sum of merged units, and of a split unit to each successor its share. ' +
  'Those of a unit without successors, and of one that begins later, stay with the unit itself: figures cannot be split back. ' +
  'Sums are the same under each of them. A consolidated row stays with its unit, and does not count once that unit has successors. ' +
  'Under `current` and `as_of`, a key that is bound to a unit counts only what it reaches: not what others were before a merger, nor ' +
  'a unit that has moved away. Its sums may be smaller then.'

export const HierarchyFilter = Type.Optional(Type.String({
  description: HIERARCHY_MEANING, pattern: PATTERN, default: AS_REPORTED, examples: ['current']
}))

/** Beside the figures of an answer. */
export const HierarchyName = Type.String({ description: `As asked: \`as_reported\`, \`current\` or \`as_of:…\`.`, pattern: PATTERN })

export const Estimated = Type.Boolean({
  description: 'Whether a unit that was split counts here with a share of its figures. Only then counts may have decimals, up to four.'
})

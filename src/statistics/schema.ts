import { Type, type Static } from 'typebox'
import { BatchQuery } from '../batch.ts'
import { FormatQuery } from '../http/formats.ts'
import { PageQuery } from '../http/paging.ts'
import { Code, Count, Example, ListOf, Named, Nullable, OneOf, SourceCode } from '../http/schema.ts'
import { MEASURES, type Measure } from './measures.ts'

const MEANINGS: Record<Measure, string> = {
  received_online: 'Column 4: received online in the period. A flow.',
  received_direct: 'Column 5: received at the desk or by post in the period. A flow.',
  received_postal: 'The part of column 5 that came by post (bưu chính công ích). A flow.',
  carried_over: 'Column 6: open at the start of the period. A stock.',
  received: 'Column 3 = 4 + 5 + 6.',
  resolved_early: 'Column 8: ended on a day before the due day. A flow; many sources do not tell it from column 9.',
  resolved_on_time: 'Column 9: ended in time and not early; returned and withdrawn dossiers too. A flow.',
  resolved_in_time: 'Columns 8 + 9. A flow.',
  resolved_overdue: 'Column 10. A flow.',
  resolved: 'Column 7 = 8 + 9 + 10.',
  pending_in_time: 'Column 12: open at the end and not overdue. A stock.',
  pending_overdue: 'Column 13: open at the end and overdue. A stock.',
  pending: 'Column 11 = 12 + 13 = 3 − 7. A stock.'
}

function eachMeasure<S> (schema: (meaning: string) => S): Record<Measure, S> {
  const each = MEASURES.map(measure => [measure, schema(MEANINGS[measure])])
  return Object.fromEntries(each) as Record<Measure, S>
}

export const SCOPES = ['own', 'total'] as const
const SCOPE_MEANING = '`own`: the unit\'s own desk. `total`: with everything below it; a total is never added to anything.'
export const Scope = OneOf(SCOPES, { description: SCOPE_MEANING })

const KeyProperties = {
  unit: Code('Code of the unit, or an alias: that of the source, or `source:external code`.'),
  period: Code('Code of the period.')
}

const field = Nullable(Code('Code of the field; null: not told apart by field.'))
const procedure = Nullable(Code('Code of the procedure; null: not told apart by procedure. Its field follows from it.'))

const source = SourceCode('The system that reports. A new one is taken up with precedence 100.')

export const DossierStatistics = Named('DossierStatistics', 'One row of form II.06a, as stored.', {
  ...KeyProperties,
  source,
  scope: Scope,
  field,
  procedure,
  ...eachMeasure(meaning => Nullable(Count(`${meaning} null: unknown.`)))
})
export type DossierStatistics = Static<typeof DossierStatistics>

export const DossierStatisticsItem = Named('DossierStatisticsItem', 'One row of form II.06a as it is posted. What follows from the rest may be left out.', {
  ...KeyProperties,
  source: Type.Optional(SourceCode('That of the key, which is taken where it is left out; another one is refused.')),
  scope: Type.Optional(OneOf(SCOPES, { default: 'own', description: SCOPE_MEANING })),
  field: Type.Optional(field),
  procedure: Type.Optional(procedure),
  ...eachMeasure(meaning => Type.Optional(Nullable(Count(`${meaning} null or left out: unknown.`))))
})
export type DossierStatisticsItem = Static<typeof DossierStatisticsItem>

export const PostQuery = Type.Object({
  ...BatchQuery,
  replace: Type.Optional(Type.Boolean({
    description: 'Each (unit, period, source, scope) that the batch names becomes exactly what the batch says of it; ' +
      'its other rows are deleted and counted.',
    default: false
  }))
}, { additionalProperties: false })

const Filters = {
  unit: Example(Type.Optional(Code('The unit, or an alias of it, and everything below it.')), 'H56'),
  level: ListOf(Code('Code'), 'Only units of these levels.'),
  field: ListOf(Code('Code'), 'Only these fields.'),
  source: Type.Optional(Code('Only what this source reported.'))
}

export const ListQuery = Type.Object({
  ...Filters,
  period: Example(ListOf(Code('Code'), 'Only these periods.'), ['2021-H1']),
  scope: Type.Optional(Scope),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ListQuery = Static<typeof ListQuery>

export const GROUP_KEYS = ['level', 'field', 'unit', 'procedure', 'period'] as const
export type GroupKey = typeof GROUP_KEYS[number]

export const METHODS = ['resolved', 'handled', 'received'] as const

const METHOD_MEANING = 'What the percentage is of. `resolved`: resolved in time / resolved, as most provinces report. ' +
    '`handled`: (resolved in time + pending in time) / received, as QĐ 766/QĐ-TTg. `received`: resolved in time / received.'

const key = (what: string) => Nullable(Code(`${what}; null unless grouped by it.`))
const total = (description: string) => Nullable(Type.Integer({ description, minimum: 0 }))

export const OnTimeRow = Named('OnTimeRow', 'Dossiers of one group, added up, and the share of them that was on time.', {
  level: key('Code of the level'),
  field: key('Code of the field'),
  unit: key('Code of the unit'),
  procedure: key('Code of the procedure'),
  period: key('Code of the period'),
  scope: Nullable(OneOf(['own', 'total'], {
    description: '`own`: a sum over units\' own rows. `total`: the consolidated row of one unit. null: nothing reported.'
  })),
  ...eachMeasure(meaning => total(`${meaning} null: unknown in at least one row, or nothing reported.`)),
  ...Object.fromEntries(MEASURES.map(measure => [`${measure}_unknown`, Type.Integer({
    description: `Rows that do not know \`${measure}\`.`, minimum: 0
  })])) as Record<`${Measure}_unknown`, ReturnType<typeof Type.Integer>>,
  numerator: total('Dossiers on time, as the method counts them.'),
  denominator: total('Dossiers, as the method counts them.'),
  on_time_percent: Nullable(Type.Number({
    description: '100 × numerator / denominator, two decimals, half up. null when unknown, when the ' +
      'denominator is 0, or when periods that are added up contradict each other: more on time than there were.',
    minimum: 0, maximum: 100
  })),
  method: OneOf(METHODS, { description: METHOD_MEANING }),
  units_reported: Type.Integer({ description: 'Units with rows in this group that have reported for all of its periods.', minimum: 0 }),
  units_expected: Type.Integer({
    description: 'Units of this group, valid in the period, that are asked to report dossiers. 1 for a total.', minimum: 0
  })
})
export type OnTimeRow = Static<typeof OnTimeRow>

const SORTS = Object.keys(OnTimeRow.properties).flatMap(name => [name, `-${name}`])

export const OnTimeQuery = Type.Object({
  period: Type.Array(Code('Code'), {
    description: 'One period or several. Several are added up unless grouped by period; then they must follow one another.',
    minItems: 1, maxItems: 100, uniqueItems: true, examples: [['2021-Q3']]
  }),
  group_by: Type.Optional(Type.Array(OneOf(GROUP_KEYS), {
    description: 'One row for each; without it one row in all.', maxItems: GROUP_KEYS.length, uniqueItems: true,
    examples: [['level']]
  })),
  ...Filters,
  method: Type.Optional(OneOf(METHODS, { description: METHOD_MEANING, default: 'resolved' })),
  sort: Type.Optional(Type.Array(OneOf(SORTS), {
    description: 'Columns to sort by, `-` for descending: `-on_time_percent`. Unknown comes last. Default: the group keys.',
    maxItems: 5, uniqueItems: true
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type OnTimeQuery = Static<typeof OnTimeQuery>

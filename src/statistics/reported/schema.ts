import { Type, type Static } from 'typebox'
import { BatchQuery } from '../../writes/batch.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Count, Example, ListOf, Named, Nullable, OneOf, SourceCode } from '../../contract/fields.ts'
import { eachMeasure } from '../../form-ii06a/meanings.ts'

export const ROW_SCOPES = ['own', 'total'] as const
const SCOPE_MEANING = '`own`: the unit\'s own desk. `total`: with everything below it; a total is never added to anything.'
export const RowScope = OneOf(ROW_SCOPES, { description: SCOPE_MEANING })

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
  scope: RowScope,
  field,
  procedure,
  ...eachMeasure(meaning => Nullable(Count(`${meaning} null: unknown.`)))
})
export type DossierStatistics = Static<typeof DossierStatistics>

export const DossierStatisticsItem = Named('DossierStatisticsItem', 'One row of form II.06a as it is posted. What follows from the rest may be left out.', {
  ...KeyProperties,
  source: Type.Optional(SourceCode('That of the key, which is taken where it is left out; another one is refused.')),
  scope: Type.Optional(OneOf(ROW_SCOPES, { default: 'own', description: SCOPE_MEANING })),
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

export const Filters = {
  unit: Example(Type.Optional(Code('The unit, or an alias of it, and everything below it.')), 'H56'),
  level: ListOf(Code('Code'), 'Only units of these levels.'),
  field: ListOf(Code('Code'), 'Only these fields.'),
  source: Type.Optional(Code('Only what this source reported.'))
}

export const ListQuery = Type.Object({
  ...Filters,
  period: Example(ListOf(Code('Code'), 'Only these periods.'), ['2021-H1']),
  scope: Type.Optional(RowScope),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ListQuery = Static<typeof ListQuery>

import { Type, type Static } from 'typebox'
import { BatchAnswer, BatchQuery } from '../../writes/batch.ts'
import { asKnownAtQuery } from '../../contract/as-known-at.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Count, Example, Instant, ListOf, Named, Nullable, OneOf, PlaceProperties, SourceCode, UnitCode } from '../../contract/fields.ts'
import { eachDetailMeasure } from '../../form-ii06a/detail-measures.ts'
import { eachMeasure } from '../../form-ii06a/meanings.ts'

export const ROW_SCOPES = ['own', 'total'] as const
/** The scope of a row that is stored, and of one that is posted. */
export function scopesOf (what: string) {
  const description = `\`own\`: the unit's own ${what}. \`total\`: consolidated with all units below it, never added to other rows.`
  return {
    stored: OneOf(ROW_SCOPES, { description }),
    posted: Type.Optional(OneOf(ROW_SCOPES, { default: 'own', description }))
  }
}
const SCOPES = scopesOf('dossiers')
type Scopes = typeof SCOPES

export const KeyProperties = {
  unit: UnitCode('Code of the unit, an alias of the source, or an alias as `source:external code`.'),
  period: Code('Code of the period.')
}

const field = Nullable(Code('Code of the field. With a procedure: its field when the row was first reported. null: not broken down by field.'))
const procedure = Nullable(Code('Code of the procedure. null: not broken down by procedure.'))

const REPORTED_AT = 'When the figures were reported, by the clock of the source'

/** What every row has as it is stored, whatever it counts. */
export const StoredProperties = {
  source: SourceCode('The system that reports. An unknown one is refused.'),
  reported_at: Nullable(Instant(`${REPORTED_AT}, otherwise when they were received. null: unknown.`))
}

/** What every row has as it is posted. */
export const PostedProperties = {
  source: Type.Optional(SourceCode('Defaults to the source of the key; any other is refused. Required if the key has none.')),
  reported_at: Type.Optional(Nullable(Instant(`${REPORTED_AT}, at most a day in the future. A row that is older than the ` +
    'stored one, or than its deletion, is `stale` and changes nothing. With `replace` the rows of a unit, period, source and ' +
    'scope are as old as the latest of them, and all are stale if any stored row is newer. null or left out: when it is ' +
    'received, so that it is never stale.')))
}

export const storedCount = (meaning: string) => Nullable(Count(`${meaning} null: unknown.`))
export const postedCount = (meaning: string) => (
  Type.Optional(Nullable(Count(`${meaning} null or left out: derived from other measures, otherwise unknown.`))))

export const DossierStatistics = Named('DossierStatistics', 'One row of form II.06a, as stored.', {
  ...KeyProperties,
  source: StoredProperties.source,
  scope: SCOPES.stored,
  field,
  procedure,
  reported_at: StoredProperties.reported_at,
  ...eachMeasure(storedCount),
  ...eachDetailMeasure(storedCount)
})
export type DossierStatistics = Static<typeof DossierStatistics>

export const DossierStatisticsItem = Named('DossierStatisticsItem',
  'One row of form II.06a to post. Measures that follow from others may be left out.', {
    ...KeyProperties,
    source: PostedProperties.source,
    scope: SCOPES.posted,
    field: Type.Optional(Nullable(Code('Code of the field. null or left out: not broken down by field; with a procedure, the ' +
      'stored field of the row, and that of the procedure if the row is new. A row may name its stored field or the present ' +
      'field of the procedure; any other is refused.'))),
    procedure: Type.Optional(procedure),
    reported_at: PostedProperties.reported_at,
    ...eachMeasure(postedCount),
    ...eachDetailMeasure(meaning => Type.Optional(Nullable(Count(`${meaning} null or left out: derived where it follows, otherwise unknown.`))))
  })
export type DossierStatisticsItem = Static<typeof DossierStatisticsItem>

export const COUNTING_RULE = 'Where several sources report a unit and a period, they rank by precedence, then the later one. If the ' +
  'first reports the whole, it alone counts. Otherwise the first source with rows of a field counts in this field; if it reports ' +
  'the field by procedure, further procedures of the field count of the sources after it. A whole after such rows does not count.'

function displacementIn ({ stored: scope }: Scopes) {
  return Type.Object({
    unit: UnitCode('Code of the unit.'),
    period: KeyProperties.period,
    scope,
    source: SourceCode('The source with rows that do not count.'),
    fields: Type.Array(Code('Code'), { description: 'The fields of these rows. Empty: the row is for the whole.' }),
    counted_source: SourceCode('The source that counts in their place.')
  }, { additionalProperties: false })
}
export type Displacement = Static<ReturnType<typeof displacementIn>>

/** What the answer to a batch has besides the counts of every batch. */
export function answerProperties<const W extends string> (scopes: Scopes, warnings: readonly W[], meaning: string) {
  return {
    ...BatchAnswer.properties,
    received: Type.Integer({ description: 'Items in the batch; created + updated + unchanged + stale + rejected.' }),
    stale: Type.Integer({ description: 'Rows older than what is stored, by `reported_at`. They change nothing.' }),
    warning_count: Type.Integer({ description: 'Number of warnings, also of those that are not listed.' }),
    warnings: Type.Array(Type.Object({
      pointer: Type.String({ description: 'JSON Pointer into the body.' }),
      code: OneOf(warnings),
      detail: Type.String({ description: 'What is odd, for people.' }),
      ...PlaceProperties
    }, { additionalProperties: false }), {
      description: `What is odd about rows that were taken; the first 1 000 warnings. ${meaning}`
    }),
    displacement_count: Type.Integer({ description: 'Number of displacements, also of those that are not listed.' }),
    displacements: Type.Array(displacementIn(scopes), {
      description: `The first 100 displacements in which a source of the batch displaces another, or is displaced. ${COUNTING_RULE}`
    })
  }
}

export const CONTINUITY_WARNINGS = ['carried_over_differs', 'pending_differs'] as const
export const continuityMeaning = (list: string) => '`carried_over_differs`: `carried_over` is not ' +
  '`pending` of the period before. `pending_differs`: `pending` is not `carried_over` of the period after. Which of the two is right is ' +
  `not known; \`${list}/continuity\` lists all such rows.`

export const DossierStatisticsAnswer = Named('DossierStatisticsAnswer',
  'The result of a batch of dossier statistics. The same body again is all `unchanged`.',
  answerProperties(SCOPES, [...CONTINUITY_WARNINGS, 'procedure_not_in_force'],
    '`procedure_not_in_force`: the procedure had ' +
    `ended before the period began, or began after the period ended. ${continuityMeaning('/v1/dossier-statistics')}`))
export type DossierStatisticsAnswer = Static<typeof DossierStatisticsAnswer>

export const PostQuery = Type.Object({
  ...BatchQuery,
  replace: Type.Optional(Type.Boolean({
    description: 'The rows of the batch replace all stored rows of each (unit, period, source, scope) that it contains. ' +
      'Stored rows that are not in the batch are deleted and counted in `deleted`.',
    default: false
  }))
}, { additionalProperties: false })

/** What a deletion names. */
export function deleteQueryOf ({ posted: scope }: Scopes) {
  return Type.Object({
    unit: Example(KeyProperties.unit, 'H56-380'),
    period: Example(KeyProperties.period, '2021-Q4'),
    source: Example(PostedProperties.source, 'one-stop'),
    scope
  }, { additionalProperties: false })
}
export const DeleteQuery = deleteQueryOf(SCOPES)
export type DeleteQuery = Static<typeof DeleteQuery>

export function deletedProperties ({ stored: scope }: Scopes) {
  return {
    unit: UnitCode('Code of the unit.'),
    period: KeyProperties.period,
    source: StoredProperties.source,
    scope,
    deleted: Type.Integer({ description: 'Deleted rows. 0: nothing was reported.' })
  }
}
export const DeletedStatistics = Named('DeletedStatistics', 'What was deleted.', deletedProperties(SCOPES))
export type DeletedStatistics = Static<typeof DeletedStatistics>

export const Filters = {
  unit: Example(Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')), 'H56'),
  level: ListOf(Code('Code'), 'Only units of these levels.'),
  field: ListOf(Code('Code'), 'Only these fields.'),
  source: Type.Optional(Code('Only figures of this source.'))
}

export const KnownStatisticsQuery = asKnownAtQuery(
  'Rows are as the audit log keeps them; which units are of a level or below another is as it is now.')

export const ListQuery = Type.Object({
  ...Filters,
  period: Example(ListOf(Code('Code'), 'Only these periods.'), ['2021-H1']),
  scope: Type.Optional(SCOPES.stored),
  ...KnownStatisticsQuery,
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ListQuery = Static<typeof ListQuery>

import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Example, ListOf, Named, Nullable, OneOf, UnitCode } from '../../contract/fields.ts'
import { eachFeedbackMeasure, FEEDBACK_MEASURES } from '../../feedback/measures.ts'
import { unknownProperties, unknownQuery } from '../../measures/unknown.ts'
import { Estimated, HierarchyFilter, HierarchyName } from '../../catalogue/hierarchy/schema.ts'
import { CUT, keyColumn, nameColumn, sortsOf, totalColumn, unitColumn } from '../on-time/schema.ts'
import {
  answerProperties, CONTINUITY_WARNINGS, continuityMeaning, deletedProperties, deleteQueryOf, Filters, KeyProperties,
  KnownStatisticsQuery,
  postedCount, PostedProperties, scopesOf, storedCount, StoredProperties
} from '../reported/schema.ts'

const SCOPES = scopesOf('feedback')

export const FeedbackStatistics = Named('FeedbackStatistics',
  'Citizens\' feedback (phản ánh, kiến nghị) of a unit and a period, as stored.', {
    ...KeyProperties,
    source: StoredProperties.source,
    scope: SCOPES.stored,
    reported_at: StoredProperties.reported_at,
    ...eachFeedbackMeasure(storedCount)
  })
export type FeedbackStatistics = Static<typeof FeedbackStatistics>

export const FeedbackStatisticsItem = Named('FeedbackStatisticsItem',
  'Citizens\' feedback (phản ánh, kiến nghị) of a unit and a period to post. Measures that follow from others may be left out.', {
    ...KeyProperties,
    source: PostedProperties.source,
    scope: SCOPES.posted,
    reported_at: PostedProperties.reported_at,
    ...eachFeedbackMeasure(postedCount)
  })

export const FeedbackStatisticsAnswer = Named('FeedbackStatisticsAnswer',
  'The result of a batch of feedback statistics. The same body again is all `unchanged`.',
  answerProperties(SCOPES, CONTINUITY_WARNINGS, continuityMeaning('/v1/feedback-statistics')))

export const DeletedFeedbackStatistics = Named('DeletedFeedbackStatistics', 'What was deleted.', deletedProperties(SCOPES))

export const FeedbackDeleteQuery = deleteQueryOf(SCOPES)

const { field: _, ...OfUnits } = Filters

export const FeedbackListQuery = Type.Object({
  ...OfUnits,
  period: Example(ListOf(Code('Code'), 'Only these periods.'), ['2021-H1']),
  scope: Type.Optional(SCOPES.stored),
  ...KnownStatisticsQuery,
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })

export const FEEDBACK_KEYS = ['level', 'unit', 'period'] as const

const METHODS = ['resolved', 'handled', 'received'] as const
const METHOD_MEANING = 'What the percentage divides. `resolved`: resolved in time / resolved. `handled`: (resolved in time + ' +
  'pending in time) / received. `received`: resolved in time / received.'

export const FeedbackOnTimeRow = Named('FeedbackOnTimeRow',
  'Summed counts of the feedback of one group, and the percentage on time.', {
    level: keyColumn('Code of the level'),
    level_name: nameColumn('level'),
    unit: unitColumn,
    unit_name: nameColumn('unit'),
    period: keyColumn('Code of the period'),
    scope: Nullable(OneOf(['own', 'total'], {
      description: '`own`: a sum of units\' own rows. `total`: the consolidated row of one unit. null: nothing reported.'
    })),
    ...eachFeedbackMeasure(meaning => totalColumn(`${meaning} null: unknown in at least one row, or nothing reported.`)),
    ...unknownProperties(FEEDBACK_MEASURES),
    numerator: totalColumn('Feedback on time, as the method counts it. null: unknown.'),
    denominator: totalColumn('All feedback, as the method counts it. null: unknown.'),
    on_time_percent: Nullable(Type.Number({
      description: '100 × numerator / denominator, rounded half up to two decimals. null: unknown, the denominator is 0, or ' +
        'summed periods contradict each other.',
      minimum: 0, maximum: 100
    })),
    method: OneOf(METHODS, { description: METHOD_MEANING }),
    estimated: Estimated,
    units_reported: Type.Integer({
      description: 'Number of units with rows in this group that have reported for all of its periods.', minimum: 0
    }),
    units_expected: Type.Integer({
      description: 'Number of units of this group that exist in the period and have a desk of their own, as for dossiers. 1 for a ' +
        'consolidated row.',
      minimum: 0
    }),
    sources_used: Type.Array(Code('Code'), { description: 'The sources whose reports count in this row.' }),
    sources_left_out: Type.Array(Code('Code'), {
      description: 'The sources with rows of this group that do not count, since those of another source do. Empty with `source`.'
    }),
    hierarchy: HierarchyName,
    as_of: Type.String({ description: 'The end of the span, or now if it is not over.', format: 'date-time' }),
    provisional: CUT.provisional
  })

export const FeedbackFilters = {
  period: Example(Type.Array(Code('Code'), {
    description: 'One or several periods. Several are summed unless grouped by period; summed periods must follow one another ' +
      'without a gap.',
    minItems: 1, maxItems: 100, uniqueItems: true
  }), ['2021-H1']),
  unit: Example(Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')), 'H56'),
  level: OfUnits.level,
  source: OfUnits.source,
  method: Type.Optional(OneOf(METHODS, { description: METHOD_MEANING, default: 'resolved' })),
  hierarchy: HierarchyFilter,
  ...unknownQuery('carried_over')
}

export const FeedbackOnTimeQuery = Type.Object({
  ...FeedbackFilters,
  group_by: Type.Optional(Type.Array(OneOf(FEEDBACK_KEYS), {
    description: 'Keys to group by: one row for each combination. Default: one row in all.',
    maxItems: FEEDBACK_KEYS.length, uniqueItems: true, examples: [['unit']]
  })),
  sort: Type.Optional(Type.Array(OneOf(sortsOf(FeedbackOnTimeRow)), {
    description: 'Columns to sort by, with `-` for descending, such as `-on_time_percent`. null comes last. Columns of `unknown` only with ' +
      'it. Default: the group keys.',
    maxItems: 5, uniqueItems: true
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })

import { Type, type Static } from 'typebox'
import { HierarchyName } from '../../../catalogue/hierarchy/schema.ts'
import { Code, Named, Nullable, OneOf } from '../../../contract/fields.ts'
import { FormatQuery } from '../../../contract/formats.ts'
import { PageQuery } from '../../../contract/paging.ts'
import { ExplainedDossier } from '../explain/schema.ts'
import { CUT, METHOD_MEANING, METHODS_BY_END, MethodByEnd, OnTimeFilters } from '../schema.ts'

export const CAUSES = ['inherited', 'waiting', 'sync', 'own'] as const
export type Cause = typeof CAUSES[number]

const CAUSE_MEANING = 'Why it is late; the first that holds. `inherited`: it was overdue already when it came from another unit. `waiting`: it ' +
  'would be in time without the time for which supplements were awaited, and the due date was not moved for that; or its own due ' +
  'date has not passed, and the rules count it late because supplements were requested. `sync`: by its own instants it ended in ' +
  'time, but the version that says so came when it had moved on; or it was withdrawn or stopped and its source does not say when, ' +
  'so that it ended when its source last sent it. `own`: all others. That a result existed before its source said so ' +
  'cannot be seen where the source gives a later instant as the end. This division is that of this service: no regulation has one.'

export const LatenessRow = Named('LatenessRow', 'How many late dossiers have one cause. The four rows add up to all late ones.', {
  cause: OneOf(CAUSES, { description: CAUSE_MEANING }),
  meaning: Type.String({ description: 'The cause in Vietnamese.' }),
  dossiers: Type.Number({ description: 'Late dossiers of this cause. Whole unless `estimated`.', format: 'double', minimum: 0 }),
  late: Type.Number({
    description: 'All late dossiers, which is the same in each row: those that ended late, with `handled` and `received` also those that are pending ' +
      'and overdue, and with `due` those that had not ended when they fell due.',
    format: 'double', minimum: 0
  }),
  share_percent: Nullable(Type.Number({
    description: '100 × dossiers / late, rounded half up to two decimals. null: none is late.', minimum: 0, maximum: 100
  })),
  dossiers_url: Type.String({ description: 'Address of the list of these dossiers.' }),
  method: OneOf(METHODS_BY_END, { description: METHOD_MEANING }),
  rules: Code('Code of the counting rules.'),
  rules_version: Type.Integer({ description: 'Version of the counting rules.', minimum: 1 }),
  hierarchy: HierarchyName,
  estimated: Type.Boolean({ description: 'Whether a count holds shares of units that were split.' }),
  ...CUT
})
export type LatenessRow = Static<typeof LatenessRow>

const { basis: _basis, ...RecordsFilters } = OnTimeFilters

export const LatenessQuery = Type.Object({
  ...RecordsFilters, method: MethodByEnd, ...FormatQuery
}, { additionalProperties: false })
export type LatenessQuery = Static<typeof LatenessQuery>

export const LatenessDossiersQuery = Type.Object({
  ...RecordsFilters,
  method: MethodByEnd,
  cause: Type.Optional(OneOf(CAUSES, { description: 'Only those of this cause.' })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type LatenessDossiersQuery = Static<typeof LatenessDossiersQuery>

const {
  in_time: _inTime, in_numerator: _inNumerator, submitted_at: _submitted, waited_hours: _waited, limit_hours: _limit,
  ...Late
} = ExplainedDossier.properties

export const LateDossier = Named('LateDossier', 'A late dossier with its cause.', {
  cause: OneOf(CAUSES, { description: CAUSE_MEANING }),
  ...Late
})
export type LateDossier = Static<typeof LateDossier>

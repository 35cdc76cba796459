import { Type, type Static } from 'typebox'
import { CHANNELS } from '../../dossiers/schema.ts'
import { Code, Day, DossierCode, Instant, Named, Nullable, OneOf, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { EvaluationExplainQuery } from '../scores/schema.ts'

export const PARTS = ['denominator', 'numerator', 'rest', 'unknown'] as const

export const EvaluationDossier = Named('EvaluationDossier', 'A dossier that a criterion of the evaluation counts, or would count.', {
  code: DossierCode('Code of the dossier.'),
  unit: UnitCode('Id of the unit that it counts for.'),
  procedure: Code('Code of the procedure.'),
  field: Code('Code of the field.'),
  channel: OneOf(CHANNELS, { description: 'How it was received.' }),
  source: Code('The system that sent it.'),
  status: Type.Integer({ description: 'National status. Of a dossier that has moved since: what it was then.' }),
  received_at: Nullable(Instant('When it was received.')),
  due_at: Nullable(Instant('When it is due, as the dossier says it. null: no due date.')),
  ended_at: Nullable(Instant('When it ended. null: it is open.')),
  counted_on: Day('Day for which it counts: that of its end; of dossiers on time as in `/v1/on-time/explain/dossiers`.'),
  in_numerator: Nullable(Type.Boolean({
    description: 'Whether it is in the numerator. null: the dossier does not say, so that it is in neither count.'
  }))
})
export type EvaluationDossier = Static<typeof EvaluationDossier>

export const EvaluationDossiersQuery = Type.Object({
  ...EvaluationExplainQuery.properties,
  part: Type.Optional(OneOf(PARTS, {
    description: '`denominator`: all that count. `numerator`. `rest`: those of the denominator that are not in the numerator, which cost the ' +
      'points. `unknown`: those that could count, and do not say what is counted; of dossiers on time there are none.',
    default: 'rest'
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type EvaluationDossiersQuery = Static<typeof EvaluationDossiersQuery>

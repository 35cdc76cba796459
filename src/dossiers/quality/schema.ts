import { Type, type Static } from 'typebox'
import { CHANNELS } from '../schema.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, DossierCode, Example, Instant, Named, Nullable, OneOf, UnitCode } from '../../contract/fields.ts'

/** What each of them means: rules.ts. */
export const QUALITY_RULES = [
  'received_in_future', 'ended_in_future', 'end_not_given', 'due_before_received', 'returned_before_finished',
  'status_backwards', 'online_for_information_only', 'possible_duplicate', 'due_date_not_by_calendar'
] as const
export type QualityRuleCode = typeof QUALITY_RULES[number]

export const SEVERITIES = ['error', 'warning'] as const

const RuleProperties = {
  rule: OneOf(QUALITY_RULES, { description: 'The rule that is broken. `GET /v1/dossier-quality/rules` says what it means.' }),
  severity: OneOf(SEVERITIES, {
    description: '`error`: it cannot have been so, and the figures are wrong. `warning`: it may have been so, but figures are ' +
      'only as good as it is.'
  })
}

export const QualityRule = Named('QualityRule', 'What is wrong with a dossier that was accepted.', {
  ...RuleProperties,
  vietnamese: Type.String({ description: 'What it means, in Vietnamese.' }),
  english: Type.String({ description: 'What it means, in English.' })
})
export type QualityRule = Static<typeof QualityRule>

export const RulesQuery = Type.Object({ ...FormatQuery }, { additionalProperties: false })

export const QualityCount = Named('QualityCount', 'How many dossiers of a unit break a rule.', {
  unit: UnitCode('Id of the unit that has them, as its own.'),
  unit_name: Nullable(Type.String({ description: 'Name of the unit as it is now.' })),
  ...RuleProperties,
  dossiers: Type.Integer({ description: 'Number of dossiers. One that breaks several rules counts in each.', minimum: 0 }),
  not_checkable: Type.Integer({
    description: 'With `due_date_not_by_calendar`: dossiers of which it is not known, as the calendar does not have a year that the ' +
      'due date needs (`calendar_year_missing`); they are not in `dossiers`. 0 with other rules.',
    minimum: 0
  }),
  dossiers_url: Type.String({ description: 'Address of the list of these dossiers.' })
})
export type QualityCount = Static<typeof QualityCount>

export const QualityDossier = Named('QualityDossier', 'A dossier that breaks a rule, as it is now.', {
  ...RuleProperties,
  unit: UnitCode('Id of the unit that handles it.'),
  code: DossierCode('Code of the dossier.'),
  procedure: Code('Code of the procedure.'),
  channel: OneOf(CHANNELS, { description: 'How it was received.' }),
  status: Type.Integer({ description: 'National status, 1 to 10.', minimum: 1, maximum: 10 }),
  received_at: Nullable(Instant('When it was received. null: it was filed, and not received (status 1 or 3).')),
  due_at: Nullable(Instant('When the result is due. null: no due date.')),
  finished_at: Nullable(Instant('When processing ended. null: not given.')),
  returned_at: Nullable(Instant('When the result was returned. null: not given.')),
  updated_at: Instant('When the source changed it.'),
  source: Code('The system that sent it.')
})
export type QualityDossier = Static<typeof QualityDossier>

const Filters = {
  period: Type.Optional(Code('Only dossiers that were received or ended in this period, or last changed in it. Default: all.')),
  unit: Example(Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')), 'H56-380'),
  rule: Type.Optional(Type.Array(OneOf(QUALITY_RULES), {
    description: 'Only these rules.', minItems: 1, maxItems: QUALITY_RULES.length, uniqueItems: true
  }))
}

export const QualityQuery = Type.Object({ ...Filters, ...PageQuery, ...FormatQuery }, { additionalProperties: false })
export type QualityQuery = Static<typeof QualityQuery>

export const QualityDossiersQuery = Type.Object({
  ...Filters,
  scope: Type.Optional(OneOf(['own', 'total'], {
    description: '`own`: of the unit alone, which must be named. `total`: of all units below it as well.', default: 'total'
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type QualityDossiersQuery = Static<typeof QualityDossiersQuery>

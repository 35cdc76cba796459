import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, ListOf, Name, Named, Nullable, OneOf, Text, UnitCode } from '../../contract/fields.ts'

const PROPOSALS = ['keep', 'amend', 'replace', 'repeal'] as const
export const OUTCOMES = ['pending', 'accepted', 'rejected', 'carried_out'] as const

const Properties = {
  unit: UnitCode('Id of the unit that reviewed the procedure.'),
  period: Code('Code of the period.'),
  procedure: Code('Code of the procedure.'),
  proposal: OneOf(PROPOSALS, { description: 'What the unit proposes: `keep` as it is, `amend` (simplify), `replace` or `repeal`.' }),
  outcome: OneOf(OUTCOMES, {
    description: 'What came of it: `pending`, `accepted`, `rejected`, or `carried_out` by a decision.'
  }),
  note: Nullable(Text('Note. null: none.'))
}

export const ProcedureReview = Named('ProcedureReview', 'A review of a procedure by a unit (rà soát thủ tục hành chính).', Properties)
export type ProcedureReview = Static<typeof ProcedureReview>

export const ProcedureReviewItem = Named('ProcedureReviewItem', 'A review to post, by unit, procedure and period.', {
  unit: UnitCode('Code of the unit, or an alias as `source:external code`.'),
  period: Properties.period,
  procedure: Properties.procedure,
  proposal: Properties.proposal,
  outcome: Properties.outcome,
  note: Type.Optional(Nullable(Name('Note.')))
})
export type ProcedureReviewItem = Static<typeof ProcedureReviewItem>

export const ProcedureReviewFilters = {
  unit: Type.Optional(UnitCode('Only reviews by this unit and those below it. Its code or an alias.')),
  period: ListOf(Code('Code'), 'Only these periods.'),
  procedure: ListOf(Code('Code'), 'Only these procedures.')
}

export const ProcedureReviewQuery = Type.Object({
  ...ProcedureReviewFilters,
  outcome: ListOf(OneOf(OUTCOMES), 'Only reviews with these outcomes.'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ProcedureReviewQuery = Static<typeof ProcedureReviewQuery>

const Number_ = (description: string) => Type.Integer({ description, minimum: 0 })

export const ProcedureReviewCount = Named('ProcedureReviewCount', 'How many procedures were reviewed in a period.', {
  period: Properties.period,
  unit: Nullable(UnitCode('Id of the unit. null unless grouped by it.')),
  procedures: Number_('Procedures that were reviewed, each once.'),
  units: Number_('Units that reviewed some.'),
  pending: Number_('Reviews that are pending.'),
  accepted: Number_('Reviews whose proposal was accepted.'),
  rejected: Number_('Reviews whose proposal was rejected.'),
  carried_out: Number_('Reviews whose proposal was carried out.')
})
export type ProcedureReviewCount = Static<typeof ProcedureReviewCount>

export const ProcedureReviewCountQuery = Type.Object({
  ...ProcedureReviewFilters,
  group_by: Type.Optional(OneOf(['unit'], { description: 'One row for each unit and period. Default: for each period.' })),
  ...FormatQuery
}, { additionalProperties: false })
export type ProcedureReviewCountQuery = Static<typeof ProcedureReviewCountQuery>

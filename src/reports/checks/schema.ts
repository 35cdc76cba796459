import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Example, ListOf, Named, Nullable, OneOf, Ref, UnitCode } from '../../contract/fields.ts'
import { COMPARISONS, KINDS, SEVERITIES } from '../rules/schema.ts'

const REASONS = {
  not_provided: 'nothing is reported for an indicator, or its cell is blank',
  no_data: 'an indicator is printed as `-`',
  no_earlier_report: 'the period before has no figure, neither of the indicator nor of one of another form in its series',
  too_few_periods: 'too few earlier periods have one for a median',
  parts_missing: 'the shorter periods do not make up this one, or one of them has no figure',
  no_dossiers: 'the figures of dossiers are not known',
  other_scope: 'the dossiers of one period are a consolidated row, and those of the other a sum of own rows',
  records_incomplete: 'records of the unit, or of one below it, begin within the period',
  incomplete: 'not all units that are expected to report dossiers have',
  denominator_zero: 'a denominator is 0',
  unknown_choice: 'a coded answer has no points'
} as const
export type Reason = keyof typeof REASONS

const number = (description: string) => Type.Number({ description: `${description} Rounded half up to four decimals.`, format: 'double' })

export const Finding = Named('Finding', 'Figures of a report that do not agree with one another.', {
  unit: UnitCode('Code of the unit whose report it is.'),
  rule: Code('Code of the rule, as in `/v1/rules`.'),
  severity: OneOf(SEVERITIES, { description: '`error`: the figures cannot all be right. `warning`: they are to be explained.' }),
  kind: OneOf(KINDS, { description: 'What is compared, as in `/v1/rules`.' }),
  indicator: Nullable(Code('Code of the indicator that a rule for several was tried for. null: the rule is not tried for each.')),
  indicators: Type.Array(Code('Code'), { description: 'Codes of all the indicators whose figures are compared.' }),
  left: number('The figure that is checked.'),
  comparison: OneOf(COMPARISONS, { description: 'How `left` has to be.' }),
  right: number('What it is compared with. Of `between`: the bound that `left` lies beyond.'),
  difference: number('`left` - `right`, before either is rounded.'),
  message: Type.String({ description: 'What is found, with the figures, in the language of the answer.' })
})
export type Finding = Static<typeof Finding>

const reason = OneOf(Object.keys(REASONS) as Reason[], {
  description: `Why. ${Object.entries(REASONS).map(([name, meaning]) => `\`${name}\`: ${meaning}`).join('; ')}.`
})

export const NotTried = Named('NotTried', 'A rule that was not tried, since a figure that it needs is not known. It finds nothing.', {
  rule: Code('Code of the rule.'),
  kind: OneOf(KINDS, { description: 'What it compares.' }),
  reason,
  indicators: Type.Array(Code('Code'), {
    description: 'Of a rule that is tried for each of several indicators: those for which it was not. Otherwise empty.'
  }),
  inputs: Type.Array(Type.String(), { description: 'Inputs of the rule that are not known. Empty: a denominator is 0.' })
})
export type NotTried = Static<typeof NotTried>

export const ReportChecks = Named('ReportChecks', 'What the rules find in the report of a unit for a period.', {
  unit: UnitCode('Code of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  errors: Type.Integer({ description: 'Number of findings that are errors.', minimum: 0 }),
  warnings: Type.Integer({ description: 'Number of findings that are warnings.', minimum: 0 }),
  rules: Type.Integer({ description: 'Number of rules that hold for the period.', minimum: 0 }),
  rules_not_tried: Type.Integer({ description: 'Number of them that could not be tried, at least for one indicator: those in `not_tried`.', minimum: 0 }),
  findings: Type.Array(Ref(Finding), { description: 'Errors before warnings, each by rule and indicator.' }),
  not_tried: Type.Array(Ref(NotTried), { description: 'By rule and reason.' })
})
export type ReportChecks = Static<typeof ReportChecks>

export const ReportChecksPath = Type.Object({
  unit: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56'),
  period: Example(Code('Code of the period.'), '2021-H1')
})
export type ReportChecksPath = Static<typeof ReportChecksPath>

const form = Type.Optional(Code('Code of the form. Default: the form in force on the last day of the period.'))

export const ReportChecksQuery = Type.Object({ form, ...FormatQuery }, { additionalProperties: false })
export type ReportChecksQuery = Static<typeof ReportChecksQuery>

export const ChecksQuery = Type.Object({
  period: Example(Code('Code of the period.'), '2021-H1'),
  form,
  unit: Example(Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')), 'H56'),
  rule: ListOf(Code('Code'), 'Only what these rules find.'),
  kind: ListOf(OneOf(KINDS), 'Only what rules of these kinds find.'),
  severity: ListOf(OneOf(SEVERITIES), 'Only findings of this severity.'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ChecksQuery = Static<typeof ChecksQuery>

/** What a page of findings says beside its rows. */
export const BesideFindings = {
  units_checked: Type.Integer({ description: 'Number of units that have reported a value for the period, and were checked.', minimum: 0 }),
  not_tried: Type.Array(Type.Object({
    rule: Code('Code of the rule.'),
    reason,
    units: Type.Integer({ description: 'Number of units for which it was not tried for this reason, at least for one indicator.', minimum: 1 })
  }, { additionalProperties: false }), {
    description: 'Rules that could not be tried, by rule and reason: of `rule` and `kind` those asked for, whatever the severity.'
  })
}

import { Type, type Static, type TObject } from 'typebox'
import { Code, OneOf } from '../../contract/fields.ts'
import { OUTCOMES } from '../../catalogue/procedure-reviews/schema.ts'
import { FLOWS, INTERLINKED, ONLINE_SERVICE_LEVELS } from '../../catalogue/procedures/schema.ts'
import { MEASURES } from '../../form-ii06a/measures.ts'
import type { Formula } from '../../formulas/formula.ts'
import { BASES, METHODS } from '../../statistics/on-time/schema.ts'

// The language of derivations: JSON that names its operator as `op`. It is data of a form, so nothing in it is ever run
// as code. check.ts says what is wrong with one, derive.ts what it comes to.

export const RULES = ['sum', 'ratio_of_sums', 'latest', 'units_with_choice'] as const
const REVIEW_COUNTS = ['procedures', 'units', ...OUTCOMES] as const
const COUNTS = ['in_force', ...FLOWS] as const

const codes = (what: string) => Type.Optional(Type.Array(Code(what), { minItems: 1, maxItems: 100, uniqueItems: true }))
const some = <const V extends string>(values: readonly V[]) => (
  Type.Optional(Type.Array(OneOf(values), { minItems: 1, uniqueItems: true })))
const flag = Type.Optional(Type.Boolean())
const OfDossiers = {
  basis: Type.Optional(OneOf(BASES)), level: codes('Code of a level'), field: codes('Code of a field'),
  online_service_level: some(ONLINE_SERVICE_LEVELS)
}
const op = <const Name extends string>(name: Name) => OneOf([name])

/** What a value is taken from. */
export const SOURCES = {
  indicator: Type.Object({ op: op('indicator'), indicator: Code('Code of an indicator') }, { additionalProperties: false }),
  procedures: Type.Object({
    op: op('procedures'),
    counts: Type.Array(OneOf(COUNTS), { minItems: 1, uniqueItems: true }),
    level: codes('Code of a level'),
    field: codes('Code of a field'),
    online_service_level: some(ONLINE_SERVICE_LEVELS),
    interlinked: some(INTERLINKED),
    payment_integrated: flag,
    on_national_portal: flag,
    internal_process_approved: flag,
    internal_process_electronic: flag
  }, { additionalProperties: false }),
  procedure_reviews: Type.Object({ op: op('procedure_reviews'), count: OneOf(REVIEW_COUNTS) }, { additionalProperties: false }),
  dossiers: Type.Object({ op: op('dossiers'), measure: OneOf(MEASURES), ...OfDossiers }, { additionalProperties: false }),
  on_time: Type.Object({ op: op('on_time'), method: Type.Optional(OneOf(METHODS)), ...OfDossiers }, { additionalProperties: false }),
  units: Type.Object({
    op: op('units'),
    rule: OneOf(RULES),
    level: codes('Code of a level'),
    indicator: Type.Optional(Code('Code of an indicator')),
    numerator: Type.Optional(Code('Code of an indicator')),
    denominator: Type.Optional(Code('Code of an indicator')),
    choices: Type.Optional(Type.Array(Type.Integer(), { minItems: 1, maxItems: 50, uniqueItems: true }))
  }, { additionalProperties: false })
} as const satisfies Record<string, TObject>

export type SourceName = keyof typeof SOURCES
export type SourceOf<Name extends SourceName> = Static<typeof SOURCES[Name]>
export type Source = { [Name in SourceName]: SourceOf<Name> }[SourceName]

/** The shape of a formula over sources; the formula itself is checked by `checkFormula`. */
export const FormulaOfSources = Type.Object({
  op: op('formula'),
  inputs: Type.Unsafe<Record<string, Source>>({ type: 'object', minProperties: 1 }),
  formula: Type.Unsafe<Formula>({ type: 'object' })
}, { additionalProperties: false })

export type FormulaOfSources = Static<typeof FormulaOfSources>
export type Derivation = Source | FormulaOfSources

/** What each operator comes to. */
const MEANINGS: Record<SourceName | 'formula', string> = {
  indicator: 'The value of another indicator of the form: reported, otherwise derived. Unknown if it is reported as `-`.',
  procedures: `Procedures of the catalogue, as \`/v1/procedures/counts\`: \`in_force\` on the last day of the period, or the sum of what was ${
    FLOWS.map(name => `\`${name}\``).join(', ')} in it. Only of a province as a whole. A flag that is unknown of one of them makes the count ` +
    'unknown; a procedure whose online service level is not stated has none, unless no procedure has.',
  procedure_reviews: 'Reviews by the unit and those below it, as `/v1/procedure-reviews/counts`.',
  dossiers: 'A measure of form II.06a of the unit and all below it, as `/v1/on-time`. Without `basis` that of which a larger share of ' +
    'the units is known, `records` if they are equal. `online_service_level` is that of the procedure on the last day of the period, with `records`.',
  on_time: 'The percentage on time, as `/v1/on-time`; the rest as `dossiers`.',
  units: 'What units below report: the topmost on each path that report, of these levels or without `level` of all, each for all below it. ' +
    '`sum`; `ratio_of_sums`, of the sums of two counts (`numerator`, `denominator`) over the units with both, or of a fraction; ' +
    '`latest`: the sum of the last value of each unit from at most a year before; `units_with_choice`: how many units have one of ' +
    '`choices`. `indicator` is the one that is reported, left out: this one.',
  formula: 'A formula over `inputs`, each one of the operators above under a name.'
}

export const DERIVATION_LANGUAGE = [
  'JSON that names its operator as `op`, beside its operands.',
  ...[...Object.entries(SOURCES), ['formula', FormulaOfSources] as const].map(([name, { properties, required = [] }]) => {
    const operands = Object.keys(properties).filter(operand => operand !== 'op')
      .map(operand => (required as string[]).includes(operand) ? operand : `${operand}?`)
    return `\`${name}\` (${operands.join(', ')}): ${MEANINGS[name as SourceName]}`
  }),
  'What is unknown stays unknown, and says why.'
].join(' ')

/** Why a value cannot be derived. */
export const REASONS = {
  period_not_begun: 'the period has not begun',
  catalogue_of_province: 'procedures are those of a province, and the unit is a part of one',
  nothing_counted: 'there is nothing to count: no procedure, dossier or review is known',
  unknown_of_some: 'what is counted is not known of all',
  denominator_zero: 'the denominator is 0',
  nothing_reported: 'no unit below has reported it',
  no_units: 'there are no units that it would be added up from',
  percent_without_counts: 'percentages are not added up: the counts behind them are not known',
  unknown_indicator: 'an indicator that it is made of has no value',
  out_of_range: 'what comes out is no value of this indicator'
} as const
export type Reason = keyof typeof REASONS

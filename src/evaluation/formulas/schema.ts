import { Type, type Static } from 'typebox'
import { Code, Day, Name, Named, Nullable, OneOf, Text } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { OPERATORS, type Formula } from '../../formulas/formula.ts'

/** The scheme that is asked for where none is named. */
export const QD_766 = 'qd-766'

const STATUSES = ['published', 'found'] as const
const CERTAINTIES = ['rule', 'found', 'unknown'] as const
const MAX_GROUPS = 50
/** What is counted from dossier records, with `numerator / denominator` in words. */
export const COUNTED = {
  progress: 'dossiers on time / handled, as `/v1/on-time` with `basis=records`, `rules=portal-766` and `method=handled`, of the unit and all ' +
    'units below it',
  on_time: 'dossiers on time / resolved, as `/v1/on-time` with `basis=records`, `rules=default` and `method=resolved`, of the unit and all ' +
    'units below it',
  electronic_result: 'results with an electronic document / results of which `electronic_result` is known',
  digitised: 'results with digitised parts / results of which `digitised_parts` is known',
  digitised_with_result: 'results with digitised parts and an electronic document / results of which both are known',
  data_reused: 'results in which data was reused / results of which `data_reused` is known',
  national_store: 'results with parts from the national store / results of which `national_store_parts` is known',
  population_data: 'results with a verified identity or a database used / results of which `identity_verified` or `databases_used` is known',
  paid_online: 'results paid online / results for which a fee was due, of which `paid_online`, or `payment_channel`, is known, or ' +
    '`fee_paid` is 0'
} as const
export type CountedName = keyof typeof COUNTED
export const COUNTED_NAMES = Object.keys(COUNTED) as CountedName[]
/** What each name means, for descriptions. */
export const COUNTED_MEANINGS = `${COUNTED_NAMES.map(name => `\`${name}\`: ${COUNTED[name]}`).join('; ')}. Results are dossiers of the unit ` +
  'and all units below it that ended in the span with status 9 or 10.'
const MAX_CRITERIA = 100

export const LANGUAGE = [
  'A formula is JSON: each node names its operator as `op`, beside its operands.',
  ...Object.entries(OPERATORS).map(([op, { required, optional, meaning }]) => {
    const operands = [...Object.keys(required), ...Object.keys(optional).map(name => `${name}?`)]
    return `\`${op}\` (${operands.join(', ')}): ${meaning}`
  }),
  'Numbers are exact. What is added, compared or divided has one measure. What is unknown stays unknown.'
].join(' ')

export const FormulaOf = (description: string) => Type.Unsafe<Formula | null>({
  type: ['object', 'null'], additionalProperties: true, description
})

/** A name in a formula. */
const InputName = (description: string) => Type.String({ description, pattern: '^[a-z][a-z0-9_]{0,63}$' })
const CriterionCode = (description: string) => Type.String({ description, pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' })
export const Maximum = (description: string) => Type.Number({
  description: `${description} At most two decimals.`, minimum: 0.01, maximum: 1000
})

export const Input = Type.Object({
  name: InputName('Name in the formulas, and in what is posted as `inputs`. `numerator` and `denominator` are columns of their own ' +
    'there. `rate` is what the criterion\'s rate comes to.'),
  type: OneOf(['number', 'choice'], { description: '`number`: a whole number that is not negative. `choice`: a coded answer.' }),
  measure: Nullable(InputName('What a number counts, such as `dossiers`. null: nothing, or a choice.')),
  choices: Nullable(Type.Array(Code('Code of an answer.'), {
    description: 'All answers of a choice. null: a number.', minItems: 1, maxItems: 50, uniqueItems: true
  })),
  meaning: Text('What it is.')
}, { additionalProperties: false })

const Certainty = (what: string) => OneOf(CERTAINTIES, {
  description: `How certain the formula of ${what} is. \`rule\`: published. \`found\`: found from published figures. \`unknown\`.`
})

const Criterion = Type.Object({
  code: CriterionCode('Code of the criterion: that of the portal where it has one.'),
  name: Name('Name in Vietnamese.'),
  maximum: Nullable(Maximum('Most points. What a formula comes to beyond them does not count. null: not known; then it has no ' +
    'formula of points, and does not count in its group.')),
  levels: Nullable(Type.Array(Code('Code of a level.'), {
    description: 'Levels whose units are judged by it. null: all.', minItems: 1, maxItems: 20, uniqueItems: true
  })),
  inputs: Type.Array(Input, { description: 'What its formulas may name.', maxItems: 20 }),
  rate: FormulaOf(`A ratio. null: none, or not known. ${LANGUAGE}`),
  rate_status: Certainty('the rate'),
  points: FormulaOf('The points, of the inputs and of `rate`. null: not known; then only points that are posted count. The ' +
    'language is that of `rate`.'),
  points_status: Certainty('the points'),
  counted: Type.Optional(Nullable(OneOf(COUNTED_NAMES, {
    description: `What of dossier records its numerator and denominator are, where records know them: ${COUNTED_MEANINGS} Counts of ` +
      'records come before posted ones, which are then shown beside them. null, or left out: only what is posted counts.'
  }))),
  note: Nullable(Text('What else is known, and what is not. null: nothing.', 4_000))
}, { additionalProperties: false })
export type Criterion = Static<typeof Criterion>

const Group = Type.Object({
  code: CriterionCode('Code of the group.'),
  name: Name('Name in Vietnamese.'),
  maximum: Maximum('Most points. What the criteria have beyond them does not count.'),
  criteria: Type.Array(Criterion, { minItems: 1, maxItems: MAX_CRITERIA })
}, { additionalProperties: false })
export type Group = Static<typeof Group>

const Properties = {
  code: Code('Code of the version.'),
  scheme: Code('What it is a version of: `qd-766` is the evaluation of Decision 766/QĐ-TTg.'),
  name: Name('Name in Vietnamese.'),
  status: OneOf(STATUSES, { description: '`published`: from a published document. `found`: found from published figures.' }),
  source: Name('Where it comes from.', 4_000),
  note: Nullable(Text('What else is known, and what is not. null: nothing.', 4_000)),
  precedence: Type.Integer({
    description: 'Of the versions of a scheme that hold on the last day of what is asked for, the one of the highest precedence ' +
      'applies; of equal precedence the one that holds since the later day.',
    minimum: 0, maximum: 1000
  }),
  valid_from: Day('First day on which it holds.'),
  valid_to: Nullable(Day('Last day on which it holds. null: no end is set.')),
  volume: Nullable(CriterionCode('The criterion whose denominator says how many dossiers a unit has, for ranks. null: none.')),
  groups: Type.Array(Group, { minItems: 1, maxItems: MAX_GROUPS })
}

export const EvaluationFormula = Named('EvaluationFormula', 'A version of the formula that units are judged by: groups of criteria ' +
  'with their points.', Properties)
export type EvaluationFormula = Static<typeof EvaluationFormula>

export const EvaluationFormulaItem = Named('EvaluationFormulaItem', 'A version to post, as a whole. A property that is left out is null.', {
  ...Properties,
  note: Type.Optional(Properties.note),
  valid_to: Type.Optional(Properties.valid_to),
  volume: Type.Optional(Properties.volume)
})
export type EvaluationFormulaItem = Static<typeof EvaluationFormulaItem>

export const EvaluationFormulaQuery = Type.Object({
  scheme: Type.Optional(Code('Only versions of this scheme.')),
  as_of: Type.Optional(Day('Only versions that hold on this day.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type EvaluationFormulaQuery = Static<typeof EvaluationFormulaQuery>

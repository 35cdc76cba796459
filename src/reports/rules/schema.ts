import { Type, type Static } from 'typebox'
import { Code, Day, ListOf, Name, Named, Nullable, OneOf, Text } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { OPERATORS, type Formula } from '../../formulas/formula.ts'

export const KINDS = [
  'identity', 'bound', 'range', 'hull', 'parts', 'rate', 'continuity', 'jump', 'cross_period', 'records', 'unchanged'
] as const
export const SEVERITIES = ['error', 'warning'] as const
/** Which days of a period have to be among those of a rule. */
const PERIOD_DAYS = ['last', 'every', 'any'] as const
export const COMPARISONS = ['equal', 'at_most', 'at_least', 'between'] as const

/** What of dossiers an input may be, with the basis of `/v1/on-time` that it is. */
export const BASIS_OF = { dossiers: 'reported', records: 'records' } as const

/** Earlier figures that a median is made of, at most and at least. */
export const MOST_EARLIER = 8
export const LEAST_EARLIER = 3

const SPAN_MEANINGS = {
  before: 'of the period of the same kind and calendar that ended last before this one began',
  opening: 'of the longest period of the calendar that ended on the day before and has it',
  parts: 'the sum over the quarters of the period, or the months of a quarter',
  median: `the median over the last ${MOST_EARLIER} periods of the same kind before this one, of at least ${LEAST_EARLIER}`,
  mad: 'the median distance from that median'
} as const
export type Span = keyof typeof SPAN_MEANINGS
export const SPANS = Object.keys(SPAN_MEANINGS) as Span[]

const LANGUAGE = [
  'A formula is JSON: each node names its operator as `op`, beside its operands.',
  ...Object.entries(OPERATORS).map(([op, { required, optional, meaning }]) => {
    const operands = [...Object.keys(required), ...Object.keys(optional).map(name => `${name}?`)]
    return `\`${op}\` (${operands.join(', ')}): ${meaning}`
  }),
  'Numbers are exact. What is added or compared has one measure: `count` or `percent`; a constant names its own.',
  'Names of inputs: the code of an indicator of the form, such as `3.1.3.a`; `5.1.1/numerator` and `5.1.1/denominator` of a fraction; ' +
    '`each`, the indicator that the rule is tried for; `dossiers/resolved`, or any other measure of form II.06a, as reported of the ' +
    'unit with all units below it, and `dossiers/commune/resolved` of those of a level; `records/…` the same from dossier records; ' +
    '`unchanged` and `compared`, of how many of `indicators` the figure is that of the period before, and of how many both are known ' +
    'and not both 0.',
  `Before a name: ${Object.entries(SPAN_MEANINGS).map(([span, meaning]) => `\`${span}/\`: ${meaning}`).join('; ')}. ` +
    'Of dossiers there are `before/dossiers/…` and `opening/dossiers/…`.',
  'Where an input is not reported, the rule is not tried: it finds nothing, and says so.'
].join(' ')

const FormulaOf = (description: string) => Type.Unsafe<Formula>({ type: 'object', additionalProperties: true, description })
const Message = (language: string) => Name(`What a finding says in ${language}, with figures by their names in braces: \`{left}\`, ` +
  '`{right}`, `{difference}`, `{each}` for the code of the indicator, and every input that the formulas name, such as `{3.1.3}`.', 1000)

const Properties = {
  code: Code('Code of the rule.'),
  form: Nullable(Code('Code of the form whose reports it is for. null: any form; then it names dossiers only.')),
  kind: OneOf(KINDS, {
    description: 'What is compared. `identity`: a total with its parts. `bound`: a figure with one that it cannot exceed. `range`: a ' +
      'figure with fixed bounds. `hull`: an overall percentage with those of its parts. `parts`: parts with the whole. `rate`: a stated ' +
      'rate with the counts it follows from. `continuity`: with the period before. `jump`: with what was usual. `cross_period`: with ' +
      'the sum of shorter periods. `records`: what is reported with dossier records. `unchanged`: how many figures are those of before.'
  }),
  severity: OneOf(SEVERITIES, { description: '`error`: the figures cannot all be right. `warning`: they are to be explained.' }),
  indicators: Nullable(Type.Array(Code('Code of an indicator of the form.'), {
    description: 'Indicators of one measure. The rule is tried for each of them, which its formulas name `each`; or for all together, ' +
      'where they name `unchanged` and `compared`. null: none.',
    minItems: 1, maxItems: 500, uniqueItems: true
  })),
  left: FormulaOf(`The figure that is checked. ${LANGUAGE}`),
  comparison: OneOf(COMPARISONS, { description: 'How `left` has to be: `equal` to `right`, `at_most`, `at_least`, or `between` `right` and `right_to`.' }),
  right: FormulaOf('What it is compared with. The language is that of `left`.'),
  right_to: Type.Unsafe<Formula | null>({
    type: ['object', 'null'], additionalProperties: true, description: 'The upper bound of `between`. null: of other comparisons, which have none.'
  }),
  tolerance: Type.Number({
    description: 'By how much they may differ. At most six decimals.', minimum: 0, maximum: 1_000_000_000
  }),
  message_vi: Message('Vietnamese'),
  message_en: Message('English'),
  note: Nullable(Text('Why the rule holds. null: nothing is said.', 4_000)),
  valid_from: Day('First day on which it holds.'),
  valid_to: Nullable(Day('Last day on which it holds. null: no end is set.')),
  period_days: OneOf(PERIOD_DAYS, {
    description: 'Which days of its period decide whether a report is checked by the rule. `last`: it holds on the last day. `every`: it ' +
      'holds on every day of the period. `any`: it holds on one of them, at least.'
  })
}

export const Rule = Named('Rule', 'What has to hold between the figures of a report: a comparison of two formulas, as data.', Properties)
export type Rule = Static<typeof Rule>

export const RuleItem = Named('RuleItem', 'A rule to post, as a whole. A property that is left out is null, the tolerance 0, and `period_days` `last`.', {
  ...Properties,
  form: Type.Optional(Properties.form),
  indicators: Type.Optional(Properties.indicators),
  right_to: Type.Optional(Properties.right_to),
  tolerance: Type.Optional(Properties.tolerance),
  note: Type.Optional(Properties.note),
  valid_to: Type.Optional(Properties.valid_to),
  period_days: Type.Optional(Properties.period_days)
})
export type RuleItem = Static<typeof RuleItem>

export const RuleQuery = Type.Object({
  form: Type.Optional(Code('Only rules for reports on this form: its own, and those for any.')),
  kind: ListOf(OneOf(KINDS), 'Only these kinds.'),
  severity: ListOf(OneOf(SEVERITIES), 'Only of this severity.'),
  as_of: Type.Optional(Day('Only rules that hold on this day.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type RuleQuery = Static<typeof RuleQuery>

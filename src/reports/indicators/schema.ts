import { Type, type Static } from 'typebox'
import { BatchQuery } from '../../writes/batch.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { MAX_COUNT, Code, Count, Day, Example, ListOf, Named, Nullable, OneOf, Text } from '../../contract/fields.ts'

const VALUE_TYPES = ['heading', 'count', 'percent', 'fraction', 'choice'] as const
export type ValueType = typeof VALUE_TYPES[number]

const STATES = ['reported', 'no_data', 'not_provided'] as const
const STATE_MEANING = '`reported`: there is a value, and 0 is one. `no_data`: the report prints `-`. ' +
  '`not_provided`: it was left blank.'

export const Form = Named('Form', 'A version of the list of indicators (biểu mẫu); forms change with circulars.', {
  code: Code('Code of the form.'),
  name: Text('In Vietnamese.'),
  valid_from: Day('First day in force.'),
  valid_to: Nullable(Day('Last day in force; null: until further notice.'))
})
export type Form = Static<typeof Form>

/** What a form says of an indicator; the rows of a report begin with it. */
export const IndicatorProperties = {
  code: Code('Path in the form: `3.1.3.a`.'),
  printed_code: Nullable(Text('What the paper says, which repeats itself; null: nothing.')),
  parent: Nullable(Code('Code of the indicator above it.')),
  name: Text('In Vietnamese.'),
  value_type: OneOf(VALUE_TYPES, {
    description: '`count`: a whole number. `percent`: 0 to 100. `fraction`: 48 of 48. `choice`: one of `choices`. ' +
      '`heading`: no value.'
  }),
  measure: Nullable(Text('What is counted, as the paper says it.'))
}

export const Indicator = Named('Indicator', 'A row of a statistics form (chỉ tiêu thống kê).', {
  form: Code('Code of its form.'),
  code: IndicatorProperties.code,
  position: Type.Integer({ description: 'Place in the form, from 1.' }),
  printed_code: IndicatorProperties.printed_code,
  parent: IndicatorProperties.parent,
  name: IndicatorProperties.name,
  value_type: IndicatorProperties.value_type,
  measure: IndicatorProperties.measure,
  choices: Type.Array(Type.Object({ value: Type.Integer(), name: Type.String() }, { additionalProperties: false }), {
    description: 'What a `choice` can be; else empty.'
  })
})
export type Indicator = Static<typeof Indicator>

const State = OneOf(STATES, { description: STATE_MEANING })

const Numbers = {
  number: Nullable(Type.Number({ description: 'A count or a percentage.', minimum: 0, maximum: MAX_COUNT })),
  numerator: Nullable(Count('Of a fraction.')),
  denominator: Nullable(Type.Integer({ description: 'Of a fraction.', minimum: 1, maximum: MAX_COUNT })),
  choice: Nullable(Type.Integer({ description: 'One of the choices of the indicator.' }))
}

/** What a unit says of an indicator; the rows of a report end with it. */
export const ValueProperties = {
  state: State,
  ...Numbers,
  printed: Text('As the report prints it, digit for digit: `09`, `2.079`, `92,41`, `48/48`, `-`.', 100),
  note: Nullable(Text('Remark beside the value; an empty one is none.', 4000))
}

const KeyProperties = {
  unit: Code('Code of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  indicator: Code('Code of the indicator.')
}

export const IndicatorValue = Named('IndicatorValue', 'What a unit says of an indicator in a period.', {
  ...KeyProperties,
  ...ValueProperties
})
export type IndicatorValue = Static<typeof IndicatorValue>

/** A value without the text that it was printed as. Of a reported one, number, fraction or choice is there. */
export type Value = Pick<IndicatorValue, 'state' | 'number' | 'numerator' | 'denominator' | 'choice'>

export const IndicatorValueItem = Named('IndicatorValueItem',
  'An indicator value as it is posted, in exactly one way: number, numerator and denominator, choice, the state ' +
  '`no_data` or `not_provided`, or printed text. Printed text beside one of the others must say the same.', {
    indicator: KeyProperties.indicator,
    form: Type.Optional(Code('Code of the form; left out: the one in force on the last day of the period.')),
    unit: Code('Code of the unit, or `source:external code`.'),
    period: KeyProperties.period,
    state: Type.Optional(State),
    number: Type.Optional(Numbers.number),
    numerator: Type.Optional(Numbers.numerator),
    denominator: Type.Optional(Numbers.denominator),
    choice: Type.Optional(Numbers.choice),
    printed: Type.Optional(Text('The value in Vietnamese notation: `2.079` is 2079, `92,41` is 92.41, `-` is no data, ' +
      'nothing is not provided. Kept digit for digit; left out, it is written from the value.', 100)),
    note: Type.Optional(ValueProperties.note)
  })
export type IndicatorValueItem = Static<typeof IndicatorValueItem>

export const IndicatorQuery = Type.Object({
  form: Example(ListOf(Code('Code'), 'Only indicators of these forms.'), ['cchc-2021']),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type IndicatorQuery = Static<typeof IndicatorQuery>

export const IndicatorValueQuery = Type.Object({
  unit: Example(Type.Optional(Code('The unit, or an alias of it, and everything below it.')), 'H56'),
  period: Example(ListOf(Code('Code'), 'Only these periods.'), ['2021-H1']),
  form: ListOf(Code('Code'), 'Only these forms.'),
  indicator: ListOf(Code('Code'), 'Only these indicators.'),
  state: ListOf(OneOf(STATES), 'Only values in these states.'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type IndicatorValueQuery = Static<typeof IndicatorValueQuery>

export const PostQuery = Type.Object(BatchQuery, { additionalProperties: false })

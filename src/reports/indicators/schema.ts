import { Type, type Static } from 'typebox'
import { BatchQuery } from '../../writes/batch.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { DERIVATION_LANGUAGE, type Derivation } from '../derivations/schema.ts'
import { MAX_COUNT, Code, Count, Day, Example, ListOf, Named, Nullable, OneOf, Text, UnitCode } from '../../contract/fields.ts'

const VALUE_TYPES = ['heading', 'count', 'percent', 'fraction', 'choice'] as const
export type ValueType = typeof VALUE_TYPES[number]

export const STATES = ['reported', 'no_data', 'not_provided'] as const
const STATE_MEANING = '`reported`: there is a value, which may be 0. `no_data`: the report prints `-`. ' +
  '`not_provided`: left blank.'

export const Form = Named('Form', 'A version of the list of indicators (biểu mẫu). Circulars change the list.', {
  code: Code('Code of the form.'),
  name: Text('Name in Vietnamese.'),
  valid_from: Day('First day in force.'),
  valid_to: Nullable(Day('Last day in force. null: no end is set.'))
})
export type Form = Static<typeof Form>

/** What a form defines for an indicator. Rows of a report begin with these properties. */
export const IndicatorProperties = {
  code: Code('Code of the indicator: its path in the form, such as `3.1.3.a`.'),
  printed_code: Nullable(Text('Code as printed on paper, which is not unique. null: none is printed.')),
  parent: Nullable(UnitCode('Code of the indicator above it. null: none.')),
  name: Text('Name in Vietnamese.'),
  value_type: OneOf(VALUE_TYPES, {
    description: '`count`: a whole number. `percent`: 0 to 100. `fraction`: such as 48/48. `choice`: one of `choices`. ' +
      '`heading`: no value.'
  }),
  measure: Nullable(Text('What is counted, as printed on paper. null: not printed.'))
}

const Correspondence = Type.Object({
  form: Code('Code of the earlier form.'), indicator: Code('Code of its indicator.')
}, { additionalProperties: false })

/** How a form says that an indicator is derived, and which series it continues. */
export const OriginProperties = {
  derivation: Type.Unsafe<Derivation | null>({
    type: ['object', 'null'], additionalProperties: true,
    description: `How the service comes to the value itself. null: it is reported by hand. ${DERIVATION_LANGUAGE}`
  }),
  corresponds_to: Type.Unsafe<Static<typeof Correspondence> | null>({
    ...Correspondence, type: ['object', 'null'], description: 'The indicator of an earlier form whose series this one continues. null: none.'
  })
}

export const Indicator = Named('Indicator', 'A row of a statistics form (chỉ tiêu thống kê).', {
  form: Code('Code of the form.'),
  code: IndicatorProperties.code,
  position: Type.Integer({ description: 'Position in the form, from 1.' }),
  printed_code: IndicatorProperties.printed_code,
  parent: IndicatorProperties.parent,
  name: IndicatorProperties.name,
  value_type: IndicatorProperties.value_type,
  measure: IndicatorProperties.measure,
  choices: Type.Array(Type.Object({ value: Type.Integer(), name: Type.String() }, { additionalProperties: false }), {
    description: 'Values that a `choice` may have. Empty for other value types.'
  }),
  ...OriginProperties
})
export type Indicator = Static<typeof Indicator>

const State = OneOf(STATES, { description: STATE_MEANING })

const Numbers = {
  number: Nullable(Type.Number({ description: 'Value of a count or a percentage. null: none.', minimum: 0, maximum: MAX_COUNT })),
  numerator: Nullable(Count('Numerator of a fraction. null: none.')),
  denominator: Nullable(Type.Integer({ description: 'Denominator of a fraction. null: none.', minimum: 1, maximum: MAX_COUNT })),
  choice: Nullable(Type.Integer({ description: 'Value of one of the choices of the indicator. null: none.' }))
}

/** The value of an indicator. Rows of a report end with these properties. */
export const ValueProperties = {
  state: State,
  ...Numbers,
  printed: Text('The value as the report prints it, digit for digit: `09`, `2.079`, `92,41`, `48/48`, `-`.', 100),
  note: Nullable(Text('Remark on the value. null: none; an empty text is stored as null.', 4000))
}

const KeyProperties = {
  unit: UnitCode('Code of the unit.'),
  period: Code('Code of the period.'),
  form: Code('Code of the form.'),
  indicator: Code('Code of the indicator.')
}

export const IndicatorValue = Named('IndicatorValue', 'The value that a unit reports for an indicator and a period.', {
  ...KeyProperties,
  ...ValueProperties
})
export type IndicatorValue = Static<typeof IndicatorValue>

/** A value without its printed text. A reported value has a number, a fraction or a choice. */
export type Value = Pick<IndicatorValue, 'state' | 'number' | 'numerator' | 'denominator' | 'choice'>

export const IndicatorValueItem = Named('IndicatorValueItem',
  'An indicator value to post. The value is given in exactly one way: `number`, `numerator` and `denominator`, ' +
  '`choice`, the `state` `no_data` or `not_provided`, or `printed`. `printed` may accompany one of the others if both ' +
  'mean the same.', {
    indicator: KeyProperties.indicator,
    form: Type.Optional(Code('Code of the form. Default: the form in force on the last day of the period.')),
    unit: UnitCode('Code of the unit, or an alias as `source:external code`.'),
    period: KeyProperties.period,
    state: Type.Optional(State),
    number: Type.Optional(Numbers.number),
    numerator: Type.Optional(Numbers.numerator),
    denominator: Type.Optional(Numbers.denominator),
    choice: Type.Optional(Numbers.choice),
    printed: Type.Optional(Text('The value in Vietnamese notation: `2.079` is 2079, `92,41` is 92.41, `-` is `no_data`, ' +
      'an empty text is `not_provided`. Stored digit for digit. Default: formatted from the value.', 100)),
    note: Type.Optional(ValueProperties.note)
  })
export type IndicatorValueItem = Static<typeof IndicatorValueItem>

export const IndicatorQuery = Type.Object({
  form: Example(ListOf(Code('Code'), 'Only indicators of these forms.'), ['cchc-2021']),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type IndicatorQuery = Static<typeof IndicatorQuery>

export const PostQuery = Type.Object(BatchQuery, { additionalProperties: false })

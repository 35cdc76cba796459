import { Type, type Static } from 'typebox'
import { Code, Day, MAX_POSITION, Name, Named, Nullable } from '../../contract/fields.ts'
import { IndicatorProperties, OriginProperties } from '../indicators/schema.ts'

const MAX_INDICATORS = 1_000
const MAX_CHOICES = 50

const Choice = Type.Object({
  value: Type.Integer({ description: 'The number that is reported.', minimum: -1_000_000, maximum: 1_000_000 }),
  name: Name('Name in Vietnamese.')
}, { additionalProperties: false })

const FormIndicator = Type.Object({
  code: IndicatorProperties.code,
  position: Type.Integer({ description: 'Position in the form. Those below another stand after it.', minimum: 1, maximum: MAX_POSITION }),
  printed_code: Type.Optional(Nullable(Name('Code as printed on paper. null: none is printed.', 100))),
  parent: Type.Optional(IndicatorProperties.parent),
  name: Name('Name in Vietnamese.', 2_000),
  value_type: IndicatorProperties.value_type,
  measure: Type.Optional(Nullable(Name('What is counted, as printed on paper. null: not printed.'))),
  choices: Type.Optional(Type.Array(Choice, { description: 'Values that a `choice` may have; of no other type.', maxItems: MAX_CHOICES })),
  derivation: Type.Optional(OriginProperties.derivation),
  corresponds_to: Type.Optional(OriginProperties.corresponds_to)
}, { additionalProperties: false })

export const FormItem = Named('FormItem', 'A version of a form to post, as a whole. A property that is left out is null.', {
  code: Code('Code of the form.'),
  name: Name('Name in Vietnamese.'),
  valid_from: Day('First day in force.'),
  valid_to: Type.Optional(Nullable(Day('Last day in force. null: no end is set.'))),
  indicators: Type.Optional(Type.Array(FormIndicator, {
    description: 'All of its indicators. Left out: those of a form that exists stay as they are, such as when only its last day is set.',
    minItems: 1, maxItems: MAX_INDICATORS
  }))
})
export type FormItem = Static<typeof FormItem>

/** A form with its indicators in their order, with all properties. */
export interface WholeForm extends Required<Omit<FormItem, 'indicators'>> {
  indicators: WholeIndicator[]
}
export type WholeIndicator = Required<Static<typeof FormIndicator>>

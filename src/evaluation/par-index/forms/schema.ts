import { Type, type Static } from 'typebox'
import { Code, Day, Name, Named, Nullable, OneOf, Text, UnitCode } from '../../../contract/fields.ts'
import { FormatQuery } from '../../../contract/formats.ts'
import { PageQuery } from '../../../contract/paging.ts'
import { COUNTED_MEANINGS, COUNTED_NAMES, FormulaOf, Input, LANGUAGE, Maximum } from '../../formulas/schema.ts'

const SCORED_BY = ['hand', 'formula', 'count', 'survey'] as const
const RANKED_WITHIN = ['level', 'form'] as const

const CriterionProperties = {
  code: Code('Code of the criterion, such as `1.2.3`.'),
  parent: Nullable(Code('Code of the criterion that it is a part of, which stands before it. null: a field of the form.')),
  name: Name('Name in Vietnamese.'),
  maximum: Maximum('Most points. Those of a criterion with parts are what its parts have together.'),
  scored_by: Nullable(OneOf(SCORED_BY, {
    description: 'How it is scored. `hand`: with points up to the maximum. `formula`: by what is posted as its inputs, such as a ' +
      'coded answer or counts. `count`: by what this service counts. `survey`: by the results of a survey (điều tra xã hội học). null: ' +
      'it has parts, and their points together.'
  })),
  inputs: Type.Array(Input, {
    description: 'What its formulas may name, and what is posted of it. Of what is counted: `numerator` and `denominator`.', maxItems: 20
  }),
  rate: FormulaOf(`A ratio, which the points may name as \`rate\`. null: none. ${LANGUAGE}`),
  points: FormulaOf('The points, of the inputs and of `rate`; what they come to beyond the maximum does not count. null: scored by hand, or ' +
    'with parts.'),
  counted: Nullable(OneOf(COUNTED_NAMES, {
    description: `What the service counts of dossier records: ${COUNTED_MEANINGS} null: it is not scored by \`count\`.`
  })),
  note: Nullable(Text('Note, such as what proves the points. null: none.', 4_000))
}

const FormCriterion = Type.Object(CriterionProperties, { additionalProperties: false })
export type FormCriterion = Static<typeof FormCriterion>

const { code, parent, name, maximum, scored_by, inputs, rate, points, counted, note } = CriterionProperties
const FormCriterionItem = Type.Object({
  code,
  parent: Type.Optional(parent),
  name,
  maximum,
  scored_by: Type.Optional(scored_by),
  inputs: Type.Optional(inputs),
  rate: Type.Optional(rate),
  points: Type.Optional(points),
  counted: Type.Optional(counted),
  note: Type.Optional(note)
}, { additionalProperties: false })

const listed = (of: string, item: ReturnType<typeof UnitCode>, maxItems: number) => Nullable(Type.Array(item, {
  description: `Only ${of}. null: any.`, minItems: 1, maxItems, uniqueItems: true
}))

const Points = (description: string) => Type.Number({ description: `${description} At most two decimals.`, minimum: 0, maximum: 100_000 })

const CRITERIA = 'Fields, criteria and their parts as one list, each after the one that it is a part of (lĩnh vực, tiêu chí, tiêu chí ' +
  'thành phần).'

const Properties = {
  code: Code('Code of the version of the form.'),
  name: Name('Name in Vietnamese.'),
  source: Name('The decision that it comes from.', 4_000),
  note: Nullable(Text('Note. null: none.', 4_000)),
  valid_from: Day('First day on which it holds.'),
  valid_to: Nullable(Day('Last day on which it holds. null: no end is set.')),
  within: Nullable(UnitCode('The unit that scores, such as the province: the form is for units below it, and not for itself. null: for ' +
    'units anywhere.')),
  levels: listed('units of these levels', Code('Code of a level.'), 20),
  kinds: listed('units of these kinds, such as `department`', Code('Kind of a unit.'), 50),
  units: listed('these units', UnitCode('Code of a unit.'), 1_000),
  ranked_within: OneOf(RANKED_WITHIN, {
    description: 'Which units have places among one another: those of one `level`, or all that the `form` is for.'
  }),
  maximum: Points('Most points of the whole, which are those of its fields together.'),
  survey_maximum: Points('How many of them a survey gives, which are those of the criteria scored by `survey` together.'),
  criteria: Type.Array(FormCriterion, { description: CRITERIA, minItems: 1, maxItems: 500 })
}

export const ParIndexForm = Named('ParIndexForm', 'A form that units are scored by once a year: criteria with their most points, and how ' +
  'each is scored.', Properties)
export type ParIndexForm = Static<typeof ParIndexForm>

export const ParIndexFormItem = Named('ParIndexFormItem', 'A form to post, as a whole. A property that is left out is null, of ' +
  '`ranked_within` `level`, and of `survey_maximum` 0.', {
  ...Properties,
  note: Type.Optional(Properties.note),
  valid_to: Type.Optional(Properties.valid_to),
  within: Type.Optional(Properties.within),
  levels: Type.Optional(Properties.levels),
  kinds: Type.Optional(Properties.kinds),
  units: Type.Optional(Properties.units),
  ranked_within: Type.Optional(Properties.ranked_within),
  survey_maximum: Type.Optional(Properties.survey_maximum),
  criteria: Type.Array(FormCriterionItem, {
    description: `${CRITERIA} What a criterion leaves out is null, or an empty list.`, minItems: 1, maxItems: 500
  })
})
export type ParIndexFormItem = Static<typeof ParIndexFormItem>

export const ParIndexFormQuery = Type.Object({
  as_of: Type.Optional(Day('Only forms that hold on this day.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ParIndexFormQuery = Static<typeof ParIndexFormQuery>

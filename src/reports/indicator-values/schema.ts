import { Type, type Static, type TObject } from 'typebox'
import { Code, Example, ListOf, Named, Nullable, OneOf, UnitCode } from '../../contract/fields.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { REASONS } from '../derivations/schema.ts'
import { AsKnownAtQuery } from '../history/schema.ts'
import { IndicatorValue, STATES } from '../indicators/schema.ts'

/** What only a question by level has. */
const LevelProperties = {
  level: Type.Optional(Code('Code of the level. Only with `group_by=level`.')),
  units_reported: Type.Optional(Type.Integer({ description: 'Units that are in the value. Only with `group_by=level`.', minimum: 0 })),
  units_submitted: Type.Optional(Type.Integer({
    description: 'Of the units in the value, those whose report was submitted, approved or published. Those of the others are drafts, which ' +
      'count too: while there are any, the value is provisional. Only with `group_by=level`.', minimum: 0
  })),
  units_expected: Type.Optional(Type.Integer({
    description: 'Units of this level that exist in the period, without those for which one of this level above them reports. ' +
      'Only with `group_by=level`.', minimum: 0
  })),
  unknown: Type.Optional(Nullable(OneOf(['percent_without_counts', 'denominator_zero'], {
    description: `Why there is no value. \`percent_without_counts\`: ${REASONS.percent_without_counts}. \`denominator_zero\`: ${
      REASONS.denominator_zero}. null: there is one. Only with \`group_by=level\`.`
  })))
}
const SeriesProperties = {
  series: Type.Optional(Code('Code of the asked indicator whose series the value is in. Only with `follow=true`.'))
}

export const IndicatorValueRow = Named('IndicatorValueRow', 'The value that a unit reports for an indicator and a period; with ' +
  '`group_by=level`, what the units of a level report together.', {
  ...IndicatorValue.properties,
  unit: Nullable(UnitCode('Code of the unit. null with `group_by=level`.')),
  ...LevelProperties,
  ...SeriesProperties
})
export type IndicatorValueRow = Static<typeof IndicatorValueRow>

export const IndicatorValueQuery = Type.Object({
  unit: Example(Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')), 'H56'),
  period: Example(ListOf(Code('Code'), 'Only these periods.'), ['2021-H1']),
  form: ListOf(Code('Code'), 'Only these forms.'),
  indicator: ListOf(Code('Code'), 'Only these indicators.'),
  state: ListOf(OneOf(STATES), 'Only values in these states.'),
  follow: Type.Optional(Type.Boolean({
    description: 'Whether the series of the indicators goes on through changes of the form: with the values of the indicators of earlier ' +
      'forms that they continue, and of later ones that continue them, as `corresponds_to` says. Each row names its own form and ' +
      'indicator, and as `series` the one that was asked for. Needs `indicator` and one `form`.',
    default: false
  })),
  group_by: Type.Optional(OneOf(['level'], {
    description: 'One row for each level of units, period and indicator, of the reported values; a province itself, which reports for all ' +
      'below it, is in none. Counts are summed, fractions by the sums of both parts. Of a choice there is a row for each, with the number of ' +
      'units. Of a percentage the sums of the two counts are divided that its derivation names; without them it is unknown. Units stand where ' +
      'they do on the last day of the period. Drafts count: `units_submitted` says how many of the reports are none. Needs `period`, and excludes `state` and `as_known_at`.'
  })),
  ...AsKnownAtQuery,
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type IndicatorValueQuery = Static<typeof IndicatorValueQuery>

/** The columns of a table of such rows, by what is asked. */
export function columnsOf ({ group_by: by, follow }: IndicatorValueQuery): TObject {
  const absent = [
    ...by === undefined ? Object.keys(LevelProperties) : [], ...follow === true ? [] : Object.keys(SeriesProperties)
  ]
  const columns = Object.entries(IndicatorValueRow.properties).filter(([name]) => !absent.includes(name))
  return Type.Object(Object.fromEntries(columns))
}

import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { Code, Day, Example, Named, OneOf, UnitCode } from '../../contract/fields.ts'
import { Calendar } from '../../catalogue/periods/schema.ts'
import { isDetailColumn, type DetailMeasure } from '../../form-ii06a/detail-measures.ts'
import { RulesFilter } from '../../dossiers/counting-rules/schema.ts'
import { UnknownQuery } from '../../form-ii06a/unknown.ts'
import { HierarchyFilter } from '../../catalogue/hierarchy/schema.ts'
import { BASES, BASIS_MEANING, FIGURE, METHODS, METHOD_MEANING } from '../on-time/schema.ts'

const { method, basis, ...counted } = FIGURE
const figures = Object.fromEntries(Object.entries(counted).filter(([name]) => !isDetailColumn(name))) as
  Omit<typeof counted, DetailMeasure | `${DetailMeasure}_unknown`>

export const OnTimeSeriesRow = Named('OnTimeSeriesRow', 'One month of a unit and all units below it.', {
  unit: UnitCode('Code of the unit.'),
  period: Code('Code of the month.'),
  starts_on: Day('First day, included.'),
  ends_on: Day('Last day, included.'),
  basis,
  method,
  ...figures,
  units_reported: Type.Integer({
    description: 'Number of units that have reported for the month. With `records`: expected units with a dossier ' +
      'received by the end of the month; one that has moved or was deleted is not there.',
    minimum: 0
  })
})
export type OnTimeSeriesRow = Static<typeof OnTimeSeriesRow>

const MonthName = (description: string) => Type.String({ description, pattern: '^[0-9]{4}-(0[1-9]|1[0-2])$' })

export const OnTimeSeriesPath = Type.Object({ code: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56') })

export const OnTimeSeriesQuery = Type.Object({
  from: Example(MonthName('First month, such as `2021-01`.'), '2021-01'),
  to: Example(MonthName('Last month, included. At most 120 months in all.'), '2021-12'),
  calendar: Type.Optional(Calendar('The calendar of the months. Default: `reform`.')),
  basis: Type.Optional(OneOf(BASES, { description: BASIS_MEANING, default: 'reported' })),
  method: Type.Optional(OneOf(METHODS, { description: METHOD_MEANING, default: 'resolved' })),
  rules: RulesFilter,
  ...UnknownQuery,
  hierarchy: HierarchyFilter,
  ...FormatQuery
}, { additionalProperties: false })
export type OnTimeSeriesQuery = Static<typeof OnTimeSeriesQuery>

import { Type, type Static, type TObject, type TProperties } from 'typebox'
import { DetailFilterProperties } from '../../dossiers/details/schema.ts'
import { RulesColumns, RulesFilter } from '../../dossiers/counting-rules/schema.ts'
import { CHANNELS } from '../../dossiers/schema.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Day, ListOf, Named, Nullable, OneOf, UnitCode } from '../../contract/fields.ts'
import { DetailsQuery, eachDetailMeasure, type DetailMeasure } from '../../form-ii06a/detail-measures.ts'
import { eachMeasure, eachTransfer } from '../../form-ii06a/meanings.ts'
import { UnknownProperties, UnknownQuery } from '../../form-ii06a/unknown.ts'
import { Estimated, HierarchyFilter, HierarchyName } from '../../catalogue/hierarchy/schema.ts'
import { Filters } from '../reported/schema.ts'
import { CompareQuery, COMPARED_COLUMNS, ComparedColumns } from './comparison/columns/schema.ts'

export const GROUP_KEYS = ['level', 'field', 'unit', 'procedure', 'channel', 'period'] as const
export type GroupKey = typeof GROUP_KEYS[number]

/** What stands beside the key of that name. */
const NAMES = ['level_name', 'field_name', 'unit_name', 'procedure_name'] as const
type Name = typeof NAMES[number]

export const METHODS = ['resolved', 'handled', 'received', 'due', 'reception'] as const

export const METHOD_MEANING = 'What the percentage divides. `resolved`: resolved in time / resolved, as most provinces report. ' +
    '`handled`: (resolved in time + pending in time) / received, as in QĐ 766/QĐ-TTg. `received`: resolved in time / received. ' +
    '`due`: ended in time / fell due; with `records` only. `reception`: (received within the limit for reception + ' +
    'waiting within it) / (received + waiting for reception), with `records` only, for at most 366 days: see `reception_in_time`; counting rules (`rules`) ' +
    'change nothing about it. What was cancelled is left out of `received`, as far as `resolved` ' +
    'and `pending` are known, and is not left out of `due`.'

/** Those that judge when dossiers end. Counting rules say nothing of reception. */
export const METHODS_BY_END = METHODS.filter(method => method !== 'reception')
export const MethodByEnd = Type.Optional(OneOf(METHODS_BY_END, { description: METHOD_MEANING, default: 'resolved' }))

export const BASES = ['reported', 'records'] as const

export const BASIS_MEANING = 'What is counted. `reported`: the dossier statistics that units report. `records`: the dossiers themselves, ' +
    'as far as units send them. The two are never mixed.'

export const CUT = {
  as_of: Type.String({
    description: 'The instant up to which is counted: the end of the span, or now if it is not over. Dossiers count up to ' +
      'today, due dates up to yesterday: a due date is missed when its day is over. So figures change with writes, and at ' +
      'midnight.',
    format: 'date-time'
  }),
  provisional: Type.Boolean({ description: 'Whether the span is not over, so that its figures may still change.' })
}

const SOURCE_LISTS = {
  sources_used: Nullable(Type.Array(Code('Code'), {
    description: 'The sources whose reports count in this row. null: counted from records.'
  })),
  sources_left_out: Nullable(Type.Array(Code('Code'), {
    description: 'The sources with rows of this group that do not count, since those of another source do. A source can count in ' +
      'one field and be left out in another. Empty with `source`. null: counted from records.'
  }))
}

export const keyColumn = (what: string) => Nullable(Code(`${what}. null unless grouped by it.`))
export const unitColumn = Nullable(UnitCode('Id of the unit. null unless grouped by it.'))
export const nameColumn = (what: string) => Nullable(Type.String({ description: `Name of the ${what} as it is now. null unless grouped by it.` }))
/** A count. Whole unless the row is estimated. */
export const totalColumn = (description: string) => Nullable(Type.Number({ description, format: 'double', minimum: 0 }))

const ofDetails = (meaning: string) => Type.Optional(totalColumn(
  `${meaning} null: unknown in at least one row, or of at least one dossier. Only with \`details=true\`.`))
const unknownDetails = (_: string, measure: string) => Type.Optional(Type.Number({
  description: `Number of rows, or with \`records\` of dossiers, of which \`${measure}\` is unknown. Only with \`details=true\` and ` +
    '`unknown=true`.',
  minimum: 0
}))
function suffixed<S> (each: Record<DetailMeasure, S>) {
  const entries = Object.entries(each).map(([name, schema]) => [`${name}_unknown`, schema])
  return Object.fromEntries(entries) as { [M in DetailMeasure as `${M}_unknown`]: S }
}

export const OnTimeRow = Named('OnTimeRow', 'Summed counts of the dossiers of one group, and the percentage on time.', {
  level: keyColumn('Code of the level'),
  level_name: nameColumn('level'),
  field: keyColumn('Code of the field'),
  field_name: nameColumn('field'),
  unit: unitColumn,
  unit_name: nameColumn('unit'),
  procedure: keyColumn('Code of the procedure'),
  procedure_name: nameColumn('procedure'),
  channel: Nullable(OneOf(CHANNELS, { description: 'How the dossiers were received. null unless grouped by it.' })),
  period: keyColumn('Code of the period'),
  scope: Nullable(OneOf(['own', 'total'], {
    description: '`own`: a sum of units\' own rows or records. `total`: the consolidated row of one unit. null: nothing reported.'
  })),
  ...eachMeasure(meaning => totalColumn(`${meaning} null: unknown in at least one row, or nothing reported.`)),
  ...eachTransfer(meaning => totalColumn(`${meaning} null unless counted from records.`)),
  due: totalColumn('Due dates reached by dossiers that were not awaiting a supplement at that time. A flow. null unless counted from records.'),
  due_in_time: totalColumn('The due dates in `due` that were met: the dossier ended in time. A flow. null unless counted from records.'),
  ...UnknownProperties,
  ...eachDetailMeasure(ofDetails),
  ...suffixed(eachDetailMeasure(unknownDetails)),
  numerator: totalColumn('Dossiers on time, as the method counts them. null: unknown.'),
  denominator: totalColumn('All dossiers, as the method counts them. null: unknown.'),
  on_time_percent: Nullable(Type.Number({
    description: '100 × numerator / denominator, rounded half up to two decimals. null: unknown, the denominator is 0, or ' +
      'summed periods contradict each other: what the units of the group left pending in one is not what they carried over ' +
      'into the next.',
    minimum: 0, maximum: 100
  })),
  method: OneOf(METHODS, { description: METHOD_MEANING }),
  basis: OneOf(BASES, { description: BASIS_MEANING }),
  estimated: Estimated,
  units_reported: Type.Integer({
    description: 'Number of units with rows in this group that have reported for all of its periods. With `records`: expected ' +
      'units of this group with a dossier received on the last of these days or before; with `source`, one of that source. ' +
      'A dossier that has moved or was deleted is not there.',
    minimum: 0
  }),
  units_expected: Type.Integer({
    description: 'Number of units of this group that exist in the period and are expected to report dossiers. 1 for a ' +
      'consolidated row.',
    minimum: 0
  }),
  ...SOURCE_LISTS,
  hierarchy: HierarchyName,
  ...RulesColumns,
  ...CUT,
  ...ComparedColumns
})
export type NamedOnTimeRow = Static<typeof OnTimeRow>
/** As it is counted, before names are looked up. */
export type OnTimeRow = Omit<NamedOnTimeRow, Name>

/** The columns of a row that it may be sorted by, in either direction. */
export function sortsOf ({ properties }: TObject): string[] {
  return Object.keys(properties)
    .filter(name => name !== 'hierarchy' && !(name in RulesColumns || name in CUT || name in SOURCE_LISTS || NAMES.some(one => one === name)))
    .flatMap(name => [name, `-${name}`])
}

export const OnTimeFilters = {
  basis: Type.Optional(OneOf(BASES, { description: BASIS_MEANING, default: 'reported' })),
  period: Type.Optional(Type.Array(Code('Code'), {
    description: 'One or several periods. Several are summed unless grouped by period; summed periods must follow one another ' +
      'without a gap. With `records`, `from` and `to` may be given instead.',
    minItems: 1, maxItems: 100, uniqueItems: true, examples: [['2021-Q3']]
  })),
  from: Type.Optional(Day('First day of any range of days; with `records` only.')),
  to: Type.Optional(Day('Last day of the range, included; with `records` only.')),
  ...Filters,
  procedure: ListOf(Code('Code'), 'Only these procedures; with `records` only.'),
  channel: ListOf(OneOf(CHANNELS), 'Only dossiers received in these ways; with `records` only.'),
  ...DetailFilterProperties,
  rules: RulesFilter,
  method: Type.Optional(OneOf(METHODS, { description: METHOD_MEANING, default: 'resolved' })),
  hierarchy: HierarchyFilter
}

export const OnTimeQuery = Type.Object({
  ...OnTimeFilters,
  ...UnknownQuery,
  ...DetailsQuery,
  ...CompareQuery,
  group_by: Type.Optional(Type.Array(OneOf(GROUP_KEYS), {
    description: 'Keys to group by: one row for each combination. Default: one row in all.', maxItems: GROUP_KEYS.length, uniqueItems: true,
    examples: [['level']]
  })),
  sort: Type.Optional(Type.Array(OneOf(sortsOf(OnTimeRow)), {
    description: 'Columns to sort by, with `-` for descending, such as `-on_time_percent`. null comes last. Columns of `unknown` and of `compare` only ' +
      'with it. Default: the group keys.',
    maxItems: 5, uniqueItems: true
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type OnTimeQuery = Static<typeof OnTimeQuery>

type NotFigure = GroupKey | Name | keyof typeof ComparedColumns

/** What a row has beside its keys and their names, and beside what it is compared with. */
export function figureOf<P extends TProperties> ({ properties }: TObject<P>): Omit<P, NotFigure> {
  const others: readonly string[] = [...GROUP_KEYS, ...NAMES, ...COMPARED_COLUMNS]
  const figure = Object.entries(properties).filter(([name]) => !others.includes(name))
  return Object.fromEntries(figure) as Omit<P, NotFigure>
}
export const FIGURE = figureOf(OnTimeRow)

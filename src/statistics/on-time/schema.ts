import { Type, type Static } from 'typebox'
import { CHANNELS } from '../../dossiers/schema.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Day, DossierCode, Instant, ListOf, Named, Nullable, OneOf, Ref, UnitCode } from '../../contract/fields.ts'
import { eachMeasure } from '../../form-ii06a/meanings.ts'
import { UnknownProperties, UnknownQuery } from '../../form-ii06a/unknown.ts'
import { Estimated, HierarchyFilter, HierarchyName } from '../../catalogue/hierarchy/schema.ts'
import { Filters } from '../reported/schema.ts'

export const GROUP_KEYS = ['level', 'field', 'unit', 'procedure', 'channel', 'period'] as const
export type GroupKey = typeof GROUP_KEYS[number]

/** What stands beside the key of that name. */
const NAMES = ['level_name', 'field_name', 'unit_name', 'procedure_name'] as const
type Name = typeof NAMES[number]

export const METHODS = ['resolved', 'handled', 'received', 'due'] as const

export const METHOD_MEANING = 'What the percentage divides. `resolved`: resolved in time / resolved, as most provinces report. ' +
    '`handled`: (resolved in time + pending in time) / received, as in QĐ 766/QĐ-TTg. `received`: resolved in time / received. ' +
    '`due`: ended in time / fell due; with `records` only.'

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

const key = (what: string) => Nullable(Code(`${what}. null unless grouped by it.`))
const unitKey = Nullable(UnitCode('Id of the unit. null unless grouped by it.'))
const name = (what: string) => Nullable(Type.String({ description: `Name of the ${what} as it is now. null unless grouped by it.` }))
/** A count. Whole unless the row is estimated. */
const total = (description: string) => Nullable(Type.Number({ description, format: 'double', minimum: 0 }))

export const OnTimeRow = Named('OnTimeRow', 'Summed counts of the dossiers of one group, and the percentage on time.', {
  level: key('Code of the level'),
  level_name: name('level'),
  field: key('Code of the field'),
  field_name: name('field'),
  unit: unitKey,
  unit_name: name('unit'),
  procedure: key('Code of the procedure'),
  procedure_name: name('procedure'),
  channel: Nullable(OneOf(CHANNELS, { description: 'How the dossiers were received. null unless grouped by it.' })),
  period: key('Code of the period'),
  scope: Nullable(OneOf(['own', 'total'], {
    description: '`own`: a sum of units\' own rows or records. `total`: the consolidated row of one unit. null: nothing reported.'
  })),
  ...eachMeasure(meaning => total(`${meaning} null: unknown in at least one row, or nothing reported.`)),
  due: total('Due dates reached by dossiers that were not awaiting a supplement at that time. A flow. null unless counted from records.'),
  due_in_time: total('The due dates in `due` that were met: the dossier ended in time. A flow. null unless counted from records.'),
  ...UnknownProperties,
  numerator: total('Dossiers on time, as the method counts them. null: unknown.'),
  denominator: total('All dossiers, as the method counts them. null: unknown.'),
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
  ...CUT
})
export type NamedOnTimeRow = Static<typeof OnTimeRow>
/** As it is counted, before names are looked up. */
export type OnTimeRow = Omit<NamedOnTimeRow, Name>

const SORTS = Object.keys(OnTimeRow.properties)
  .filter(name => name !== 'hierarchy' && !(name in CUT || name in SOURCE_LISTS || NAMES.some(one => one === name)))
  .flatMap(name => [name, `-${name}`])

const OnTimeFilters = {
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
  method: Type.Optional(OneOf(METHODS, { description: METHOD_MEANING, default: 'resolved' })),
  hierarchy: HierarchyFilter
}

export const OnTimeQuery = Type.Object({
  ...OnTimeFilters,
  ...UnknownQuery,
  group_by: Type.Optional(Type.Array(OneOf(GROUP_KEYS), {
    description: 'Keys to group by: one row for each combination. Default: one row in all.', maxItems: GROUP_KEYS.length, uniqueItems: true,
    examples: [['level']]
  })),
  sort: Type.Optional(Type.Array(OneOf(SORTS), {
    description: 'Columns to sort by, with `-` for descending, such as `-on_time_percent`. null comes last. Columns of `unknown` only with ' +
      'it. Default: the group keys.',
    maxItems: 5, uniqueItems: true
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type OnTimeQuery = Static<typeof OnTimeQuery>

export const ExplainQuery = Type.Object({ ...OnTimeFilters, ...UnknownQuery }, { additionalProperties: false })
export type ExplainQuery = Static<typeof ExplainQuery>

type FigureProperties = Omit<typeof OnTimeRow.properties, GroupKey | Name>
/** What a row has beside its keys and their names. */
export const FIGURE = Object.fromEntries(Object.entries(OnTimeRow.properties).filter(([name]) => (
  ![...GROUP_KEYS, ...NAMES].some(one => one === name)))) as FigureProperties

const Cells = (description: string) => Type.Unsafe<Record<string, string | number | null>>({
  description, type: 'object', additionalProperties: true
})

const Share = (what: string) => Type.Number({
  description: `${what}: less than 1 if its unit was split, and the figure is about some of its successors.`, minimum: 0.000_000_001, maximum: 1
})

export const ExplainedRow = Named('ExplainedRow', 'A stored row that a figure is the sum of.', {
  key: Cells('The key of the row. For a rollup: a value for each name in `by`, spans of time by their first day. `before` ' +
    'instead of a time: the sum of all earlier rows, of which only the stock counts.'),
  values: Cells('The counts of the row. null: unknown.'),
  share: Share('The part of the row that the figure holds')
})
export type ExplainedRow = Static<typeof ExplainedRow>

export const ROWS_OF = ['reports', 'report_rows', 'rollup', 'dossiers'] as const
export const GRAINS = ['level', 'field', 'unit', 'channel', 'quarter', 'half_month', 'day'] as const

export const FIGURE_COLUMNS = Object.keys(FIGURE) as (keyof FigureProperties)[]

export const OnTimeExplained = Named('OnTimeExplained', 'A figure, and the rows that it is the sum of.', {
  from: Day('First day.'),
  to: Day('Last day, included.'),
  ...FIGURE,
  rows_of: OneOf(ROWS_OF, {
    description: 'What the rows are. `reports`: one row for everything that a source reported for a unit and a period. ' +
      '`report_rows`: the rows of these reports, by field and procedure. `rollup`: sums of dossier records that are kept ' +
      'up to date. `dossiers`: the figure is counted from the dossiers.'
  }),
  by: Nullable(Type.Array(OneOf(GRAINS), {
    description: 'The grain of the rollup: one row for each combination of these. `half_month`: from the 1st to the 14th of a ' +
      'month, or from the 15th to its end. `quarter`: a calendar quarter, split on the 15th of its last month, where a quarter ' +
      'of the reform calendar begins. null: not a rollup.'
  })),
  rows: Type.Array(Ref(ExplainedRow), { description: 'The rows. Empty if `rows_of` is `dossiers`.' }),
  dossiers_url: Nullable(Type.String({ description: 'Address of the dossiers of the denominator. null: the basis is `reported`.' }))
})
export type OnTimeExplained = Static<typeof OnTimeExplained>

export const PARTS = ['denominator', 'numerator', 'rest'] as const

const { basis: _basis, ...RecordsFilters } = OnTimeFilters

export const ExplainDossiersQuery = Type.Object({
  ...RecordsFilters,
  part: Type.Optional(OneOf(PARTS, {
    description: '`denominator`: all dossiers that count. `numerator`: those on time, as the method counts. `rest`: the others.',
    default: 'denominator'
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ExplainDossiersQuery = Static<typeof ExplainDossiersQuery>

export const ExplainedDossier = Named('ExplainedDossier', 'A dossier that counts in a figure.', {
  code: DossierCode('Code of the dossier.'),
  unit: UnitCode('Code of the unit that handles it.'),
  procedure: Code('Code of the procedure.'),
  field: Code('Code of the field.'),
  channel: OneOf(CHANNELS, { description: 'How it was received.' }),
  source: Code('The system that sent it.'),
  status: Type.Integer({ description: 'National status, 2 to 10.' }),
  received_at: Instant('When it was received.'),
  due_at: Nullable(Instant('When it is due. null: no due date.')),
  ended_at: Nullable(Instant('When it ended. null: it is open.')),
  counted_on: Day('Day for which it counts: the day of its end; if it is pending, the last day; with `due`, the day on which it ' +
    'fell due. A dossier whose due date was missed and then moved by a supplement can fall due twice.'),
  in_time: Type.Boolean({ description: 'Whether it was in time on that day.' }),
  share: Share('The part of it that the figure holds'),
  in_numerator: Type.Boolean({ description: 'Whether it counts as on time. With `received`, a pending dossier never does.' })
})
export type ExplainedDossier = Static<typeof ExplainedDossier>

import { Type, type Static } from 'typebox'
import { HierarchyName } from '../../../catalogue/hierarchy/schema.ts'
import { Code, Count, Day, DossierCode, Example, Instant, Named, Nullable, OneOf, UnitCode } from '../../../contract/fields.ts'
import { FormatQuery } from '../../../contract/formats.ts'
import { PageQuery } from '../../../contract/paging.ts'
import { CHOICE_NAMES, type ChoiceName } from '../../../dossiers/counting-rules/schema.ts'
import { CHANNELS } from '../../../dossiers/schema.ts'
import { CAUSES } from '../lateness/schema.ts'
import { CUT, METHOD_MEANING, METHODS_BY_END, MethodByEnd, OnTimeFilters } from '../schema.ts'

/** Causes that are not the unit's own: the figure of another may not count such dossiers as late. */
export const CAUSES_OF_OTHERS = CAUSES.filter(cause => cause !== 'own')
export type CauseOfOthers = typeof CAUSES_OF_OTHERS[number]

/** Units with dossiers that the figure of reports lacks. */
export const UNREPORTED = ['units_without_reports', 'units_without_field'] as const
export type Unreported = typeof UNREPORTED[number]

/** Reasons with a list of dossiers. */
const LISTED = [...CHOICE_NAMES, ...UNREPORTED, ...CAUSES_OF_OTHERS] as const

export const REASONS = [...CHOICE_NAMES, 'units_without_records', ...UNREPORTED, ...CAUSES_OF_OTHERS, 'unexplained', 'total'] as const
export type Reason = typeof REASONS[number]
export const TARGETS = ['rules', 'reported', 'published'] as const

const REASON_MEANING = 'Why the figures differ. A choice of counting rules (`/v1/counting-rules` says what each is about): what ' +
  'this choice alone changes, the choices above it being switched already. `units_without_records`: units that reported ' +
  'and have sent no dossiers (not synchronised). `units_without_reports`: units with dossiers that reported nothing, ' +
  'or not for each of several periods. `units_without_field`, only with `field`: units with dossiers of the field whose reports ' +
  'say nothing of it: they reported only as a whole, or only other fields. ' +
  '`inherited`, `waiting`, `sync`: dossiers that are late by the last rules, by their cause as in `/v1/on-time/lateness`, which ' +
  'the other figure may count as on time: at most all of them, at most as many as it has more on time, and at most as many ' +
  'as it has fewer that are not on time. Which of them it counts so is not known. ' +
  '`unexplained`: what is left, of which nothing more is known. `total`: the whole difference, counted for itself.'

const figure = (description: string) => Nullable(Type.Number({ description: `${description} null: unknown.`, format: 'double' }))
const percent = (description: string) => Nullable(Type.Number({
  description: `${description} null: unknown, or the denominator is 0.`, minimum: 0, maximum: 100
}))
const change = (description: string) => Nullable(Type.Number({ description: `${description} null: unknown.`, format: 'double' }))
const dossiers = (description: string) => Nullable(Type.Integer({
  description: `${description} null: no dossiers of the reason are here.`, minimum: 0
}))
const which = (description: string) => dossiers(`${description} null as well for \`inherited\`, \`waiting\` and \`sync\`: it is not known.`)

export const DifferenceRow = Named('DifferenceRow', 'One reason for which two figures of dossiers on time differ: the figures ' +
  'before and after it. Each row begins where the one above it ends, so that the changes add up to those of `total`.', {
  reason: OneOf(REASONS, { description: REASON_MEANING }),
  meaning: Type.String({ description: 'The reason in Vietnamese.' }),
  choice_before: Nullable(Type.String({ description: 'The way that `rules` choose. null: the reason is no choice.' })),
  choice_after: Nullable(Type.String({ description: 'The way that `other_rules` choose. null: the reason is no choice.' })),
  numerator_before: figure('Dossiers on time, as the method counts them, before.'),
  denominator_before: figure('All dossiers, as the method counts them, before.'),
  on_time_percent_before: percent('100 × numerator / denominator before, rounded half up to two decimals.'),
  numerator_after: figure('Dossiers on time after.'),
  denominator_after: figure('All dossiers after.'),
  on_time_percent_after: percent('The percentage after.'),
  numerator_change: change('`numerator_after` − `numerator_before`.'),
  denominator_change: change('`denominator_after` − `denominator_before`.'),
  percent_change: Nullable(Type.Number({
    description: '`on_time_percent_after` − `on_time_percent_before`, in percentage points. These add up as well. It is what the ' +
      'reason changes in this order of reasons; in another order the points are shared otherwise, and their sum is the same. ' +
      'null: one of them is unknown.',
    minimum: -100, maximum: 100
  })),
  dossiers: dossiers('How many dossiers count otherwise, which are those of the list; of `inherited`, `waiting` and `sync`, how many may. ' +
    'One that counts for two units is two.'),
  became_counted: which('Of these, those that count more often in the denominator: most did not count at all.'),
  no_longer_counted: which('Those that count less often in the denominator: most do not count any more.'),
  became_in_time: which('Those that count as before, and are on time now.'),
  became_late: which('Those that count as before, and are not on time any more.'),
  units: Nullable(Type.Integer({ description: 'How many units it is about. null: the reason is not about units.', minimum: 0 })),
  dossiers_url: Nullable(Type.String({
    description: 'Address of the list of these dossiers. null: no dossiers of the reason are here. Units without records have sent ' +
      'none; of what others reported or published only sums are known, so what is `unexplained` has no list; and the ' +
      'dossiers of `total` are those of the other rows.'
  })),
  rules: Code('Code of the counting rules of the first figure.'),
  rules_version: Type.Integer({ description: 'Their version.', minimum: 1 }),
  other_rules: Nullable(Code('Code of the counting rules that it is compared with. null: only one was named.')),
  other_rules_version: Nullable(Type.Integer({ description: 'Their version. null: only one was named.', minimum: 1 })),
  against: OneOf(TARGETS, {
    description: 'What the last figure is. `rules`: records by `other_rules`. `reported`: what units reported. `published`: the figure that was given.'
  }),
  method: OneOf(METHODS_BY_END, { description: METHOD_MEANING }),
  hierarchy: HierarchyName,
  estimated: Type.Boolean({ description: 'Whether a figure holds shares of units that were split.' }),
  ...CUT
})
export type DifferenceRow = Static<typeof DifferenceRow>

const { basis: _basis, rules: _rules, ...RecordsFilters } = OnTimeFilters

const published = (what: string) => Type.Optional(Count(`${what} Both are given, or neither; not with \`against\`.`))

export const DifferenceQuery = Type.Object({
  ...RecordsFilters,
  method: MethodByEnd,
  rules: Type.Array(Code('Code'), {
    description: 'Codes of one or two counting rules: the first figure is that of records by the one, and the next by the other. ' +
      'One is enough where it is compared with something else.',
    minItems: 1, maxItems: 2, examples: [['default', 'portal-766']]
  }),
  against: Type.Optional(OneOf(['reported'], { description: '`reported`: records are compared with what units reported, after the rules were switched.' })),
  published_numerator: published('Dossiers on time as published elsewhere, such as by the portal.'),
  published_denominator: published('All dossiers as published elsewhere.'),
  ...FormatQuery
}, { additionalProperties: false })
export type DifferenceQuery = Static<typeof DifferenceQuery>

export const DifferenceDossiersQuery = Type.Object({
  ...RecordsFilters,
  method: MethodByEnd,
  rules: Type.Array(Code('Code'), {
    description: 'Codes of the counting rules: two for a choice; of other reasons the last ones count.', minItems: 1, maxItems: 2,
    examples: [['default', 'portal-766']]
  }),
  reason: Example(OneOf(LISTED, { description: REASON_MEANING }), 'open_supplement'),
  against: Type.Optional(OneOf(['reported'], {
    description: 'For `units_without_reports` and `units_without_field`, which need it; and for `inherited`, `waiting` and `sync`, where it leaves out dossiers of ' +
      'those units. Not with a choice.'
  })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type DifferenceDossiersQuery = Static<typeof DifferenceDossiersQuery>

/** Whether a reason is about units with dossiers that the figure of reports lacks. */
export function isUnreported (reason: Reason): reason is Unreported {
  return UNREPORTED.some(name => name === reason)
}

/** Whether a reason is a choice between two counting rules. */
export function isChoice (reason: Reason): reason is ChoiceName {
  return CHOICE_NAMES.some(name => name === reason)
}

const COUNTS_AS = ['in_time', 'late', 'not_counted'] as const
const side = <S extends 'before' | 'after'>(name: S, when: string) => ({
  [`counts_${name}`]: OneOf(COUNTS_AS, {
    description: `How it counts ${when} the reason: in the numerator, in the denominator only, or not at all. Of one that counts more than once, the last time.`
  }),
  [`ended_at_${name}`]: Nullable(Instant('When it ended, by these rules. null: it is open, or does not count.')),
  [`due_at_${name}`]: Nullable(Instant('When it is due, by these rules. null: no due date, or it does not count.')),
  [`counted_on_${name}`]: Nullable(Day('Day for which it counts. null: it does not count.'))
}) as SideProperties<S>
type SideProperties<S extends string> = { [N in `counts_${S}`]: ReturnType<typeof OneOf<typeof COUNTS_AS[number]>> } &
  { [N in `ended_at_${S}` | `due_at_${S}` | `counted_on_${S}`]: ReturnType<typeof Nullable<ReturnType<typeof Day>>> }

export const DifferenceDossier = Named('DifferenceDossier', 'A dossier that counts otherwise, or may, because of one ' +
  'reason, the choices above it being switched already.', {
  code: DossierCode('Code of the dossier.'),
  unit: UnitCode('Id of the unit that it counts for.'),
  procedure: Code('Code of the procedure.'),
  field: Code('Code of the field.'),
  channel: OneOf(CHANNELS, { description: 'How it was received.' }),
  source: Code('The system that sent it.'),
  status: Type.Integer({ description: 'National status, as the dossier says it. Of a dossier that has moved since: what it was then.' }),
  received_at: Instant('When it was received.'),
  due_at: Nullable(Instant('When it is due, as the dossier says it. null: no due date.')),
  ...side('before', 'before'),
  ...side('after', 'after'),
  numerator_change: Type.Number({ description: 'What it changes in the numerator.', format: 'double' }),
  denominator_change: Type.Number({ description: 'What it changes in the denominator.', format: 'double' })
})
export type DifferenceDossier = Static<typeof DifferenceDossier>

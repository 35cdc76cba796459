import { Type, type Static } from 'typebox'
import { BatchAnswer } from '../../writes/batch.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Name, Day, Example, ListOf, Named, Nullable, OneOf, Ref, Text } from '../../contract/fields.ts'

export const ONLINE_SERVICE_LEVELS = ['2', '3', '4', 'partial', 'full'] as const
export const INTERLINKED = ['none', 'same_level', 'cross_level'] as const

const known = (description: string) => Nullable(Type.Boolean({ description: `${description} null: unknown.` }))

const Properties = {
  code: Code('National code, such as `1.001193`, or with the code of its owner `1.001193.000.00.00.H56`.'),
  name: Text('Name in Vietnamese.'),
  field: Code('Code of the field.'),
  level: Code('Code of the level that decides on it (cấp thực hiện).'),
  online_service_level: Nullable(OneOf(ONLINE_SERVICE_LEVELS, {
    description: 'Level of the online public service: `2`, `3` or `4`; since Nghị định 42/2022/NĐ-CP, from 2022-08-15 on, ' +
      '`partial` or `full`. null: not online, or unknown.'
  })),
  interlinked: OneOf(INTERLINKED, {
    description: 'Whether it is handled jointly with other offices (một cửa liên thông): `same_level`: of the same level; ' +
      '`cross_level`: of other levels; `none`: not.'
  }),
  payment_integrated: known('Whether fees can be paid online.'),
  on_national_portal: known('Whether it is published on the National Public Service Portal.'),
  internal_process_approved: known('Whether its internal process is approved.'),
  internal_process_electronic: known('Whether its internal process runs electronically.'),
  statutory_working_days: Nullable(Type.Integer({
    description: 'Time limit by law, in working days. null: unknown, or there is none.', minimum: 0, maximum: 3650
  })),
  valid_from: Day('First day in force.'),
  valid_to: Nullable(Day('Last day in force. null: no end is set.'))
}

export const Procedure = Named('Procedure', 'An administrative procedure (thủ tục hành chính).', Properties)
export type Procedure = Static<typeof Procedure>

export const ProcedureItem = Named('ProcedureItem', 'A procedure to post, as it is today. A property that is left out is null. ' +
  'What decisions say of days to come stays. A key that is bound to a unit leaves `field`, `valid_from` and `valid_to` of ' +
  'a procedure that exists.', {
  code: Properties.code,
  name: Name('Name in Vietnamese.'),
  field: Code('Code of the field. A new one counts for dossiers that are received from today on, unless this is a correction.'),
  level: Properties.level,
  online_service_level: Type.Optional(Nullable(OneOf(ONLINE_SERVICE_LEVELS, {
    description: 'Level of the online public service, as it is on the day from which it holds: `2`, `3` or `4` before ' +
      '2022-08-15, `partial` or `full` from then on (Nghị định 42/2022/NĐ-CP). A level of before stays until it is changed.'
  }))),
  interlinked: Properties.interlinked,
  payment_integrated: Type.Optional(Properties.payment_integrated),
  on_national_portal: Type.Optional(Properties.on_national_portal),
  internal_process_approved: Type.Optional(Properties.internal_process_approved),
  internal_process_electronic: Type.Optional(Properties.internal_process_electronic),
  statutory_working_days: Type.Optional(Properties.statutory_working_days),
  valid_from: Properties.valid_from,
  valid_to: Type.Optional(Nullable(Day('Last day in force. null, or 9999-12-31: no end is set.'))),
  correction: Type.Optional(Type.Boolean({
    description: 'What this item says was so from the beginning, or since the last decision that says otherwise. Left out: ' +
      'what is new holds from today on. Dossiers follow to another field, and figures of past periods with them, by a job ' +
      '(`/v1/procedure-corrections`). It needs a key for all units.',
    default: false
  }))
})
export type ProcedureItem = Static<typeof ProcedureItem>

export const ProcedureQuery = Type.Object({
  field: ListOf(Code('Code'), 'Only these fields.'),
  level: ListOf(Code('Code'), 'Only procedures that these levels decide on.'),
  as_of: Type.Optional(Day('Only procedures in force on this day, as they were then. Left out: all, as they are today; those ' +
    'that are not in force today as they are last.')),
  q: Example(Type.Optional(Text('Part of the name, with or without Vietnamese accents.', 100)), 'khai sinh'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ProcedureQuery = Static<typeof ProcedureQuery>

export const ProcedureDayQuery = Type.Object({
  as_of: Type.Optional(Day('The procedure as it was on this day, if it was in force. Left out: as it is today, or, if it is not ' +
    'in force today, as it is last.'))
}, { additionalProperties: false })
export type ProcedureDayQuery = Static<typeof ProcedureDayQuery>

/** The job that lets dossiers follow, in an answer. */
export const CorrectionJob = Nullable(Type.Integer({
  description: 'Id of the job that moves dossiers to other fields: `GET /v1/procedure-corrections/{id}` tells its progress. ' +
    'Until it is done they count where they did. null: none has to be moved, or nothing is written.'
}))

export const ProceduresAnswer = Named('ProceduresAnswer',
  'The result of a batch of procedures. The same body again is all `unchanged`.', {
    ...BatchAnswer.properties,
    correction: CorrectionJob
  })
export type ProceduresAnswer = Static<typeof ProceduresAnswer>

/** A field with the first day on which it is that of a procedure; null: from the beginning. */
export interface FieldFrom {
  from: string | null
  field: string
}

const { code, valid_from: _from, valid_to: _to, ...content } = Properties

export const ProcedureVersion = Named('ProcedureVersion', 'What a procedure was in some days.', {
  valid_from: Day('First day of this version.'),
  valid_to: Nullable(Day('Last day of this version. null: until further notice.')),
  ...content,
  kind: OneOf(['new', 'amended'], { description: 'How the version began: with the procedure, or by an amendment.' }),
  decision: Nullable(Type.Integer({ description: 'Id of the decision by which it began. null: it was posted without one.' })),
  document_number: Nullable(Text('Number of that decision.')),
  end_kind: Nullable(OneOf(['replaced', 'repealed'], {
    description: 'How the procedure ended with this version. null: another version follows, or no end is set.'
  })),
  end_decision: Nullable(Type.Integer({ description: 'Id of the decision by which the procedure ended. null: it was posted without one.' })),
  successor: Nullable(Code('Code of the procedure that replaced it.'))
})
export type ProcedureVersion = Static<typeof ProcedureVersion>

export const ProcedureHistory = Named('ProcedureHistory', 'A procedure through time.', {
  code,
  versions: Type.Array(Ref(ProcedureVersion), { description: 'Its versions, by their first days.' })
})
export type ProcedureHistory = Static<typeof ProcedureHistory>

/** What happens to procedures in a period. */
export const FLOWS = ['new', 'amended', 'replaced', 'repealed'] as const

/** What procedures are counted by. */
export const COUNT_KEYS = ['level', 'field', 'online_service_level', 'interlinked'] as const

/** What is known of a procedure, or not. */
export const FLAGS = ['payment_integrated', 'on_national_portal', 'internal_process_approved', 'internal_process_electronic'] as const

const Flow = (description: string) => Nullable(Type.Integer({
  description: `${description} null unless asked for a period.`, minimum: 0
}))

export const ProcedureCount = Named('ProcedureCount', 'How many procedures are in force, and how many began, changed and ended.', {
  as_of: Day('The day for `in_force`: the last day of the period, where one is asked for.'),
  from: Nullable(Day('First day of the period. null: none is asked for.')),
  level: Nullable(Code('Code of the level. null unless grouped by it.')),
  field: Nullable(Code('Code of the field. null unless grouped by it.')),
  online_service_level: Nullable(OneOf(ONLINE_SERVICE_LEVELS, {
    description: 'Level of the online public service. null: not online, or unknown; or not grouped by it.'
  })),
  interlinked: Nullable(OneOf(INTERLINKED, { description: 'Whether it is handled jointly. null unless grouped by it.' })),
  in_force: Type.Integer({ description: 'Procedures in force on the day.', minimum: 0 }),
  new: Flow('Procedures that began in the period.'),
  amended: Flow('Amendments of procedures by decisions that took effect in the period, as the procedure is then.'),
  replaced: Flow('Procedures that others replaced in the period: not in force any more from a day of it on.'),
  repealed: Flow('Procedures that were repealed in the period.'),
  decisions: Flow('Decisions that took effect in the period, of those that concern procedures of this row.')
})
export type ProcedureCount = Static<typeof ProcedureCount>

export const ProcedureCountQuery = Type.Object({
  as_of: Type.Optional(Day('The day for `in_force`. Left out: the last day of the period or the range, otherwise today.')),
  period: Example(Type.Optional(Code('Code of a period, to count what began, changed and ended in it.')), '2021-H1'),
  from: Type.Optional(Day('First day of any range of days, in place of a period.')),
  to: Type.Optional(Day('Last day of the range, included.')),
  group_by: Type.Optional(OneOf(COUNT_KEYS, { description: 'One row for each. Default: one row in all.' })),
  ...FormatQuery
}, { additionalProperties: false })
export type ProcedureCountQuery = Static<typeof ProcedureCountQuery>

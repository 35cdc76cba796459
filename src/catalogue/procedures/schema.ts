import { Type, type Static } from 'typebox'
import { BatchAnswer } from '../../writes/batch.ts'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Name, Day, Example, ListOf, Named, Nullable, OneOf, Text } from '../../contract/fields.ts'

const ONLINE_SERVICE_LEVELS = ['2', '3', '4', 'partial', 'full'] as const
const INTERLINKED = ['none', 'same_level', 'cross_level'] as const

const known = (description: string) => Nullable(Type.Boolean({ description: `${description} null: unknown.` }))

const Properties = {
  code: Code('National code, such as `1.001193`, or with the code of its owner `1.001193.000.00.00.H56`.'),
  name: Text('Name in Vietnamese.'),
  field: Code('Code of the field.'),
  level: Code('Code of the level that decides on it (cấp thực hiện).'),
  online_service_level: Nullable(OneOf(ONLINE_SERVICE_LEVELS, {
    description: 'Level of the online public service: `2`, `3` or `4`; since Nghị định 42/2022/NĐ-CP `partial` or `full`. ' +
      'null: not online, or unknown.'
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

export const ProcedureItem = Named('ProcedureItem', 'A procedure to post. A property that is left out is null.', {
  code: Properties.code,
  name: Name('Name in Vietnamese.'),
  field: Code('Code of the field. A new one counts for dossiers that are first sent after this; what was sent before stays ' +
    'in its field, unless this is a correction.'),
  level: Properties.level,
  online_service_level: Type.Optional(Properties.online_service_level),
  interlinked: Properties.interlinked,
  payment_integrated: Type.Optional(Properties.payment_integrated),
  on_national_portal: Type.Optional(Properties.on_national_portal),
  internal_process_approved: Type.Optional(Properties.internal_process_approved),
  internal_process_electronic: Type.Optional(Properties.internal_process_electronic),
  statutory_working_days: Type.Optional(Properties.statutory_working_days),
  valid_from: Properties.valid_from,
  valid_to: Type.Optional(Properties.valid_to),
  correction: Type.Optional(Type.Boolean({
    description: 'The field was wrong from the beginning: all dossiers of the procedure are moved to this one, and figures of ' +
      'past periods with them. It needs a key for all units. Dossiers that are sent meanwhile get 503 and are sent again.' +
      ' A stream tries again by itself for half a minute.',
    default: false
  }))
})
export type ProcedureItem = Static<typeof ProcedureItem>

export const ProcedureQuery = Type.Object({
  field: ListOf(Code('Code'), 'Only these fields.'),
  level: ListOf(Code('Code'), 'Only procedures that these levels decide on.'),
  as_of: Type.Optional(Day('Only procedures in force on this day.')),
  q: Example(Type.Optional(Text('Part of the name, with or without Vietnamese accents.', 100)), 'khai sinh'),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ProcedureQuery = Static<typeof ProcedureQuery>

export const ProceduresAnswer = Named('ProceduresAnswer',
  'The result of a batch of procedures. The same body again is all `unchanged`.', {
    ...BatchAnswer.properties,
    dossiers_moved: Type.Integer({ description: 'Dossiers that corrections moved to another field.' })
  })
export type ProceduresAnswer = Static<typeof ProceduresAnswer>

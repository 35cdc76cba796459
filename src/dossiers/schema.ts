import { Type, type Static } from 'typebox'
import { asKnownAtQuery } from '../contract/as-known-at.ts'
import { FormatQuery } from '../contract/formats.ts'
import { PageQuery } from '../contract/paging.ts'
import { Code, DossierCode, Example, Instant, ListOf, Named, Nullable, OneOf, Ref, SourceCode, UnitCode } from '../contract/fields.ts'
import { DetailProperties, SentDetailProperties } from './details/schema.ts'
import { CountProperties, ImportError, ImportWarning, WARNINGS_LISTED } from './imports/schema.ts'

export const CHANNELS = ['online', 'direct', 'postal'] as const

/** The national statuses of dossiers. Source systems number them differently, so each source has a map of its own. */
export const STATUS_MEANINGS = '1 registered, 2 accepted, 3 not accepted, 4 in process, 5 supplement requested, ' +
  '6 financial obligation, 7 withdrawn, 8 stopped, 9 processed, 10 result returned'

export const MAX_SUPPLEMENTS = 100

function SentInstant (description: string) {
  return Instant(`${description} RFC 3339 with an offset; stored to the millisecond.`)
}

const optional = (description: string) => Type.Optional(Nullable(SentInstant(description)))

export const SupplementItem = Type.Object({
  requested_at: SentInstant('When the supplement was requested.'),
  completed_at: optional('When the supplement was complete. null: it is still awaited.'),
  old_due_at: optional('Due date until the request. null: `new_due_at` of the supplement before, otherwise `due_at` of the dossier.'),
  new_due_at: optional('Due date from the completion on. It takes precedence over `due_at` of the dossier. null: `due_at`.')
}, { additionalProperties: false })
export type SupplementItem = Static<typeof SupplementItem>

export const DossierItem = Named('DossierItem', 'The current state of a dossier, which its source sends each time it ' +
  'changes. It holds nothing about the applicant: a property that is not listed is refused. From `submitted_at` to ' +
  '`case_limit_unit` it says more of the dossier, which may be left out. As with `channel`, what a version says of it is what ' +
  'always was, so that figures of past days change with it; but an apology counts from `apology_at` on.', {
  code: DossierCode('Code of the dossier, such as `000.17.22.H56-210531-0001` or `03706/2026/07906`.'),
  unit: UnitCode('The unit that handles it: its code, an alias of the source, or `source:external code`.'),
  procedure: Type.Optional(Code('Code of the procedure. Required unless `deleted`.')),
  channel: Type.Optional(OneOf(CHANNELS, { description: 'How it was received. Required unless `deleted`.' })),
  status: Type.Optional(Type.Unsafe<number | string>({
    description: `National status: ${STATUS_MEANINGS}. Or, as a string, the source's own status, if its status map has it. ` +
      'Required unless `deleted`.',
    type: ['integer', 'string'], minimum: 1, maximum: 10, minLength: 1, maxLength: 100, format: 'text'
  })),
  received_at: optional('When it was received. Required unless `deleted`, or the status is 1 or 3 and `submitted_at` is given: null or ' +
    'left out, it waits for reception, or was refused before it. It is in the field that its procedure had when it was filed, then.'),
  due_at: optional('When the result is due (hạn trả). null: no due date. If a supplement is complete, `new_due_at` of the last ' +
    'one takes precedence.'),
  finished_at: optional('When processing ended, or the dossier was withdrawn or stopped. Counts only with status 7 to 10. ' +
    'Required with 9 and 10 unless `returned_at` is given. If neither is given with 7 or 8, `updated_at` counts as the ' +
    'end, which then moves with each newer version.'),
  returned_at: optional('When the result was returned. Counts only with status 7 to 10.'),
  updated_at: SentInstant('When the source changed it, at most a day in the future. An older version that arrives late changes nothing.'),
  supplements: Type.Optional(Type.Array(SupplementItem, {
    description: 'Requests for supplements, in any order. While a supplement is awaited, the dossier is not overdue and no due ' +
      'date is reached. If status 5 is sent and no supplement is open, one counts as requested at `updated_at`. A dossier that ' +
      'is withdrawn or stopped while a supplement is awaited is in time, if the supplement was requested in time.',
    maxItems: MAX_SUPPLEMENTS
  })),
  ...SentDetailProperties,
  source: Type.Optional(SourceCode('Defaults to the source of the key.')),
  correction: Type.Optional(Type.Boolean({
    description: 'true: the dossier always was as this version says. Its unit, its field and its end count from the beginning, ' +
      'and figures of past periods change; the audit lists it. Without it, a version with another unit, or with a procedure of ' +
      'another field, moves the dossier from the day of `updated_at` on, and an ended dossier that is open again on a later ' +
      'day is taken up again then: figures of the days before stay.',
    default: false
  })),
  deleted: Type.Optional(Type.Boolean({
    description: 'true: deletes the dossier. `code`, `unit` and `updated_at` suffice; other properties are not stored. false: ' +
      'takes a deletion back, also one that comes before it in the same batch, unless `updated_at` is older than the ' +
      'version that was deleted. A code that is deleted and restored more often than 100 times in a batch, or in a chunk ' +
      'of a stream, is refused from there on (`too_many_versions`).'
  }))
})
export type DossierItem = Static<typeof DossierItem>

const storedOptional = (description: string) => Nullable(Instant(description))

const VersionProperties = {
  unit: UnitCode('Code of the unit that handles it.'),
  procedure: Code('Code of the procedure.'),
  channel: OneOf(CHANNELS, { description: 'How it was received.' }),
  status: Type.Integer({ description: 'National status, 1 to 10.', minimum: 1, maximum: 10 }),
  received_at: storedOptional('When it was received. null: with status 1 or 3, if it is not said or is `submitted_at`.'),
  due_at: storedOptional('When the result is due (hạn trả). null: no due date.'),
  finished_at: storedOptional('When processing ended, or the dossier was withdrawn or stopped. null: not given.'),
  returned_at: storedOptional('When the result was returned. null: not given.'),
  updated_at: Instant('When the source changed it.'),
  supplements: Type.Array(Type.Object({
    requested_at: Instant('When the supplement was requested.'),
    completed_at: storedOptional('When the supplement was complete. null: it is still awaited.'),
    old_due_at: storedOptional('Due date until the request. null: not given.'),
    new_due_at: storedOptional('Due date from the completion on. null: not given.')
  }, { additionalProperties: false })),
  ...DetailProperties
}

export const Dossier = Named('Dossier', 'The current state of a dossier.', {
  code: DossierCode('Code of the dossier.'),
  ...VersionProperties,
  field: Code('Code of the field that the procedure had when the dossier was first sent with it.'),
  source: Code('The system that sent it.')
})
export type Dossier = Static<typeof Dossier>

export const DossierVersion = Named('DossierVersion', 'A version of a dossier. If it is `deleted`, all properties but ' +
  '`deleted`, `unit`, `updated_at`, `source` and `written_at` are null.', {
  deleted: Type.Boolean({ description: 'Whether this version deletes the dossier.' }),
  ...Object.fromEntries(Object.entries(VersionProperties).map(([name, schema]) => [
    name, 'type' in schema && typeof schema.type === 'string' ? Nullable(schema) : schema
  ])) as { [N in keyof typeof VersionProperties]: ReturnType<typeof Nullable<typeof VersionProperties[N]>> },
  source: Code('The system that sent it.'),
  written_at: Instant('When this service stored it.')
})
export type DossierVersion = Static<typeof DossierVersion>

export const DossierWithHistory = Named('DossierWithHistory', 'The current state of a dossier, and its history.', {
  ...Dossier.properties,
  history: Type.Array(Ref(DossierVersion), { description: 'All versions, newest first.' })
})
export type DossierWithHistory = Static<typeof DossierWithHistory>

export const DossierAnswer = Named('DossierAnswer', 'The result of sending dossiers. The same dossiers sent again are all `unchanged`.', {
  import: Nullable(Type.Integer({
    description: 'Id of the import, for `/v1/imports/{id}`. null: a batch with `dry_run`, which is not stored.'
  })),
  ...CountProperties,
  errors: Type.Array(Ref(ImportError), { description: 'The first 1 000 errors, and what rows wait for. `/v1/imports/{id}/errors` lists the first 10 000.' }),
  warning_count: Type.Integer({ description: 'Number of warnings, also of those that are not listed.', minimum: 0 }),
  warnings: Type.Array(Ref(ImportWarning), { description: `${WARNINGS_LISTED} \`/v1/imports/{id}\` lists them later, too.` })
})
export type DossierAnswer = Static<typeof DossierAnswer>

export const PostQuery = Type.Object({
  source: Example(Type.Optional(SourceCode(
    'The system that sends the dossiers, for a key with the scope `admin` and no source of its own.')), 'one-stop'),
  dry_run: Type.Optional(Type.Boolean({
    description: 'Reports what would happen and stores nothing. The lines of a stream are compared with stored dossiers, not ' +
      'with each other.',
    default: false
  })),
  unknown_codes: Type.Optional(OneOf(['refuse', 'keep'], {
    description: 'What becomes of dossiers whose unit or procedure the catalogue does not have. `refuse`: they are invalid. `keep`: ' +
      'they wait, as they were sent, and count nowhere. They are taken in by themselves when the unit and the procedure are ' +
      'posted, as if they came then; `errors` and `/v1/imports/{id}/errors` list what each waits for, and `/v1/unknown-codes` what ' +
      'is missing. A newer version that names what is known takes the place of those that wait. Of one source at most 100 000 ' +
      'versions wait; what comes after them is invalid (`too_many_waiting`).',
    default: 'refuse'
  }))
}, { additionalProperties: false })

export const DossierPath = Type.Object({ code: Example(DossierCode('Code of the dossier.'), '000.17.22.H56-210531-0001') })

const WHOSE = {
  unit: Type.Optional(UnitCode('Code of the unit that handles it. Needed only if several dossiers of the code are within reach.'))
}

export const DossierQuery = Type.Object({
  ...WHOSE,
  ...asKnownAtQuery('A dossier that had not come by then, or was deleted, is not found. `field` is as it is now: it follows its ' +
    'procedure where that was corrected. So are `unit` and `source` of the newest version: it passes to the unit that comes after its own, ' +
    'and is handed over to the source that succeeds its own.')
}, { additionalProperties: false })
export type DossierQuery = Static<typeof DossierQuery>

export const DeleteQuery = Type.Object(WHOSE, { additionalProperties: false })

export const ListQuery = Type.Object({
  unit: Example(Type.Optional(UnitCode('Only this unit and all units below it. Its code or an alias.')), 'H56-380'),
  procedure: ListOf(Code('Code'), 'Only dossiers of these procedures.'),
  field: ListOf(Code('Code'), 'Only dossiers of these fields.'),
  channel: ListOf(OneOf(CHANNELS), 'Only dossiers received in these ways.'),
  status: ListOf(Type.Integer({ minimum: 1, maximum: 10 }), 'Only dossiers with these national statuses.'),
  source: Type.Optional(Code('Only dossiers that this source sent.')),
  due_within: Type.Optional(Type.String({
    description: 'Only open dossiers that are due today or within so many working days, such as `3d`, and are not overdue. Those ' +
      'that await a supplement are not due. With `overdue=true` those that are overdue as well.',
    pattern: '^[0-9]{1,3}d$'
  })),
  overdue: Type.Optional(Type.Boolean({
    description: 'true: only open dossiers whose due day is over, without those that await a supplement. false: only open ones that ' +
      'are not overdue.'
  })),
  received_from: Type.Optional(Type.String({ description: 'Only dossiers received on this day or later.', format: 'date' })),
  received_to: Type.Optional(Type.String({ description: 'Only dossiers received on this day or earlier.', format: 'date' })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ListQuery = Static<typeof ListQuery>

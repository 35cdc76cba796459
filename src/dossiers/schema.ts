import { Type, type Static } from 'typebox'
import { FormatQuery } from '../contract/formats.ts'
import { PageQuery } from '../contract/paging.ts'
import { Code, Example, ListOf, Named, Nullable, OneOf, Ref, SourceCode } from '../contract/fields.ts'
import { CountProperties, ImportError } from './imports/schema.ts'

export const CHANNELS = ['online', 'direct', 'postal'] as const

/** The national statuses of dossiers. Source systems number them differently, so each source has a map of its own. */
export const STATUS_MEANINGS = '1 registered, 2 accepted, 3 not accepted, 4 in process, 5 supplement requested, ' +
  '6 financial obligation, 7 withdrawn, 8 stopped, 9 processed, 10 result returned'

export const MAX_SUPPLEMENTS = 100

function Instant (description: string) {
  return Type.String({ description: `${description} RFC 3339 with its offset; kept to the millisecond.`, format: 'date-time' })
}

const optional = (description: string) => Type.Optional(Nullable(Instant(description)))

export const SupplementItem = Type.Object({
  requested_at: Instant('When the applicant was asked.'),
  completed_at: optional('When it was there. null: it is waited for.'),
  old_due_at: optional('Due date until then. null: as before, or that of the dossier.'),
  new_due_at: optional('Due date from then on. null: that of the dossier.')
}, { additionalProperties: false })
export type SupplementItem = Static<typeof SupplementItem>

export const DossierItem = Named('DossierItem', 'A dossier as it is now, as its source sends it each time it changes. ' +
  'It says nothing about the applicant: a property that is not listed is refused.', {
  code: Code('Code of the dossier, such as `000.17.22.H56-210531-0001`.'),
  unit: Code('The unit that handles it: its code, an alias of the source, or `source:external code`.'),
  procedure: Type.Optional(Code('Code of the procedure. Required unless `deleted`.')),
  channel: Type.Optional(OneOf(CHANNELS, { description: 'How it came in. Required unless `deleted`.' })),
  status: Type.Optional(Type.Unsafe<number | string>({
    description: `National status: ${STATUS_MEANINGS}. Or, as a string, the source's own code, where it is mapped. ` +
      'Required unless `deleted`.',
    type: ['integer', 'string'], minimum: 1, maximum: 10, minLength: 1, maxLength: 100, format: 'text'
  })),
  received_at: Type.Optional(Instant('When it was received. Required unless `deleted`.')),
  due_at: optional('When the result is due (hạn trả). null: no due date.'),
  finished_at: optional('When processing ended, or it was withdrawn or stopped. Counts only with status 7 to 10, and is ' +
    'required with 9 and 10 unless it was returned; with 7 and 8 `updated_at` stands for it, so that it moves with that.'),
  returned_at: optional('When the result was returned. Counts only with status 7 to 10.'),
  updated_at: Instant('When the source changed it; at most a day ahead of this service. An older version that arrives late changes nothing.'),
  supplements: Type.Optional(Type.Array(SupplementItem, {
    description: 'What the applicant was asked for, in any order. A dossier counts as in time while it waits.',
    maxItems: MAX_SUPPLEMENTS
  })),
  source: Type.Optional(SourceCode('That of the key, which goes without saying.')),
  deleted: Type.Optional(Type.Boolean({
    description: 'Deletes the dossier. `code`, `unit` and `updated_at` are enough; the rest is not kept.', default: false
  }))
})
export type DossierItem = Static<typeof DossierItem>

const stored = (description: string) => Type.String({ description, format: 'date-time' })
const storedOptional = (description: string) => Nullable(stored(description))

const VersionProperties = {
  unit: Code('Code of the unit that handles it.'),
  procedure: Code('Code of the procedure.'),
  channel: OneOf(CHANNELS, { description: 'How it came in.' }),
  status: Type.Integer({ description: 'National status, 1 to 10.', minimum: 1, maximum: 10 }),
  received_at: stored('When it was received.'),
  due_at: storedOptional('When the result is due (hạn trả).'),
  finished_at: storedOptional('When processing ended.'),
  returned_at: storedOptional('When the result was returned.'),
  updated_at: stored('When the source changed it.'),
  supplements: Type.Array(Type.Object({
    requested_at: stored('When the applicant was asked.'),
    completed_at: storedOptional('When it was there.'),
    old_due_at: storedOptional('Due date until then.'),
    new_due_at: storedOptional('Due date from then on.')
  }, { additionalProperties: false }))
}

export const Dossier = Named('Dossier', 'A dossier as it is now.', {
  code: Code('Code of the dossier.'),
  ...VersionProperties,
  field: Code('Code of the field of the procedure.'),
  source: Code('The system that sent it.')
})
export type Dossier = Static<typeof Dossier>

export const DossierVersion = Named('DossierVersion', 'What a dossier was from one time on. Where it was deleted all but ' +
  '`deleted`, `unit`, `updated_at` and the last two is null.', {
  deleted: Type.Boolean({ description: 'It was deleted then.' }),
  ...Object.fromEntries(Object.entries(VersionProperties).map(([name, schema]) => [
    name, 'type' in schema && typeof schema.type === 'string' ? Nullable(schema) : schema
  ])) as { [N in keyof typeof VersionProperties]: ReturnType<typeof Nullable<typeof VersionProperties[N]>> },
  source: Code('The system that sent it.'),
  written_at: stored('When this service took it in.')
})
export type DossierVersion = Static<typeof DossierVersion>

export const DossierWithHistory = Named('DossierWithHistory', 'A dossier as it is now, and what it was.', {
  ...Dossier.properties,
  history: Type.Array(Ref(DossierVersion), { description: 'All its versions, the newest first.' })
})
export type DossierWithHistory = Static<typeof DossierWithHistory>

export const DossierAnswer = Named('DossierAnswer', 'What became of dossiers that were sent. The same again is all `unchanged`.', {
  import: Nullable(Type.Integer({ description: 'Its id, for `/v1/imports/{id}`; null: a batch with `dry_run`, of which nothing is kept.' })),
  ...CountProperties,
  errors: Type.Array(Ref(ImportError), { description: 'The first 1 000; all of them under `/v1/imports/{id}/errors`.' })
})
export type DossierAnswer = Static<typeof DossierAnswer>

export const PostQuery = Type.Object({
  source: Example(Type.Optional(SourceCode(
    'The system that sends, for a key with the scope `admin` and no source of its own.')), 'one-stop'),
  dry_run: Type.Optional(Type.Boolean({
    description: 'Answers what would happen and keeps nothing. A stream is compared with what is stored, not with itself.', default: false
  }))
}, { additionalProperties: false })

export const DossierPath = Type.Object({ code: Example(Code('Code of the dossier.'), '000.17.22.H56-210531-0001') })

export const ListQuery = Type.Object({
  unit: Example(Type.Optional(Code('The unit, or an alias of it, and everything below it.')), 'H56-380'),
  procedure: ListOf(Code('Code'), 'Only of these procedures.'),
  field: ListOf(Code('Code'), 'Only of these fields.'),
  channel: ListOf(OneOf(CHANNELS), 'Only those that came in this way.'),
  status: ListOf(Type.Integer({ minimum: 1, maximum: 10 }), 'Only with these national statuses.'),
  source: Type.Optional(Code('Only what this source sent.')),
  received_from: Type.Optional(Type.String({ description: 'Received on this day or later.', format: 'date' })),
  received_to: Type.Optional(Type.String({ description: 'Received on this day or before.', format: 'date' })),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type ListQuery = Static<typeof ListQuery>

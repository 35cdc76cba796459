import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import { Code, Example, Instant, Named, OneOf, SourceCode } from '../../contract/fields.ts'

const Versions = (description: string) => Type.Integer({ description, minimum: 0 })

export const UNKNOWN_KINDS = ['procedure', 'unit'] as const

const Kind = OneOf(UNKNOWN_KINDS, { description: 'What the code is of.' })
const Missing = Type.String({
  description: 'The code as it was sent: of a unit also an alias, `source:external code`, or with `@` and a day.', format: 'text', maxLength: 100
})

export const UnknownCode = Named('UnknownCode', 'A code of a procedure or a unit that dossiers of a source name and that the ' +
  'catalogue does not have, or did not have when they came.', {
  kind: Kind,
  code: Missing,
  source: Code('The system that sent the dossiers.'),
  dossiers: Versions('Dossiers that wait for it.'),
  failed: Versions('Dossiers that waited for it and could not be taken in when it was posted. They are tried again when they are ' +
    'sent again, and when the service starts.'),
  first_seen_at: Instant('When the first of those that are still there came.'),
  last_seen_at: Instant('When one of them last came.'),
  import: Type.Integer({ description: 'The newest import with such dossiers; `/v1/imports/{id}/errors` lists them.' })
})
export type UnknownCode = Static<typeof UnknownCode>

export const UnknownCodeQuery = Type.Object({
  kind: Type.Optional(OneOf(UNKNOWN_KINDS, { description: 'Only codes of this kind.' })),
  source: Type.Optional(Code('Only what this source sent.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type UnknownCodeQuery = Static<typeof UnknownCodeQuery>

export const WaitingDossiersQuery = Type.Object({
  kind: Example(Kind, 'procedure'),
  code: Example(Missing, '9.999001'),
  source: Example(Type.Optional(SourceCode(
    'The system that sent them, for a key with the scope `admin` and no source of its own.')), 'one-stop')
}, { additionalProperties: false })
export type WaitingDossiersQuery = Static<typeof WaitingDossiersQuery>

export const DeletedWaiting = Named('DeletedWaiting', 'What was deleted.', {
  dossiers: Versions('Dossiers that waited, or could not be taken in.')
})
export type DeletedWaiting = Static<typeof DeletedWaiting>

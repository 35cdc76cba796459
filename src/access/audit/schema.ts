import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { MAX_LIMIT, PageQuery } from '../../contract/paging.ts'
import { Code, Example, Name, Named, Nullable, OneOf } from '../../contract/fields.ts'

const ACTIONS = ['created', 'updated', 'deleted'] as const

const Instant = (description: string) => Type.String({ description, format: 'date-time' })
const Row = (description: string) => Type.Unsafe<object | null>({
  description, type: ['object', 'null'], additionalProperties: true
})

const Changed = {
  at: Instant('When.'),
  resource: Type.String({ description: 'The list that holds the row: `dossier-statistics`, `sources` …' }),
  action: OneOf(ACTIONS),
  key: Type.Unsafe<object>({
    description: 'What names the row within its resource.', type: 'object', additionalProperties: true
  }),
  unit: Nullable(Type.String({ description: 'The unit that the row belongs to; null: it belongs to none.' }))
}

export const AuditEntry = Named('AuditEntry', 'What one write did to one row, and on whose behalf.', {
  position: Type.Integer({ description: 'Of the write; in the order in which writes took effect.' }),
  n: Type.Integer({ description: 'Of the row within the write.' }),
  ...Changed,
  before: Row('What was there: all of a deleted row, of a changed one what differs. null: nothing.'),
  after: Row('What is there since: all of a new row, of a changed one what differs. null: nothing.'),
  client: Type.String({ description: 'Code of the client; `token` and its subject for a token; else a part of the service.' }),
  key_id: Nullable(Type.String()),
  request_id: Nullable(Type.String({ description: 'As in `X-Request-Id` of the answer and in the log.' })),
  address: Nullable(Type.String()),
  operation: Type.String({ description: 'The operationId.' }),
  reason: Nullable(Type.String({ description: '`X-Reason` of the request.' }))
})
export type AuditEntry = Static<typeof AuditEntry>

export const AuditQuery = Type.Object({
  client: Type.Optional(Name('Only what this client did.', 200)),
  resource: Type.Optional(Code('Only rows of this resource.')),
  unit: Type.Optional(Code('Only rows of this unit and everything below it.')),
  request_id: Type.Optional(Name('Only this request.', 100)),
  from: Type.Optional(Instant('Not before this instant.')),
  to: Type.Optional(Instant('Before this instant.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type AuditQuery = Static<typeof AuditQuery>

export const ChangedKey = Named('ChangedKey', 'A row that was written.', Changed)
export type ChangedKey = Static<typeof ChangedKey>

export const LATEST = 'latest'

export const ChangeQuery = Type.Object({
  since: Type.Optional(Type.String({
    description: '`next_cursor` of the answer before; left out: from the first write that was recorded, which the catalogue of a new database is not; `latest`: no rows, only the cursor ' +
      'to go on from, for who reads the tables as a whole now.',
    maxLength: 100
  })),
  resource: Example(Type.Optional(Code('Only rows of this resource.')), 'dossier-statistics'),
  limit: Type.Optional(Type.Integer({ description: 'Rows in an answer, 1000 if left out.', minimum: 1, maximum: MAX_LIMIT }))
}, { additionalProperties: false })
export type ChangeQuery = Static<typeof ChangeQuery>

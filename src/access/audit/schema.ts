import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { MAX_LIMIT, PageQuery } from '../../contract/paging.ts'
import { Code, Example, Instant, Name, Named, Nullable, OneOf, UnitCode } from '../../contract/fields.ts'

const ACTIONS = ['created', 'updated', 'deleted'] as const

const Row = (description: string) => Type.Unsafe<object | null>({
  description, type: ['object', 'null'], additionalProperties: true
})

const Changed = {
  at: Instant('When it was written.'),
  resource: Type.String({ description: 'Resource that the row belongs to: `dossier-statistics`, `sources` …' }),
  action: OneOf(ACTIONS, {
    description: 'What became of the row. A row that moved out of the reach of the key is `deleted`, one that moved into it ' +
      '`created`, with nothing of what it was before.'
  }),
  key: Type.Unsafe<object>({
    description: 'Key of the row within its resource.', type: 'object', additionalProperties: true
  }),
  unit: Nullable(Type.String({ description: 'Code of the unit that the row belongs to. null: none.' }))
}

export const AuditEntry = Named('AuditEntry', 'A change of one row by one write, and who made it.', {
  position: Type.Integer({ description: 'Position of the write, in commit order.' }),
  n: Type.Integer({ description: 'Number of the row within the write.' }),
  ...Changed,
  before: Row('Before the write: all of a deleted row, of an updated one only what differs. null: nothing.'),
  after: Row('After the write: all of a created row, of an updated one only what differs. null: nothing.'),
  client: Type.String({
    description: 'Code of the client; for a token `token` and its subject; for the service itself the name of its component.'
  }),
  key_id: Nullable(Type.String({ description: 'Id of the key. null: none was used.' })),
  request_id: Nullable(Type.String({ description: 'Id of the request, as in `X-Request-Id` of the answer and in the log. null: not a request.' })),
  address: Nullable(Type.String({ description: 'IP address of the client. null: not a request.' })),
  operation: Type.String({ description: 'operationId of the request; for the service itself the name of its task.' }),
  reason: Nullable(Type.String({ description: '`X-Reason` of the request. null: none was given.' }))
})
export type AuditEntry = Static<typeof AuditEntry>

export const AuditQuery = Type.Object({
  client: Type.Optional(Name('Only writes of this client.', 200)),
  resource: Type.Optional(Code('Only rows of this resource.')),
  unit: Type.Optional(UnitCode('Only rows of this unit and all units below it.')),
  request_id: Type.Optional(Name('Only the write of this request.', 100)),
  from: Type.Optional(Instant('Only writes at this instant or later.')),
  to: Type.Optional(Instant('Only writes before this instant.')),
  ...PageQuery,
  ...FormatQuery
}, { additionalProperties: false })
export type AuditQuery = Static<typeof AuditQuery>

export const ChangedKey = Named('ChangedKey', 'The key of a changed row.', Changed)
export type ChangedKey = Static<typeof ChangedKey>

export const LATEST = 'latest'

export const ChangeQuery = Type.Object({
  since: Type.Optional(Type.String({
    description: '`next_cursor` of the previous answer. It names a write of this database; where the database was restored ' +
      'from a backup without that write, the answer is 410. Default: from the first recorded write; the initial catalogue of a new ' +
      'database is not recorded. `latest`: no rows, only the cursor to continue from, for a client that is about to read ' +
      'the lists as a whole.',
    maxLength: 100
  })),
  resource: Example(Type.Optional(Code('Only rows of this resource.')), 'dossier-statistics'),
  limit: Type.Optional(Type.Integer({ description: 'Maximum number of rows in the answer. Default: 1000.', minimum: 1, maximum: MAX_LIMIT }))
}, { additionalProperties: false })
export type ChangeQuery = Static<typeof ChangeQuery>

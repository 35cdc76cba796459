import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import type { Outcome } from '../../writes/outcomes.ts'
import { Code, Example, Named, Nullable, OneOf } from '../../contract/fields.ts'

const Instant = (description: string) => Type.String({ description, format: 'date-time' })
const Rows = (description: string) => Type.Integer({ description, minimum: 0 })

export const CountProperties = {
  received: Rows('Rows that came: the sum of all the following.'),
  created: Rows('New ones.'),
  updated: Rows('Newer than what was stored.'),
  unchanged: Rows('The same as what is stored.'),
  stale: Rows('Older than what is stored, or than another version in the same batch; nothing is changed by them.'),
  deleted: Rows('Stored until now, and deleted.'),
  rejected: Rows('At fault; nothing is changed by them.')
}
export type OutcomeCounts = Record<Outcome | 'received', number>

export const ImportError = Named('ImportError', 'What is wrong with a row of an import.', {
  line: Type.Integer({ description: 'Of the stream, or place in the batch; from 1.', minimum: 1 }),
  pointer: Type.String({ description: 'JSON Pointer into the row; empty: the row itself.' }),
  code: Type.String({ description: 'Stable; branch on this.' }),
  detail: Type.String()
})
export type ImportError = Static<typeof ImportError>

export const Import = Named('Import', 'What came in as one batch or one stream, and how far it is.', {
  id: Type.Integer(),
  client: Type.String({ description: 'Code of the client that sent it.' }),
  source: Code('The system that the rows come from.'),
  dry_run: Type.Boolean({ description: 'Nothing is kept.' }),
  state: OneOf(['running', 'done', 'interrupted'], {
    description: '`interrupted`: it broke off; what is counted here is kept, and all of it may be sent again.'
  }),
  ...CountProperties,
  started_at: Instant('When it began.'),
  changed_at: Instant('When rows were kept last.'),
  ended_at: Nullable(Instant('When it was done or interrupted; null: not yet, or the service itself broke off.'))
})
export type Import = Static<typeof Import>

const Id = Type.Integer({ description: 'Of the import.', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

export const ImportPath = Type.Object({ id: Example(Id, 1) })

export const ImportErrorQuery = Type.Object({ ...PageQuery, ...FormatQuery }, { additionalProperties: false })

import { Type, type Static } from 'typebox'
import { FormatQuery } from '../../contract/formats.ts'
import { PageQuery } from '../../contract/paging.ts'
import type { DossierOutcome } from '../../writes/outcomes.ts'
import { Code, Example, Instant, Named, Nullable, OneOf, Ref, RelatedUnitProperties } from '../../contract/fields.ts'

const Rows = (description: string) => Type.Integer({ description, minimum: 0 })

export const CountProperties = {
  received: Rows('Rows received: the sum of the counts from `created` to `waiting`.'),
  created: Rows('New dossiers.'),
  updated: Rows('Rows newer than the stored version.'),
  unchanged: Rows('Rows equal to the stored version.'),
  stale: Rows('Rows older than the stored version, or than another version in the same batch. They change nothing.'),
  deleted: Rows('Stored dossiers that rows deleted.'),
  rejected: Rows('Invalid rows, and rows of dossiers that belong to another source. They change nothing.'),
  waiting: Rows('With `unknown_codes=keep`: rows that name a unit or a procedure which is not known, and wait for it. They ' +
    'count nowhere. Sent again they count here again.'),
  taken_over: Rows('Of `updated`, the dossiers that belonged to a source of lower precedence.')
}
export type OutcomeCounts = Record<DossierOutcome | 'received' | 'taken_over', number>

export const ImportError = Named('ImportError', 'An error in a row of an import, or what the row waits for (`waiting_for_unit`, ' +
  '`waiting_for_procedure`).', {
  line: Type.Integer({ description: 'Line of the stream, or position in the batch, from 1.', minimum: 1 }),
  pointer: Type.String({ description: 'JSON Pointer into the row. Empty: the row itself.' }),
  code: Type.String({ description: 'Stable code of the error, for programs.' }),
  detail: Type.String({ description: 'What is wrong, for people.' }),
  ...RelatedUnitProperties
})
export type ImportError = Static<typeof ImportError>

export const ImportWarning = Named('ImportWarning', 'What is odd about a row of an import that was taken.', {
  ...ImportError.properties,
  code: OneOf(['procedure_not_in_force', 'paid_more_than_due', 'promise_before_due'], {
    description: '`procedure_not_in_force`: the procedure had ended before the day on which the dossier was received, or had ' +
      'not begun. `paid_more_than_due`: `fee_paid` is more than `fee_due`. `promise_before_due`: `promised_at` is not after `due_at`.'
  }),
  detail: Type.String({ description: 'What is odd, for people.' })
})
export type ImportWarning = Static<typeof ImportWarning>

export const WARNINGS_LISTED = 'The first 1 000 warnings, in the order of the lines.'

/** What is odd about rows: how much of it, and the first. */
export interface ImportWarnings {
  warning_count: number
  warnings: ImportWarning[]
}

export const Import = Named('Import', 'An import of one batch or one stream, and its progress.', {
  id: Type.Integer({ description: 'Id of the import.' }),
  client: Type.String({ description: 'Code of the client that sent it.' }),
  source: Code('The system that the rows come from.'),
  dry_run: Type.Boolean({ description: 'Whether nothing is stored.' }),
  state: OneOf(['running', 'done', 'interrupted'], {
    description: '`interrupted`: it broke off, or its process has shown no sign of life for 10 seconds. The rows counted here are stored, and the whole stream may be sent again.'
  }),
  ...CountProperties,
  taken_in: Rows('Of `waiting`, the rows that were taken in since, as what they name was posted.'),
  warning_count: Nullable(Rows('Number of warnings. null: not known, of an import that an earlier version took.')),
  started_at: Instant('When it began.'),
  changed_at: Instant('When its counts last changed.'),
  ended_at: Nullable(Instant('When it was done or interrupted. null: not yet, or the service stopped meanwhile.'))
})
export type Import = Static<typeof Import>

export const ImportWithWarnings = Named('ImportWithWarnings', 'An import, and what is odd about its rows.', {
  ...Import.properties,
  warnings: Type.Array(Ref(ImportWarning), { description: WARNINGS_LISTED })
})
export type ImportWithWarnings = Static<typeof ImportWithWarnings>

const Id = Type.Integer({ description: 'Id of the import.', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })

export const ImportPath = Type.Object({ id: Example(Id, 1) })

export const ImportErrorQuery = Type.Object({ ...PageQuery, ...FormatQuery }, { additionalProperties: false })

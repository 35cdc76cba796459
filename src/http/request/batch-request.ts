import { Type, type TObject } from 'typebox'
import { BatchAnswer, BatchQuery, MAX_ITEMS, type BatchOptions } from '../../writes/batch.ts'
import { problems } from '../response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'

/** The body of a batch. Ingest validates items one by one, so that each can be refused alone. */
export function batchBody (item: TObject, example: object) {
  return Type.Object({
    items: Type.Array(Ref(item), { maxItems: MAX_ITEMS })
  }, { additionalProperties: false, examples: [{ items: [example] }] })
}

export const batchResponses = {
  200: { description: 'The number of rows by outcome, and the errors. With `dry_run`: what would happen.', ...Ref(BatchAnswer) },
  ...problems(400, 409, 413, 415, 422)
}

export function batchOptions ({ mode = 'atomic', dry_run = false }: Partial<BatchOptions>): BatchOptions {
  return { mode, dry_run }
}

/** The query of a batch without options of its own. */
export const PlainBatchQuery = Type.Object(BatchQuery, { additionalProperties: false })

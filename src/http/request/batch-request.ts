import { Type, type TObject } from 'typebox'
import { BatchAnswer, BatchQuery, MAX_ITEMS, type BatchOptions } from '../../writes/batch.ts'
import { problems } from '../response/error-handler.ts'
import { invalid } from '../../contract/errors.ts'
import { MEDIA_TYPES } from '../../contract/formats.ts'
import { Ref } from '../../contract/fields.ts'

/** The body of a batch. Ingest validates items one by one, so that each can be refused alone. */
export function batchBody (item: TObject, example: object) {
  return Type.Object({
    items: Type.Array(Ref(item), { maxItems: MAX_ITEMS })
  }, { additionalProperties: false, examples: [{ items: [example] }] })
}

/** The body of a batch that may be a csv as well. */
export function tableBody (item: TObject, example: object) {
  return {
    content: {
      [MEDIA_TYPES.json]: { schema: batchBody(item, example) },
      [MEDIA_TYPES.csv]: { schema: csvText(example) }
    }
  }
}

function csvText (example: object) {
  return Type.String({
    description: 'A header row with names of properties, then a row for each item; separated by commas or by semicolons, in ' +
      'UTF-8 with a BOM or without. An empty cell is null, or absent where null is not allowed. A list is separated by semicolons ' +
      'within its cell. A whole number may have groups of three digits: separated by blanks, in a file with semicolons by dots, ' +
      'in one with commas by commas. The file that `format=csv` of the list gives can be sent back as it is. Errors have the ' +
      '`pointer` that they would have in JSON, and beside it `line` and `column`.',
    examples: [[Object.keys(example), Object.values(example)].map(row => row.join()).join('\n')]
  })
}

/**
 * The items of a batch. The schema of a body is chosen by its content type, so a request without one is not validated.
 * @throws DomainError `invalid_request`
 */
export function itemsIn ({ body }: { body: unknown }): readonly unknown[] {
  if (body === undefined) throw invalid('', 'invalid_type', 'the body must be object')
  return (body as { items: unknown[] }).items
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

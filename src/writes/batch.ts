import { Type, type Static } from 'typebox'
import { DomainError } from '../contract/errors.ts'
import { Named, OneOf } from '../contract/fields.ts'
import { CHANGES } from './outcomes.ts'

export const MAX_ITEMS = 10_000

export const BatchQuery = {
  mode: Type.Optional(OneOf(['atomic', 'partial'], {
    description: '`atomic`: one row at fault writes nothing (422). `partial`: the others are written.',
    default: 'atomic'
  })),
  dry_run: Type.Optional(Type.Boolean({
    description: 'Answers what would happen, row by row, and writes nothing.', default: false
  }))
}

export interface BatchOptions {
  mode: 'atomic' | 'partial'
  dry_run: boolean
}

export const BatchAnswer = Named('BatchAnswer', 'What a batch did. The same body twice is all `unchanged`.', {
  received: Type.Integer({ description: 'Items in the batch; created + updated + unchanged + rejected.' }),
  created: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  deleted: Type.Integer({ description: 'Rows that were stored and, with `replace`, not in the batch.' }),
  rejected: Type.Integer(),
  errors: Type.Array(Type.Object({
    pointer: Type.String({ description: 'JSON Pointer into the body.' }), code: Type.String(), detail: Type.String()
  }, { additionalProperties: false })),
  rows: Type.Optional(Type.Array(Type.Object({
    pointer: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'null for a deleted row' }),
    outcome: OneOf(CHANGES),
    before: Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }),
    after: Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true })
  }, { additionalProperties: false }), { description: 'Only with `dry_run`.' }))
})
export type BatchAnswer = Static<typeof BatchAnswer>

/** What happens to one row. A row that was not in the batch has no index. */
export interface Change<Row> {
  index: number | null
  outcome: typeof CHANGES[number]
  before: Row | null
  after: Row | null
}

/** The change of a row to what is sent: created, updated or unchanged, compared column by column. */
export function changeOf<Row extends object> (index: number, before: Row | undefined, after: Row): Change<Row> {
  if (before === undefined) return { index, outcome: 'created', before: null, after }
  const same = (Object.keys(after) as (keyof Row)[]).every(column => before[column] === after[column])
  return { index, outcome: same ? 'unchanged' : 'updated', before, after }
}

/**
 * @param hint what to do instead
 * @throws DomainError `too_many_items`
 */
export function assertBatchSize (items: readonly unknown[], hint = ''): void {
  if (items.length <= MAX_ITEMS) return
  throw new DomainError('too_many_items', `a batch holds at most ${MAX_ITEMS} items, not ${items.length}${hint}`)
}

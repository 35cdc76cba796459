import { Type, type Static } from 'typebox'
import { DomainError } from '../contract/errors.ts'
import { Named, OneOf, PlaceProperties, RelatedUnitProperties } from '../contract/fields.ts'
import { CHANGES } from './outcomes.ts'

export const MAX_ITEMS = 10_000
/** Warnings that an answer lists, of all that it counts. */
export const MAX_WARNINGS = 1_000

export const BatchQuery = {
  mode: Type.Optional(OneOf(['atomic', 'partial'], {
    description: '`atomic`: if one row is invalid, nothing is written (422). `partial`: the valid rows are written.',
    default: 'atomic'
  })),
  dry_run: Type.Optional(Type.Boolean({
    description: 'Writes nothing and answers what would happen, row by row.', default: false
  }))
}

export interface BatchOptions {
  mode: 'atomic' | 'partial'
  dry_run: boolean
}

export const BatchAnswer = Named('BatchAnswer', 'The result of a batch. The same body again is all `unchanged`.', {
  received: Type.Integer({ description: 'Items in the batch; created + updated + unchanged + rejected.' }),
  created: Type.Integer({ description: 'New rows.' }),
  updated: Type.Integer({ description: 'Stored rows that differ from what was sent, and were changed.' }),
  unchanged: Type.Integer({ description: 'Stored rows equal to what was sent.' }),
  deleted: Type.Integer({ description: 'With `replace`: stored rows that were not in the batch.' }),
  rejected: Type.Integer({ description: 'Invalid rows. They change nothing.' }),
  errors: Type.Array(Type.Object({
    pointer: Type.String({ description: 'JSON Pointer into the body.' }),
    code: Type.String({ description: 'Stable code of the error, for programs.' }),
    detail: Type.String({ description: 'What is wrong, for people.' }),
    ...PlaceProperties,
    ...RelatedUnitProperties
  }, { additionalProperties: false })),
  rows: Type.Optional(Type.Array(Type.Object({
    pointer: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'JSON Pointer to the item. null: a deleted row, which has none.' }),
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

/**
 * The change of a row to what is sent: created, updated or unchanged; lists by what they hold.
 * @param columns those that tell; left out: all of `after`
 */
export function changeOf<Row extends object> (
  index: number, before: Row | undefined, after: Row, columns?: readonly (keyof Row)[]
): Change<Row> {
  if (before === undefined) return { index, outcome: 'created', before: null, after }
  const telling = columns ?? Object.keys(after) as (keyof Row)[]
  const same = telling.every(column => isSame(before[column], after[column]))
  return { index, outcome: same ? 'unchanged' : 'updated', before, after }
}

function isSame (now: unknown, next: unknown): boolean {
  return now === next || (Array.isArray(next) && String(now) === String(next))
}

/**
 * @param hint what to do instead
 * @throws DomainError `too_many_items`
 */
export function assertBatchSize (items: readonly unknown[], hint = ''): void {
  if (items.length <= MAX_ITEMS) return
  throw new DomainError('too_many_items', `a batch holds at most ${MAX_ITEMS} items, not ${items.length}${hint}`)
}

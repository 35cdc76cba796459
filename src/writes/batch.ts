import { Type, type Static } from 'typebox'
import { DomainError, type Issue, type IssueCode } from '../contract/errors.ts'
import type { Check } from '../contract/validation.ts'
import { Named, OneOf } from '../contract/fields.ts'

export const MAX_ITEMS = 10_000

const FORBIDDEN: readonly IssueCode[] = ['forbidden_unit', 'forbidden_source']

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

const OUTCOMES = ['created', 'updated', 'unchanged', 'deleted'] as const

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
    outcome: OneOf(OUTCOMES),
    before: Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true }),
    after: Type.Unsafe<object | null>({ type: ['object', 'null'], additionalProperties: true })
  }, { additionalProperties: false }), { description: 'Only with `dry_run`.' }))
})
export type BatchAnswer = Static<typeof BatchAnswer>

/** What happens to one row. A row that was not in the batch has no index. */
export interface Change<Row> {
  index: number | null
  outcome: typeof OUTCOMES[number]
  before: Row | null
  after: Row | null
}

/** The items of a batch on their way in: keeps each with its index, and all that is wrong with any of them. */
export class Batch<Item> {
  readonly #items: readonly unknown[]
  readonly #issues: Issue[] = []
  readonly #rejected = new Set<number>()
  #forbidden = 0

  /** @throws DomainError `too_many_items` */
  constructor (items: readonly unknown[], check: Check) {
    if (items.length > MAX_ITEMS) {
      throw new DomainError('too_many_items', `a batch holds at most ${MAX_ITEMS} items, not ${items.length}`)
    }
    this.#items = items
    items.forEach((item, index) => {
      const issues = check(item, `/items/${index}`)
      if (issues.length > 0) this.#rejected.add(index)
      this.#issues.push(...issues)
    })
  }

  /** All that came, whatever it is. */
  get items (): readonly unknown[] {
    return this.#items
  }

  /** The items with no fault so far. */
  get accepted (): { index: number, item: Item }[] {
    return this.#items.flatMap((item, index) => this.#rejected.has(index) ? [] : [{ index, item: item as Item }])
  }

  /** The items at fault, which can be anything. */
  get rejected (): { index: number, item: unknown }[] {
    return [...this.#rejected].map(index => ({ index, item: this.#items[index] }))
  }

  reject (index: number, property: string | null, code: IssueCode, detail: string) {
    this.#rejected.add(index)
    if (FORBIDDEN.includes(code)) this.#forbidden++
    this.#issues.push({ pointer: `/items/${index}${property === null ? '' : `/${property}`}`, code, detail })
  }

  /** Rejects every item that shares its key with another: which of them is right, nobody can tell. */
  rejectDuplicates (keyed: Iterable<{ index: number, key: string }>, what: string) {
    const byKey = Map.groupBy(keyed, ({ key }) => key)
    for (const same of byKey.values()) {
      if (same.length === 1) continue
      for (const { index } of same) {
        const others = same.filter(other => other.index !== index).map(other => `/items/${other.index}`)
        this.reject(index, null, 'duplicate_key', `the same ${what} as ${others.slice(0, 3).join(', ')}`)
      }
    }
  }

  /**
   * To be called when everything is checked and before anything is written.
   * @throws DomainError `invalid_rows` with all the issues, when one is enough to stop the batch; `forbidden_rows` when the
   * caller may not write some of them
   */
  settle (mode: BatchOptions['mode']) {
    if (mode === 'partial' || this.#rejected.size === 0) return
    const detail = `${this.#rejected.size} of ${this.#items.length} rows are at fault; nothing was written`
    throw new DomainError(this.#forbidden > 0 ? 'forbidden_rows' : 'invalid_rows', detail, this.#sorted())
  }

  /** @param show a row as the API shows it */
  answer<Row extends object> (
    changes: Change<Row>[], { dry_run: dryRun }: BatchOptions, show: (row: Row) => object = row => row
  ): BatchAnswer {
    const count = (outcome: Change<Row>['outcome']) => changes.filter(change => change.outcome === outcome).length
    return {
      received: this.#items.length,
      created: count('created'),
      updated: count('updated'),
      unchanged: count('unchanged'),
      deleted: count('deleted'),
      rejected: this.#rejected.size,
      errors: this.#sorted(),
      ...(dryRun ? { rows: changes.map(change => shown(change, show)) } : {})
    }
  }

  #sorted (): Issue[] {
    const position = ({ pointer }: Issue) => Number(pointer.split('/')[2])
    return this.#issues.toSorted((a, b) => position(a) - position(b))
  }
}

function shown<Row> ({ index, outcome, before, after }: Change<Row>, show: (row: Row) => object) {
  return {
    pointer: index === null ? null : `/items/${index}`, outcome, before: before && show(before), after: after && show(after)
  }
}

/** Tells created, updated and unchanged apart, column by column. */
export function changeOf<Row extends object> (index: number, before: Row | undefined, after: Row): Change<Row> {
  if (before === undefined) return { index, outcome: 'created', before: null, after }
  const same = (Object.keys(after) as (keyof Row)[]).every(column => before[column] === after[column])
  return { index, outcome: same ? 'unchanged' : 'updated', before, after }
}

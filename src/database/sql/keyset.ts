import { sql, type RawBuilder } from 'kysely'
import { invalid } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { isDay } from '../../time/business-day.ts'
import { instantOf } from '../../time/rfc3339.ts'
import { isStorable } from '../../text/storable.ts'

/** A column to sort by. `nulls` come last in either direction; the last columns of an order make it unique. */
export interface OrderColumn {
  name: string
  kind: 'text' | 'number' | 'instant' | 'day' | 'boolean'
  descending?: boolean
  /** Never null, and a number a whole one. Where all are, and all go in one direction, an index serves any page. */
  required?: boolean
}

type Value = string | number | boolean | null

/**
 * One page of `query` by keyset: it stays right while rows come and go, and the last page costs what the first does.
 * `query` must have the columns of `order`; without order it has one row at most.
 * @returns the statement, which yields one row more than asked for when there is a next page; for `pageOf`.
 * @throws DomainError `invalid_cursor`
 */
export function pageQuery<Row> (
  query: RawBuilder<Row>, order: readonly OrderColumn[], page: PageRequest
): RawBuilder<Row> {
  const values = page.cursor === undefined ? null : readCursor(page.cursor, order)
  if (order.length === 0) return query
  const after = values === null ? sql`` : sql`where ${afterCursor(order, values)}`
  const by = order.map(({ name, descending, required }) => (
    sql`${sql.ref(name)} ${sql.raw(`${descending ? 'desc' : 'asc'}${required ? '' : ' nulls last'}`)}`))
  return sql<Row>`select * from (${query}) as listed ${after} order by ${sql.join(by)} limit ${page.limit} + 1`
}

export function pageOf<Row> (rows: Row[], order: readonly OrderColumn[], limit: number): Page<Row> {
  if (rows.length <= limit) return { items: rows, next_cursor: null }
  const items = rows.slice(0, limit)
  const last = items.at(-1) as Record<string, Value>
  return { items, next_cursor: writeCursor(order, order.map(({ name }) => last[name]!)) }
}

function afterCursor (order: readonly OrderColumn[], values: Value[]): RawBuilder<boolean> {
  const isOneRange = order.every(({ required, descending }) => required && descending === order[0]!.descending)
  if (!isOneRange) return afterValues(order, values)
  const beyond = sql.raw(order[0]!.descending ? '<' : '>')
  return sql`(${sql.join(order.map(({ name }) => sql.ref(name)))}) ${beyond} (${sql.join(values.map((value, i) => (
    order[i]!.kind === 'number' ? sql`${value}::bigint` : sql`${value}`)))})`
}

function afterValues (order: readonly OrderColumn[], values: Value[]): RawBuilder<boolean> {
  const [column, ...others] = order
  const [value, ...rest] = values as [Value, ...Value[]]
  const name = sql.ref(column!.name)
  // A made-up cursor may hold any number, even where the column holds integers.
  const last = column!.kind === 'number' ? sql`${value}::numeric` : sql`${value}`
  const beyond = value === null
    ? sql`false`
    : sql`(${name} ${sql.raw(column!.descending ? '<' : '>')} ${last} or ${name} is null)`
  if (others.length === 0) return sql`${beyond}`
  const same = value === null ? sql`${name} is null` : sql`${name} = ${last}`
  return sql`(${beyond} or (${same} and ${afterValues(others, rest)}))`
}

function signatureOf (order: readonly OrderColumn[]): string {
  return order.map(({ name, descending }) => (descending ? '-' : '') + name).join()
}

/** @param values in the order of the columns */
export function writeCursor (order: readonly OrderColumn[], values: Value[]): string {
  return Buffer.from(JSON.stringify([signatureOf(order), ...values])).toString('base64url')
}

/** Whether two cursors are of the same order, as far as they say. */
export function areOfOneOrder (one: string, other: string): boolean {
  return parsed(one)[0] === parsed(other)[0]
}

/** @throws DomainError `invalid_cursor` */
export function readCursor (cursor: string, order: readonly OrderColumn[]): Value[] {
  const [signature, ...values] = parsed(cursor)
  const fits = signature === signatureOf(order) && values.length === order.length &&
    values.every((value, i) => value === null ? !order[i]!.required : isOfKind(value, order[i]!))
  if (!fits) throw invalid('/query/cursor', 'invalid_cursor', 'the cursor is not one this list gave for this order')
  return values as Value[]
}

function parsed (cursor: string): unknown[] {
  try {
    return [JSON.parse(Buffer.from(cursor, 'base64url').toString())].flat()
  } catch {
    return []
  }
}

function isOfKind (value: unknown, { kind, required }: OrderColumn): boolean {
  switch (kind) {
    case 'number': return required ? Number.isSafeInteger(value) : Number.isFinite(value)
    case 'boolean': return typeof value === 'boolean'
    case 'instant': return typeof value === 'string' && !Number.isNaN(instantOf(value))
    case 'day': return typeof value === 'string' && isDay(value)
    case 'text': return typeof value === 'string' && isStorable(value)
  }
}

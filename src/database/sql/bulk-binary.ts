import { sql, type RawBuilder } from 'kysely'

/**
 * Types of columns. In JavaScript: text, milliseconds since 1970, days since 1970 (-Infinity: before all), whole
 * numbers, 0 or 1, JSON as text.
 */
export type ArrayType = 'text' | 'timestamptz' | 'date' | 'int2' | 'int4' | 'int8' | 'bool' | 'jsonb'

type Value = string | number | null

/** Columns by name: their types, and what of a row they hold. */
export type Columns<R> = Record<string, Column<R>>

interface Column<R> {
  type: ArrayType
  of: Of<R>
}

/** What of a row a column holds. */
type Of<R> = (row: R, position: number) => Value

/** What is written to, as bytes for text and as a view for numbers, which is three times as fast. */
interface Target {
  bytes: Buffer
  view: DataView
}

interface Format {
  oid: number
  /** Bytes that a value can take at most: any, or this one. */
  room: number | ((value: never) => number)
  /** @returns the bytes that it took */
  write: (target: Target, value: never, at: number) => number
}

const EPOCH_MILLISECONDS = Date.UTC(2000, 0, 1)
const EPOCH_DAYS = EPOCH_MILLISECONDS / 86_400_000
const TWO_TO_32 = 2 ** 32
/** `-infinity` */
const BEFORE_ALL = -(2 ** 31)
// Of UTF-8 for one unit of UTF-16.
const MOST_BYTES = 3

const fixed = (oid: number, bytes: number, write: (view: DataView, value: number, at: number) => void): Format => (
  { oid, room: bytes, write: ({ view }, value, at) => { write(view, value, at); return bytes } })

const FORMATS: Record<ArrayType, Format> = {
  text: {
    oid: 25,
    room: (value: string) => value.length * MOST_BYTES,
    write: ({ bytes }, value: string, at) => writeText(bytes, value, at)
  },
  jsonb: {
    oid: 3802,
    room: (value: string) => 1 + value.length * MOST_BYTES,
    write: ({ bytes }, value: string, at) => {
      // The version of the format.
      bytes[at] = 1
      return 1 + bytes.write(value, at + 1)
    }
  },
  timestamptz: fixed(1184, 8, (view, value, at) => { writeInt64(view, (value - EPOCH_MILLISECONDS) * 1000, at) }),
  date: fixed(1082, 4, (view, value, at) => { view.setInt32(at, Math.max(value - EPOCH_DAYS, BEFORE_ALL)) }),
  int2: fixed(21, 2, (view, value, at) => { view.setInt16(at, value) }),
  int4: fixed(23, 4, (view, value, at) => { view.setInt32(at, value) }),
  bool: fixed(16, 1, (view, value, at) => { view.setInt8(at, value) }),
  int8: fixed(20, 8, writeInt64)
}

/** Longer texts are written by a call of Node, which takes longer than to write these. */
const SHORT = 64

function writeText (bytes: Buffer, text: string, at: number): number {
  const { length } = text
  if (length > SHORT) return bytes.write(text, at)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > LAST_OF_ASCII) return bytes.write(text, at)
    bytes[at + i] = code
  }
  return length
}

const LAST_OF_ASCII = 127

/** A BigInt for each number would cost several times as much. */
function writeInt64 (view: DataView, value: number, at: number) {
  const high = Math.floor(value / TWO_TO_32)
  view.setInt32(at, high)
  view.setUint32(at + 4, value - high * TWO_TO_32)
}

/**
 * Many rows as parameters, one array a column, in PostgreSQL's own format: the server takes them in for a third of what
 * JSON costs it. For `from`; `position` counts the rows from 0.
 * @param nulls what of a column that has no value: a short null, or the array, for a statement that is prepared and so
 *   must not have a text for each choice of columns without values
 */
export function unnested<R> (
  columns: Columns<R>, rows: readonly R[], nulls: 'short' | 'same-text' = 'short'
): RawBuilder<unknown> {
  const arrays = Object.entries(columns).map(([name, { type, of }]) => unnest(type, rows, of, name, nulls))
  // Not generate_series, of which the planner expects so many rows that it reads whole tables to join them.
  const positions = unnest('int4', rows, (_, position) => position, 'position', nulls)
  // In a list of columns they are read in step. In `from` each would be copied before the first row comes out.
  return sql`(select ${sql.join([...arrays, positions])})`
}

function unnest<R> (
  type: ArrayType, rows: readonly R[], of: Of<R>, name: string, nulls: 'short' | 'same-text'
): RawBuilder<unknown> {
  // Read in step with the others, a list that is too short goes on with nulls.
  const isUnknown = nulls === 'short' && rows.length > 0 && rows.every((row, position) => of(row, position) === null)
  return sql`unnest(${isUnknown ? sql`null::${sql.raw(type)}[]` : arrayOf(type, rows, of)}) as ${sql.ref(name)}`
}

/** Many values as one parameter, in the same format. */
export function array (type: ArrayType, values: readonly Value[]): RawBuilder<unknown> {
  return arrayOf(type, values, value => value)
}

/** The same of what rows hold. */
export function arrayOf<R> (type: ArrayType, rows: readonly R[], of: Of<R>): RawBuilder<unknown> {
  const { oid, room, write } = FORMATS[type]
  // Numbers go from the rows into the bytes: a list of them would hold each as an object.
  const bytes = typeof room === 'number'
    ? bytesOf(oid, rows, of, rows.length * room, write)
    : bytesOfTexts(oid, rows.map(of), room, write)
  return sql`${bytes}::${sql.raw(type)}[]`
}

function bytesOfTexts (
  oid: number, values: readonly Value[], room: (value: never) => number, write: Format['write']
): Buffer {
  let size = 0
  for (const value of values) size += value === null ? 0 : room(value as never)
  return bytesOf(oid, values, value => value, size, write)
}

/**
 * https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES; the layout is array_recv's.
 * @param room bytes that all values can take together
 */
function bytesOf<R> (oid: number, rows: readonly R[], of: Of<R>, room: number, write: Format['write']): Buffer {
  const target = targetOf(Buffer.allocUnsafe(HEADER + rows.length * 4 + room))
  const { bytes, view } = target
  const header = [1, 1, oid, rows.length, 1]
  header.forEach((number, i) => { view.setInt32(i * 4, number) })
  let at = HEADER
  for (let i = 0; i < rows.length; i++) {
    const value = of(rows[i]!, i)
    const length = value === null ? -1 : write(target, value as never, at + 4)
    view.setInt32(at, length)
    at += 4 + Math.max(length, 0)
  }
  return bytes.subarray(0, at)
}

// One dimension, which may hold nulls; the type of the elements; how many, and the first index.
const HEADER = 20

const COPY_HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
/** Of one row, which is about right; a target that is too small grows. */
const ROW_LENGTH = 256

/** Many rows as COPY takes them in its binary format. */
export function copyBytes<R> (columns: Columns<R>, rows: readonly R[]): Buffer {
  const fields = Object.values(columns).map(({ type, of }) => ({ ...FORMATS[type], of }))
  const { length } = fields
  let target = targetOf(Buffer.allocUnsafe((rows.length + 1) * ROW_LENGTH))
  let at = COPY_HEADER.copy(target.bytes)
  for (let i = 0; i < rows.length; i++) {
    target.view.setInt16(at, length)
    at += 2
    // By place, as `of` would make an object for each value.
    for (let n = 0; n < length; n++) {
      const { of, room, write } = fields[n]!
      const value = of(rows[i]!, i)
      const most = value === null ? 0 : typeof room === 'number' ? room : room(value as never)
      // With its length before it, and the number of fields or the end after it.
      const until = at + 4 + most + 2
      if (until > target.bytes.length) target = targetOf(Buffer.concat([target.bytes], 2 * until))
      const length = value === null ? -1 : write(target, value as never, at + 4)
      target.view.setInt32(at, length)
      at += 4 + Math.max(length, 0)
    }
  }
  target.view.setInt16(at, -1)
  return target.bytes.subarray(0, at + 2)
}

function targetOf (bytes: Buffer): Target {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) }
}

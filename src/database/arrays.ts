import { sql, type RawBuilder } from 'kysely'

/** Types of columns. In JavaScript: text, milliseconds since 1970, days since 1970, whole numbers, JSON as text. */
export type ArrayType = 'text' | 'timestamptz' | 'date' | 'int2' | 'int4' | 'jsonb'

type Value = string | number | null

interface Format {
  oid: number
  /** Bytes that the value can take at most. */
  room: (value: never) => number
  /** @returns the bytes that it took */
  write: (buffer: Buffer, value: never, at: number) => number
}

const EPOCH_MILLISECONDS = Date.UTC(2000, 0, 1)
const EPOCH_DAYS = EPOCH_MILLISECONDS / 86_400_000
const TWO_TO_32 = 2 ** 32
// Of UTF-8 for one unit of UTF-16.
const MOST_BYTES = 3

const fixed = (oid: number, bytes: number, write: (buffer: Buffer, value: number, at: number) => void): Format => (
  { oid, room: () => bytes, write: (buffer, value, at) => { write(buffer, value, at); return bytes } })

const FORMATS: Record<ArrayType, Format> = {
  text: {
    oid: 25,
    room: (value: string) => value.length * MOST_BYTES,
    write: (buffer, value: string, at) => buffer.write(value, at)
  },
  jsonb: {
    oid: 3802,
    room: (value: string) => 1 + value.length * MOST_BYTES,
    write: (buffer, value: string, at) => {
      // The version of the format.
      buffer[at] = 1
      return 1 + buffer.write(value, at + 1)
    }
  },
  timestamptz: fixed(1184, 8, (buffer, value, at) => {
    const microseconds = (value - EPOCH_MILLISECONDS) * 1000
    const high = Math.floor(microseconds / TWO_TO_32)
    buffer.writeInt32BE(high, at)
    buffer.writeUInt32BE(microseconds - high * TWO_TO_32, at + 4)
  }),
  date: fixed(1082, 4, (buffer, value, at) => buffer.writeInt32BE(value - EPOCH_DAYS, at)),
  int2: fixed(21, 2, (buffer, value, at) => buffer.writeInt16BE(value, at)),
  int4: fixed(23, 4, (buffer, value, at) => buffer.writeInt32BE(value, at))
}

/**
 * Many rows as parameters, one array a column, in PostgreSQL's own format: the server takes them in for a third of what
 * JSON costs it. For `from`: `unnest(…)`, whose columns have to be named, and come in the order of `types`.
 */
export function unnested<N extends string> (
  types: Record<N, ArrayType>, rows: readonly Readonly<Record<NoInfer<N>, Value>>[]
): RawBuilder<unknown> {
  const arrays = (Object.keys(types) as N[]).map(name => {
    const type = types[name]
    return sql`${arrayOf(type, rows, name)}::${sql.raw(type)}[]`
  })
  return sql`unnest(${sql.join(arrays)})`
}

/** https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-FORMAT-CODES; the layout is array_recv's. */
function arrayOf<N extends string> (type: ArrayType, rows: readonly Readonly<Record<N, Value>>[], name: N): Buffer {
  const { oid, room, write } = FORMATS[type]
  let size = HEADER
  for (const { [name]: value } of rows) size += 4 + (value === null ? 0 : room(value as never))
  const buffer = Buffer.allocUnsafe(size)
  const header = [1, 1, oid, rows.length, 1]
  header.forEach((number, i) => buffer.writeInt32BE(number, i * 4))
  let at = HEADER
  for (const { [name]: value } of rows) {
    const length = value === null ? -1 : write(buffer, value as never, at + 4)
    buffer.writeInt32BE(length, at)
    at += 4 + Math.max(length, 0)
  }
  return buffer.subarray(0, at)
}

// One dimension, which may hold nulls; the type of the elements; how many, and the first index.
const HEADER = 20

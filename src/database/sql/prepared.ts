import { CompiledQuery, sql, type RawBuilder } from 'kysely'
import { MARKS } from '../service-client.ts'

/**
 * Marks a statement to be planned once on each connection and then reused. For statements that are few and asked often:
 * a connection holds each text that it has seen.
 */
export function prepared<T> (query: RawBuilder<T>): RawBuilder<T> {
  return sql<T>`${sql.raw(MARKS.prepared)} ${query}`
}

/** The same for a statement without parameters, which need not be compiled at each call. */
export function preparedText<T> (text: string): CompiledQuery<T> {
  return CompiledQuery.raw(`${MARKS.prepared} ${text}`)
}

import { CompiledQuery, sql, type RawBuilder } from 'kysely'
import pg from 'pg'

const MARK = '/* prepared */'

/**
 * Marks a statement to be planned once a connection and then reused. For statements that are few and asked often:
 * a connection keeps each text that it has seen.
 */
export function prepared<T> (query: RawBuilder<T>): RawBuilder<T> {
  return sql<T>`${sql.raw(MARK)} ${query}`
}

/** The same for a statement without parameters: not even put together again. */
export function preparedText<T> (text: string): CompiledQuery<T> {
  return CompiledQuery.raw(`${MARK} ${text}`)
}

let clients = 0

/** A connection that keeps the marked statements. */
export class PreparingClient extends pg.Client {
  // The embedded database keeps statements when a connection is replaced: names must differ between them.
  readonly #id = ++clients
  readonly #names = new Map<string, string>()

  override query (text: unknown, values?: unknown, callback?: unknown): never {
    const marked = typeof text === 'string' && text.startsWith(MARK)
    const statement = marked ? { name: this.#nameOf(text), text } : text
    return super.query(statement as string, values as never, callback as never) as never
  }

  #nameOf (text: string): string {
    const name = this.#names.get(text) ?? `prepared_${this.#id}_${this.#names.size}`
    this.#names.set(text, name)
    return name
  }
}

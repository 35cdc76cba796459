import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { isReadOnly } from './errors.ts'

/** What the first words of a statement ask of its connection. */
export const MARKS = {
  /** To plan it once on each connection, and then reuse the plan. */
  prepared: '/* prepared */',
  /** To allow it, and all that follows in its transaction, the deadline of slow statements. */
  slow: '/* slow */'
}

/** Milliseconds after which a statement that has no answer costs the connection. */
export interface Deadlines {
  usual: number
  slow: number
}

export interface ServiceClientConfig extends pg.ClientConfig {
  deadlines?: Deadlines
}

/** Emitted by a connection that is of no more use, as others to the same server probably are. */
export const GIVEN_UP = 'given up'

/**
 * A connection that prepares the statements marked for it, and that is given up when a statement passes its deadline.
 * The server cancels what takes too long; the deadline is for a server that does not even do that, because its process
 * is stopped or the network gone. It is given up as well when its server is read-only: after a failover the address may
 * lead to another server, but only for a new connection.
 */
export class ServiceClient extends pg.Client {
  // Prepared statements of the embedded database outlive their connection, so a name must never be used by two.
  readonly #id = randomBytes(6).toString('hex')
  readonly #names = new Map<string, string>()
  readonly #deadlines: Deadlines | undefined
  #isSlow = false

  constructor (config: ServiceClientConfig) {
    super(config)
    this.#deadlines = config.deadlines
  }

  override query (text: unknown, values?: unknown, callback?: unknown): never {
    const statement = hasMark(text, 'prepared') ? { name: this.#nameOf(text), text } : text
    const result = super.query(statement as string, values as never, callback as never) as unknown
    return (result instanceof Promise ? this.#watched(text, result) : result) as never
  }

  #watched (text: unknown, result: Promise<unknown>): Promise<unknown> {
    const timer = this.#deadlines && setTimeout(() => { this.#giveUp() }, this.#deadlineOf(text, this.#deadlines))
    result.catch((error: unknown) => { if (isReadOnly(error)) this.#retire() })
    return result.finally(() => { clearTimeout(timer) })
  }

  #nameOf (text: string): string {
    const name = this.#names.get(text) ?? `prepared_${this.#id}_${this.#names.size}`
    this.#names.set(text, name)
    return name
  }

  /** A mark holds until its transaction ends: the connection is used again, and not always for a transaction. */
  #deadlineOf (text: unknown, { usual, slow }: Deadlines): number {
    if (hasMark(text, 'slow')) this.#isSlow = true
    const deadline = this.#isSlow ? slow : usual
    if (text === 'commit' || text === 'rollback') this.#isSlow = false
    return deadline
  }

  /** Rejects the statements that wait on the connection; the pool opens another. */
  #giveUp () {
    this.emit(GIVEN_UP)
    const { stream } = (this as unknown as { connection: { stream: { destroy: () => void } } }).connection
    stream.destroy()
  }

  /** Ends the connection, which the pool then does not take back. */
  #retire () {
    this.emit(GIVEN_UP)
    void this.end()
  }
}

function hasMark (text: unknown, mark: keyof typeof MARKS): text is string {
  return typeof text === 'string' && text.startsWith(MARKS[mark])
}

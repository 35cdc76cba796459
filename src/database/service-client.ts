import { randomBytes } from 'node:crypto'
import type { Writable } from 'node:stream'
import pg from 'pg'
import { waitAtMost } from '../concurrency/request-deadline.ts'
import { isReadOnly } from './errors.ts'

/** What the first words of a statement ask of its connection. */
export const MARKS = {
  /** To plan it once on each connection, and then reuse the plan. */
  prepared: '/* prepared */',
  /** To allow it, and all that follows in its transaction, the deadline of slow statements. */
  slow: '/* slow */',
  /** To send its only value as the rows of COPY. */
  copy: '/* copy */'
}

/** Milliseconds after which a statement that has no answer costs the connection. */
export interface Deadlines {
  usual: number
  slow: number
}

export interface ServiceClientConfig extends pg.ClientConfig {
  lock_timeout: number
  deadlines?: Deadlines
}

/** Emitted by a connection that is of no more use, as others to the same server probably are. */
export const GIVEN_UP = 'given up'

/** What pg sends to an unfinished COPY. */
interface CopyTarget {
  stream: Writable
  endCopyFrom: () => void
}

/** The type of a message of rows, and the bytes of its length, which counts itself. */
const COPY_DATA = 0x64
const LENGTH = 4

class CopyQuery extends pg.Query {
  readonly #rows: Buffer

  constructor (text: string, rows: Buffer, callback: (error: Error | undefined, result: unknown) => void) {
    super(text, callback)
    this.#rows = rows
  }

  /** Called by pg when the server waits for the rows. */
  handleCopyInResponse (target: CopyTarget) {
    const rows = this.#rows
    const header = Buffer.alloc(1 + LENGTH)
    header[0] = COPY_DATA
    header.writeUInt32BE(LENGTH + rows.length, 1)
    // Not by way of the driver, which would copy them once more.
    target.stream.write(header)
    target.stream.write(rows)
    target.endCopyFrom()
  }
}

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
  /** The usual limit of a wait for a lock, in ms. */
  readonly #lockTimeout: number
  /** That of the session now. */
  #session: number
  /** That of its transaction; null: there is none. And that when it made a savepoint. */
  #local: number | null = null
  #atSavepoint: number | null = null

  constructor (config: ServiceClientConfig) {
    super(config)
    this.#deadlines = config.deadlines
    this.#lockTimeout = config.lock_timeout
    this.#session = config.lock_timeout
  }

  override query (text: unknown, values?: unknown, callback?: unknown): never {
    if (hasMark(text, 'slow')) this.#isSlow = true
    const statement = hasMark(text, 'prepared') ? { name: this.#nameOf(text), text } : text
    const send = () => hasMark(text, 'copy')
      ? this.#copy(text, (values as [Buffer])[0])
      : super.query(statement as string, values as never, callback as never) as unknown
    const limiting = typeof callback === 'function' ? null : this.#limitLockWaits(text)
    const result = limiting === null ? send() : limiting.then(send)
    const watched = result instanceof Promise ? this.#watched(result) : result
    // A mark holds until its transaction ends: the connection is used again, and not always for a transaction.
    if (text === 'commit' || text === 'rollback') this.#isSlow = false
    return watched as never
  }

  #copy (text: string, rows: Buffer): Promise<unknown> {
    return new Promise((resolve, reject) => {
      super.query(new CopyQuery(text, rows, (error, result) => {
        if (error) reject(error)
        else resolve(result)
      }))
    })
  }

  #watched (result: Promise<unknown>): Promise<unknown> {
    const deadline = this.#deadlines?.[this.#isSlow ? 'slow' : 'usual']
    const timer = deadline && setTimeout(() => { this.#giveUp() }, deadline)
    result.catch((error: unknown) => { if (isReadOnly(error)) this.#retire() })
    return result.finally(() => { clearTimeout(timer) })
  }

  /**
   * Sends another limit before a statement whose request has less time left than usual, or again has more. A slow
   * transaction is limited no more.
   * @returns null if the limit is right as it is
   */
  #limitLockWaits (text: unknown): Promise<void> | null {
    if (startsWith(text, 'rollback')) {
      // What was set since a savepoint is rolled back to it, too.
      if (startsWith(text, 'rollback to ')) this.#local = this.#atSavepoint
      return null
    }
    const isLocal = this.getTransactionStatus() !== 'I'
    if (!isLocal) this.#local = null
    const usual = this.#lockTimeout
    const before = this.#local ?? this.#session
    const now = hasMark(text, 'slow') ? usual : this.#isSlow ? before : waitAtMost(usual)
    if (isLocal) this.#local = now
    else this.#session = now
    if (startsWith(text, 'savepoint ')) this.#atSavepoint = now
    if (now === before) return null
    // Where this fails the connection is lost or the transaction has failed, and the statement says so itself.
    return super.query(`set ${isLocal ? 'local ' : ''}lock_timeout = ${now}`).then(() => {}, () => {})
  }

  #nameOf (text: string): string {
    const name = this.#names.get(text) ?? `prepared_${this.#id}_${this.#names.size}`
    this.#names.set(text, name)
    return name
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
  return startsWith(text, MARKS[mark])
}

function startsWith (text: unknown, words: string): text is string {
  return typeof text === 'string' && text.startsWith(words)
}

import type { Caller } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { snapshotId } from '../../database/snapshot-id.ts'
import { dayOf } from '../../time/business-day.ts'
import type { Clock } from '../../time/cut.ts'
import { SingleFlight } from '../../concurrency/single-flight.ts'

/** A rendered answer, which identical requests share. */
export interface RenderedAnswer {
  body: Buffer
  etag: string
  link: string | null
}

/** What an answer depends on, besides the rows. A request has both. */
export interface Question {
  caller: Caller
  url: string
}

/** Bytes that the cache may hold, and the estimate for each answer besides its body and its key. */
const MAX_BYTES = 4_000_000
const OVERHEAD = 1_000

/** Answers that identical requests share. Each is as fresh as if its request had been alone. */
export class ResponseCache {
  readonly #db: Db
  readonly #now: Clock
  readonly #flights = new SingleFlight<RenderedAnswer>()
  // Two lookups at a time: while one waits for the database, requests that arrive gather for the other.
  readonly #snapshotLookups = new SingleFlight<string>(2)
  readonly #maxBytes: number
  /** Answers as of `#snapshot`, a business day and a snapshot id. */
  readonly #answers = new Map<string, RenderedAnswer>()
  #snapshot: string | null = null
  #bytes = 0

  constructor (db: Db, now: Clock, maxBytes = MAX_BYTES) {
    this.#db = db
    this.#now = now
    this.#maxBytes = maxBytes
  }

  /** Shares the answer with identical requests that arrive at the same time. */
  shared (question: Question, produce: () => Promise<RenderedAnswer>): Promise<RenderedAnswer> {
    return this.#flights.run(keyOf(question), produce)
  }

  /**
   * Caches the answer as well, until the next commit changes the snapshot id, or the business day is over. Only for
   * answers that depend on rows and on the day alone, not on the time of day.
   */
  async cached (question: Question, produce: () => Promise<RenderedAnswer>): Promise<RenderedAnswer> {
    const key = keyOf(question)
    const snapshot = await this.#snapshotLookups.run('', async () => `${dayOf(this.#now())} ${await snapshotId(this.#db)}`)
    const cached = snapshot === this.#snapshot ? this.#answers.get(key) : undefined
    if (cached !== undefined) return cached
    return this.#flights.run(key, async () => {
      // The answer may include commits made after the snapshot was taken. Then the next lookup sees a different
      // snapshot and misses the cache.
      const answer = await produce()
      this.#store(key, answer, snapshot)
      return answer
    })
  }

  /** Stores an answer while there is room. A new snapshot empties the cache. */
  #store (key: string, answer: RenderedAnswer, snapshot: string) {
    if (snapshot !== this.#snapshot) {
      this.#answers.clear()
      this.#bytes = 0
      this.#snapshot = snapshot
    }
    const size = answer.body.length + key.length + OVERHEAD
    if (this.#answers.has(key) || this.#bytes + size > this.#maxBytes) return
    this.#answers.set(key, answer)
    this.#bytes += size
  }
}

/**
 * The whole caller is in the key, and what does not matter is left out by name: two tokens of one client may have
 * different scopes, and a property that callers get later cannot be forgotten here.
 */
function keyOf ({ caller, url }: Question): string {
  const { key_id, requests_per_minute, expires_at, ...audience } = caller
  return `${JSON.stringify(audience)} ${url}`
}

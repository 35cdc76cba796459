import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { LRUCache } from 'lru-cache'
import type { Caller } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { dayOf } from '../../time/business-day.ts'
import type { Clock } from '../../time/cut.ts'
import { SingleFlight } from '../../concurrency/single-flight.ts'
import { commitState, isWritten, type CommitState } from '../../database/commit-state.ts'

/** A rendered answer, which identical requests share. */
export interface RenderedAnswer {
  body: Buffer
  etag: string
  link: string | null
  /** The only province whose rows it is made of, beside those of no province; null: of any. */
  province: string | null
}

/** What an answer depends on, besides the rows. A request has all of it. */
export interface Question {
  caller: Caller
  url: string
  /** That of the answer; null, or left out: it is the same in every language. */
  answerLanguage?: string | null
}

/** Bytes that the cache may hold, and the estimate for each answer besides its body and its key. */
const MAX_BYTES = 4_000_000
const OVERHEAD = 1_000

/** Of the levels of compression. */
const FASTEST = 1

/**
 * Milliseconds for which an answer is kept after commits that do not concern it. What is written by hand, past the
 * audit, shows after that time.
 */
const KEPT_FOR = 10_000

interface CacheOptions {
  maxBytes?: number
  /** Milliseconds that have passed, on a clock that is never set. */
  elapsed?: () => number
}

interface Kept {
  answer: RenderedAnswer
  /** When it was found, in milliseconds that have passed, and the snapshot before it was. */
  at: number
  snapshot: string
  /** No write up to this position concerns the answer. */
  position: number
}

/** What is committed, and the business day and the run of the server in which it was. */
interface DatedState extends CommitState {
  time: string
}

/** Answers that identical requests share. Each is as fresh as if its request had been alone. */
export class ResponseCache {
  readonly #db: Db
  readonly #now: Clock
  readonly #elapsed: () => number
  readonly #flights = new SingleFlight<RenderedAnswer>()
  // Two lookups at a time: while one waits for the database, requests that arrive gather for the other.
  readonly #lookups = new SingleFlight<DatedState>(2)
  readonly #comparisons = new SingleFlight<boolean>()
  /** Answers of one business day and one run of the server. */
  readonly #answers: LRUCache<string, Kept>
  readonly #audiences = new WeakMap<Caller, string>()
  #time = ''

  constructor (
    db: Db, now: Clock, { maxBytes = MAX_BYTES, elapsed = () => performance.now() }: CacheOptions = {}
  ) {
    this.#db = db
    this.#now = now
    this.#answers = new LRUCache({ maxSize: maxBytes, sizeCalculation: sizeOf })
    this.#elapsed = elapsed
  }

  /** Shares the answer with identical requests that arrive at the same time. */
  shared (question: Question, produce: () => Promise<RenderedAnswer>): Promise<RenderedAnswer> {
    return this.#flights.run(this.#keyOf(question), produce)
  }

  /**
   * Caches the answer as well, until a commit concerns it, or the business day is over. Only for answers that depend on
   * audited rows and on the day alone, not on the time of day.
   */
  async cached (question: Question, produce: () => Promise<RenderedAnswer>): Promise<RenderedAnswer> {
    const key = this.#keyOf(question)
    const before = await this.#lookedUp()
    const kept = this.#keptAt(before, key)
    // Nothing else to await: the way of nearly all answers while nothing is written.
    if (kept?.snapshot === before.snapshot) return kept.answer
    if (await this.#isCurrent(kept, before)) return kept!.answer
    return this.#flights.run(key, async () => {
      let state = before
      // Those who asked just before may have found it while this request waited for them.
      if (this.#answers.get(key) !== kept) {
        state = await this.#lookedUp()
        const found = this.#keptAt(state, key)
        if (await this.#isCurrent(found, state)) return found!.answer
      }
      // The answer may include commits made since. Then the next lookup sees another state, and misses the cache.
      const answer = await produce()
      // It may be one of yesterday, or of another server, that was found while others asked today, or the next server.
      const { time, snapshot, position } = state
      if (time === this.#time) this.#answers.set(key, { answer, at: this.#elapsed(), snapshot, position })
      return answer
    })
  }

  /**
   * The same of a value that several answers are cut from, such as the pages of a list that is counted as a whole. It
   * is kept compressed: the rows of a list say much the same.
   */
  async cachedValue<V extends object> (
    question: Question, produce: () => Promise<{ value: V } & Pick<RenderedAnswer, 'province'>>
  ): Promise<V> {
    const { body } = await this.cached(question, async () => {
      const { value, province } = await produce()
      return { body: deflateRawSync(JSON.stringify(value), { level: FASTEST }), etag: '', link: null, province }
    })
    return JSON.parse(inflateRawSync(body).toString()) as V
  }

  #lookedUp (): Promise<DatedState> {
    return this.#lookups.run('', async () => {
      const state = await commitState(this.#db)
      return { ...state, time: `${dayOf(this.#now())} ${state.run}` }
    })
  }

  /** What is kept for a question, if it is of the same time. */
  #keptAt ({ time }: DatedState, key: string): Kept | undefined {
    this.#forgetOther(time)
    return this.#answers.get(key)
  }

  #keyOf ({ caller, url, answerLanguage }: Question): string {
    // Requests without a key are of one caller.
    let audience = this.#audiences.get(caller)
    if (audience === undefined) this.#audiences.set(caller, audience = audienceOf(caller))
    return `${audience} ${answerLanguage ?? ''} ${url}`
  }

  /** Whether nothing was committed since that concerns the answer. */
  async #isCurrent (kept: Kept | undefined, { snapshot, position }: CommitState): Promise<boolean> {
    if (kept === undefined) return false
    if (kept.snapshot === snapshot) return true
    if (this.#elapsed() - kept.at > KEPT_FOR) return false
    const { answer: { province }, position: before } = kept
    if (position !== before) {
      if (province === null || position < before) return false
      const comparison = `${province} ${before} ${position}`
      if (await this.#comparisons.run(comparison, () => isWritten(this.#db, province, before, position))) return false
    }
    kept.position = position
    return true
  }

  #forgetOther (time: string) {
    if (time === this.#time) return
    this.#answers.clear()
    this.#time = time
  }
}

function sizeOf ({ answer }: Kept, key: string): number {
  return answer.body.length + key.length + OVERHEAD
}

/**
 * The whole caller is in the key, and what does not matter is left out by name: two tokens of one client may have
 * different scopes, and a property that callers get later cannot be forgotten here.
 */
function audienceOf (caller: Caller): string {
  const { key_id, requests_per_minute, expires_at, ...audience } = caller
  return JSON.stringify(audience)
}

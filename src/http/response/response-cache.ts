import type { Db } from '../../database/connect.ts'
import { snapshotId } from '../../database/snapshot-id.ts'
import { SingleFlight } from '../../concurrency/single-flight.ts'

/** A rendered answer, for all who ask the same. */
export interface RenderedAnswer {
  body: Buffer
  etag: string
  link: string | null
}

/** Bytes that are kept in all, and what is held of each answer beside its body and its question. */
const MOST_KEPT = 4_000_000
const OVERHEAD = 1_000

/** Answers to identical questions, each as fresh as if it had been asked alone. */
export class ResponseCache {
  readonly #db: Db
  readonly #asked = new SingleFlight<RenderedAnswer>()
  // While one is on its way, requests are read for the other.
  readonly #moments = new SingleFlight<string>(2)
  readonly #mostKept: number
  /** All of one moment. */
  readonly #kept = new Map<string, RenderedAnswer>()
  #moment: string | null = null
  #size = 0

  constructor (db: Db, mostKept = MOST_KEPT) {
    this.#db = db
    this.#mostKept = mostKept
  }

  /** Shares the answer with whoever asks the same at the same time. */
  shared (question: string, produce: () => Promise<RenderedAnswer>): Promise<RenderedAnswer> {
    return this.#asked.run(question, produce)
  }

  /**
   * Keeps the answer as well, for as long as the database says that nothing was committed since. For what follows from
   * rows alone, and not from the time of day.
   */
  async cached (question: string, produce: () => Promise<RenderedAnswer>): Promise<RenderedAnswer> {
    const moment = await this.#moments.run('', () => snapshotId(this.#db))
    const kept = moment === this.#moment ? this.#kept.get(question) : undefined
    if (kept !== undefined) return kept
    return this.#asked.run(question, async () => {
      // What is found now may hold more than there was at that moment, and then it is not the moment any more.
      const answer = await produce()
      this.#remember(question, answer, moment)
      return answer
    })
  }

  /** As long as there is room: with the next commit all of it goes. */
  #remember (question: string, answer: RenderedAnswer, moment: string) {
    if (moment !== this.#moment) {
      this.#kept.clear()
      this.#size = 0
      this.#moment = moment
    }
    const size = answer.body.length + question.length + OVERHEAD
    if (this.#kept.has(question) || this.#size + size > this.#mostKept) return
    this.#kept.set(question, answer)
    this.#size += size
  }
}

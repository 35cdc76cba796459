import type { Db } from '../database/connect.ts'
import { momentOf } from '../database/moment.ts'
import { Coalescer } from './coalesce.ts'

/** A rendered answer, for all who ask the same. */
export interface Answer {
  body: Buffer
  etag: string
  link: string | null
}

interface Kept {
  answer: Answer
  /** When it was found. */
  moment: string
}

/** Bytes that are kept in all. */
const MOST_KEPT = 4_000_000

/** Answers to identical questions, each as fresh as if it had been asked alone. */
export class Answers {
  readonly #db: Db
  readonly #asked = new Coalescer<Answer>()
  // While one is on its way, requests are read for the other.
  readonly #moments = new Coalescer<string>(2)
  readonly #kept = new Map<string, Kept>()
  readonly #mostKept: number
  #size = 0

  constructor (db: Db, mostKept = MOST_KEPT) {
    this.#db = db
    this.#mostKept = mostKept
  }

  /** Shares the answer with whoever asks the same at the same time. */
  share (question: string, produce: () => Promise<Answer>): Promise<Answer> {
    return this.#asked.ask(question, produce)
  }

  /**
   * Keeps the answer as well, for as long as the database says that nothing was committed since. For what follows from
   * rows alone, and not from the time of day.
   */
  async keep (question: string, produce: () => Promise<Answer>): Promise<Answer> {
    const moment = await this.#moments.ask('', () => momentOf(this.#db))
    const kept = this.#kept.get(question)
    if (kept?.moment === moment) return kept.answer
    return this.#asked.ask(question, async () => {
      // What is found now may hold more than there was at that moment, and then it is not the moment any more.
      const answer = await produce()
      this.#remember(question, { answer, moment })
      return answer
    })
  }

  /** What was found last stays longest. */
  #remember (question: string, kept: Kept) {
    this.#forget(question)
    this.#kept.set(question, kept)
    this.#size += kept.answer.body.length
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= this.#mostKept) return
      this.#forget(oldest)
    }
  }

  #forget (question: string) {
    this.#size -= this.#kept.get(question)?.answer.body.length ?? 0
    this.#kept.delete(question)
  }
}

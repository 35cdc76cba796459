import { DomainError } from '../contract/errors.ts'

interface Question<T> {
  running: Set<Promise<T>>
  /** The next query, which has not begun. */
  next: Promise<T> | null
}

/**
 * Lets identical questions share an answer and keeps it fresh: a request never joins a query that began before the
 * request came, it waits for the next one. Of each question a few queries run at most, and one waits; nothing is kept
 * after that.
 */
export class SingleFlight<T> {
  readonly #atOnce: number
  readonly #questions = new Map<string, Question<T>>()

  /** @param atOnce queries of one question that may run side by side */
  constructor (atOnce = 1) {
    this.#atOnce = atOnce
  }

  run (key: string, answer: () => Promise<T>): Promise<T> {
    const question = this.#questions.get(key) ?? { running: new Set(), next: null }
    this.#questions.set(key, question)
    question.next ??= this.#answered(question, answer).finally(() => {
      const isOver = question.running.size === 0 && question.next === null
      if (isOver && this.#questions.get(key) === question) this.#questions.delete(key)
    })
    return question.next
  }

  async #answered (question: Question<T>, answer: () => Promise<T>): Promise<T> {
    const { running } = question
    let query: Promise<T>
    try {
      // Requests that arrived together are read together: the query begins when all of them have asked.
      await new Promise(resolve => setImmediate(resolve))
      if (running.size >= this.#atOnce) await Promise.race(running).catch(failForAll)
      query = answer()
      running.add(query)
    } finally {
      question.next = null
    }
    try {
      return await query
    } finally {
      running.delete(query)
    }
  }
}

/** A refusal may not hold any more; a database that did not answer will not do so for those that wait, either. */
function failForAll (error: unknown) {
  if (!(error instanceof DomainError)) throw error
}

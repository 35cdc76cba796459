import { DomainError } from '../contract/errors.ts'
import { SharedDeadline, underDeadline } from './request-deadline.ts'

interface Question<T> {
  running: Set<Promise<T>>
  /** The next query, which has not begun, and the deadline of all who wait for it. */
  next: { answer: Promise<T>, deadline: SharedDeadline } | null
}

/**
 * Single flight that stays fresh: identical questions share one query, but a request never joins a query that began
 * before the request arrived. It waits for the next one. For each question at most `atOnce` queries run and one is
 * queued; no result is cached. Packages for single flight join a running query, which misses rows acknowledged since it
 * began. A query has as long as the one with the most time left of those who share it.
 */
export class SingleFlight<T> {
  readonly #atOnce: number
  readonly #questions = new Map<string, Question<T>>()

  /** @param atOnce queries of one question that may run in parallel */
  constructor (atOnce = 1) {
    this.#atOnce = atOnce
  }

  run (key: string, answer: () => Promise<T>): Promise<T> {
    let question = this.#questions.get(key)
    if (question === undefined) this.#questions.set(key, question = { running: new Set(), next: null })
    question.next ??= this.#begun(key, question, answer)
    question.next.deadline.join()
    return question.next.answer
  }

  #begun (key: string, question: Question<T>, answer: () => Promise<T>): NonNullable<Question<T>['next']> {
    const deadline = new SharedDeadline()
    const answered = underDeadline(deadline, () => this.#answered(question, answer)).finally(() => {
      const isOver = question.running.size === 0 && question.next === null
      if (isOver && this.#questions.get(key) === question) this.#questions.delete(key)
    })
    return { answer: answered, deadline }
  }

  async #answered (question: Question<T>, answer: () => Promise<T>): Promise<T> {
    const { running } = question
    let query: Promise<T>
    try {
      // Requests that arrive in one turn of the event loop share a query: it begins after all of them have joined.
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

/** A domain error may be out of date. A database that did not answer will not answer the waiting requests either. */
function failForAll (error: unknown) {
  if (!(error instanceof DomainError)) throw error
}

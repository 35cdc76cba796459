import { Refusal } from '../fault.ts'

interface Question<T> {
  running: Promise<T>
  begun: boolean
  next: Promise<T> | null
}

/**
 * Lets identical questions share an answer and keeps it fresh: a request never joins a query that began before the
 * request came, it waits for the next one. At most one runs and one waits per question; nothing is kept after that.
 */
export class Coalescer<T> {
  readonly #questions = new Map<string, Question<T>>()

  ask (key: string, answer: () => Promise<T>): Promise<T> {
    const question = this.#questions.get(key)
    if (question === undefined) return this.#start(key, answer)
    if (!question.begun) return question.running
    question.next ??= question.running.then(ignore, failForAll).then(() => this.#start(key, answer))
    return question.next
  }

  #start (key: string, answer: () => Promise<T>): Promise<T> {
    // Requests that arrived together are read together: the query begins when all of them have asked.
    const running = new Promise(resolve => setImmediate(resolve)).then(() => {
      question.begun = true
      return answer()
    })
    const question: Question<T> = { running, begun: false, next: null }
    this.#questions.set(key, question)
    const forget = (error?: unknown) => {
      if (question.next === null || isForAll(error)) this.#questions.delete(key)
    }
    running.then(() => { forget() }, forget)
    return running
  }
}

function ignore () {}

/** A refusal may not hold any more; a database that did not answer will not do so for those that wait, either. */
function isForAll (error: unknown): boolean {
  return error !== undefined && !(error instanceof Refusal)
}

function failForAll (error: unknown) {
  if (isForAll(error)) throw error
}

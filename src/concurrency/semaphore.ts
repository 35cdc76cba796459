import { Busy } from '../contract/errors.ts'
import { waitAtMost } from './request-deadline.ts'

/** Connections reserved for readers. */
const RESERVED_FOR_READERS = 2

/** How many may write at a time over a pool of so many connections: all but two, and always one. */
export function writersAtOnce (connections: number): number {
  return Math.max(1, connections - RESERVED_FOR_READERS)
}

interface Waiting {
  /** Milliseconds that one waits for its turn, unless the deadline of its request is over before. */
  timeout: number
  /** The error of one that waited so long; `Busy` if none is named. */
  refusal?: (detail: string) => Error
}

/**
 * A counting semaphore with a queue (FIFO) and a timeout. It limits how many do the same kind of work at a time: of
 * writers, so that readers always find a connection, and of spreadsheets. Not reentrant: work that runs inside it and
 * enters again waits for itself.
 */
export class Semaphore {
  #free: number
  readonly #waiting: Waiting
  readonly #queue = new Set<() => void>()

  /** @param places how many run at a time */
  constructor (places: number, waiting: Waiting) {
    this.#free = places
    this.#waiting = waiting
  }

  /** @throws the refusal when the wait times out; what `work` throws */
  async run<T> (work: () => Promise<T>): Promise<T> {
    await this.#enter()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter (): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    const { timeout: limit, refusal = detail => new Busy(detail) } = this.#waiting
    const timeout = waitAtMost(limit)
    await new Promise<void>((resolve, reject) => {
      const enter = () => { clearTimeout(timer); resolve() }
      const timer = setTimeout(() => {
        this.#queue.delete(enter)
        reject(refusal(`no turn within ${timeout} ms; ${this.#queue.size} more are queued`))
      }, timeout)
      this.#queue.add(enter)
    })
  }

  #leave () {
    const [next] = this.#queue
    if (next === undefined) {
      this.#free++
      return
    }
    this.#queue.delete(next)
    next()
  }
}

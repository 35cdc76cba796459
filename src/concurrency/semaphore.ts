import { Busy } from '../contract/errors.ts'

/** Connections reserved for readers. */
const RESERVED_FOR_READERS = 2

/**
 * A counting semaphore with a queue (FIFO) and a timeout. Limits how many writers use the database at a time, so that
 * readers always find a connection. Not reentrant: work that runs inside it and enters again waits for itself.
 */
export class Semaphore {
  #free: number
  readonly #timeout: number
  readonly #queue = new Set<() => void>()

  /**
   * @param connections of the pool; all but two may write, and always one
   * @param timeout milliseconds that a writer waits for its turn
   */
  constructor (connections: number, timeout = 1_500) {
    this.#free = Math.max(1, connections - RESERVED_FOR_READERS)
    this.#timeout = timeout
  }

  /** @throws Busy when the wait times out; what `work` throws */
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
    await new Promise<void>((resolve, reject) => {
      const enter = () => { clearTimeout(timer); resolve() }
      const timer = setTimeout(() => {
        this.#queue.delete(enter)
        reject(new Busy(`no turn to write within ${this.#timeout} ms; ${this.#queue.size} more are queued`))
      }, this.#timeout)
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

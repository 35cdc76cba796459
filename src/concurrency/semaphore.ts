import { Busy } from '../contract/errors.ts'

/** Connections that writers leave to readers. */
const KEPT_FOR_READERS = 2

/**
 * Lets so many writers at a time to the database that readers always find a connection. Who waits is let through in
 * the order of coming. Not to be passed by work that has passed already: it would wait for itself.
 */
export class Semaphore {
  #free: number
  readonly #patience: number
  readonly #waiting = new Set<() => void>()

  /**
   * @param connections of the pool; all but two may write, and always one
   * @param patience milliseconds that a writer waits
   */
  constructor (connections: number, patience = 1_500) {
    this.#free = Math.max(1, connections - KEPT_FOR_READERS)
    this.#patience = patience
  }

  /** @throws Busy when it was not let through in time; what `work` throws */
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
      const letThrough = () => { clearTimeout(timer); resolve() }
      const timer = setTimeout(() => {
        this.#waiting.delete(letThrough)
        reject(new Busy(`no turn to write within ${this.#patience} ms, and ${this.#waiting.size} more wait`))
      }, this.#patience)
      this.#waiting.add(letThrough)
    })
  }

  #leave () {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free++
      return
    }
    this.#waiting.delete(next)
    next()
  }
}

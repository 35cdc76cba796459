import { withoutDeadline } from './request-deadline.ts'

export interface BackgroundJobOptions {
  /** Does all that there is to do, and breaks off where it is stopped. */
  run: (isStopped: () => boolean) => Promise<void>
  /** Whether an error passes, such as of a busy database: what is left is looked for again. */
  passes: (error: Error) => boolean
  onFailure: (error: unknown) => void
  /** Milliseconds between two looks for what another process has left. */
  lookEvery?: number | undefined
}

const LOOK_EVERY = 10_000

/** Work beside the requests, one run after the other: when it is asked for, and from time to time. */
export class BackgroundJob {
  readonly #options: BackgroundJobOptions
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | null = null
  #isAsked = false
  #isStopped = false

  constructor (options: BackgroundJobOptions) {
    this.#options = options
    this.#timer = setInterval(() => { this.begin() }, options.lookEvery ?? LOOK_EVERY).unref()
  }

  /** Looks for work, or once more when it is at some. */
  begin () {
    this.#isAsked = true
    // Not under the deadline of the request that asks for it.
    this.#running ??= withoutDeadline(() => this.#runAll()).finally(() => { this.#running = null })
  }

  /** Breaks off what it is at, which is then done by the next process. */
  async stop (): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#running
  }

  async #runAll (): Promise<void> {
    const { run, passes, onFailure } = this.#options
    while (this.#isAsked && !this.#isStopped) {
      this.#isAsked = false
      try {
        await run(() => this.#isStopped)
      } catch (error) {
        if (!passes(error as Error)) onFailure(error)
      }
    }
  }
}

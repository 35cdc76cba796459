import type { Db } from '../../database/connect.ts'
import { failureOf } from '../../database/errors.ts'
import { withoutDeadline } from '../../concurrency/request-deadline.ts'
import { beginJob, failJob, nextJob, runJob } from './commands.ts'
import type { Progress } from './move.ts'

export interface CorrectionOptions {
  /** For the transaction of a job, whose statements may take minutes. */
  db: Db
  /** Shows how far a job is, on another connection than its own; left out: there is none, so it shows at the end. */
  showProgress?: (id: number, progress: Progress) => Promise<void>
  onFailure: (error: unknown) => void
  /** Milliseconds between two looks for jobs that another process has left. */
  lookEvery?: number
}

const LOOK_EVERY = 10_000

class Stopped extends Error {}

/**
 * Runs the jobs that move dossiers to other fields, one after the other: those of this process when they are asked for,
 * and those that another process has left. Of processes that look at the same time one runs a job.
 */
export class CorrectionRunner {
  readonly #options: CorrectionOptions
  readonly #timer: NodeJS.Timeout
  #running: Promise<void> | null = null
  #isAsked = false
  #isStopped = false

  constructor (options: CorrectionOptions) {
    this.#options = options
    this.#timer = setInterval(() => { this.begin() }, options.lookEvery ?? LOOK_EVERY).unref()
  }

  /** Looks for jobs, or once more when it is at one. */
  begin () {
    this.#isAsked = true
    // Not under the deadline of the request that asks for it.
    this.#running ??= withoutDeadline(() => this.#runAll()).finally(() => { this.#running = null })
  }

  /** Breaks a job off, which is then done by the next process. */
  async stop (): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#running
  }

  async #runAll (): Promise<void> {
    while (this.#isAsked && !this.#isStopped) {
      this.#isAsked = false
      try {
        await this.#runOpen()
      } catch (error) {
        // What is busy or lost now is looked for again.
        if (failureOf(error as Error) === undefined && !(error instanceof Stopped)) this.#options.onFailure(error)
      }
    }
  }

  async #runOpen (): Promise<void> {
    const { db, showProgress } = this.#options
    for (let job = await nextJob(db); job !== undefined && !this.#isStopped; job = await nextJob(db)) {
      const { id } = job
      await beginJob(db, id)
      try {
        const isElsewhere = await runJob(db, job, async progress => {
          await showProgress?.(id, progress)
          if (this.#isStopped) throw new Stopped()
        })
        if (isElsewhere) return
      } catch (error) {
        if (failureOf(error as Error) !== undefined || error instanceof Stopped) throw error
        this.#options.onFailure(error)
        await failJob(db, id)
      }
    }
  }
}

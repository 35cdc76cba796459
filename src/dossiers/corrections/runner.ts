import type { Db } from '../../database/connect.ts'
import { failureOf } from '../../database/errors.ts'
import { BackgroundJob } from '../../concurrency/background-job.ts'
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

class Stopped extends Error {}

/**
 * Runs the jobs that move dossiers to other fields, one after the other: those of this process when they are asked for,
 * and those that another process has left. Of processes that look at the same time one runs a job.
 */
export class CorrectionRunner extends BackgroundJob {
  constructor (options: CorrectionOptions) {
    const { onFailure, lookEvery } = options
    // What is busy or lost now is looked for again.
    super({ run: isStopped => runOpen(options, isStopped), passes, onFailure, lookEvery })
  }
}

async function runOpen ({ db, showProgress, onFailure }: CorrectionOptions, isStopped: () => boolean): Promise<void> {
  for (let job = await nextJob(db); job !== undefined && !isStopped(); job = await nextJob(db)) {
    const { id } = job
    await beginJob(db, id)
    try {
      const isElsewhere = await runJob(db, job, async progress => {
        await showProgress?.(id, progress)
        if (isStopped()) throw new Stopped()
      })
      if (isElsewhere) return
    } catch (error) {
      if (passes(error as Error)) throw error
      onFailure(error)
      await failJob(db, id)
    }
  }
}

function passes (error: Error): boolean {
  return failureOf(error) !== undefined || error instanceof Stopped
}

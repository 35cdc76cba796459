import { BackgroundJob } from '../../concurrency/background-job.ts'
import type { Semaphore } from '../../concurrency/semaphore.ts'
import type { Db } from '../../database/connect.ts'
import { failureOf } from '../../database/errors.ts'
import { knownUnits, nextSender, takeInChunk } from './take-in.ts'

interface WaitingOptions {
  db: Db
  /** Chunks take their turn with what is sent. */
  writers: Pick<Semaphore, 'run'>
  onFailure: (error: unknown) => void
  /** Milliseconds between two looks for what other processes have left. */
  lookEvery?: number | undefined
}

/**
 * Takes dossiers in that waited for units and procedures, when these are posted. Of processes that look at the same
 * time one takes a chunk in.
 */
export class WaitingRunner extends BackgroundJob {
  constructor ({ db, writers, onFailure, lookEvery }: WaitingOptions) {
    const passes = (error: Error) => failureOf(error) !== undefined
    super({ run: isStopped => takeIn(db, writers, isStopped), passes, onFailure, lookEvery })
  }
}

async function takeIn (db: Db, writers: Pick<Semaphore, 'run'>, isStopped: () => boolean): Promise<void> {
  const units = await knownUnits(db)
  for (let next = await nextSender(db, units); next !== undefined && !isStopped(); next = await nextSender(db, units)) {
    const sender = next
    if (await writers.run(() => takeInChunk(db, sender, units)) === 0) return
  }
}

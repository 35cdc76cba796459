import type { NamedUnit } from '../../catalogue/units/resolve.ts'
import { BackgroundJob } from '../../concurrency/background-job.ts'
import type { Semaphore } from '../../concurrency/semaphore.ts'
import type { Db } from '../../database/connect.ts'
import { failureOf } from '../../database/errors.ts'
import { failVersion, knownUnits, nextSender, nextVersions, takeInChunk, type Sender } from './take-in.ts'

interface WaitingOptions {
  db: Db
  /** Chunks take their turn with what is sent. */
  writers: Pick<Semaphore, 'run'>
  onFailure: (error: unknown) => void
  /** Milliseconds between two looks for what other processes have left. */
  lookEvery?: number | undefined
}

const passes = (error: unknown) => failureOf(error as Error) !== undefined

/**
 * Takes dossiers in that waited for units and procedures, when these are posted. Of processes that look at the same
 * time one takes a chunk in.
 */
export class WaitingRunner extends BackgroundJob {
  constructor (options: WaitingOptions) {
    const { onFailure, lookEvery } = options
    super({ run: isStopped => takeIn(options, isStopped), passes, onFailure, lookEvery })
  }
}

async function takeIn (options: WaitingOptions, isStopped: () => boolean): Promise<void> {
  const { db } = options
  const units = await knownUnits(db)
  for (let next = await nextSender(db, units); next !== undefined && !isStopped(); next = await nextSender(db, units)) {
    if (await takeSome(options, next, units, isStopped) === 0) return
  }
}

/**
 * Takes a chunk in. Where that fails and not because of the database, its versions are taken in one by one, and those
 * that fail again are left out from then on: one of them must not hold up all that came after it.
 * @returns how many versions it has looked at; 0: another process takes them in
 */
async function takeSome (
  { db, writers, onFailure }: WaitingOptions, sender: Sender, units: readonly NamedUnit[], isStopped: () => boolean
): Promise<number> {
  try {
    return await writers.run(() => takeInChunk(db, sender, units))
  } catch (error) {
    if (passes(error)) throw error
    onFailure(error)
  }
  const ids = await nextVersions(db, sender, units)
  for (const id of ids) {
    if (isStopped()) break
    try {
      await writers.run(() => takeInChunk(db, sender, units, id))
    } catch (error) {
      if (passes(error)) throw error
      onFailure(error)
      await failVersion(db, sender, id)
    }
  }
  return ids.length
}

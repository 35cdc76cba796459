import { failureOf } from './errors.ts'

/** Milliseconds to wait before each further try: half a minute in all, in which a failover is usually over. */
const PAUSES = [250, 500, 1_000, 3_000, 6_000, 10_000, 10_000]

/**
 * Does work again while the database is busy or unavailable. The work must be safe to repeat.
 * @throws what the last try throws; at once for any other error, and when the disk is full
 */
export async function withRetries<T> (work: () => Promise<T>, pauses: readonly number[] = PAUSES): Promise<T> {
  for (const pause of pauses) {
    try {
      return await work()
    } catch (error) {
      const failure = failureOf(error as Error)
      if (failure === undefined || failure === 'full') throw error
    }
    await new Promise(resolve => setTimeout(resolve, pause))
  }
  return work()
}

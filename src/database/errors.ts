import { DatabaseError } from 'pg'
import { Busy } from '../contract/errors.ts'

/** Why the database failed, where the request is not at fault. */
export type Failure = 'busy' | 'unavailable' | 'full'

/**
 * SQLSTATE classes: https://www.postgresql.org/docs/current/errcodes-appendix.html
 * @returns undefined for anything else, such as a bug
 */
export function failureOf (error: Error): Failure | undefined {
  if (error instanceof Busy) return 'busy'
  const { code: state = '' } = error as { code?: string }
  if (error instanceof DatabaseError) {
    if (state.startsWith('40') || ['55P03', '57014', '25P03'].includes(state)) return 'busy'
    if (state.startsWith('08') || state.startsWith('57P') || state === '53300') return 'unavailable'
    return state === '53100' ? 'full' : undefined
  }
  const lost = ['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT'].includes(state)
  // The message of the pool when all connections are in use; for a lost server it has another.
  if (error.message === 'timeout exceeded when trying to connect') return 'busy'
  return lost || /Connection terminated|not queryable/.test(error.message) ? 'unavailable' : undefined
}

import { DatabaseError } from 'pg'
import { Busy } from '../contract/errors.ts'

/** A server that takes no writes: a standby, or the former primary after a failover. */
const READ_ONLY = '25006'

/** What the system says when nothing answers at an address, or nothing has it for the moment. */
const LOST = [
  'ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'
]

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
    const isUnavailable = state.startsWith('08') || state.startsWith('57P') || ['53300', READ_ONLY].includes(state)
    if (isUnavailable) return 'unavailable'
    return state === '53100' ? 'full' : undefined
  }
  // The message of the pool when all connections are in use; for a lost server it has another.
  if (error.message === 'timeout exceeded when trying to connect') return 'busy'
  return LOST.includes(state) || /Connection terminated|not queryable/.test(error.message) ? 'unavailable' : undefined
}

/** Whether another server, or the same one later, must take what this one refuses. */
export function isReadOnly (error: unknown): boolean {
  return (error as { code?: string }).code === READ_ONLY
}

import { AsyncLocalStorage } from 'node:async_hooks'

/** A request may always wait so long, in ms: what is free in a moment is worth it, however long it has worked. */
const LEAST = 100
/** Limits of waits are whole steps, in ms, so that a connection does not get a new one before each statement. */
const STEP = 100

/**
 * When the waits of a request end, all of them: for its turn, for a connection, and for the locks of each statement. A
 * wait has a limit of its own, too, and their sum would have none. Work is not limited: a large batch goes on, but when
 * its deadline is over it hardly waits any more.
 */
export class RequestDeadline {
  #at: number
  #paused: number | null = null

  constructor (milliseconds: number) {
    this.#at = performance.now() + milliseconds
  }

  /** Milliseconds; below 0 when it is over. */
  left (): number {
    return this.#paused ?? this.#at - performance.now()
  }

  /** Until `resume` no time is spent. */
  pause () {
    this.#paused = this.left()
  }

  /** @param more milliseconds that are added */
  resume (more: number) {
    this.#at = performance.now() + this.left() + more
    this.#paused = null
  }
}

// Not a parameter: everything below a request would have to pass it on, and one that forgets is enough.
const current = new AsyncLocalStorage<Pick<RequestDeadline, 'left'> | undefined>()

/** Limits all waits of the work, and of what it calls. */
export function underDeadline<T> (deadline: Pick<RequestDeadline, 'left'>, work: () => T): T {
  return current.run(deadline, work)
}

/** The deadline of work for several requests: that of the one which has the most time left. */
export class SharedDeadline {
  #latest: Pick<RequestDeadline, 'left'> = { left: () => -Infinity }

  /** Adds the request that asks for the work. */
  join () {
    const own = current.getStore() ?? { left: () => Infinity }
    if (own.left() > this.#latest.left()) this.#latest = own
  }

  left (): number {
    return this.#latest.left()
  }
}

/** For what may go on long after its request would have been refused, such as a stream. */
export function withoutDeadline<T> (work: () => T): T {
  return current.run(undefined, work)
}

/**
 * How long to wait at most, now.
 * @param limit of the wait itself, in ms
 */
export function waitAtMost (limit: number): number {
  const left = current.getStore()?.left() ?? limit
  return Math.min(limit, Math.max(LEAST, Math.floor(left / STEP) * STEP))
}

// Preloaded where tests run, in place of a package of tap. That finds the test to which an error belongs that nothing
// caught, by a hook for each promise, and these take a sixth of the time of all tests. Here the error fails the file.
// In JavaScript, and not sure of its hooks, as tests also start a Node.js that is too old.
import module from 'node:module'

module.registerHooks?.({
  resolve: (specifier, context, next) => specifier === 'async-hook-domain'
    ? { url: import.meta.url, shortCircuit: true }
    : next(specifier, context)
})

const events = /** @type {const} */ (['uncaughtException', 'unhandledRejection'])

/** @typedef {(error: unknown, event: string) => void} OnError */

/** @type {OnError | undefined} Of the outermost test of the process, which is the first. */
let outermost

/** As that of `async-hook-domain`. */
export class Domain {
  /** @param {OnError} onerror */
  constructor (onerror) {
    this.onerror = onerror
    if (outermost !== undefined) return
    outermost = onerror
    for (const event of events) process.on(event, error => { onerror(error, event) })
  }

  destroy () {
    if (this.onerror !== outermost) return
    for (const event of events) process.removeAllListeners(event)
  }
}

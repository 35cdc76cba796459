import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DestinationStream } from 'pino'

/** Characters that are passed on together. */
const BLOCK = 4_096
/** Milliseconds after which lines are written, however few there are. */
const FLUSH_INTERVAL = 1_000
/** Characters that wait for a reader, some four thousand lines. What comes on top is lost. */
const MAX_WAITING = 1_048_576
/** Milliseconds that the end of the process waits for a reader. */
const PATIENCE = 1_000
const NOT_READ = 'it is not read, or too slowly'

export interface LogBuffer extends DestinationStream {
  flushSync: () => void
  /** Writes what is left, as far as it is read soon. */
  close: () => Promise<void>
  /** Lines that were not written. */
  readonly lost: number
}

/**
 * The log, in blocks. It never waits for a reader or fails: what cannot be written is counted, and later lines are
 * tried again.
 *
 * pino's own destination is not used. Its flush on exit repeats a failed write forever, and it writes to a pipe in a
 * thread that the end of the process waits for. A stream of Node.js writes to a pipe without blocking. To a file it
 * writes in the calling thread, where a block costs some microseconds.
 * @param out such as `process.stdout`
 * @param onFirstLoss called once
 */
export function logBuffer (out: Writable, onFirstLoss: (reason: string) => void): LogBuffer {
  let block = ''
  let lines = 0
  let waiting = 0
  let lost = 0
  const lose = (count: number, reason: string) => {
    if (lost === 0) onFirstLoss(reason)
    lost += count
  }
  const passOn = () => {
    const [text, count] = [block, lines]
    block = ''
    lines = 0
    if (out.writableLength > MAX_WAITING) return lose(count, NOT_READ)
    waiting += count
    out.write(text, error => {
      waiting -= count
      if (error != null) lose(count, error.message)
    })
  }
  // Each failed write reaches its callback too.
  out.on('error', () => {})
  const flushSync = () => { if (lines > 0) passOn() }
  setInterval(flushSync, FLUSH_INTERVAL).unref()
  process.on('exit', flushSync)
  return {
    flushSync,
    write (line) {
      block += line
      lines++
      if (block.length >= BLOCK) passOn()
    },
    async close () {
      flushSync()
      const written = new Promise(resolve => { out.write('', resolve) })
      await Promise.race([written, sleep(PATIENCE)])
      if (waiting > 0) lose(waiting, NOT_READ)
    },
    get lost () { return lost }
  }
}

import { pino, type DestinationStream } from 'pino'

/** Characters that are passed on together, each of three bytes at most in UTF-8. */
const BLOCK = 4_096
/** Milliseconds after which lines are written, however few there are. */
const FLUSH_INTERVAL = 1_000

/**
 * Standard output in blocks, so that no request waits for the disk. Lines are buffered before they reach pino's
 * destination, because that measures its whole buffer on each write.
 */
export function logBuffer (): DestinationStream & { flushSync: () => void } {
  const out = pino.destination({ sync: false, minLength: 3 * BLOCK })
  let lines = ''
  const passOn = () => {
    out.write(lines)
    lines = ''
  }
  // Called on exit, and by pino after a fatal line. The first flush empties pino's buffer, so that the rest stays below
  // `minLength` and no asynchronous write starts, which could be lost when the process ends.
  const flushSync = () => {
    out.flushSync()
    passOn()
    out.flushSync()
  }
  setInterval(() => {
    passOn()
    out.flush()
  }, FLUSH_INTERVAL).unref()
  process.on('exit', flushSync)
  return {
    flushSync,
    write (line) {
      lines += line
      if (lines.length >= BLOCK) passOn()
    }
  }
}

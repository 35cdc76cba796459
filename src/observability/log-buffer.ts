import { pino, type DestinationStream } from 'pino'

/** Characters that are handed on together, each of three bytes at most. */
const BLOCK = 4_096
/** Milliseconds until a line is written, however few there are. */
const PATIENCE = 1_000

/**
 * Standard output in blocks: a line for each request must not wait for the disk. Lines are gathered before they come
 * to pino's destination, which reads all that it holds again for each that it gets.
 */
export function logBuffer (): DestinationStream & { flushSync: () => void } {
  const out = pino.destination({ sync: false, minLength: 3 * BLOCK })
  let lines = ''
  const handOn = () => {
    out.write(lines)
    lines = ''
  }
  // At the end, and by pino after what is fatal. Where nothing else is held, what is handed on is too little to be
  // written in the background, where the end of the process would overtake it.
  const flushSync = () => {
    out.flushSync()
    handOn()
    out.flushSync()
  }
  setInterval(() => {
    handOn()
    out.flush()
  }, PATIENCE).unref()
  process.on('exit', flushSync)
  return {
    flushSync,
    write (line) {
      lines += line
      if (lines.length >= BLOCK) handOn()
    }
  }
}

import { pino, type DestinationStream } from 'pino'

const BLOCK = 16_384
/** Milliseconds until a line is written, however few there are. */
const PATIENCE = 1_000

/**
 * Standard output in blocks: a line for each request must not wait for the disk. Lines are gathered here because
 * `minLength` of pino's destination reads all that is gathered again for each line.
 */
export function logBlocks (): DestinationStream {
  const out = pino.destination({ sync: false })
  let lines = ''
  const flush = () => {
    if (lines === '') return
    out.write(lines)
    lines = ''
  }
  setInterval(flush, PATIENCE).unref()
  process.on('exit', () => {
    flush()
    out.flushSync()
  })
  return {
    write (line) {
      lines += line
      if (lines.length >= BLOCK) flush()
    }
  }
}

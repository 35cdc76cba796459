import type { Logger } from 'pino'

/** Tells the person who starts the service something. @param fields the same for programs */
export type Announce = (text: string, fields: object) => void

/**
 * A terminal shows plain text, and the log takes a line, whatever its level.
 * @param out such as `process.stdout`
 */
export function announcer (out: { isTTY?: boolean, write: (text: string) => unknown }, logger: Logger): Announce {
  if (out.isTTY === true) return text => { out.write(`${text}\n`) }
  const log = logger.child({}, { level: 'info' })
  return (text, fields) => { log.info(fields, text) }
}

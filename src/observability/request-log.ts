import { symbols, type Logger } from 'pino'

/** What is logged of a request. Without a value a field is left out. */
export interface LoggedRequest {
  id: string
  client: string | undefined
  method: string
  route: string
  url: string
  status: number
  /** How long it took. */
  ms: number
  address: string
  trace_id?: string
  parent_id?: string
}

/** As the level `info` is called in a line. */
const INFO = 30

/**
 * Logs requests as a logger of pino would at level `info`, in the same lines. It would look up for each field of each
 * request how it is written and whether it is a secret, which takes three times as long as to write it.
 * @param logger a logger that takes no lines at that level, or is none of pino, is passed over
 */
export function requestLog (logger: object): (request: LoggedRequest) => void {
  if (!isPino(logger) || !logger.isLevelEnabled('info')) return () => {}
  const { [symbols.streamSym]: stream } = logger
  return ({ id, client, method, route, url, status, ms, address, trace_id: trace, parent_id: parent }) => {
    const asker = client === undefined ? '' : `,"client":${JSON.stringify(client)}`
    const asked = `"method":"${method}","route":"${route}","url":${JSON.stringify(url)}`
    const ended = `"status":${status},"ms":${ms},"address":${JSON.stringify(address)}`
    const traced = trace === undefined ? '' : `,"trace_id":"${trace}","parent_id":"${parent}"`
    stream.write(`{"level":${INFO},"time":${Date.now()},"id":"${id}"${asker},${asked},${ended}${traced},"msg":"request completed"}\n`)
  }
}

function isPino (logger: object): logger is Logger & { [symbols.streamSym]: { write: (line: string) => void } } {
  return symbols.streamSym in logger
}

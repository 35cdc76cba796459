import type { Socket } from 'node:net'
import type { App } from './context.ts'

export interface ConnectionBounds {
  /** Connections at a time. */
  total: number
  /** Connections of one address. */
  perAddress: number
}

/** Descriptors for what is no connection of a client: the database, files, threads. */
const RESERVED_DESCRIPTORS = 256
/** More connections than this would need more memory than descriptors. */
const MAX_CONNECTIONS = 10_000

/**
 * How many connections fit into the descriptors of a process. One address gets half of them.
 * @param descriptors that a process may open
 * @param isBehindProxy then all connections come from the address of the proxy
 */
export function connectionBounds (descriptors: number, isBehindProxy: boolean): ConnectionBounds {
  const total = Math.min(MAX_CONNECTIONS, Math.max(descriptors - RESERVED_DESCRIPTORS, Math.floor(descriptors / 2)))
  return { total, perAddress: isBehindProxy ? total : Math.ceil(total / 2) }
}

interface Limits {
  userLimits: { open_files: { soft: number | 'unlimited' } }
}

/** Descriptors that this process may open. @param report of Node.js about its process */
export function descriptorLimit (report: object = process.report.getReport()): number {
  const { userLimits } = report as Limits
  // `unlimited` is not a number.
  return Number(userLimits.open_files.soft) || MAX_CONNECTIONS + RESERVED_DESCRIPTORS
}

/**
 * Closes connections over a bound as soon as they are accepted, and then idle ones too, so that the next client gets
 * in. Whatever is wrong with accepting them, such as a lack of descriptors, does not end the process.
 * @param onRefused called for each connection that is closed
 */
export function boundConnections (
  { server, log }: App, { total, perAddress }: ConnectionBounds, onRefused: () => void
) {
  const connections = new Map<string, number>()
  server.maxConnections = total

  server.on('drop', () => {
    onRefused()
    server.closeIdleConnections()
  })

  server.on('connection', (socket: Socket) => {
    // `undefined` if the client has closed it already.
    const address = String(socket.remoteAddress)
    const count = (connections.get(address) ?? 0) + 1
    connections.set(address, count)
    socket.once('close', () => {
      const left = connections.get(address)! - 1
      if (left === 0) connections.delete(address)
      else connections.set(address, left)
    })
    if (count <= perAddress) return
    onRefused()
    socket.destroy()
  })

  // An error before the server listens is one of starting.
  server.once('listening', () => {
    server.on('error', error => { log.error({ err: error }, 'a connection was not accepted') })
  })
}

import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Address } from '../../src/database/connect.ts'

export interface Cable {
  connectionString: string
  pull: () => void
  /** For connections that are opened afterwards. */
  mend: () => void
}

/**
 * A cable to a real database, which can be pulled: then connections are still accepted, but nothing comes through, and
 * nobody is told.
 */
export async function cableTo (t: Test, address: Address): Promise<Cable> {
  const url = new URL('connectionString' in address
    ? address.connectionString
    : `postgres://postgres@${encodeURIComponent(address.host)}/postgres`)
  const [host, databasePort] = [decodeURIComponent(url.hostname), Number(url.port || 5432)]
  const sockets = new Set<Socket>()
  let pulled = false
  const server = createServer(near => {
    const far = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${databasePort}`)) : connect(databasePort, host)
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from)
      from.on('data', data => { if (!pulled) to.write(data) })
      from.on('close', () => { sockets.delete(from); to.destroy() })
      from.on('error', () => {})
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => { server.close(); for (const socket of sockets) socket.destroy() })
  const { port } = server.address() as AddressInfo
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    connectionString: url.href,
    pull: () => { pulled = true },
    mend: () => { pulled = false }
  }
}

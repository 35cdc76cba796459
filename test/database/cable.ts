import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'

export interface Cable {
  connectionString: string
  pull: () => void
  /** For connections that are opened afterwards. */
  mend: () => void
}

/**
 * A cable to a real database, which can be pulled: then connections are still accepted, but nothing comes through, and
 * nobody is told.
 * @param host the folder of the database's socket
 */
export async function cableTo (t: Test, host: string): Promise<Cable> {
  const sockets = new Set<Socket>()
  let pulled = false
  const server = createServer(near => {
    const far = connect(join(host, '.s.PGSQL.5432'))
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
  return {
    connectionString: `postgres://postgres@127.0.0.1:${port}/postgres`,
    pull: () => { pulled = true },
    mend: () => { pulled = false }
  }
}

import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'

const { dataDir, socket } = workerData as { dataDir: string, socket: string }
const port = parentPort!

const database = await PGlite.create({ dataDir })
// Connections cannot set this for themselves: they are one session, and their start-up options are not read.
await database.exec('set plan_cache_mode = force_generic_plan')
const server = new PGLiteSocketServer({ db: database, path: socket, maxConnections: 100 })
await server.start()
port.postMessage('ready')

await once(port, 'message')
await server.stop()
await database.close()

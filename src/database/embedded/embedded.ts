import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { EmbeddedAddress } from '../connect.ts'

export interface Embedded {
  address: EmbeddedAddress
  close: () => Promise<void>
}

/**
 * PostgreSQL without a server: PGlite in a thread of its own, so that a query never holds up requests, behind a
 * Unix socket that only this user can open.
 * @throws when the folder cannot be used, or another process has it open: PGlite itself would let both write.
 */
export async function startEmbedded (dataDir: string): Promise<Embedded> {
  const folder = await writableFolder(dataDir)
    .catch((error: Error) => { throw new Error(`the folder ${dataDir} cannot be written: ${error.message}`, { cause: error }) })
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  // Not in the data folder itself: a socket's path may be no longer than some hundred bytes.
  const socketDir = join(tmpdir(), `cchc-${name}`)
  await mkdir(socketDir, { recursive: true, mode: 0o700 })
  const lock = await takeLock(join(socketDir, 'lock'), dataDir)
  const socket = join(socketDir, '.s.PGSQL.5432')
  await rm(socket, { force: true })

  // Without the flags of this process, which are for its own code.
  const options = { workerData: { dataDir: folder, socket }, execArgv: [] }
  const worker = new Worker(new URL('worker.ts', import.meta.url), options)
  // Not by once(), which would reject with an error of the worker instead of waiting for its end.
  const ended = new Promise(resolve => { worker.on('exit', resolve) })
  const close = async () => {
    worker.postMessage('close')
    await ended
    await new Promise(resolve => lock.close(resolve))
    await rm(socketDir, { recursive: true, force: true })
  }
  try {
    await once(worker, 'message')
  } catch (error) {
    await close()
    throw new Error(`the embedded database in ${dataDir} cannot be opened: ${(error as Error).message}`)
  }
  // All connections are one session, which mixes up the messages of concurrent queries: so there is one connection, and
  // requests wait longer for it than for one of a server. It stays open: what it prepared outlives it in the session.
  const limits = { max: 1, connectionTimeoutMillis: 15_000, idleTimeoutMillis: 0 }
  return { address: { host: socketDir, user: 'postgres', database: 'postgres', ...limits }, close }
}

/** PGlite cannot follow a link, and a folder has one lock by whatever name: the path is without links. */
async function writableFolder (path: string): Promise<string> {
  // Not `recursive`, which repeats itself forever where the system lets nobody make a folder, such as in /proc.
  const missing: string[] = []
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.unshift(folder)
  for (const folder of missing) await mkdir(folder).catch(unlessThere)
  const folder = await realpath(path)
  // PGlite says nothing of why it cannot write.
  await rm(await mkdtemp(join(folder, 'writable-')), { recursive: true })
  return folder
}

/** Another process that starts at the same time makes the same folders. The lock decides which of the two uses them. */
function unlessThere (error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

/** Listening is the lock: the system ends it with the process, however that ends. */
async function takeLock (path: string, dataDir: string): Promise<Server> {
  try {
    return await listening(path)
  } catch {
    if (await answers(path)) throw new Error(`the embedded database in ${dataDir} is open in another process`)
    // A process that was killed leaves the socket file behind.
    await rm(path, { force: true })
    return listening(path)
  }
}

async function listening (path: string): Promise<Server> {
  const server = createServer().listen(path)
  await once(server, 'listening')
  return server.unref()
}

async function answers (path: string): Promise<boolean> {
  const socket = connect(path)
  const answered = await once(socket, 'connect').then(() => true, () => false)
  socket.destroy()
  return answered
}

import { accessSync, constants, statfsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Test } from 'tap'
import type { Address } from '../src/database/connect.ts'
import type { Embedded } from '../src/database/embedded/embedded.ts'
import { copyData } from './data-folder.ts'
import type { Reply, Request } from './embedded-thread.ts'
import { TEMPLATE_DIR } from './template.ts'

/** Where databases of tests are: in memory if there is room, as a disk is slow to create so many small files. */
export const MEMORY = hasRoom('/dev/shm', 2 ** 30) ? '/dev/shm' : tmpdir()

interface Asked {
  resolve: () => void
  reject: (error: Error) => void
}

let thread: Worker | undefined
const asked = new Map<number, Asked>()
let copies = 0

/** A folder with a copy of the template, or of an empty database, which opens faster than a new one. */
export async function copyTemplate (t: Test, template = TEMPLATE_DIR): Promise<string> {
  const folder = await mkdtemp(join(MEMORY, 'cchc-test-'))
  t.teardown(() => rm(folder, { recursive: true }))
  copyData(template, folder)
  return folder
}

/**
 * A copy of the template, or of an empty database, as an embedded database. All of a process share one thread, where
 * opening another takes a quarter of the time: the code of PostgreSQL is loaded and compiled once.
 */
export async function openCopy (template = TEMPLATE_DIR): Promise<Embedded> {
  const folder = await mkdtemp(join(MEMORY, 'cchc-test-'))
  const id = copies++
  await ask({ id, open: { folder, template } })
  const limits = { max: 1, connectionTimeoutMillis: 15_000, idleTimeoutMillis: 0 }
  return {
    address: { host: folder, user: 'postgres', database: 'postgres', ...limits },
    close: () => ask({ id })
  }
}

/** What configures a process for a database that another serves. The embedded one is one session, and without fsync. */
export function settingsFor (address: Address): Record<string, string> {
  return {
    DATABASE_URL: 'connectionString' in address ? address.connectionString
      : `postgres://postgres@${encodeURIComponent(address.host)}/postgres`,
    POOL_SIZE: '1', ALLOW_UNSAFE_DURABILITY: 'true', PUBLIC_READ: 'true'
  }
}

function ask (request: Request): Promise<void> {
  thread ??= start()
  // It keeps the process from ending only as long as somebody waits for it.
  thread.ref()
  thread.postMessage(request)
  return new Promise((resolve, reject) => { asked.set(request.id, { resolve, reject }) })
}

function start (): Worker {
  // Without the flags of this process, which are for its own code, and without what NODE_OPTIONS preload: that counts
  // coverage, for a sixth of the time, and the thread runs nothing of the service.
  const { NODE_OPTIONS: _, ...env } = process.env
  const worker = new Worker(new URL('embedded-thread.ts', import.meta.url), { execArgv: [], env })
  worker.on('message', ({ id, error }: Reply) => {
    const { resolve, reject } = asked.get(id)!
    asked.delete(id)
    if (asked.size === 0) worker.unref()
    if (error === undefined) resolve()
    else reject(new Error(error))
  })
  return worker
}

function hasRoom (folder: string, bytes: number): boolean {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= bytes
  } catch {
    return false
  }
}

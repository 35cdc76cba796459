import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parentPort } from 'node:worker_threads'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { copyData } from './data-folder.ts'

export interface Request {
  id: number
  /** The empty folder of a database to open, and what it is a copy of; without it the one of that id is closed. */
  open?: { folder: string, template: string }
}

export interface Reply {
  id: number
  error?: string
}

/** The files of PostgreSQL, which each database would read again. */
const BUNDLE = bundleOf(readFileSync(new URL('pglite.data', import.meta.resolve('@electric-sql/pglite'))))

const port = parentPort!
const opened = new Map<number, () => Promise<void>>()

port.on('message', ({ id, open }: Request) => {
  const done = open === undefined ? close(id) : serve(id, open)
  done.then(
    () => { port.postMessage({ id } satisfies Reply) },
    (error: unknown) => { port.postMessage({ id, error: String(error) } satisfies Reply) })
})

/** Serves a copy as `src/database/embedded/worker.ts` does. */
async function serve (id: number, { folder, template }: NonNullable<Request['open']>) {
  const dataDir = join(folder, 'data')
  copyData(template, dataDir)
  const database = await PGlite.create({ dataDir, fsBundle: BUNDLE })
  await database.exec('set plan_cache_mode = force_generic_plan')
  const server = new PGLiteSocketServer({ db: database, path: join(folder, '.s.PGSQL.5432'), maxConnections: 100 })
  await server.start()
  opened.set(id, async () => {
    await server.stop()
    await database.close()
    rmSync(folder, { recursive: true })
  })
}

async function close (id: number) {
  await opened.get(id)!()
  opened.delete(id)
}

/** A blob that hands out its bytes instead of copies: nobody writes to them. */
function bundleOf ({ buffer }: Buffer): Blob {
  const bundle = new Blob()
  bundle.arrayBuffer = async () => buffer as ArrayBuffer
  return bundle
}

import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { serverUser } from '../postgres.ts'

const run = promisify(execFile)

/** A file system that is small enough to be filled up. */
export interface SmallDisk {
  /** For a server's files; its own user may write here. */
  folder: string
  /** Fills it up to so many bytes. */
  fill: (leaving: number) => Promise<void>
  /** Frees what was filled. */
  free: () => Promise<void>
  remove: () => Promise<void>
}

/** @throws Error that says what is missing: mounting is for root, and in containers often not even for root */
export async function mountSmallDisk (megabytes: number): Promise<SmallDisk> {
  const { uid, gid } = await serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'cchc-disk-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=700,uid=${uid},gid=${gid}`, 'tmpfs', folder])
  } catch (error) {
    await rm(folder, { recursive: true })
    throw new Error(`a tmpfs cannot be mounted here: ${(error as Error).message.trim().split('\n').at(-1)}`, { cause: error })
  }
  const unmount = () => { execFileSync('umount', ['--lazy', folder]) }
  process.on('exit', unmount)
  const filling = join(folder, 'filling')
  return {
    folder: join(folder, 'server'),
    fill: async leaving => {
      const { bavail, bsize } = await statfs(folder)
      // Who writes meanwhile may leave less: then it is full, too.
      const bytes = Buffer.alloc(Math.max(0, bavail * bsize - leaving))
      await writeFile(filling, bytes).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOSPC') throw error
      })
    },
    free: () => rm(filling),
    remove: async () => {
      process.off('exit', unmount)
      unmount()
      await rm(folder, { recursive: true })
    }
  }
}

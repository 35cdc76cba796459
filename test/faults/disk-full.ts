import { setTimeout as sleep } from 'node:timers/promises'
import { startPostgres, type Postgres } from '../postgres.ts'
import { skipped, within, type Measurement } from './measurement.ts'
import { LedgerComparison } from './ledger-comparison.ts'
import { Ledger } from './ledger.ts'
import { describeSources, periodsOf, startReporting } from './reporting.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'
import { serve } from './service.ts'

const FULL_MILLISECONDS = 2_000
const RECOVERED_WITHIN = 5_000
const MEGABYTE = 1024 * 1024

/** What is on the small disk. A small log is in segments of 1 MB, and recycles none. */
const PLACES = {
  'tables on a tmpfs that is full': {
    megabytes: 96, leaving: MEGABYTE / 4, server: (folder: string) => ({ dataDir: folder })
  },
  'write-ahead log on a tmpfs that is full': {
    megabytes: 32, leaving: MEGABYTE,
    server: (folder: string) => ({ walDir: folder, initdb: ['--wal-segsize=1'], settings: ['wal_recycle=off'] })
  }
}

/** A disk that is full, once for tables and once for the write-ahead log, without which PostgreSQL itself ends. */
export async function diskFull (cycles: number): Promise<Measurement[]> {
  const measurements: Measurement[] = []
  for (const [fault, { megabytes, leaving, server }] of Object.entries(PLACES)) {
    let disk: SmallDisk
    try {
      disk = await mountSmallDisk(megabytes)
    } catch (error) {
      return [skipped('a disk that is full', (error as Error).message)]
    }
    const postgres = await startPostgres(server(disk.folder))
    try {
      measurements.push(...await filled(postgres, disk, leaving, cycles, new LedgerComparison(fault, [503, 507])))
    } finally {
      await postgres.remove()
      await disk.remove()
    }
  }
  return measurements
}

async function filled (
  postgres: Postgres, disk: SmallDisk, leaving: number, cycles: number, comparison: LedgerComparison
): Promise<Measurement[]> {
  const url = await postgres.createDatabase()
  const target = { service: await serve(url) }
  let slowest = 0
  try {
    await describeSources(target.service)
    for (let cycle = 0; cycle < cycles; cycle++) {
      const ledger = new Ledger()
      const periods = periodsOf(cycle)
      const end = startReporting(ledger, target, periods)
      await ledger.next()
      await disk.fill(leaving)
      await ledger.refused()
      await sleep(FULL_MILLISECONDS)
      await disk.free()
      await postgres.start()
      const ready = performance.now()
      await ledger.next()
      slowest = Math.max(slowest, performance.now() - ready)
      await end()
      await comparison.compare(ledger, periods, target.service, postgres, url)
    }
  } finally {
    await target.service.stop('SIGKILL')
  }
  return [
    ...comparison.measurements,
    within(comparison.fault, `a batch is acknowledged within ${RECOVERED_WITHIN} ms of free space`, slowest, RECOVERED_WITHIN)
  ]
}

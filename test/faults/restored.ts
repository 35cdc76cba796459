import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { procedures } from '../bench/dossiers/desks.ts'
import { postedLine } from '../bench/dossiers/files.ts'
import { histories } from '../bench/dossiers/records.ts'
import { folderOf, type Postgres } from '../postgres.ts'
import { launch } from '../process.ts'
import { none, skipped, type Measurement } from './measurement.ts'
import { Ledger } from './ledger.ts'
import { wrongSums } from './recount.ts'
import { describeSources, periodsOf, startReporting } from './reporting.ts'
import { serve, settingsOf, useKeyOf, type Service } from './service.ts'

const run = promisify(execFile)

const FAULT = 'a dump of a live service, restored into another database'
const DOSSIERS = 2_000
const BATCHES_BEFORE = 20
const BATCHES_AFTER = 20

/** A backup is made while clients post and go on; what is restored from it is consistent, and knows what it lost. */
export async function backupRestored (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const programs = folderOf('pg_dump')
  if (programs === undefined) return [skipped(FAULT, 'needs pg_dump')]
  const found: Found = { sums: [], audit: [], keys: [], feed: [] }
  let batches = 0
  for (let cycle = 0; cycle < cycles; cycle++) {
    const { ledger, url, restored, cursors } = await backedUp(postgres, programs)
    useKeyOf(url, restored)
    const service = await serve(restored)
    try {
      batches += ledger.writes.length
      found.sums.push(...await wrongSums(postgres, restored), ...await wrongRollups(restored))
      found.audit.push(...await postgres.query(WRONG_AUDIT, [], restored))
      found.feed.push(...await wrongFeed(postgres, restored, service, cursors))
      found.keys.push(...await wrongKeys(postgres, restored, service, ledger))
      const { status } = await changes(service, cursors.after)
      if (status !== 410) found.feed.push(`a lost cursor is answered ${status} once its position is taken again`)
      found.sums.push(...await wrongSums(postgres, restored))
    } finally {
      await service.stop('SIGKILL')
    }
  }
  const of = `${cycles} backups, ${batches} batches`
  return [
    none(FAULT, 'all sums are what a recount of the rows finds', found.sums, of),
    none(FAULT, 'every row is as its last change in the audit, and positions have no gaps', found.audit, of),
    none(FAULT, 'a key answers again if its write is in the backup, and otherwise writes', found.keys, of),
    none(FAULT, 'a cursor from before continues, and one from after is refused', found.feed, of)
  ]
}

/** What is not as promised. */
interface Found {
  sums: unknown[]
  audit: unknown[]
  keys: unknown[]
  feed: unknown[]
}

interface Cursors {
  before: string
  after: string
}

/** A service that clients post to, with a backup made in the middle of that. */
async function backedUp (postgres: Postgres, programs: string) {
  const url = await postgres.createDatabase()
  const service = await serve(url)
  const folder = await mkdtemp(join(tmpdir(), 'cchc-backup-'))
  const file = join(folder, 'backup')
  const ledger = new Ledger()
  try {
    await describeSources(service)
    await service.post('/v1/procedures', { items: procedures() })
    const before = await latest(service)
    const endReporting = startReporting(ledger, { service }, periodsOf(0))
    const lines = [...histories(DOSSIERS)].flat().map(postedLine)
    await stream(service, lines.slice(0, lines.length / 2))
    while (ledger.writes.length < BATCHES_BEFORE) await ledger.next()
    // Dossiers come in while the backup is made, too.
    await Promise.all([
      stream(service, lines.slice(lines.length / 2)), run(join(programs, 'pg_dump'), ['-Fc', '-f', file, url])
    ])
    for (let batch = 0; batch < BATCHES_AFTER; batch++) await ledger.next()
    await endReporting()
    const after = await latest(service)
    const restored = await postgres.createDatabase()
    await run(join(programs, 'pg_restore'), ['--exit-on-error', '-d', restored, file])
    return { ledger, url, restored, cursors: { before, after } }
  } finally {
    await service.stop('SIGKILL')
    await rm(folder, { recursive: true })
  }
}

async function stream ({ send }: Service, lines: string[]): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson' }
  const { status, text } = await send({ method: 'POST', path: '/v1/dossiers?source=one-stop', headers, body: lines.join('') })
  if (status !== 200) throw new Error(`${status} ${text}`)
}

async function wrongRollups (url: string): Promise<string[]> {
  const { code, log } = await launch(settingsOf(url), { script: 'src/dossiers/rollups/cli.ts' }).ended
  return code === 0 ? [] : log.split('\n')
}

const WRONG_AUDIT = `
  select 'positions' as what, max(position)::int as found, count(*)::int as expected from writes
  having max(position) <> count(*) or max(position) <> (select position from change_feed)
  union all
  select 'changes of no write', count(*)::int, 0 from changed_rows
  where not exists (select from writes where writes.province_code = changed_rows.province_code and id = write)
  having count(*) > 0
  union all
  select 'rows that are not as they were changed last', count(*)::int, 0
  from dossier_statistics as stored join lateral (
    select after from changes join writes on writes.province_code = changes.province_code and id = write
    where resource = 'dossier-statistics' and key ->> 'unit' = stored.unit and key ->> 'period' = stored.period
      and key ->> 'source' = stored.source and key ->> 'field' is not distinct from stored.field
    order by position desc limit 1
  ) as last on true
  where (after ->> 'received_direct')::int is distinct from stored.received_direct
  having count(*) > 0`

const CHANGED_SINCE = `
  select count(*)::int from changed_rows join writes on writes.province_code = changed_rows.province_code and id = write
  where position > $1 and resource not in ('clients', 'client-keys')`

async function wrongFeed (
  postgres: Postgres, url: string, service: Service, { before, after }: Cursors
): Promise<unknown[]> {
  const [{ count }] = await postgres.query(CHANGED_SINCE, [before.split('.')[0]], url) as [{ count: number }]
  let reported = 0
  for (let cursor = before, more = true; more;) {
    const { body } = await changes(service, cursor)
    reported += body.items.length
    ;({ next_cursor: cursor, more } = body)
  }
  const lost = await changes(service, after)
  return [
    ...reported === count ? [] : [`${reported} changes are reported of ${count}`],
    ...lost.body.code === 'cursor_of_another_history' ? [] : [`a lost cursor is answered ${lost.status}`]
  ]
}

/** Sends every batch again, as clients do that do not know what the backup holds. */
async function wrongKeys (
  postgres: Postgres, url: string, service: Service, { writes }: Ledger
): Promise<unknown[]> {
  const rows = await postgres.query('select distinct reason from writes', [], url) as { reason: string }[]
  const restored = new Set(rows.map(({ reason }) => reason))
  const wrong: unknown[] = []
  for (const { key, items } of writes) {
    const headers = { 'idempotency-key': key, 'x-reason': key }
    const answer = await service.post('/v1/dossier-statistics', { items }, headers)
    const replayed = answer.headers.get('idempotency-replayed') === 'true'
    if (answer.status !== 200 || replayed !== restored.has(key)) wrong.push({ key, replayed, status: answer.status })
  }
  const lost = writes.filter(({ key }) => !restored.has(key)).length
  return lost > 0 && lost < writes.length ? wrong : [...wrong, `${lost} of ${writes.length} batches came after the backup`]
}

async function latest (service: Service): Promise<string> {
  return (await changes(service, 'latest')).body.next_cursor as string
}

function changes ({ get }: Service, since: string) {
  return get(`/v1/changes?limit=1000&since=${since}`)
}

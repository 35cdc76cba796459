import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { procedures } from '../bench/dossiers/desks.ts'
import { postedLine } from '../bench/dossiers/files.ts'
import { histories, type Version } from '../bench/dossiers/records.ts'
import type { Postgres } from '../postgres.ts'
import { launch } from '../process.ts'
import { none, type Measurement } from './measurement.ts'
import type { Target } from './reporting.ts'
import { serve, settingsOf, type Service } from './service.ts'

const DOSSIERS = 16_000
/** Streams at the same time, with the same lines: as when a client gives up waiting too early. */
const STREAMS = 2
const BLOCK = 500
/** Milliseconds after each block, so that a stream takes a while. */
const PAUSE = 10

/** PostgreSQL killed in the middle of streams of dossiers: the service goes on with them by itself. */
export async function databaseKilledInStream (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  return killedInStream(postgres, cycles, 'PostgreSQL', [], async () => {
    await postgres.kill()
    await postgres.start()
  })
}

/** The service killed in the middle of streams of dossiers, which are sent again from their beginning. */
export async function serviceKilledInStream (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  return killedInStream(postgres, cycles, 'the service', [0], async (target, url) => {
    await target.service.stop('SIGKILL')
    target.service = await serve(url)
  })
}

async function killedInStream (
  postgres: Postgres, cycles: number, what: string, allowed: number[],
  kill: (target: Target, url: string) => Promise<void>
): Promise<Measurement[]> {
  const fault = `SIGKILL of ${what} in the middle of ${STREAMS} streams of the same dossiers`
  const url = await postgres.createDatabase()
  const target = { service: await serve(url) }
  const found: Found = { lost: [], surplus: [], audit: [], answers: [] }
  const early: unknown[] = []
  const refused: unknown[] = []
  const wrong: unknown[] = []
  const all: Version[][] = []
  let lines = 0
  try {
    await target.service.post('/v1/procedures', { items: procedures() })
    for (let cycle = 0; cycle < cycles; cycle++) {
      const sent = dossiersOf(cycle)
      const stream = [...sent.map(([first]) => first!), ...sent.flatMap(([, ...later]) => later)].map(postedLine)
      lines += stream.length
      let isOver = false
      const sending = Promise.all(Array.from({ length: STREAMS }, () => sendUntilTaken(target, stream)))
      sending.catch(() => {}).finally(() => { isOver = true })
      const share = (1 + cycle % 5) / 8
      while (!isOver && await storedSince(postgres, url, cycle) < share * DOSSIERS) await sleep(10)
      await kill(target, url)
      if (await storedSince(postgres, url, cycle) === DOSSIERS) early.push(cycle)
      for (const { refusals, answer } of await sending) {
        refused.push(...refusals.filter(status => !allowed.includes(status)))
        if (answer['received'] !== stream.length || answer['rejected'] !== 0) wrong.push(answer)
      }
      all.push(...sent)
      await compare(found, postgres, url, target.service, all)
    }
    const { code, log } = await launch(settingsOf(url), { script: 'src/dossiers/rollups/cli.ts' }).ended
    const of = `${cycles} kills, ${lines} lines a stream`
    const until = allowed.length === 0 ? 'nothing is refused' : 'nothing is refused by a service that runs'
    return [
      none(fault, 'the kill comes before all is in', early, of),
      none(fault, `every stream ends in 200 with each of its lines; until then ${until}`, [...refused, ...wrong], of),
      none(fault, 'every dossier is there as its newest version', found.lost, of),
      none(fault, 'none is there that nobody sent', found.surplus, of),
      none(fault, 'the audit tells each creation and each version once', found.audit, of),
      none(fault, 'on-time answers equal a count of what was sent', found.answers, of),
      none(fault, 'a recount finds every sum right', code === 0 ? [] : log.split('\n'), of)
    ]
  } finally {
    await target.service.stop('SIGKILL')
  }
}

/** Each cycle has dossiers of its own: of each, all the versions that are sent. */
function dossiersOf (cycle: number): Version[][] {
  return [...histories((cycle + 1) * DOSSIERS)].slice(cycle * DOSSIERS)
}

async function storedSince (postgres: Postgres, url: string, cycle: number): Promise<number> {
  const [{ count }] = await postgres.query('select count(*)::int from dossiers', [], url) as [{ count: number }]
  return count - cycle * DOSSIERS
}

interface Taken {
  /** Statuses that were not 200, in order; 0 for no answer. */
  refusals: number[]
  answer: Record<string, number>
}

async function sendUntilTaken (target: Target, lines: string[]): Promise<Taken> {
  const refusals: number[] = []
  for (;;) {
    const { status, body } = await sendOnce(target.service, lines)
    if (status === 200) return { refusals, answer: JSON.parse(body) as Record<string, number> }
    if (status !== 0 && status < 500) throw new Error(`${status} ${body}`)
    refusals.push(status)
    await sleep(50)
  }
}

async function sendOnce ({ address, headers }: Service, lines: string[]): Promise<{ status: number, body: string }> {
  const sending = request(`${address}/v1/dossiers?source=one-stop`, {
    method: 'POST', headers: { ...headers, 'content-type': 'application/x-ndjson' }
  })
  const body = Readable.from(paced(lines))
  body.pipe(sending)
  try {
    const [response] = await once(sending, 'response') as [IncomingMessage]
    return { status: response.statusCode!, body: await text(response) }
  } catch {
    return { status: 0, body: '' }
  } finally {
    body.destroy()
    sending.on('error', () => {}).destroy()
  }
}

async function * paced (lines: string[]) {
  for (let i = 0; i < lines.length; i += BLOCK) {
    yield lines.slice(i, i + BLOCK).join('')
    await sleep(PAUSE)
  }
}

/** What is not as it was sent. */
interface Found {
  lost: unknown[]
  surplus: unknown[]
  audit: unknown[]
  answers: unknown[]
}

const STORED = `
  select code, unit, procedure, channel, status, received_at, due_at, finished_at, returned_at, updated_at, supplements,
    coalesce(versions, 0) as versions
  from dossiers left join (
    select province_code, code, count(*)::int as versions from dossier_versions group by province_code, code
  ) as kept using (province_code, code)`

const AUDITED = `
  select key ->> 'code' as code, count(*) filter (where action = 'created')::int as created,
    count(*) filter (where action = 'updated')::int as updated, count(*)::int as told
  from changed_rows where resource = 'dossiers' group by 1`

interface Audited {
  code: string
  created: number
  updated: number
  /** How often in all. */
  told: number
}

async function compare (found: Found, postgres: Postgres, url: string, service: Service, sent: Version[][]) {
  const newest = new Map(sent.map(versions => [versions[0]!.code, newestOf(versions)]))
  const rows = await postgres.query(STORED, [], url) as (Stored & { code: string, versions: number })[]
  const stored = new Map(rows.map(row => [row.code, row]))
  for (const [code, version] of newest) {
    const row = stored.get(code)
    if (row === undefined || textOf(row) !== textOf(asStored(version))) found.lost.push(row ?? code)
  }
  found.surplus.push(...rows.filter(({ code }) => !newest.has(code)))

  const audited = await postgres.query(AUDITED, [], url) as Audited[]
  if (audited.length !== rows.length) found.audit.push({ audited: audited.length, stored: rows.length })
  found.audit.push(...audited.filter(({ code, created, updated, told }) => (
    created !== 1 || updated !== stored.get(code)?.versions || told !== created + updated)))

  const { body } = await service.get('/v1/on-time?basis=records&from=2020-01-01&to=2031-12-31&group_by=unit&limit=10000')
  const answered = (body.items as Record<string, unknown>[])
    .map(row => [row['unit'], row['received'], row['resolved'], row['pending']].join())
  const counted = [...newest.values()].filter(({ status }) => status !== 1 && status !== 3)
  const expected = [...Map.groupBy(counted, ({ unit }) => unit)].map(([unit, dossiers]) => {
    const resolved = dossiers.filter(({ status }) => status >= 7).length
    return [unit, dossiers.length, resolved, dossiers.length - resolved].join()
  })
  if (answered.toSorted().join('; ') !== expected.toSorted().join('; ')) found.answers.push({ answered, expected })
}

/** Not always the one that was sent last. */
function newestOf (versions: Version[]): Version {
  return versions.reduce((newest, version) => version.updated_at > newest.updated_at ? version : newest)
}

type Stored = ReturnType<typeof asStored>

function asStored ({ supplement, ...version }: Version) {
  return { ...version, supplements: supplement === null ? null : [supplement] }
}

/** The same for the same, whatever instants are written in. */
function textOf ({ unit, procedure, channel, status, supplements, ...dossier }: Stored): string {
  const instants = [dossier.received_at, dossier.due_at, dossier.finished_at, dossier.returned_at, dossier.updated_at]
  const asked = supplements?.map(({ requested_at, completed_at, old_due_at, new_due_at }) => (
    [requested_at, completed_at, old_due_at, new_due_at].map(millisecondsOf)))
  return JSON.stringify([unit, procedure, channel, status, instants.map(millisecondsOf), asked])
}

function millisecondsOf (instant: string | null): number | null {
  return instant === null ? null : new Date(instant).getTime()
}

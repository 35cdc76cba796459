import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Postgres } from '../postgres.ts'
import { none, within, type Measurement } from './measurement.ts'
import { serve, type Answer, type Service } from './service.ts'
import { COMMUNES, itemsOf, month } from './statistics.ts'

const POOL_SIZE = 4
const CLIENTS = 3 * POOL_SIZE
const HELD_MILLISECONDS = 5_000
const ANSWERED_WITHIN = 2_000
const RECOVERED_WITHIN = 2_000
/** New connections are not held where the old ones are stopped. */
const REPLACED_WITHIN = 4_000

const POSTS = Array.from({ length: POOL_SIZE }, (_, i) => ({
  path: '/v1/dossier-statistics', body: { items: itemsOf(COMMUNES.slice(i, i + 1), month(i), 'together', 70) }
}))
const QUESTIONS = [
  '/v1/on-time?period=2021-Q3&group_by=level', '/v1/on-time?period=2021-Q3&group_by=level,field', '/v1/dossier-statistics?limit=10',
  '/v1/units?limit=10'
].map(path => ({ path, body: undefined }))

interface Held {
  /** Lets go of what is held. */
  release: () => Promise<void>
}

/** Ways in which a database can be there and not answer. */
const HOLDS: Record<string, (postgres: Postgres, url: string) => Promise<Held>> = {
  'all connections of the pool wait for a lock (units)': (_, url) => lock(url, 'units'),
  'dossier_statistics is locked': (_, url) => lock(url, 'dossier_statistics'),
  'statistics_by_level is locked': (_, url) => lock(url, 'statistics_by_level'),
  'a backend is stopped (SIGSTOP)': (postgres, url) => stopBackends(postgres, url, 1),
  'all backends are stopped (SIGSTOP)': (postgres, url) => stopBackends(postgres, url, POOL_SIZE)
}

/** A database that holds up whoever asks it: the service says so soon, and goes on by itself when it is let go. */
export async function databaseHeld (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const url = await postgres.createDatabase()
  const service = await serve(url, { POOL_SIZE: String(POOL_SIZE) })
  const measurements: Measurement[] = []
  try {
    for (const [fault, hold] of Object.entries(HOLDS)) {
      const rounds: Round[] = []
      for (let cycle = 0; cycle < cycles; cycle++) rounds.push(await round(service, postgres, url, hold))
      measurements.push(...measurementsOf(fault, rounds))
    }
  } finally {
    await service.stop('SIGKILL')
  }
  return measurements
}

interface Round {
  answers: Answer[]
  /** From the beginning to the last answer other than 200, in ms. */
  lasted: number
  /** What /livez took, in ms. */
  alive: number[]
  /** From the release to answers from all that was asked, in ms. */
  recovery: number
  leaked: string[]
}

async function round (
  service: Service, postgres: Postgres, url: string, hold: (postgres: Postgres, url: string) => Promise<Held>
): Promise<Round> {
  await usable(service, url)
  // Takes longer than other writes may. What its connections are allowed, the next to use them is not.
  for (const precedence of [101, 102]) await service.put('/v1/sources/together', { name: 'Kiểm thử', precedence, synthetic: true })
  const held = await hold(postgres, url)
  const since = performance.now()
  const until = since + HELD_MILLISECONDS
  const watched = watch(service, until)
  const { answers, lasted } = await pressed(service, since, until)
  const alive = await watched
  await held.release()
  const released = performance.now()
  while (!await allAnswered(service) && performance.now() - released < 10 * RECOVERED_WITHIN) await sleep(50)
  const recovery = performance.now() - released
  return { answers, lasted, alive, recovery, leaked: await leaksOf(service, postgres, url) }
}

/** Every client asks one thing after another, on and on. */
async function pressed (service: Service, since: number, until: number) {
  const answers: Answer[] = []
  let lasted = 0
  await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => {
    while (performance.now() < until) {
      const step = answers.length + client
      const { path, body } = (client % 2 === 0 ? POSTS : QUESTIONS)[step % 4]!
      const answer = body === undefined ? await service.get(path) : await service.post(path, body)
      if (answer.status !== 200) lasted = performance.now() - since
      answers.push(answer)
    }
  }))
  return { answers, lasted }
}

async function watch (service: Service, until: number): Promise<number[]> {
  const alive: number[] = []
  while (performance.now() < until) {
    const { status, ms } = await service.get('/livez')
    alive.push(status === 200 ? ms : Infinity)
    await sleep(20)
  }
  return alive
}

async function allAnswered (service: Service): Promise<boolean> {
  const posts = POSTS.map(({ path, body }) => service.post(path, body))
  const answers = await Promise.all([...posts, ...QUESTIONS.map(({ path }) => service.get(path))])
  return answers.every(({ status }) => status === 200)
}

const IDLE = `select count(*)::int as connections, count(*) filter (where state <> 'idle')::int as busy
  from pg_stat_activity where application_name = 'cchc-statistics' and datname = current_database()`

/** Nothing may be left over: no connection too many, none that still does something, none that is lost to the pool. */
async function leaksOf (service: Service, postgres: Postgres, url: string): Promise<string[]> {
  const deadline = performance.now() + RECOVERED_WITHIN
  const activity = async () => (await postgres.query(IDLE, [], url))[0] as { connections: number, busy: number }
  while ((await activity()).busy > 0 && performance.now() < deadline) await sleep(50)
  const { connections, busy } = await activity()
  return [
    ...(busy > 0 ? [`${busy} connections are still busy`] : []),
    ...(connections > POOL_SIZE ? [`${connections} connections of ${POOL_SIZE}`] : []),
    ...(await usable(service, url).then(() => [], (error: Error) => [error.message]))
  ]
}

const WAITING = `select count(*)::int as waiting from pg_stat_activity
  where application_name = 'cchc-statistics' and datname = current_database() and wait_event_type = 'Lock'`

/** @throws Error unless all connections of the pool can be used at the same time, and then are given back */
async function usable (service: Service, url: string) {
  const observer = await connected(url)
  const { release } = await lock(url, 'dossier_statistics')
  // Not posts: of these so many are let through that some connections are left.
  const asked = Promise.all(Array.from({ length: POOL_SIZE }, (_, i) => service.get(`/v1/dossier-statistics?limit=${i + 1}`)))
  const deadline = performance.now() + 1_000
  let waiting = 0
  while (waiting < POOL_SIZE && performance.now() < deadline) {
    waiting = (await observer.query<{ waiting: number }>(WAITING)).rows[0]!.waiting
  }
  await release()
  await observer.end()
  const statuses = (await asked).map(({ status }) => status)
  if (waiting < POOL_SIZE) throw new Error(`${waiting} of ${POOL_SIZE} connections could be used at once: ${statuses.join()}`)
  if (statuses.some(status => status !== 200)) throw new Error(`questions were answered ${statuses.join()}`)
}

async function connected (url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

async function lock (url: string, table: string): Promise<Held> {
  const client = await connected(url)
  await client.query('begin')
  await client.query(`lock table ${table} in access exclusive mode`)
  return { release: () => client.end() }
}

async function stopBackends (postgres: Postgres, url: string, count: number): Promise<Held> {
  const backends = await postgres.query(
    'select pid from pg_stat_activity where application_name = \'cchc-statistics\' and datname = current_database() limit $1', [count], url
  ) as { pid: number }[]
  for (const { pid } of backends) process.kill(pid, 'SIGSTOP')
  return { release: async () => { for (const { pid } of backends) process.kill(pid, 'SIGCONT') } }
}

function measurementsOf (fault: string, rounds: Round[]): Measurement[] {
  const answers = rounds.flatMap(({ answers }) => answers)
  const refused = answers.filter(({ status }) => status === 503)
  const others = answers.filter(({ status }) => status !== 503 && status !== 200)
  const slowest = Math.max(...answers.map(({ ms }) => ms))
  const leaked = rounds.flatMap(({ leaked }) => leaked)
  return [
    none(fault, 'every answer is 200 or 503', others.map(({ status, text }) => `${status} ${text}`), `${answers.length} answers, ${refused.length} of them 503`),
    within(fault, `every answer comes within ${ANSWERED_WITHIN} ms`, slowest, ANSWERED_WITHIN),
    within(fault, '/livez answers 200 within 500 ms all the while', Math.max(...rounds.flatMap(({ alive }) => alive)), 500),
    within(fault, `all is answered 200 within ${RECOVERED_WITHIN} ms of its end`, Math.max(...rounds.map(({ recovery }) => recovery)), RECOVERED_WITHIN),
    ...(fault.includes('SIGSTOP') ? [within(
      fault, `within ${REPLACED_WITHIN} ms other connections are made, and all is answered 200`,
      Math.max(...rounds.map(({ lasted }) => lasted)), REPLACED_WITHIN)] : []),
    none(fault, 'all connections are idle afterwards, and all can be used', leaked, `${rounds.length} rounds`)
  ]
}

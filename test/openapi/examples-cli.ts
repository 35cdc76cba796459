// Records what the service answers to the examples of its contract, for its documentation: on a database of its own
// with the sample data. With --check it only compares.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buildApp } from '../../src/app.ts'
import { keyOf } from '../../src/access/auth/api-keys.ts'
import { createClientKey, putClient } from '../../src/access/clients/commands.ts'
import { SCOPES } from '../../src/contract/caller.ts'
import { connect, type Db } from '../../src/database/connect.ts'
import { startEmbedded } from '../../src/database/embedded/embedded.ts'
import { migrate } from '../../src/database/migrations/migrate.ts'
import type { Examples } from '../../src/openapi/examples.ts'
import { load } from '../../src/seed/load.ts'
import { runOwnWrite } from '../../src/writes/unit-of-work.ts'
import { documentedRequest, operationsOf, type Document, type Operation, type Request } from './contract.ts'
import { EXAMPLE_KEY, givenExamples, givenReports } from './given.ts'
import { fixed } from './recorded.ts'

const FILE = new URL('../../openapi/examples.json', import.meta.url)
/** Of who asks, so that the audit names the same key each time. */
const KEY = `cchc_89abcdef01234567_${'A'.repeat(43)}`
const START = Date.now()
const isCheck = process.argv.includes('--check')

type Ask = (request: Request) => Promise<{ status: number, body: unknown }>

// What was recorded before could be of another contract.
if (!isCheck) await writeFile(FILE, textOf({ answers: {}, problems: {} }))
const examples = textOf(await onFreshService(record))
if (!isCheck) await writeFile(FILE, examples)
else if (await readFile(FILE, 'utf8').catch(() => '') !== examples) {
  console.error('openapi/examples.json is not what the service answers: run npm run write:contract and review the difference')
  process.exitCode = 1
}

function textOf (examples: Examples): string {
  return `${JSON.stringify(examples, null, 2)}\n`
}

async function onFreshService<T> (work: (ask: Ask, db: Db) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cchc-examples-'))
  const embedded = await startEmbedded(folder)
  const { db, close } = connect(embedded.address, { max: 1, onLost: console.error, timeLimits: 'relaxed' })
  await migrate(db)
  await load(db, 'true')
  await runOwnWrite(db, 'first start', 'createDevelopmentKey', async write => {
    await putClient(write, 'developer', { name: 'Phát triển và chạy thử', scopes: [...SCOPES] }, 0)
    return createClientKey(write, 'developer', 0, keyOf(KEY)!)
  })
  // A busy machine is no reason to refuse.
  const app = await buildApp({ db, http: { maxEventLoopDelay: 0 } })
  try {
    return await work(async ({ headers, ...request }) => {
      const { authorization = `Bearer ${KEY}`, ...others } = headers ?? {}
      const sent = { ...request, headers: { ...(authorization === '' ? {} : { authorization }), ...others } }
      const { statusCode: status, body, headers: { 'content-type': type } } = await app.inject(sent as object)
      return { status, body: /json$/.test(String(type).split(';')[0]!) ? JSON.parse(body) as unknown : null }
    }, db)
  } finally {
    await app.close()
    await close()
    await embedded.close()
    await rm(folder, { recursive: true })
  }
}

async function record (ask: Ask, db: Db): Promise<Examples> {
  const { body: document } = await ask({ method: 'GET', url: '/openapi.json' })
  const operations = operationsOf(document as Document)
  const answers = new Map<string, unknown>()
  let problems: Examples['problems'] = {}
  const put = sending(ask, 'PUT')
  const post = sending(ask, 'POST')
  await givenReports({ db, post })
  // The first import has an error to list.
  await post('/v1/imports?source=one-stop', '{', { 'content-type': 'application/x-ndjson' })
  const answer = async (operation: Operation) => {
    const { status, body } = await ask(documentedRequest(operation))
    assert.equal(status, 200, `${operation.operationId}: ${JSON.stringify(body)}`)
    if (body !== null) answers.set(operation.operationId, body)
  }
  // The unit that other examples are about.
  const isFirst = ({ operationId: id }: Operation) => id === 'postUnits'
  for (const operation of operations.filter(isFirst)) await answer(operation)
  // What is written is there to be read before it is deleted.
  for (const method of ['put', 'post', 'get', 'delete']) {
    if (method === 'get') {
      await givenExamples({ db, put, post }, operations)
      await changeSomething(put)
    }
    if (method === 'delete') problems = await recordProblems(ask)
    for (const operation of operations.filter(one => one.method === method && !isFirst(one))) await answer(operation)
  }
  const ids = operations.map(({ operationId }) => operationId).filter(id => answers.has(id)).sort()
  return fixed({ answers: Object.fromEntries(ids.map(id => [id, answers.get(id)])), problems }, START)
}

/** For the audit, which lists the latest change first. */
async function changeSomething (put: ReturnType<typeof sending>) {
  const client = { name: 'Trung tâm Phục vụ hành chính công', source: 'one-stop', scopes: ['read', 'write:dossiers'], unit: 'H56-381' }
  const reason = { 'x-reason': 'Two more offices' }
  for (const limit of [60, 600, 900]) await put('/v1/clients/bim-son', { ...client, requests_per_minute: limit }, reason)
}

function sending (ask: Ask, method: 'PUT' | 'POST') {
  return (url: string, payload: unknown, headers: Record<string, string> = {}) => ask({ method, url, payload, headers })
}

/** What clients meet most, by a request that leads to it. */
async function recordProblems (ask: Ask): Promise<Examples['problems']> {
  const row = {
    unit: 'H56-380', period: '2021-Q4', source: 'one-stop', field: 'land', received_online: 120, received_direct: 800,
    carried_over: 80, resolved_in_time: 900, resolved_overdue: 120, pending: 80
  }
  const statistics = { method: 'POST', url: '/v1/dossier-statistics', payload: { items: [row] } } as const
  const elsewhere = { ...row, unit: 'H56-381' }
  const requests: Request[] = [
    { method: 'GET', url: '/v1/on-time?period=2021-Q3&group_by=levels' },
    { ...statistics, headers: { authorization: '' } },
    { ...statistics, headers: { authorization: `Bearer ${EXAMPLE_KEY}` }, payload: { items: [elsewhere] } },
    { method: 'GET', url: '/v1/units/H56-999' },
    { method: 'PUT', url: '/v1/sources/one-stop', headers: { 'if-match': '"99"' }, payload: { name: 'x', precedence: 1, synthetic: false } },
    statistics
  ]
  const answers = []
  for (const request of requests) answers.push(await ask(request))
  answers.push(await whileStreaming(ask))
  const problems = answers.map(({ body }) => body as { status: number, title: string, code: string })
  for (const problem of problems) assert.ok(problem.code, JSON.stringify(problem))
  return Object.fromEntries(problems.map(problem => [problem.code, problem]))
}

/** The answer to a stream with the key of one that is still running. */
async function whileStreaming (ask: Ask) {
  const body = new PassThrough()
  const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'stream-1' }
  const stream = { method: 'POST', url: '/v1/imports?source=one-stop', headers } as const
  const running = ask({ ...stream, payload: body })
  const isRunning = async () => {
    const { body: imports } = await ask({ method: 'GET', url: '/v1/imports' })
    return (imports as { items: { state: string }[] }).items.some(({ state }) => state === 'running')
  }
  while (!await isRunning());
  const refused = await ask({ ...stream, payload: '{}' })
  body.end()
  await running
  return refused
}

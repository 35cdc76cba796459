import { randomBytes } from 'node:crypto'
import { launch } from '../process.ts'
import type { Postgres } from '../postgres.ts'
import { none, type Measurement } from './measurement.ts'
import { serve, type Sent } from './service.ts'

const FAULT = 'secrets pushed through every error path'

/** What must not come out again: a key, one that is not well-formed, a token. */
function newSecrets (): string[] {
  const random = () => randomBytes(32).toString('base64url')
  const token = ['{"alg":"RS256"}', '{"sub":"canary"}', random()].map(part => Buffer.from(part).toString('base64url')).join('.')
  return [`cchc_${randomBytes(8).toString('hex')}_${random()}`, `cchc_canary00_${random()}`, token]
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** Requests that carry a secret where a credential belongs, and where people put one by mistake. */
function requestsWith (secret: string): Sent[] {
  const item = { unit: secret, period: secret, source: secret, [secret]: secret, received: secret }
  const json = { 'content-type': 'application/json' }
  const get = (path: string, headers: Record<string, string> = {}) => ({ method: 'GET', path, headers, body: null })
  const post = (path: string, body: string, headers: Record<string, string> = {}) => (
    { method: 'POST', path, headers: { ...json, ...headers }, body })
  return [
    ...[`Bearer ${secret}`, `bearer  ${secret}`, secret, `Token ${secret}`, basic(secret, 'x'), basic('x', secret), basic(secret, secret)]
      .map(authorization => get('/v1/units', { authorization })),
    get('/v1/units', { authorization: '', 'x-api-key': secret }),
    get('/v1/units', { 'x-api-key': secret }),
    ...['/v1/units?api_key=', '/v1/units?', '/v1/units?level=', '/v1/units?cursor=', '/v1/on-time?period=', '/v1/units/',
      '/v1/periods/', '/v1/reports/H56/', '/v1/clients/', '/v1/changes?since=', '/', '/docs/', '/v1/dossier-statistics?unit='
    ].map(path => get(path + secret)),
    get('/v1/units', { accept: secret, traceparent: secret, 'if-none-match': secret, 'x-forwarded-for': secret }),
    post('/v1/dossier-statistics', JSON.stringify({ items: [item] })),
    post('/v1/dossier-statistics', JSON.stringify({ [secret]: 1 })),
    post('/v1/dossier-statistics', `{"items": ${secret}`),
    post('/v1/dossier-statistics', '{"items": []}', { 'x-reason': secret, 'idempotency-key': secret }),
    post('/v1/dossier-statistics', '{"items": [1]}', { 'x-reason': secret, 'idempotency-key': secret }),
    post('/v1/procedures', JSON.stringify({ items: [{ code: secret, name: secret, field: secret, level: secret, interlinked: secret }] })),
    post('/v1/indicator-values', JSON.stringify({ items: [{ unit: 'H56', period: secret, indicator: secret, printed: secret }] })),
    post('/v1/dossier-statistics', secret, { 'content-type': secret }),
    { method: 'PUT', path: `/v1/sources/${secret}`, headers: { ...json, 'if-match': secret }, body: '{}' },
    { method: 'PUT', path: '/v1/sources/canary', headers: { ...json, 'x-reason': `new key ${secret}` }, body: JSON.stringify({ name: 'x', precedence: 1, synthetic: true }) },
    { method: 'PUT', path: '/v1/clients/canary', headers: json, body: JSON.stringify({ name: 'x', scopes: [secret], unit: secret }) },
    { method: 'DELETE', path: `/v1/clients/faults/keys/${secret}`, headers: {}, body: null }
  ]
}

/** Secrets come in by every way there is; none comes out in an answer, a log or the audit. */
export async function secretsKept (postgres: Postgres, cycles: number): Promise<Measurement[]> {
  const url = await postgres.createDatabase()
  const service = await serve(url, { TRUST_PROXY: 'true' })
  const told: string[] = []
  const all: string[] = []
  let sent = 0
  try {
    for (let cycle = 0; cycle < cycles; cycle++) {
      for (const secret of newSecrets()) {
        all.push(secret)
        for (const request of requestsWith(secret)) {
          sent++
          const { text, headers } = await service.send(request)
          if (`${text}${JSON.stringify([...headers])}`.includes(secret)) told.push(`${request.method} ${request.path}: ${text}`)
        }
      }
    }
    const password = randomBytes(16).toString('hex')
    all.push(password)
    const refused = await launch({ DATABASE_URL: `postgres://canary:${password}@127.0.0.1:1/none` }).ended
    const { log, errors } = await service.stop('SIGTERM')
    const rows = await postgres.query('select to_jsonb(writes) as write, to_jsonb(changes) as change from writes join changes on write = id', [], url)
    const audit = JSON.stringify(rows)
    const [key] = Object.values(service.headers).map(value => value.replace('Bearer ', ''))
    const written = { log, errors, audit, 'refused start': refused.log + refused.errors }
    const kept = Object.entries(written).flatMap(([where, text]) => (
      [...all, key!].filter(secret => text.includes(secret)).map(secret => `${where}: ${secret}`)))
    return [
      none(FAULT, 'none is in an answer', told, `${sent} requests`),
      none(FAULT, 'none is in the log, on stderr or in the audit', kept, `${all.length + 1} secrets`)
    ]
  } finally {
    await service.stop('SIGKILL')
  }
}

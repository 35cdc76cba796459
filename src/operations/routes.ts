import { Type } from 'typebox'
import type { Caller } from '../contract/caller.ts'
import type { App, Context } from '../http/context.ts'
import { problems } from '../http/response/error-handler.ts'
import { requestLog } from '../observability/request-log.ts'
import { redactSecrets } from '../text/redact.ts'
import { traceOf } from '../http/request/trace-context.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import { reachDatabase } from './queries.ts'

const Status = Type.Object({ status: Type.String() }, { additionalProperties: false, examples: [{ status: 'ok' }] })

/** How long a database that was reached counts as reachable, in milliseconds. */
const REACHED_FOR = 1_000

export async function operationRoutes (app: App, { db, metrics, now }: Pick<Context, 'db' | 'metrics' | 'now'>) {
  const { requestDurations } = metrics
  const logRequest = requestLog(app.log)
  app.addHook('onResponse', (request, reply, done) => {
    const { method, headers: { traceparent }, routeOptions } = request
    const { url: route = 'none', config: { hasPrivateAddress = false } } = routeOptions
    const status = reply.statusCode
    const ms = reply.elapsedTime
    requestDurations.observe({ method, route, status }, ms / 1000)
    const url = hasPrivateAddress ? route : redactSecrets(request.url)
    // Behind a proxy it comes from X-Forwarded-For, which can be any text.
    const address = redactSecrets(request.ip)
    const trace = traceparent === undefined ? undefined : traceOf(traceparent as string)
    // What cannot be read has no caller.
    const client = (request.caller as Caller | undefined)?.client ?? undefined
    logRequest({ id: request.id, client, method, route, url, status, ms, address, ...trace })
    done()
  })

  app.get('/livez', {
    config: { isProbe: true },
    schema: {
      operationId: 'getLiveness',
      tags: ['operations'],
      summary: 'Check that the process is running',
      response: { 200: { description: 'The process is running.', ...Status } }
    }
  }, async () => ({ status: 'ok' }))

  // However often it is asked, the database is asked one question at a time, and one a second while it answers.
  const flights = new SingleFlight<void>()
  let reachedAt = -Infinity
  app.get('/readyz', {
    config: { isProbe: true },
    schema: {
      operationId: 'getReadiness',
      tags: ['operations'],
      summary: 'Check that the service can answer requests: it is running and reaches a database that takes writes',
      description: 'The answer is 503 as well while the database is read-only, such as a standby during a failover. An answer that it is ' +
        'ready may be a second old.',
      response: { 200: { description: 'The service can answer requests.', ...Status }, ...problems() }
    }
  }, async () => {
    if (Math.abs(now() - reachedAt) >= REACHED_FOR) {
      await flights.run('', () => reachDatabase(db))
      reachedAt = now()
    }
    return { status: 'ok' }
  })
}

export async function metricsRoutes (app: App, { metrics: { registry } }: Pick<Context, 'metrics'>) {
  app.get('/metrics', {
    config: { scope: 'metrics' },
    schema: {
      operationId: 'getMetrics',
      tags: ['operations'],
      summary: 'Get metrics in the text format of Prometheus',
      description: 'With `AUTH=open` no key is needed.',
      response: { 200: { description: 'Metrics.', content: { 'text/plain': { schema: Type.String() } } } }
    }
  }, async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}

import { collectDefaultMetrics, Histogram, Registry } from '@prometheus-io/client'
import { Type } from 'typebox'
import type { App, Context } from '../http/app.ts'
import { problems } from '../http/problem.ts'
import { reachDatabase } from './queries.ts'

const Status = Type.Object({ status: Type.String() }, { additionalProperties: false, examples: [{ status: 'ok' }] })

export async function operationRoutes (app: App, { db }: Pick<Context, 'db'>) {
  const metrics = new Registry()
  collectDefaultMetrics({ register: metrics })
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics]
  })
  app.addHook('onResponse', (request, reply, done) => {
    const { method, url } = request
    const route = request.routeOptions.url ?? 'none'
    const status = reply.statusCode
    durations.observe({ method, route, status }, reply.elapsedTime / 1000)
    request.log.info({ method, url, route, status, ms: reply.elapsedTime }, 'answered')
    done()
  })

  app.get('/livez', {
    schema: {
      operationId: 'getLiveness',
      tags: ['operations'],
      summary: 'Whether the process runs',
      response: { 200: { description: 'It does.', ...Status } }
    }
  }, async () => ({ status: 'ok' }))

  app.get('/readyz', {
    schema: {
      operationId: 'getReadiness',
      tags: ['operations'],
      summary: 'Whether requests can be answered: the process runs and reaches its database',
      response: { 200: { description: 'They can.', ...Status }, ...problems() }
    }
  }, async () => {
    await reachDatabase(db)
    return { status: 'ok' }
  })

  app.get('/metrics', {
    schema: {
      operationId: 'getMetrics',
      tags: ['operations'],
      summary: 'Measurements in the text format of Prometheus',
      response: { 200: { description: 'Metrics.', content: { 'text/plain': { schema: Type.String() } } } }
    }
  }, async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()))
}

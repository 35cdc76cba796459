import { randomUUID } from 'node:crypto'
import accepts from '@fastify/accepts'
import compress from '@fastify/compress'
import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import underPressure from '@fastify/under-pressure'
import { fastify, LogController, type FastifyBaseLogger, type FastifyServerOptions } from 'fastify'
import { BatchAnswer } from './writes/batch.ts'
import { authenticator } from './access/auth/authenticate.ts'
import { tokenReader } from './access/auth/jwt.ts'
import type { Db } from './database/connect.ts'
import { TIME_LIMITS } from './database/time-limits.ts'
import { Semaphore, writersAtOnce } from './concurrency/semaphore.ts'
import { Busy } from './contract/errors.ts'
import { controlAccess, type AccessOptions } from './access/auth/access-control.ts'
import { ResponseCache } from './http/response/response-cache.ts'
import { boundConnections, type ConnectionBounds } from './http/connections.ts'
import { registerFeatures } from './features.ts'
import type { App, TypeBoxProvider } from './http/context.ts'
import { spreadsheetLimiter } from './http/tables/xlsx.ts'
import { compressedBodies } from './http/body/compressed-body.ts'
import { acceptJson } from './http/body/json-body.ts'
import { corsOptions, type Origins } from './http/response/cors.ts'
import { answerConditionally } from './http/response/etag.ts'
import { answerInLanguages, nameLanguage } from './http/response/language.ts'
import { protectAnswer } from './http/response/security-headers.ts'
import { Problem, sendError, sendUnreadable } from './http/response/error-handler.ts'
import { refuseUnreadable } from './http/response/unreadable.ts'
import { giveDeadlines } from './http/request/deadline.ts'
import { limitRequests } from './http/request/rate-limit.ts'
import { answerUnrouted } from './http/request/unrouted.ts'
import { dropRefusedBodies } from './http/body/refused-body.ts'
import { refuseSlowBodies } from './http/body/slow-body.ts'
import { validatorCompiler } from './http/request/validator-compiler.ts'
import { ImportError, ImportWarning } from './dossiers/imports/schema.ts'
import { documentationOptions, documentOptions } from './openapi/document.ts'
import { contractRoutes } from './openapi/routes.ts'
import { createMetrics, type PoolCounts } from './observability/metrics.ts'
import { OnTimeCaches } from './statistics/on-time/caches.ts'
import { metricsRoutes, operationRoutes } from './operations/routes.ts'
import { Procedure } from './catalogue/procedures/schema.ts'
import { CorrectionRunner, type CorrectionOptions } from './dossiers/corrections/runner.ts'
import { WaitingRunner } from './dossiers/waiting/runner.ts'
import type { Clock } from './time/cut.ts'
import { Document } from './catalogue/unit-changes/schema.ts'

interface AppOptions {
  db: Db
  logger?: FastifyBaseLogger
  access?: AccessOptions
  /** Measured, where they are given. */
  pool?: PoolCounts
  log?: { lost: number }
  /** For one service of a process: it goes on when the service is closed. */
  measuresProcess?: boolean
  now?: Clock
  /** Where corrections of fields run, and waiting dossiers are looked for; left out: beside the requests. */
  corrections?: Partial<Omit<CorrectionOptions, 'onFailure'>>
  http?: {
    corsOrigins?: Origins
    trustProxy?: FastifyServerOptions['trustProxy']
    connections?: ConnectionBounds
    /** Milliseconds that the event loop may be late before requests are refused; 0: any. */
    maxEventLoopDelay?: number
  }
}

const OPEN: AccessOptions = { publicScopes: ['read', 'metrics'], requestsPerMinute: 0, issuer: null }

const SCHEMA_CONTROLLER = {
  compilersFactory: {
    buildValidator: () => validatorCompiler,
    // Answers are what handlers return: the default serializer turns null into 0 and 98.7 into 98.
    buildSerializer: () => () => JSON.stringify
  }
} as unknown as FastifyServerOptions['schemaController'] & object

/** The service without its process: plugins and features, in the order of the contract. */
export async function buildApp (
  {
    db, logger, pool, log, measuresProcess = false, access = OPEN, now = Date.now, corrections: jobs, http = {}
  }: AppOptions
): Promise<App> {
  const app = fastify({
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'id' }),
    frameworkErrors: sendUnreadable,
    clientErrorHandler: refuseUnreadable,
    genReqId: () => randomUUID(),
    trustProxy: http.trustProxy ?? false,
    // A dossier's code of 100 letters, percent-encoded.
    routerOptions: { maxParamLength: 900 },
    bodyLimit: 16 * 1024 * 1024,
    // For headers; bodies may take as long as they arrive at all.
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1_000 },
    requestTimeout: 3_600_000,
    forceCloseConnections: 'idle',
    schemaController: SCHEMA_CONTROLLER
  }).withTypeProvider<TypeBoxProvider>()
  app.setErrorHandler(sendError)
  acceptJson(app)
  // When the service closes, a connection ends with its request: otherwise it would stay open for the next one.
  app.addHook('preClose', async () => { app.server.keepAliveTimeout = 1 })

  await app.register(swagger, documentOptions)
  app.addHook('onRequest', protectAnswer)
  giveDeadlines(app, pool?.options.requestMillis ?? TIME_LIMITS.relaxed.requestMillis)
  refuseSlowBodies(app)
  dropRefusedBodies(app)
  if (http.corsOrigins !== undefined) await app.register(cors, corsOptions(http.corsOrigins))
  const metrics = createMetrics(pool, log, { measuresProcess })
  const { requestsPerMinute } = access
  const limit = await limitRequests(app, { requestsPerMinute, onLimited: () => { metrics.rateLimited.inc() } })
  answerUnrouted(app)
  await app.register(compress, { threshold: 4096, ...compressedBodies })
  await app.register(accepts)
  answerInLanguages(app)
  app.addHook('onSend', nameLanguage)
  app.decorate('spreadsheets', spreadsheetLimiter())
  app.addSchema(Problem)
  app.addSchema(BatchAnswer)
  for (const schema of [ImportError, ImportWarning, Document, Procedure]) app.addSchema(schema)

  const authenticate = authenticator(db, access.issuer === null ? null : tokenReader(db, access.issuer))
  const context = {
    db, writers: writeLimiter(pool), cache: new ResponseCache(db, now), onTimeCaches: new OnTimeCaches(),
    metrics, now
  }
  const runner = new CorrectionRunner({
    db, ...jobs,
    onFailure: error => { app.log.error({ err: error }, 'moving dossiers to other fields failed') }
  })
  const waiting = new WaitingRunner({
    db, ...jobs, writers: context.writers,
    onFailure: error => { app.log.error({ err: error }, 'taking in dossiers that waited failed') }
  })
  for (const job of [runner, waiting]) {
    app.addHook('onReady', async () => { job.begin() })
    app.addHook('onClose', () => job.stop())
  }
  const accessControl = { ...access, authenticate, limit }
  if (http.connections !== undefined) {
    boundConnections(app, http.connections, () => { metrics.refusedConnections.inc() })
  }
  await app.register(async (v1: App) => {
    const { maxEventLoopDelay = 3_000 } = http
    await v1.register(underPressure, { maxEventLoopDelay, pressureHandler: refuseUnderPressure })
    controlAccess(v1, accessControl)
    v1.addHook('onSend', answerConditionally)
    const beginCorrection = () => { runner.begin() }
    const takeInWaiting = () => { waiting.begin() }
    await registerFeatures(v1, { ...context, beginCorrection, takeInWaiting, defaultLimit: requestsPerMinute })
  }, { prefix: '/v1' })
  await operationRoutes(app, context)
  await app.register(async (operations: App) => {
    controlAccess(operations, accessControl)
    await metricsRoutes(operations, context)
  })
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs'))
  await contractRoutes(app)
  await app.register(async docs => {
    await docs.register(helmet, { contentSecurityPolicy: false })
    await docs.register(swaggerUi, documentationOptions)
  })
  return app
}

async function refuseUnderPressure () {
  throw new Busy('the event loop is late')
}

/** A writer waits twice as long for its turn as for a connection. */
function writeLimiter (pool?: PoolCounts): Semaphore {
  const { max, connectionTimeoutMillis: patience } = pool?.options ?? { max: 12, connectionTimeoutMillis: 750 }
  return new Semaphore(writersAtOnce(max), { timeout: 2 * patience! })
}

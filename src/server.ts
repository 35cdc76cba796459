import closeWithGrace from 'close-with-grace'
import { pino, type Logger } from 'pino'
import { buildApp } from './app.ts'
import { addUsualPeriods } from './catalogue/periods/usual.ts'
import { createFirstKey } from './access/clients/first-key.ts'
import { accessOf, databaseOf, readConfig } from './config.ts'
import { connectionBounds, descriptorLimit } from './http/connections.ts'
import { pruneIdempotencyKeys } from './writes/idempotency.ts'
import { migrateConfigured } from './database/migrations/migrate.ts'
import { connect, type Db } from './database/connect.ts'
import { vacuum } from './database/embedded/vacuum.ts'
import { openDatabase } from './database/open.ts'
import { recountOutdated } from './dossiers/upgrade/recount-outdated.ts'
import { addFormulas } from './evaluation/formulas/store.ts'
import { takeMissingSnapshots } from './evaluation/snapshots/commands.ts'
import { retryFailedCorrections, showCorrection } from './dossiers/corrections/commands.ts'
import { pruneImports } from './dossiers/imports/commands.ts'
import { pruneSteps } from './dossiers/national-sync/steps.ts'
import { retryFailedDossiers } from './dossiers/waiting/commands.ts'
import { mergeLogs } from './dossiers/rollups/log.ts'
import { PACKED, repackRollups } from './dossiers/rollups/packed.ts'
import { addRules } from './reports/rules/store.ts'
import { logOptions } from './observability/log.ts'
import { announcer } from './observability/announce.ts'
import { logBuffer, type LogBuffer } from './observability/log-buffer.ts'
import { vietnam } from './seed/calendars/vn.ts'
import { documentFormula } from './seed/evaluation/document.ts'
import { foundFormula } from './seed/evaluation/found.ts'
import { SHIPPED_VERSION, shippedRules } from './seed/rules/shipped.ts'
import { addCalendar } from './working-time/calendars/store.ts'

const HOUR = 3_600_000

type HourlyWork = (db: Db) => Promise<void>
const HOURLY: readonly HourlyWork[] = [
  pruneIdempotencyKeys, pruneImports, pruneSteps, mergeLogs, repackRollups, takeToday
]

/** The first look of a day takes the snapshot. */
function takeToday (db: Db): Promise<void> {
  return takeMissingSnapshots(db, Date.now())
}

/** Of the embedded database, the tables that lose rows in this. */
function vacuumEmptied (db: Db): Promise<void> {
  return vacuum(db, [
    'dossier_sums_log', ...PACKED, 'backlog_sums_log', 'idempotency_keys', 'imports', 'import_errors', 'waiting_dossiers',
    'dossier_steps'
  ])
}

/** How long requests in flight may take to end after a signal. */
const DRAIN_MILLISECONDS = 10_000

const log = logBuffer(process.stdout, reason => { console.error(`the log cannot be written: ${reason}`) })
try {
  await start(log)
} catch (error) {
  console.error(`cannot start: ${reasonOf(error as Error)}`)
  await closeLog(log)
  process.exit(1)
}

async function start (log: LogBuffer) {
  const config = readConfig(process.env)
  const access = accessOf(config)
  const logger = pino(logOptions(config.LOG_LEVEL), log)
  const announce = announcer(process.stdout, logger)
  const onLost = lossLogger(logger)
  const database = databaseOf(config)
  const connection = await openDatabase(database, { onLost })
  try {
    await migrateConfigured(connection.db, database, onLost)
    const corrected = await recountOutdated(connection.db, database, onLost)
    if (corrected !== null) logger.info({ corrected }, 'rollups are counted by the current rules')
    await addUsualPeriods(connection.db)
    await addCalendar(connection.db, vietnam())
    await addFormulas(connection.db, [foundFormula(), documentFormula()])
    await addRules(connection.db, shippedRules(), SHIPPED_VERSION)
    await retryFailedCorrections(connection.db)
    await retryFailedDossiers(connection.db)
    const sample = config.LOAD_SAMPLE ?? (config.DATABASE_URL === undefined ? 'true' : 'false')
    // The units of the whole country are a third of what the service holds in memory.
    if (sample !== 'false') {
      const loaded = await (await import('./seed/load.ts')).load(connection.db, sample)
      logger.info(loaded, 'the sample is there, as far as it fits')
    }
    const key = config.DATABASE_URL === undefined ? await createFirstKey(connection.db) : null
    if (key !== null) {
      announce(`the key of an administrator, shown this once: ${key.key} (its id is ${key.id})`, { key: key.key, key_id: key.id })
      log.flushSync()
    }
    const { db, pool } = connection
    const isEmbedded = config.DATABASE_URL === undefined
    const tidy = () => { void tidyUp(db, isEmbedded ? [...HOURLY, vacuumEmptied] : HOURLY, logger) }
    const hourly = setInterval(tidy, HOUR).unref()
    const { CORS_ORIGINS: corsOrigins, TRUST_PROXY: trustProxy } = config
    const http = { corsOrigins, trustProxy, connections: connectionBounds(descriptorLimit(), trustProxy !== undefined) }
    // Moving all dossiers of a procedure may take minutes, and so may looking through all that wait.
    const patient = database.url === undefined ? null
      : connect({ connectionString: database.url }, { max: 1, onLost, timeLimits: 'relaxed' })
    const corrections = patient === null ? {} : { db: patient.db, showProgress: showCorrection.bind(null, db) }
    const app = await buildApp({ db, pool, logger, log, measuresProcess: true, access, corrections, http })
    closeWithGrace({ delay: DRAIN_MILLISECONDS, logger }, async ({ err }) => {
      if (err !== undefined) logger.fatal({ err }, 'ends because of an error')
      clearInterval(hourly)
      await app.close()
      await patient?.close()
      await connection.close()
      await closeLog(log)
    })
    const address = await app.listen({ host: config.HOST, port: config.PORT })
    announce(`try it at ${address}/docs`, { address })
    log.flushSync()
    tidy()
  } catch (error) {
    await connection.close()
    throw error
  }
}

/** One after the other, so that requests find a connection in between. */
async function tidyUp (db: Db, hourly: readonly HourlyWork[], logger: Logger) {
  for (const work of hourly) {
    await work(db).catch((error: unknown) => { logger.warn({ err: error }, `${work.name}, which runs each hour, failed`) })
  }
}

/** In one line. */
function reasonOf (error: Error): string {
  const { code, address, port } = error as { code?: string, address?: string, port?: number }
  if (code === 'EADDRINUSE') return `port ${port} of ${address} is in use; PORT names another (${code})`
  return error.message.trim().replaceAll(/\s*\n\s*/g, ' ')
}

/** Logs that an idle connection died; the pool replaces it. */
function lossLogger (logger: Logger): (error: Error) => void {
  return error => { logger.warn({ err: error }, 'a database connection was lost') }
}

async function closeLog (log: LogBuffer) {
  await log.close()
  if (log.lost > 0) console.error(`lines of the log that were lost: ${log.lost}`)
}

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'

/** Connection counts of a pool, as pg names them. */
export interface PoolCounts {
  totalCount: number
  idleCount: number
  waitingCount: number
  options: { max: number, connectionTimeoutMillis?: number | undefined, requestMillis?: number | undefined }
}

export type Metrics = ReturnType<typeof createMetrics>

/**
 * The metrics of the service. The pool and the log, where they are given, are read when metrics are collected.
 * @param measuresProcess whether to measure the process as well: ten times a second, for as long as it lives
 */
export function createMetrics (pool?: PoolCounts, log?: { lost: number }, { measuresProcess = false } = {}) {
  const registry = new Registry()
  const registers = [registry]
  if (measuresProcess) collectDefaultMetrics({ register: registry })
  if (pool !== undefined) measurePool(registry, pool)
  if (log !== undefined) measureLog(registry, log)
  return {
    registry,
    requestDurations: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Duration of requests, by route and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers
    }),
    rateLimited: new Counter({
      name: 'http_rate_limited_total',
      help: 'Requests refused by the rate limit',
      registers
    }),
    refusedConnections: new Counter({
      name: 'http_connections_refused_total',
      help: 'Connections closed because there were too many, in total or of one address',
      registers
    }),
    ingestedRows: new Counter({
      name: 'ingest_rows_total',
      help: 'Rows of batches, by resource and outcome',
      labelNames: ['resource', 'outcome'],
      registers
    })
  }
}

function measurePool (registry: Registry, pool: PoolCounts) {
  const connections = new Gauge({
    name: 'database_pool_connections',
    help: 'Connections to the database: total, idle, and requests waiting for one',
    labelNames: ['state'],
    registers: [registry],
    collect () {
      connections.set({ state: 'total' }, pool.totalCount)
      connections.set({ state: 'idle' }, pool.idleCount)
      connections.set({ state: 'waiting' }, pool.waitingCount)
    }
  })
}

function measureLog (registry: Registry, log: { lost: number }) {
  const lost = new Counter({
    name: 'log_lines_lost_total',
    help: 'Lines of the log that could not be written',
    registers: [registry],
    collect () {
      lost.reset()
      lost.inc(log.lost)
    }
  })
}

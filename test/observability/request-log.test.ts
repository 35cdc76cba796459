import { pino } from 'pino'
import t from 'tap'
import { logOptions } from '../../src/observability/log.ts'
import { requestLog, type LoggedRequest } from '../../src/observability/request-log.ts'

const REQUEST: LoggedRequest = {
  id: '0b7c6c2e-0d0c-4c0b-9d3e-6c1c1d1f0a11', client: undefined, method: 'GET', route: '/v1/units/:code', url: '/v1/units/H56',
  status: 200, ms: 1.25, address: '127.0.0.1'
}

/** The lines that a logger of this level writes, without their times. */
function linesOf (level: string, log: (logger: pino.Logger) => void): string[] {
  const lines: string[] = []
  log(pino(logOptions(level), { write: line => { lines.push(line.replace(/"time":\d+/, '"time":0')) } }))
  return lines
}

t.test('the line of a request is the one that pino would write', t => {
  const requests: LoggedRequest[] = [
    REQUEST,
    { ...REQUEST, client: 'a "quoted" \\ client', ms: 0, status: 500 },
    { ...REQUEST, url: `/v1/units/"\\\u0001é${'x'.repeat(200)}`, address: 'any\ttext' },
    { ...REQUEST, trace_id: '0af7651916cd43dd8448eb211c80319c', parent_id: 'b7ad6b7169203331' }
  ]
  for (const request of requests) {
    const { id, ...fields } = request
    t.same(
      linesOf('info', logger => { requestLog(logger)(request) }),
      linesOf('info', logger => { logger.child({ id }).info(fields, 'request completed') }))
  }
  t.end()
})

t.test('there is none where the log takes no such lines', t => {
  t.same(linesOf('warn', logger => { requestLog(logger)(REQUEST) }), [])
  t.doesNotThrow(() => { requestLog({})(REQUEST) })
  t.end()
})

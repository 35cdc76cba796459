import { send, type Bench } from './bench.ts'
import { median, printTable } from './table.ts'
import { cpuOf, cpuOfFamily } from './usage.ts'

const ITEMS = 10_000
const TIMES = 20
const WARM_UP = 5
/** Milliseconds of CPU for one request, of the service. */
const GOAL = 100

/** Asks for as many due dates as one request may, by days, by hours and with pauses. */
export async function measureDueDates (bench: Bench): Promise<void> {
  const items = Array.from({ length: ITEMS }, (_, i) => itemOf(i))
  const service: number[] = []
  const database: number[] = []
  for (let time = 0; time < WARM_UP + TIMES; time++) {
    const before = await Promise.all([cpuOf(bench.service.pid), cpuOfFamily(bench.postgres.pid())])
    await send(bench, '/v1/due-dates', { items })
    const after = await Promise.all([cpuOf(bench.service.pid), cpuOfFamily(bench.postgres.pid())])
    if (time < WARM_UP) continue
    service.push(after[0] - before[0])
    database.push(after[1] - before[1])
  }
  printTable('10 000 due dates in one request', `\`POST /v1/due-dates\`, medians of ${TIMES} after ${WARM_UP} to warm up. A third of them ` +
    'has two pauses.', [{
    'CPU ms of the service': median(service), goal: `${GOAL}${median(service) < GOAL ? '' : ' **missed**'}`,
    'of the database': median(database)
  }])
}

function itemOf (i: number): object {
  const on = (day: number, time: string) => `2026-0${1 + i % 9}-${String(1 + (i + day) % 28).padStart(2, '0')}T${time}:00+07:00`
  const received = { received_at: on(0, i % 5 === 0 ? '17:01' : '09:30') }
  if (i % 3 === 0) return { ...received, working_hours: 4 + i % 40 }
  if (i % 3 === 1) return { ...received, working_days: 1 + i % 30 }
  const month = received.received_at.slice(0, 8)
  return {
    received_at: `${month}02T09:30:00+07:00`, working_days: 10 + i % 10, pauses: [
      { kind: 'supplement', from: `${month}03T10:00:00+07:00`, to: `${month}05T15:00:00+07:00` },
      { kind: 'supplement', from: `${month}10T10:00:00+07:00`, to: `${month}12T09:00:00+07:00` }
    ]
  }
}

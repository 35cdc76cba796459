import { PROCEDURES } from '../../../src/sample/procedures.ts'
import { randomFrom } from '../../../src/sample/random.ts'
import { units } from '../../../src/sample/units.ts'

const DAY = 86_400_000
const START = Date.parse('2020-12-15T00:00:00+07:00')
const DAYS = 182
const OPENS = 27_000_000

/** Made-up records of the first half of 2021, as a source sends them, in the order in which they were received. */
export function * records (count: number): Generator<Record<string, unknown>> {
  const random = randomFrom(`${count} records`)
  const desks = units().filter(unit => unit.reports_dossiers)
  const numbers = new Map<string, number>()
  for (let i = 0; i < count; i++) {
    const unit = desks[Math.floor(random() * desks.length)]!
    const procedure = PROCEDURES[Math.floor(random() * random() * PROCEDURES.length)]!
    const day = START + Math.floor((i + random()) / count * DAYS) * DAY
    const received = day + OPENS + Math.floor(random() * 33_000) * 1000
    const due = received + Math.ceil(random() * 15) * DAY
    const took = Math.floor(random() * 1.02 * (due - received) / 1000) * 1000
    const ended = received + took < START + DAYS * DAY
    const date = local(received).slice(2, 10).replaceAll('-', '')
    const series = `${unit.code}-${date}`
    const number = (numbers.get(series) ?? 0) + 1
    numbers.set(series, number)
    yield {
      code: `000.00.${unit.code.slice(4)}.H56-${date}-${String(number).padStart(4, '0')}`,
      unit: unit.code,
      procedure: procedure.code,
      channel: random() < 0.05 ? 'online' : random() < 0.1 ? 'postal' : 'direct',
      status: ended ? random() < 0.03 ? 7 : 10 : 4,
      received_at: local(received),
      due_at: local(due),
      finished_at: ended ? local(received + took) : null,
      returned_at: ended ? local(received + took + 3_600_000) : null,
      updated_at: local(ended ? received + took + 3_600_000 : received + 60_000),
      ...(random() < 0.02 ? { supplements: [supplement(received, due)] } : {})
    }
  }
}

function supplement (received: number, due: number) {
  return {
    requested_at: local(received + DAY), completed_at: local(received + 2 * DAY),
    old_due_at: local(due - DAY), new_due_at: local(due)
  }
}

function local (instant: number): string {
  return new Date(instant + 7 * 3_600_000).toISOString().replace('.000Z', '+07:00')
}

import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer, Service } from './service.ts'
import type { Item } from './statistics.ts'

interface Write {
  /** Goes along as the reason, too, so that the audit tells of it. */
  key: string
  items: Item[]
  /** When it was sent first, and when it was acknowledged. */
  sent: number
  acknowledged: number
}

/** Keeps count, beside the service, of what it acknowledged. */
export class Ledger {
  readonly writes: Write[] = []
  /** Answers that a client cannot go on from, or that say that a batch had its effect more than once. */
  readonly faults: string[] = []
  /** Batches that were sent and are not acknowledged yet. */
  inFlight = 0
  /** How often a batch had to be sent again, by the status that said so. */
  readonly refusals = new Map<number, number>()
  readonly #events = new EventEmitter()

  /** Sends a batch until it is acknowledged. `service` is asked each time: the process may be another by then. */
  async post (service: () => Service, key: string, items: Item[]): Promise<void> {
    const sent = performance.now()
    this.inFlight++
    let answer = await send(service(), key, items)
    while (isTransient(answer)) {
      this.refusals.set(answer.status, (this.refusals.get(answer.status) ?? 0) + 1)
      this.#events.emit('refused')
      await sleep(50)
      answer = await send(service(), key, items)
    }
    this.inFlight--
    if (answer.status !== 200) this.faults.push(`${answer.status} ${answer.text}`)
    // Every batch changes all its rows: a row that is unchanged had been written already.
    else if (answer.body.created + answer.body.updated !== items.length) this.faults.push(`had its effect twice: ${answer.text}`)
    this.writes.push({ key, items, sent, acknowledged: performance.now() })
    this.#events.emit('acknowledged')
  }

  /** Waits until one more batch is acknowledged. */
  async next (): Promise<void> {
    await once(this.#events, 'acknowledged')
  }

  /** Waits until one more batch has to be sent again. */
  async refused (): Promise<void> {
    await once(this.#events, 'refused')
  }

  /**
   * What each row may hold: what was acknowledged last. Of writes at the same time either may have been the last.
   * @returns counts by key
   */
  get rows (): Map<string, Item[]> {
    const byKey = new Map<string, { item: Item, write: Write }[]>()
    for (const write of this.writes) {
      for (const item of write.items) byKey.set(keyOf(item), [...byKey.get(keyOf(item)) ?? [], { item, write }])
    }
    return new Map([...byKey].map(([key, all]) => {
      const lastSent = Math.max(...all.map(({ write }) => write.sent))
      return [key, all.filter(({ write }) => write.acknowledged >= lastSent).map(({ item }) => item)]
    }))
  }
}

async function send (service: Service, key: string, items: Item[]): Promise<Answer> {
  return service.post('/v1/dossier-statistics', { items }, { 'idempotency-key': key, 'x-reason': key })
}

/** No answer, or one that says to try again. */
function isTransient ({ status, body }: Answer): boolean {
  return status === 0 || status >= 500 || body?.code === 'idempotency_key_in_use'
}

export function keyOf ({ unit, field, period, source }: Item): string {
  return `${period} ${unit} ${field} ${source}`
}

import type { Postgres } from '../postgres.ts'
import { none, type Measurement } from './measurement.ts'
import { keyOf, type Ledger } from './ledger.ts'
import { wrongSums } from './recount.ts'
import type { Service } from './service.ts'
import { countOf, PRECEDENCES, type Item } from './statistics.ts'

const STORED = `
  select unit, field, period, source, received_online, received_direct, carried_over, resolved_overdue, pending
  from dossier_statistics where period = any($1)`

/** What the audit says of each batch, which names itself as the reason. */
const AUDITED = `
  select reason, array_agg(distinct id) as ids,
    array_agg(key || jsonb_build_object('received_direct', after -> 'received_direct')) as changes
  from writes join changes on changes.province_code = writes.province_code and write = id
  where resource = 'dossier-statistics' and key ->> 'period' = any($1) group by reason`

/** What of a ledger is not as it was acknowledged. */
export class LedgerComparison {
  readonly fault: string
  readonly #allowed: readonly number[]
  #acknowledged = 0
  #batches = 0
  readonly #refusals = new Map<number, number>()
  readonly #lost: unknown[] = []
  readonly #mixed: unknown[] = []
  readonly #surplus: unknown[] = []
  readonly #sums: unknown[] = []
  readonly #answers: unknown[] = []
  readonly #faults: unknown[] = []
  readonly #audit: unknown[] = []

  /** @param allowed statuses that a batch may be refused with, to be sent again; 0 is no answer */
  constructor (fault: string, allowed: readonly number[]) {
    this.fault = fault
    this.#allowed = allowed
  }

  /**
   * Compares all that is stored of these periods with the ledger, all sums with all rows, and answers with a count by
   * hand.
   */
  async compare (ledger: Ledger, periods: string[], service: Service, postgres: Postgres, url: string): Promise<void> {
    const { rows } = ledger
    const stored = await postgres.query(STORED, [periods], url) as Item[]
    const byKey = new Map(stored.map(row => [keyOf(row), row]))
    for (const [key, acknowledged] of rows) {
      const row = byKey.get(key)
      if (!acknowledged.some(item => same(item, row))) this.#lost.push({ stored: row ?? null, acknowledged })
    }
    this.#surplus.push(...stored.filter(row => !rows.has(keyOf(row))))
    const batches = new Set(stored.filter(({ source }) => source === 'together').map(countOf))
    if (batches.size > 1) this.#mixed.push([...batches])
    this.#sums.push(...await wrongSums(postgres, url))
    for (const period of periods) {
      this.#answers.push(...await wrongAnswers(service, period, stored.filter(row => row.period === period)))
    }
    this.#faults.push(...ledger.faults)
    this.#audit.push(...wrongAudit(ledger, await postgres.query(AUDITED, [periods], url)))
    this.#acknowledged += rows.size
    this.#batches += ledger.writes.length
    for (const [status, times] of ledger.refusals) {
      this.#refusals.set(status, (this.#refusals.get(status) ?? 0) + times)
    }
  }

  get measurements (): Measurement[] {
    const rows = `${this.#acknowledged} rows`
    const refusals = [...this.#refusals].map(([status, times]) => `${times} × ${status || 'no answer'}`).join(', ')
    const others = [...this.#refusals.keys()].filter(status => !this.#allowed.includes(status))
    const allowed = this.#allowed.map(status => status || 'no answer').join(' or ')
    return [
      none(this.fault, 'every row is there as it was acknowledged last', this.#lost, rows),
      none(this.fault, 'no row is there that nobody sent', this.#surplus, rows),
      none(this.fault, 'a batch is there as a whole or not at all', this.#mixed, `${this.#batches} batches`),
      none(this.fault, 'every batch ends in 200 and takes effect once', this.#faults, `${this.#batches} batches`),
      { fault: this.fault, rule: `until then it is answered ${allowed}`, measured: refusals, holds: others.length === 0 },
      none(this.fault, 'sums of sets and levels equal a recount in SQL', this.#sums, rows),
      none(this.fault, 'on-time answers equal a recount in the test', this.#answers, rows),
      none(this.fault, 'the audit has every acknowledged change once, and nothing else', this.#audit, `${this.#batches} batches`)
    ]
  }
}

function same (item: Item, stored: Item | undefined): boolean {
  return Object.entries(item).every(([name, value]) => stored?.[name as keyof Item] === value)
}

interface Audited {
  reason: string
  ids: number[]
  changes: Item[]
}

function wrongAudit ({ writes }: Ledger, audited: Audited[]): unknown[] {
  const byReason = new Map(audited.map(write => [write.reason, write]))
  const known = new Set(writes.map(({ key }) => key))
  const told = (items: readonly Item[]) => items.map(item => `${keyOf(item)} ${item.received_direct}`).toSorted().join()
  return [
    ...audited.filter(({ reason }) => !known.has(reason)),
    ...writes.filter(({ key, items }) => {
      const write = byReason.get(key)
      return write?.ids.length !== 1 || told(write.changes) !== told(items)
    }).map(({ key }) => byReason.get(key) ?? key)
  ]
}

const KEYS: Record<string, (item: Item) => string> = {
  level: () => 'commune', unit: ({ unit }) => unit, field: ({ field }) => field
}

/** Groups that the service counts otherwise than these few lines do. */
async function wrongAnswers (service: Service, period: string, stored: Item[]): Promise<unknown[]> {
  const counting = [...Map.groupBy(stored, ({ unit }) => unit).values()].flatMap(rows => {
    const highest = Math.max(...rows.map(({ source }) => PRECEDENCES[source]!))
    return rows.filter(({ source }) => PRECEDENCES[source] === highest)
  })
  const wrong: unknown[] = []
  for (const [key, valueOf] of Object.entries(KEYS)) {
    const { body } = await service.get(`/v1/on-time?period=${period}&group_by=${key}&limit=10000`)
    const answered = (body.items as Record<string, unknown>[])
      .map(row => [row[key], row['received'], row['resolved_overdue'], row['on_time_percent']].join())
    const expected = [...Map.groupBy(counting, valueOf)].map(([value, rows]) => {
      const received = rows.reduce((sum, row) => sum + row.received_direct, 0)
      const overdue = rows.reduce((sum, row) => sum + row.resolved_overdue, 0)
      const hundredths = (20_000n * BigInt(received - overdue) + BigInt(received)) / (2n * BigInt(received))
      return [value, received, overdue, Number(hundredths) / 100].join()
    })
    if (answered.toSorted().join('; ') !== expected.toSorted().join('; ')) wrong.push({ key, answered, expected })
  }
  return wrong
}

import { EARLIEST, LATEST } from '../../../time/business-day.ts'
import { instantOf } from '../../../time/rfc3339.ts'
import { CHANNELS, type DossierItem } from '../../schema.ts'
import type { RecordNames } from './record-names.ts'
import { MOST_AHEAD, SentRecord } from './record.ts'

/** Codes that are in order, and stored as they are. */
const CODE = /^[A-Za-z0-9][A-Za-z0-9._:/()+,&#-]{0,99}$/
const LAST_STATUS = 10
/** Properties that each usual record has: code, unit, procedure, channel, status and `updated_at`. */
const REQUIRED = 6

/** Unit, procedure, channel and status. */
const NAMED = 4
/** When it was received, due, finished, returned and updated. */
const INSTANTS = 5
/** An instant that is not given. */
const NONE = Infinity
/** Records for which a list has room at first. */
const FEW = 64

/** Anything with properties. */
type Sent = Partial<Record<keyof DossierItem, unknown>>

/** Of a stream. */
interface Shared {
  names: RecordNames
  /** The source that records may name. */
  source: string
}

/**
 * Items of a stream. Usual records, which nearly all are, are checked and read at once as they come, into columns: what
 * waits as objects is moved several times and looked at as often, which costs more than to read it.
 */
export class RecordList {
  readonly #shared: Shared
  /** Of usual records; empty for others. */
  readonly #codes: string[] = []
  readonly #others = new Map<number, unknown>()
  #named = new Uint16Array(FEW * NAMED)
  #instants = new Float64Array(FEW * INSTANTS)

  constructor (shared: Shared) {
    this.#shared = shared
  }

  get length (): number {
    return this.#codes.length
  }

  push (item: unknown): void {
    const { length } = this
    if (length * NAMED === this.#named.length) this.#grow()
    const code = typeof item === 'object' && item !== null ? this.#read(item, length) : ''
    if (code === '') this.#others.set(length, item)
    this.#codes.push(code)
  }

  /** Whether there is a usual record, which needs no further check. */
  isUsual (index: number): boolean {
    return this.#codes[index] !== ''
  }

  /** The usual record at an index. */
  recordAt (index: number): SentRecord {
    const { units, procedures, statuses } = this.#shared.names
    const named = this.#named
    const at = index * NAMED
    const from = index * INSTANTS
    const status = named[at + 3]!
    return new SentRecord(
      this.#codes[index]!, units.at(named[at]!), procedures.at(named[at + 1]!), CHANNELS[named[at + 2]!],
      status <= LAST_STATUS ? status : statuses.at(status - LAST_STATUS - 1),
      this.#instantAt(from), this.#instantAt(from + 1), this.#instantAt(from + 2), this.#instantAt(from + 3),
      this.#instants[from + 4]!, null
    )
  }

  /** The item at an index where there is no usual record. */
  otherAt (index: number): unknown {
    return this.#others.get(index)
  }

  #instantAt (place: number): number | null {
    const instant = this.#instants[place]!
    return instant === NONE ? null : instant
  }

  /** @returns the code; empty: it is no usual record, so that it says more, is at fault, or may be */
  #read (item: Sent, index: number): string {
    const { code, channel } = item
    const { units, procedures } = this.#shared.names
    const unit = units.placeOf(item.unit)
    const procedure = procedures.placeOf(item.procedure)
    const way = CHANNELS.indexOf(channel as typeof CHANNELS[number])
    const status = this.#statusOf(item.status)
    const isNamed = unit >= 0 && procedure >= 0 && way >= 0 && status > 0
    if (!isNamed || typeof code !== 'string' || !CODE.test(code)) return ''
    if (this.#saysMore(item) || !this.#readInstants(item, index * INSTANTS)) return ''
    const named = this.#named
    const at = index * NAMED
    named[at] = unit
    named[at + 1] = procedure
    named[at + 2] = way
    named[at + 3] = status
    return code
  }

  /** National statuses as they are, and after them those of the source; 0: it is at fault. */
  #statusOf (status: unknown): number {
    if (typeof status === 'number') return Number.isInteger(status) && status >= 1 && status <= LAST_STATUS ? status : 0
    const place = this.#shared.names.statuses.placeOf(status)
    return place < 0 ? 0 : LAST_STATUS + 1 + place
  }

  /** Whether there is another source, any supplement, or anything that is not read here. */
  #saysMore (item: Sent): boolean {
    const { received_at: received, due_at: due, finished_at: finished, returned_at: returned } = item
    const { source, supplements } = item
    if (source !== undefined && source !== this.#shared.source) return true
    if (supplements !== undefined && !(Array.isArray(supplements) && supplements.length === 0)) return true
    let properties = 0
    for (const _ in item) properties++
    const optional = Number(received !== undefined) + Number(due !== undefined) + Number(finished !== undefined) +
      Number(returned !== undefined) + Number(source !== undefined) + Number(supplements !== undefined)
    return properties > REQUIRED + optional
  }

  /** @returns whether all are in order */
  #readInstants (item: Sent, from: number): boolean {
    const received = instantIn(item.received_at)
    const due = instantIn(item.due_at)
    const finished = instantIn(item.finished_at)
    const returned = instantIn(item.returned_at)
    const updated = instantIn(item.updated_at)
    const instants = this.#instants
    instants[from] = received
    instants[from + 1] = due
    instants[from + 2] = finished
    instants[from + 3] = returned
    instants[from + 4] = updated
    // A sum is NaN if one of them is; what is missing is not before tomorrow.
    return !Number.isNaN(received + due + finished + returned) && updated <= Date.now() + MOST_AHEAD
  }

  #grow () {
    const [named, instants] = [new Uint16Array(2 * this.#named.length), new Float64Array(2 * this.#instants.length)]
    named.set(this.#named)
    instants.set(this.#instants)
    this.#named = named
    this.#instants = instants
  }
}

/** NaN: at fault, or too far away. */
function instantIn (text: unknown): number {
  if (text == null) return NONE
  const instant = typeof text === 'string' ? instantOf(text) : NaN
  return instant >= EARLIEST && instant < LATEST ? instant : NaN
}

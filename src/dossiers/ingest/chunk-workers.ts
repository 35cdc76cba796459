import { failureOf } from '../../database/errors.ts'
import type { Line } from '../../text/ndjson-lines.ts'
import type { ImportError } from '../imports/schema.ts'

/** Rows that go into the database together. */
export interface Chunk {
  items: unknown[]
  /** The line of each item. */
  lines: number[]
  /** Lines that hold no JSON. */
  unreadable: ImportError[]
}

const CHUNK_SIZE = 5_000
/** Characters after which a chunk is sent, however few rows it has: some records are long. */
const CHUNK_LENGTH = 4_000_000
/** Milliseconds after which rows that arrived are sent, however few. */
const PATIENCE = 1_000
/** Milliseconds to wait before each further try, where the database fails: some ten seconds in all. */
const PAUSES = [250, 500, 1_000, 3_000, 6_000]

type Send<A> = (chunk: Chunk) => Promise<A>

interface Timing {
  patience?: number
  pauses?: readonly number[]
}

/**
 * Two connections at work side by side for one stream. Which one takes a row follows from its code: versions of a
 * dossier are taken in in the order in which they came, and the two never wait for each other's dossiers.
 */
export class Lanes<A> {
  /** Rejected with what sending threw, as soon as it did. */
  readonly failure: Promise<never>
  readonly #lanes: readonly [Lane<A>, Lane<A>]
  readonly #timer: NodeJS.Timeout

  /** @param sent told what became of each chunk */
  constructor (send: Send<A>, sent: (answer: A) => void, { patience = PATIENCE, pauses = PAUSES }: Timing = {}) {
    const persistentSend: Send<A> = chunk => withRetries(() => send(chunk), pauses)
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => {})
    this.failure = promise
    this.#lanes = [new Lane(persistentSend, sent, reject), new Lane(persistentSend, sent, reject)]
    // Not behind what is on its way: then it is we who keep the sender waiting.
    this.#timer = setInterval(() => {
      for (const lane of this.#lanes) if (!lane.busy) lane.send()
    }, patience)
  }

  /** Returns when there is room for more. @throws what sending threw */
  async take (lines: readonly Line[]): Promise<void> {
    for (const line of lines) {
      const item = itemOf(line)
      const lane = this.#lanes[laneOf(item)]
      if (lane.add(line, item)) {
        await lane.idle()
        lane.send()
      }
    }
  }

  /** Returns when all is in. @throws what sending threw */
  async end (): Promise<void> {
    clearInterval(this.#timer)
    for (const lane of this.#lanes) lane.send()
    await Promise.all(this.#lanes.map(lane => lane.idle()))
  }

  /** Sends nothing more, and returns when what is on its way has arrived or failed. */
  async stop (): Promise<void> {
    clearInterval(this.#timer)
    await Promise.allSettled(this.#lanes.map(lane => lane.idle()))
  }
}

class Lane<A> {
  readonly #send: Send<A>
  readonly #sent: (answer: A) => void
  readonly #failed: (error: unknown) => void
  #chunk = emptyChunk()
  #length = 0
  /** Something is on its way. */
  busy = false
  #last = Promise.resolve()

  constructor (send: Send<A>, sent: (answer: A) => void, failed: (error: unknown) => void) {
    this.#send = send
    this.#sent = sent
    this.#failed = failed
  }

  /** @returns whether that is enough for a chunk */
  add ({ number: line, text }: Line, item: unknown): boolean {
    const { items, lines, unreadable } = this.#chunk
    if (item !== undefined) {
      items.push(item)
      lines.push(line)
    } else if (text === null) {
      unreadable.push({ line, pointer: '', code: 'not_text', detail: 'the line is not UTF-8, or longer than 64 KiB' })
    } else {
      unreadable.push({ line, pointer: '', code: 'not_json', detail: 'the line is not a JSON text' })
    }
    this.#length += text?.length ?? 0
    return items.length + unreadable.length >= CHUNK_SIZE || this.#length >= CHUNK_LENGTH
  }

  /** Sends what there is, after what is on its way already; nothing more after a failure. */
  send () {
    const chunk = this.#chunk
    if (chunk.items.length + chunk.unreadable.length === 0) return
    this.#chunk = emptyChunk()
    this.#length = 0
    this.busy = true
    this.#last = this.#last.then(async () => {
      this.#sent(await this.#send(chunk))
      this.busy = false
    })
    this.#last.catch(this.#failed)
  }

  idle (): Promise<void> {
    return this.#last
  }
}

function emptyChunk (): Chunk {
  return { items: [], lines: [], unreadable: [] }
}

/** undefined: it is no JSON. */
function itemOf ({ text }: Line): unknown {
  if (text === null) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** By the desk, with which codes begin: so each lane has half of the sums to add to, and half the index to read. */
function laneOf (item: unknown): 0 | 1 {
  const { code } = (item ?? {}) as { code?: unknown }
  if (typeof code !== 'string') return 0
  let sum = 0
  for (let i = 0; i < code.length && code.charCodeAt(i) !== HYPHEN; i++) sum += code.charCodeAt(i)
  return sum % 2 === 0 ? 0 : 1
}

const HYPHEN = 45

/** Rows may be taken in twice, so what the database fails to do is tried again: no night's work is lost for that. */
export async function withRetries<T> (work: () => Promise<T>, pauses: readonly number[] = PAUSES): Promise<T> {
  for (const pause of pauses) {
    try {
      return await work()
    } catch (error) {
      const failure = failureOf(error as Error)
      if (failure === undefined || failure === 'full') throw error
    }
    await new Promise(resolve => setTimeout(resolve, pause))
  }
  return work()
}

import type { Line } from '../../text/ndjson-lines.ts'
import { plainText } from '../../text/plain-text.ts'
import type { ImportError } from '../imports/schema.ts'
import type { RecordList } from './records/record-list.ts'

/** Rows that go into the database together. */
export interface Chunk {
  items: unknown[] | RecordList
  /** The line of each item. */
  lines: number[]
  /** Lines that hold no JSON. */
  unreadable: ImportError[]
}

const CHUNK_SIZE = 5_000
/** Characters after which a chunk is sent, however few rows it has: some records are long. */
const CHUNK_LENGTH = 4_000_000
/** Chunks that are sent side by side. */
const WORKERS = 3
/**
 * Chunks that are in flight or wait for it, at most. More than there are workers: while one is behind, reading goes on
 * for the others.
 */
const MOST_CHUNKS = 4
/** Milliseconds after which rows that arrived are sent, however few. */
const PATIENCE = 1_000

/** The code of the dossier in an item. Either can be anything. */
export type CodeOf = (item: unknown) => unknown

export const codeOfRecord: CodeOf = item => ((item ?? {}) as { code?: unknown }).code

interface WorkersOptions {
  codeOf?: CodeOf
  /** What goes into a chunk of an item; left out: all of it. */
  read?: (item: unknown) => unknown
  /** What the items of a chunk are added to; left out: an array. */
  list?: () => Chunk['items']
  patience?: number
}

/**
 * Some workers that gather the lines of one stream into chunks and send these side by side, each one at a time. The
 * worker of a row follows from its code, so versions of a dossier are sent in the order in which they came, and the
 * workers never wait for each other's row locks.
 */
export class ChunkWorkers<Result> {
  /** Rejected with what sending throws, as soon as it does. Nothing is sent from then on. */
  readonly failure: Promise<never>
  #hasFailed = false
  readonly #workers: readonly ChunkWorker[]
  readonly #timer: NodeJS.Timeout
  /** Results that are not returned yet. */
  readonly #results: Result[] = []
  /** Chunks that are in flight or wait for it. */
  #chunks = 0
  #onRoom: () => void = () => {}

  readonly #codeOf: CodeOf
  readonly #read: (item: unknown) => unknown

  constructor (
    send: (chunk: Chunk) => Promise<Result>,
    { codeOf = codeOfRecord, read = item => item, list = () => [], patience = PATIENCE }: WorkersOptions = {}
  ) {
    this.#codeOf = codeOf
    this.#read = read
    const { promise, reject } = Promise.withResolvers<never>()
    promise.catch(() => {})
    this.failure = promise
    const sendChunk = async (chunk: Chunk) => {
      if (this.#hasFailed) return promise
      try {
        this.#results.push(await send(chunk))
        this.#chunks--
        this.#onRoom()
      } catch (error) {
        this.#hasFailed = true
        reject(error)
        throw error
      }
    }
    this.#workers = Array.from({ length: WORKERS }, () => new ChunkWorker(sendChunk, list))
    // Busy workers are skipped: the client is then waiting for us, not we for it.
    this.#timer = setInterval(() => {
      for (const worker of this.#workers) if (!worker.busy) this.#send(worker)
    }, patience)
  }

  /**
   * Applies back-pressure: returns when there is room for more lines.
   * @returns the results of the chunks that were sent since the last call
   * @throws what sending throws
   */
  async take (lines: readonly Line[]): Promise<Result[]> {
    if (this.#hasFailed) await this.failure
    for (const line of lines) {
      const item = itemOf(line)
      const worker = this.#workers[workerOf(this.#codeOf(item))]!
      if (!worker.add(line, item === undefined ? item : this.#read(item))) continue
      this.#send(worker)
      while (this.#chunks >= MOST_CHUNKS) await Promise.race([this.#room(), this.failure])
    }
    return this.#results.splice(0)
  }

  /** Sends what is left. @returns the remaining results @throws what sending throws */
  async end (): Promise<Result[]> {
    clearInterval(this.#timer)
    for (const worker of this.#workers) this.#send(worker)
    await Promise.all(this.#workers.map(worker => worker.idle()))
    return this.#results.splice(0)
  }

  /** Waits until the chunks in flight are stored or have failed. @returns the remaining results */
  async stop (): Promise<Result[]> {
    clearInterval(this.#timer)
    await Promise.allSettled(this.#workers.map(worker => worker.idle()))
    return this.#results.splice(0)
  }

  #send (worker: ChunkWorker) {
    if (worker.send()) this.#chunks++
  }

  #room (): Promise<void> {
    return new Promise(resolve => { this.#onRoom = resolve })
  }
}

class ChunkWorker {
  readonly #send: (chunk: Chunk) => Promise<void>
  readonly #list: () => Chunk['items']
  #chunk: Chunk
  #length = 0
  /** Chunks that are in flight, wait for it, or have failed. */
  #unsent = 0
  #last = Promise.resolve()

  constructor (send: (chunk: Chunk) => Promise<void>, list: () => Chunk['items']) {
    this.#send = send
    this.#list = list
    this.#chunk = this.#emptyChunk()
  }

  get busy (): boolean {
    return this.#unsent > 0
  }

  /** @returns whether the chunk is full */
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

  /** Sends the chunk after those before it; after a failure nothing more is sent. @returns whether there is one */
  send (): boolean {
    const chunk = this.#chunk
    if (chunk.items.length + chunk.unreadable.length === 0) return false
    this.#chunk = this.#emptyChunk()
    this.#length = 0
    this.#unsent++
    this.#last = this.#last.then(async () => {
      await this.#send(chunk)
      this.#unsent--
    })
    this.#last.catch(() => {})
    return true
  }

  #emptyChunk (): Chunk {
    return { items: this.#list(), lines: [], unreadable: [] }
  }

  /** Returns when nothing is in flight. @throws what sending threw */
  idle (): Promise<void> {
    return this.#last
  }
}

/** undefined: the line is not JSON. */
function itemOf ({ text }: Line): unknown {
  if (text === null) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/**
 * By the desk, with which codes begin: each worker updates its part of the rollup rows and reads its part of the index.
 */
function workerOf (sent: unknown): number {
  if (typeof sent !== 'string') return 0
  const code = plainText(sent)
  let sum = 0
  for (let i = 0; i < code.length && code.charCodeAt(i) !== HYPHEN; i++) sum += code.charCodeAt(i)
  return sum % WORKERS
}

const HYPHEN = 45

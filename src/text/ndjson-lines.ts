import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'

/** Bytes in a line, at most. */
export const MAX_LINE = 65_536

export interface Line {
  /** From 1; empty lines count. */
  number: number
  /** null: it is too long, or not UTF-8. */
  text: string | null
}

const LF = 0x0a
const BOM = Buffer.from([0xef, 0xbb, 0xbf])
const EMPTY = Buffer.alloc(0)

/**
 * The lines of a stream that are not empty, in groups as they arrive; the last one needs no line feed. Buffers at most
 * one line and the latest chunk, however long the stream and its lines are.
 * @param seen called with each chunk of bytes as it arrived
 * @throws an error with status 400 when the stream breaks off, and any other error of the stream that has a status
 */
export async function * linesOf (stream: Readable, seen: (bytes: Buffer) => void): AsyncGenerator<Line[]> {
  const reader = new LineReader()
  try {
    // The answer still needs the socket when reading ends early.
    for await (const bytes of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      seen(bytes)
      yield reader.read(bytes)
    }
  } catch (error) {
    // Such as one that inflates without bound.
    if ((error as { statusCode?: number }).statusCode !== undefined) throw error
    throw Object.assign(new Error('the body broke off'), { statusCode: 400 })
  }
  yield reader.end()
}

class LineReader {
  #number = 0
  #begun = EMPTY
  /** The current line is already too long; the rest of it is dropped. */
  #skipping = false
  #first = true

  read (bytes: Buffer): Line[] {
    const last = bytes.lastIndexOf(LF)
    if (last < 0) {
      this.#begin(bytes)
      return []
    }
    const complete = bytes.subarray(0, last)
    const whole = this.#begun.length === 0 ? complete : Buffer.concat([this.#begun, complete])
    this.#begun = EMPTY
    const lines = this.#linesIn(whole)
    this.#begin(bytes.subarray(last + 1))
    return lines
  }

  end (): Line[] {
    const rest = this.#begun
    return rest.length === 0 && !this.#skipping ? [] : this.#linesIn(rest)
  }

  #begin (bytes: Buffer) {
    if (this.#skipping) return
    // A copy: a slice would keep the whole chunk in memory.
    this.#begun = Buffer.concat([this.#begun, bytes])
    if (this.#begun.length <= MAX_LINE) return
    this.#skipping = true
    this.#begun = EMPTY
  }

  #linesIn (bytes: Buffer): Line[] {
    const content = this.#first && bytes.subarray(0, 3).equals(BOM) ? bytes.subarray(3) : bytes
    this.#first = false
    const texts = isUtf8(content) ? content.toString().split('\n') : textsOf(content)
    const lines: Line[] = []
    for (const text of texts) {
      const number = ++this.#number
      const isTooLong = this.#skipping || (text !== null && text.length > MAX_LINE)
      this.#skipping = false
      if (isTooLong) lines.push({ number, text: null })
      else if (text !== '' && text !== '\r') lines.push({ number, text })
    }
    return lines
  }
}

/** Decodes line by line, so that one line that is not UTF-8 spoils no other. */
function textsOf (bytes: Buffer): (string | null)[] {
  const texts: (string | null)[] = []
  for (let from = 0; from <= bytes.length;) {
    const at = bytes.indexOf(LF, from)
    const to = at < 0 ? bytes.length : at
    const line = bytes.subarray(from, to)
    texts.push(isUtf8(line) ? line.toString() : null)
    from = to + 1
  }
  return texts
}

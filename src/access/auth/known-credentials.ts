import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Hashes that are stored; a service has fewer clients at a time. */
const MAX_KNOWN = 10_000

/** Which credentials were right when they came last. The oldest are forgotten. */
export class KnownCredentials {
  readonly #hashes = new Set<string>()
  readonly #max: number

  constructor (max = MAX_KNOWN) {
    this.#max = max
  }

  has (headers: IncomingHttpHeaders): boolean {
    return this.#hashes.has(hashOf(headers))
  }

  add (headers: IncomingHttpHeaders) {
    this.#hashes.add(hashOf(headers))
    if (this.#hashes.size > this.#max) this.#hashes.delete(this.#hashes.values().next().value!)
  }

  delete (headers: IncomingHttpHeaders) {
    this.#hashes.delete(hashOf(headers))
  }
}

/** Not the credentials themselves: a secret stays in memory no longer than its request. */
function hashOf ({ authorization, 'x-api-key': key }: IncomingHttpHeaders): string {
  return createHash('sha256').update(JSON.stringify([authorization, key])).digest('base64')
}

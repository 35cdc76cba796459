import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'

/** Bytes that a body may inflate to for each byte that arrived, after the first `FREE_BYTES`. */
const MAX_RATIO = 100
const FREE_BYTES = 1_048_576
/** Bytes that a body may inflate to, whatever it was compressed from: millions of dossiers. */
const MAX_INFLATED = 4 * 1_024 ** 3

type Inflating = Transform & { bytesWritten: number }

/** Options of `@fastify/compress`: bodies may be compressed, and a body that inflates without bound is refused. */
export const compressedBodies = {
  zlib: {
    createGunzip: () => bounded(createGunzip()),
    createInflate: () => bounded(createInflate()),
    createBrotliDecompress: () => bounded(createBrotliDecompress()),
    createZstdDecompress: () => bounded(createZstdDecompress())
  },
  onInvalidRequestPayload (encoding: string, _request: unknown, error: Error) {
    if (error instanceof TooInflated) return error
    // Not an Error: its message would not be enumerable, and thus not be taken over.
    const { name, message } = error
    const problem = { name, message: `the body is not valid ${encoding}: ${message}`, statusCode: 400 }
    return problem
  }
}

class TooInflated extends Error {
  readonly statusCode = 413
}

/** Counts what is put out where it is put out: a transform behind this one would copy every byte. */
export function bounded (inflating: Inflating, max = MAX_INFLATED): Transform {
  const push = inflating.push.bind(inflating)
  let inflated = 0
  inflating.push = (chunk: Buffer | null) => {
    inflated += chunk?.length ?? 0
    if (inflated > Math.min(max, FREE_BYTES + MAX_RATIO * inflating.bytesWritten)) {
      inflating.destroy(new TooInflated(
        `the body inflates to more than ${MAX_RATIO} times what was sent, or to more than ${max} bytes; send it in pieces`))
      return false
    }
    return push(chunk)
  }
  return inflating
}

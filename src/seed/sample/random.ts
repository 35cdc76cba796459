/**
 * A generator of pseudorandom numbers in [0, 1). They depend on `seed` alone, not on other generators, so that the
 * sample is the same on every machine. FNV-1a hashes the seed, mulberry32 generates.
 */
export function randomFrom (seed: string): () => number {
  let state = 0x811c9dc5
  for (const byte of Buffer.from(seed)) state = Math.imul(state ^ byte, 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Levels of arrays and objects in one another; a batch needs a few. */
const MAX_DEPTH = 64
/** Commas and opening brackets, which is about as many as values. A batch of 10 000 rows may have 50 in each. */
const MAX_VALUES = 500_000

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

/**
 * Scans JSON before it is parsed: deep nesting and millions of tiny values take a hundred times their bytes in memory.
 * @returns what exceeds the bounds; null: nothing does. Says nothing of what is not JSON.
 */
export function excessOf (json: Uint8Array): string | null {
  let depth = 0
  let values = 0
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case QUOTE: at = endOfText(json, at); break
      // [ and {
      case 0x5b: case 0x7b:
        if (++depth > MAX_DEPTH) return `has more than ${MAX_DEPTH} levels of arrays and objects`
        values++
        break
      // ] and }
      case 0x5d: case 0x7d: depth--; break
      case COMMA: values++; break
      default:
    }
    if (values > MAX_VALUES) return `has more than ${MAX_VALUES} values`
  }
  return null
}

/** The index of the quote that ends the text which begins at `start`, or the end of the bytes. */
function endOfText (json: Uint8Array, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1
  return at
}

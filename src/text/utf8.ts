// Fatal: the default would give U+FFFD in place of what it cannot decode. Drops a BOM.
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws TypeError when the bytes are not UTF-8 */
export function decodeUtf8 (bytes: Uint8Array): string {
  return utf8.decode(bytes)
}

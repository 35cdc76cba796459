// XML has no control characters but three, of which a reader takes a plain CR for a line feed.
const UNSAFE = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

export const XML_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

/** @returns the text without what XML cannot hold */
export function escapeXml (text: string): string {
  return text.replaceAll(UNSAFE, letter => ESCAPES[letter] ?? '')
}

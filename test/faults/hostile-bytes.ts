import { connect } from 'node:net'
import { nested } from './hostile-values.ts'
import type { Service } from './service.ts'

const PATH = '/v1/dossier-statistics'
const POST = `POST ${PATH} HTTP/1.1`
const GET = 'GET /v1/units?limit=1 HTTP/1.1'
const NO_ANSWER_AFTER = 5_000

interface Message {
  /** Up to the end of the headers; `host` and the key are added to those that begin with a line of HTTP/1.1. */
  head: string | Buffer
  body?: string | Buffer
}

/** Messages that no HTTP library would send. */
const MESSAGES: Record<string, Message> = {
  'Transfer-Encoding and Content-Length': { head: `${POST}\r\ncontent-length: 6\r\ntransfer-encoding: chunked`, body: '0\r\n\r\nGET /v1/smuggled HTTP/1.1\r\n\r\n' },
  'two Content-Lengths': { head: `${POST}\r\ncontent-length: 2\r\ncontent-length: 3`, body: '{}x' },
  'Transfer-Encoding in a disguise': { head: `${POST}\r\ntransfer-encoding: xchunked`, body: '0\r\n\r\n' },
  'Transfer-Encoding twice': { head: `${POST}\r\ntransfer-encoding: chunked\r\ntransfer-encoding: identity`, body: '0\r\n\r\n' },
  'Content-Length -1': { head: `${POST}\r\ncontent-length: -1` },
  'Content-Length +2': { head: `${POST}\r\ncontent-length: +2`, body: '{}' },
  'Content-Length of 20 digits': { head: `${POST}\r\ncontent-length: 99999999999999999999`, body: '{}' },
  'a chunk of no size': { head: `${POST}\r\ntransfer-encoding: chunked`, body: 'zz\r\n{}\r\n0\r\n\r\n' },
  'a chunk of 2^64': { head: `${POST}\r\ntransfer-encoding: chunked`, body: 'ffffffffffffffff\r\n{}\r\n0\r\n\r\n' },
  'lines that end in LF alone': { head: GET.concat('\nx: 1\n') },
  'a folded header': { head: `${GET}\r\nx-a: 1\r\n 2` },
  'a space before the colon': { head: `${GET}\r\ncontent-length : 0` },
  'NUL in a header': { head: `${GET}\r\nx-a: a\0b` },
  'NUL in the path': { head: 'GET /v1/units/\0 HTTP/1.1' },
  'bytes that are no UTF-8 in the path': { head: Buffer.from('GET /v1/units/\xff\xfe?q=\xff HTTP/1.1', 'latin1') },
  'a header of 64 KiB': { head: `${GET}\r\nx-a: ${'a'.repeat(65_536)}` },
  '5 000 headers': { head: `${GET}${'\r\nx: 1'.repeat(5_000)}` },
  'a path of 12 KiB': { head: `GET /v1/units/${'a'.repeat(12_000)} HTTP/1.1` },
  'a query of 3 000 parameters': { head: `GET /v1/units?${'a=1&'.repeat(3_000)} HTTP/1.1` },
  'an unknown method': { head: 'BREW /v1/units HTTP/1.1' },
  'a method in small letters': { head: 'get /v1/units HTTP/1.1' },
  TRACE: { head: 'TRACE /v1/units HTTP/1.1' },
  CONNECT: { head: 'CONNECT example.org:443 HTTP/1.1' },
  'OPTIONS *': { head: 'OPTIONS * HTTP/1.1' },
  'a whole URL': { head: 'GET http://example.org/v1/units HTTP/1.1' },
  'a path that climbs': { head: 'GET /v1/../../etc/passwd HTTP/1.1' },
  slashes: { head: 'GET //v1//units// HTTP/1.1' },
  'HTTP/1.0': { head: 'GET /v1/units?limit=1 HTTP/1.0' },
  'HTTP/9.9': { head: 'GET /v1/units HTTP/9.9' },
  'no version': { head: 'GET /v1/units' },
  TLS: { head: Buffer.from('16030100a5010000a10303', 'hex') },
  'Expect of something unheard of': { head: `${POST}\r\nexpect: everything\r\ncontent-length: 2`, body: '{}' },
  'Upgrade to h2c': { head: `${GET}\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk` },
  'Upgrade to a web socket': { head: `${GET}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==` },
  'a GET with a body': { head: `${GET}\r\ncontent-type: application/json\r\ncontent-length: 2`, body: '{}' },
  'gzip that is none': { head: `${POST}\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 2`, body: '{}' },
  'two credentials': { head: `${GET}\r\nx-api-key: cchc_a_b` },
  'a trace id that is none': { head: `${GET}\r\ntraceparent: 00-${'z'.repeat(300)}\r\nx-request-id: ${'é'.repeat(300)}` }
}

const text = (body: unknown) => JSON.stringify(body)
const item = (more: object) => text({ items: [{ unit: 'H56-380', period: '2021-Q4', source: 'one-stop', field: 'land', resolved: 1, ...more }] })

/** Bodies that are not what they are said to be: JSON in UTF-8. */
const BODIES: Record<string, string | Buffer> = {
  nothing: '',
  'half a document': '{"items": [{"unit": "H5',
  'bytes that are no UTF-8': Buffer.from('{"items": [{"unit": "\xc3\x28\xff"}]}', 'latin1'),
  'half a surrogate pair in UTF-8': Buffer.from('{"items": [{"unit": "\xed\xa0\x80"}]}', 'latin1'),
  'UTF-16': Buffer.from('{"items": []}', 'utf16le'),
  'a BOM': `\ufeff${text({ items: [] })}`,
  'two BOMs': `\ufeff\ufeff${text({ items: [] })}`,
  'escapes that are no text': '{"items": [{"unit": "\\ud800", "period": "\\u0000"}]}',
  '1e400': item({}).replace('"resolved":1', '"resolved":1e400'),
  '2^53 + 1': item({}).replace('"resolved":1', '"resolved":9007199254740993'),
  '2^31': item({ resolved: 2 ** 31 }),
  '-1': item({ resolved: -1 }),
  NaN: '{"items": [NaN]}',
  'a comment': '{"items": [] /* none */}',
  'a name twice': '{"items": [], "items": [1]}',
  'a __proto__': '{"items": [], "__proto__": {"scopes": ["admin"]}}',
  '__proto__ in an item': '{"items": [{"__proto__": {"unit": "H56"}}]}',
  'constructor.prototype': '{"items": [], "constructor": {"prototype": {"scopes": ["admin"]}}}',
  'arrays 500 000 deep': `${'['.repeat(500_000)}${']'.repeat(500_000)}`,
  'items 500 000 deep': `{"items": ${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
  'an item 500 000 deep': `{"items": [{"unit": ${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}}]}`,
  'an item 1 000 deep': text({ items: [{ unit: nested(1_000) }] }),
  '10 001 items': text({ items: Array.from({ length: 10_001 }, () => ({})) }),
  '10 000 items at fault': text({ items: Array.from({ length: 10_000 }, () => ({ unit: 1, unknown: 2 })) }),
  'an item of 30 000 properties': `{"items": [{${Array.from({ length: 30_000 }, (_, i) => `"p${i}":1`).join()}}]}`,
  'a text of 15 MiB': text({ items: [{ unit: 'x'.repeat(15 * 1024 * 1024) }] }),
  'a number of a million digits': `{"items": [${'9'.repeat(1_000_000)}]}`,
  'more than 16 MiB': `{"items": [${' '.repeat(17 * 1024 * 1024)}]}`
}

export interface Heard {
  what: string
  /** null: the connection was closed without a word. */
  status: number | null
  answers: number
}

/** Sends all of these, each over a connection of its own. */
export async function sendHostileBytes (service: Service): Promise<Heard[]> {
  const bodies = Object.entries(BODIES).map(([what, body]): [string, Message] => [what, {
    head: `${POST}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`, body
  }])
  const heard: Heard[] = []
  for (const [what, message] of [...Object.entries(MESSAGES), ...bodies]) {
    const answer = await sent(service, message)
    const statuses = [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))
    heard.push({ what, status: statuses.find(status => status >= 200) ?? null, answers: statuses.length })
  }
  return heard
}

/** @returns all that comes back before the connection is closed, or falls silent */
async function sent ({ address, headers }: Service, { head, body = '' }: Message): Promise<string> {
  const { hostname, port } = new URL(address)
  const socket = connect(Number(port), hostname)
  const lines = Object.entries({ host: hostname, connection: 'close', ...headers }).map(line => `\r\n${line.join(': ')}`)
  let answer = ''
  socket.setTimeout(NO_ANSWER_AFTER, () => socket.destroy())
  socket.on('error', () => {})
  socket.on('data', data => { answer += data.toString('latin1') })
  const closed = new Promise(resolve => { socket.on('close', resolve) })
  socket.write(Buffer.concat([Buffer.from(head), Buffer.from(`${lines.join('')}\r\n\r\n`), Buffer.from(body)]))
  await closed
  return answer
}

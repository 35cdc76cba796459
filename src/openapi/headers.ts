interface Operation {
  security?: object[]
  parameters?: { name: string }[]
  responses: Record<string, { headers?: object }>
}
interface Document { paths: Record<string, Record<string, Operation>>, components: object }

/** Which answer this is. `default` is the status of all that has none of its own. */
interface Place { path: string, method: string, status: string, operation: Operation }

interface Header { description: string, schema: object, isSent: (place: Place) => boolean }

const text = { type: 'string' }
const count = { type: 'integer' }

// On each answer in fact. The contract says so at two of an operation, since it would say it 500 times otherwise.
const always = ({ operation: { responses }, status }: Place) => (
  responses['default'] === undefined || ['200', 'default'].includes(status))
const isLimited = ({ operation, status }: Place) => (
  operation.security !== undefined && ['200', '429', 'default'].includes(status))
const isConditional = ({ path, method, status }: Place) => (
  method === 'get' && path.startsWith('/v1/') && ['200', '304'].includes(status))
const isOf = (...statuses: string[]) => ({ status }: Place) => [...statuses, 'default'].includes(status)
// A probe has no `default`, and one answer that is a problem.
const isProblem = ({ operation: { responses }, status }: Place) => (
  responses['default'] === undefined ? Number(status) >= 400 : status === 'default')
const isReplayable = ({ operation: { parameters = [] }, status }: Place) => (
  ['200', '422'].includes(status) && parameters.some(({ name }) => name === 'idempotency-key'))

/** The headers that hooks set, which the schema of a route does not list. */
const HEADERS: Record<string, Header> = {
  'x-request-id': { description: 'Finds this request in the log and in the audit.', schema: text, isSent: always },
  'x-content-type-options': { description: 'Always `nosniff`.', schema: text, isSent: always },
  'content-security-policy': { description: 'An answer is data, and no page.', schema: text, isSent: always },
  'content-encoding': { description: 'Where `Accept-Encoding` allows it and the body is large enough.', schema: text, isSent: always },
  vary: { description: 'What the answer depends on, such as `Accept-Encoding`.', schema: text, isSent: always },
  'access-control-allow-origin': { description: 'Where `CORS_ORIGINS` names whose pages may read answers.', schema: text, isSent: always },
  'access-control-expose-headers': { description: 'With `Access-Control-Allow-Origin`.', schema: text, isSent: always },
  'ratelimit-limit': { description: 'Requests a minute that the client may send, if there is a limit.', schema: count, isSent: isLimited },
  'ratelimit-remaining': { description: 'Requests that are left of them.', schema: count, isSent: isLimited },
  'ratelimit-reset': { description: 'Seconds until the minute is over.', schema: count, isSent: isLimited },
  'content-language': { description: 'Language of the texts of a problem: `en` or `vi`, as `Accept-Language` prefers.', schema: text, isSent: isProblem },
  'retry-after': { description: 'Seconds to wait before the next attempt.', schema: count, isSent: isOf('409', '429', '503') },
  'www-authenticate': { description: 'How to send a key.', schema: text, isSent: isOf('401') },
  'idempotency-replayed': {
    description: '`true` where this is the first answer to the same request.', schema: text, isSent: isReplayable
  },
  etag: { description: 'Version of the answer, to send as `If-None-Match`.', schema: text, isSent: isConditional },
  'cache-control': { description: 'Always `private, no-cache`: ask again, with `If-None-Match`.', schema: text, isSent: isConditional }
}

/**
 * Adds to each answer the headers that hooks set. A header that the route itself describes stays, and a 304
 * has those of its 200. What every answer has is at 200 and, for all that is refused, at `default`.
 */
export function withHeaders (document: object): object {
  const { paths, components } = document as Document
  const headers = Object.entries(HEADERS)
    .map(([name, { description, schema }]): [string, object] => [name, { description, schema }])
  return {
    ...document,
    components: { ...components, headers: Object.fromEntries(headers) },
    paths: mapValues(paths, (methods, path) => mapValues(methods, (operation, method) => ({
      ...operation,
      responses: mapValues(operation.responses, (answer, status) => ({
        ...answer,
        headers: {
          ...headersOf({ path, method, status, operation }),
          ...(status === '304' ? operation.responses['200']! : answer).headers
        }
      }))
    })))
  }
}

function headersOf (place: Place): Record<string, object> {
  const sent = Object.entries(HEADERS).filter(([, { isSent }]) => isSent(place))
  return Object.fromEntries(sent.map(([name]) => [name, { $ref: `#/components/headers/${name}` }]))
}

function mapValues<V, W> (values: Record<string, V>, change: (value: V, name: string) => W): Record<string, W> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]))
}

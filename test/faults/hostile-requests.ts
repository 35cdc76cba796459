import fc from 'fast-check'
import { typesOf, type Operation } from '../openapi/contract.ts'
import { corrupted, hostileText, hostileValue, valueOf, type Schema } from './hostile-values.ts'

export interface HostileRequest {
  operation: Operation
  method: string
  /** With its query, percent-encoded, and not always well. */
  path: string
  headers: Record<string, string>
  body: string | null
  /** What the body says, as whoever reads it as JSON understands it. */
  sent: unknown
}

type Resolve = (ref: string) => Schema
type Parameter = NonNullable<Operation['parameters']>[number]

const BROKEN_ESCAPES = ['%', '%f', '%zz', '%00', '%ff', '%ed%a0%80', '%c0%af', '+', '%2f', '..', '%0d%0aset-cookie:a=1']
const TYPES = [
  'text/plain', 'application/json; charset=utf-16', 'application/json;', 'application/json, text/plain', 'application/x-www-form-urlencoded',
  'multipart/form-data', 'application/vnd.api+json', 'application/', '/', ';', ''
]

/** Requests for an operation: as documented here and there, and here and there as nobody would send them by mistake. */
export function requestsOf (operation: Operation, resolve: Resolve): fc.Arbitrary<HostileRequest> {
  const { method, parameters = [], requestBody } = operation
  const media = requestBody?.content['application/json']
  const body = media === undefined ? fc.constant(undefined) : bodiesOf(media.example, media.schema!, resolve)
  return fc.tuple(
    fc.tuple(...parameters.map(one => encodedValues(one, resolve).map(value => ({ ...one, value })))),
    seldom(fc.tuple(hostileText, hostileText)), body, seldom(fc.constantFrom(...TYPES)),
    requestBody === undefined || typesOf(requestBody)[LINES] === undefined ? fc.constant(false) : fc.boolean()
  ).map(([chosen, surplus, sent, type, inLines]) => {
    const named = (place: string) => chosen.filter(({ in: where, value }) => where === place && value !== null)
    const query = named('query').map(({ name, value }) => `${name}=${value}`)
    if (surplus !== null) query.push(surplus.map(encoded).join('='))
    const at = named('path').reduce((path, { name, value }) => path.replace(`{${name}}`, () => value!), operation.path)
    const headers = Object.fromEntries(named('header').map(({ name, value }) => [name, headerOf(decoded(value!))]))
    const text = sent === undefined ? null : inLines ? linesOf(sent) : JSON.stringify(sent)
    return {
      operation,
      method: method.toUpperCase(),
      path: query.length === 0 ? at : `${at}?${query.join('&')}`,
      headers: { ...headers, ...(text === null ? {} : { 'content-type': type ?? (inLines ? LINES : 'application/json') }) },
      body: text,
      sent: text === null || inLines ? undefined : JSON.parse(text)
    }
  })
}

const LINES = 'application/x-ndjson'

/** The items of a body, or whatever it is, a line each. */
function linesOf (sent: unknown): string {
  const { items } = (sent ?? {}) as { items?: unknown }
  return (Array.isArray(items) ? items : [sent]).map(item => `${JSON.stringify(item)}\n`).join('')
}

/** Mostly null: a request with one thing wrong gets further than one with five. */
function seldom<T> (arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary })
}

/** Values for a parameter, encoded; null leaves it out. */
function encodedValues (
  { in: place, example, required, schema }: Parameter, resolve: Resolve
): fc.Arbitrary<string | null> {
  const likely = example === undefined ? [] : [{ weight: 20, arbitrary: fc.constant(encodedList(example)) }]
  const absent = required ? [] : [{ weight: 30, arbitrary: fc.constant(null) }]
  const present = (text: string) => place === 'path' && text === '' ? '%20' : text
  return fc.oneof(
    ...likely, ...absent,
    { weight: 2, arbitrary: valueOf(schema, resolve).map(value => present(encodedList(value))) },
    { weight: 2, arbitrary: hostileText.map(text => present(encoded(text))) },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN_ESCAPES) }
  )
}

function encodedList (value: unknown): string {
  return [value].flat().map(part => encoded(String(part))).join()
}

function encoded (text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function decoded (text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What HTTP lets into a header; what it does not is sent by hand elsewhere. */
function headerOf (text: string): string {
  return text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '').trim()
}

function bodiesOf (example: unknown, schema: Schema, resolve: Resolve): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(example) },
    { weight: 9, arbitrary: varied(example, schema, resolve) },
    { weight: 3, arbitrary: corrupted(example) },
    { weight: 1, arbitrary: valueOf(schema, resolve) },
    { weight: 1, arbitrary: hostileValue }
  )
}

/** The example with some properties of it, or of its first item, as the schema lets them be, or hostile. */
function varied (example: unknown, schema: Schema, resolve: Resolve): fc.Arbitrary<unknown> {
  const { items } = example as { items?: object[] }
  const item = schema.properties?.['items']?.items
  // Where a body has one of several shapes, the first is that of the example.
  const whole = schema.properties === undefined ? schema.anyOf![0]! : schema
  const of = items === undefined ? whole : item!.$ref === undefined ? item! : resolve(item!.$ref)
  const properties = of.properties!
  // A code that nobody knows is refused, whatever stands beside it.
  const others = Object.keys(properties).filter(name => properties[name]!.pattern === undefined)
  return fc.subarray(others, { minLength: 1, maxLength: Math.min(3, others.length) })
    .chain(names => fc.record(Object.fromEntries(names.map(name => [name, fc.oneof(
      { weight: 3, arbitrary: valueOf(properties[name]!, resolve) }, { weight: 1, arbitrary: hostileValue }
    )]))))
    .map(some => items === undefined ? { ...example as object, ...some } : { items: [{ ...items[0], ...some }] })
}

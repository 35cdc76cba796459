import fc from 'fast-check'

/** The part of JSON Schema that the contract uses. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  items?: Schema
  anyOf?: Schema[]
  minItems?: number
  maxItems?: number
  properties?: Record<string, Schema>
  required?: string[]
}

/** A number that is not in JavaScript as it is in JSON. */
const raw = (JSON as unknown as { rawJSON: (text: string) => unknown }).rawJSON

const TEXTS = [
  '', ' ', '\n', '\0', 'a\0b', '\ud800', 'a\udc00', '\uffff', '\ufeff', '\u202eabc', 'Thanh Ho\u0301a', '👨‍👩‍👧‍👦', 'ı', 'x'.repeat(5_000),
  '\'; drop table dossier_statistics; --', '\' or \'1\' = \'1', '%', '_', '\\', '$1', '${7*7}', '{{7*7}}', '=1+1', '<script>',
  '../../etc/passwd', '%00', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'NaN', '1e400', '-1', '0'
]
const NUMBERS = [
  -1, 0, 0.5, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e21, 1e308, raw('9007199254740993'), raw('1e400'), raw('-1e400'), raw('-0'), raw('1e-400'),
  raw('123456789012345678901234567890'), raw('0.1000000000000000055511151231257827'), raw('1E2')
]
const OTHERS = [
  null, true, [], {}, [[]], [null], { items: [] }, JSON.parse('{"__proto__": {"scopes": ["admin"]}}'),
  { constructor: { prototype: { scopes: ['admin'] } } }, { toString: 1, valueOf: 1 }, nested(1_000)
]

export const hostileText = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NUMBERS), fc.constantFrom<unknown>(...OTHERS), hostileText)

export function nested (depth: number): unknown {
  let value: unknown = []
  for (let i = 0; i < depth; i++) value = [value]
  return value
}

/** Values that a schema lets through. `resolve` finds what a `$ref` names. */
export function valueOf (schema: Schema, resolve: (ref: string) => Schema): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return valueOf(resolve(schema.$ref), resolve)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  return fc.oneof(...[schema.type ?? 'null'].flat().map(type => ofType(type, schema, resolve)))
}

function ofType (type: string, schema: Schema, resolve: (ref: string) => Schema): fc.Arbitrary<unknown> {
  const { minimum: min, maximum: max } = schema
  switch (type) {
    case 'string': return textOf(schema)
    case 'integer': return fc.integer({ min, max })
    case 'number': return fc.double({ min, max, noNaN: true })
    case 'boolean': return fc.boolean()
    case 'array': return fc.array(valueOf(schema.items!, resolve), { minLength: schema.minItems, maxLength: 3 })
    case 'object': return objectOf(schema, resolve)
    default: return fc.constant(null)
  }
}

function objectOf ({ properties = {}, required = [] }: Schema, resolve: (ref: string) => Schema) {
  const values = Object.entries(properties).map(([name, schema]) => [name, valueOf(schema, resolve)] as const)
  return fc.record(Object.fromEntries(values), { requiredKeys: required })
}

function textOf ({ format, pattern, minLength, maxLength = 50 }: Schema): fc.Arbitrary<string> {
  const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  if (format === 'date') return day.map(date => date.toISOString().slice(0, 10))
  if (format === 'date-time') return day.map(date => date.toISOString())
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 50) })
}

/** The value with one place of it, any place, made otherwise: replaced, left out, or with something beside it. */
export function corrupted (value: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(value)
  return fc.tuple(fc.constantFrom(...places), fc.constantFrom('replace', 'remove', 'add'), hostileText, hostileValue)
    .map(([place, how, name, hostile]) => changed(value, place, how, name, hostile))
}

type Place = readonly (string | number)[]

function placesIn (value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at]
  const keyOf = (name: string) => Array.isArray(value) ? Number(name) : name
  return [at, ...Object.entries(value).flatMap(([name, part]) => placesIn(part, [...at, keyOf(name)]))]
}

function changed (value: unknown, [first, ...rest]: Place, how: string, name: string, hostile: unknown): unknown {
  if (first === undefined) return how === 'add' && isObject(value) ? { ...value, [name]: hostile } : hostile
  const copy = Array.isArray(value) ? [...value as unknown[]] : { ...value as object }
  const parts = copy as Record<string, unknown>
  if (rest.length > 0 || how !== 'remove') parts[first] = changed(parts[first], rest, how, name, hostile)
  else if (Array.isArray(copy)) copy.splice(Number(first), 1)
  else delete parts[first]
  return copy
}

function isObject (value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

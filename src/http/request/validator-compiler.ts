import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { DomainError } from '../../contract/errors.ts'
import { addressCheckOf, checkOf, type Check } from '../../contract/validation.ts'

const POINTERS: Record<string, string> = { querystring: '/query', params: '/path', headers: '/headers' }

/** Checks query strings, paths, headers and bodies; a refusal lists all issues. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return bodyValidator(schema)
  const check = addressCheckOf(schema)
  const readings = readingsOf(schema)
  return (value: Address) => result(read(value, readings), check, POINTERS[httpPart!]!)
}

/** For batches: checks only the envelope of the body, so that a row at fault can be refused alone. */
export const envelopeCompiler = compilerFor({
  type: 'object', required: ['items'], additionalProperties: false, properties: { items: { type: 'array' } }
})

/** Checks the body against another schema than the one that the contract shows. */
export function compilerFor (body: TSchema): FastifySchemaCompiler<TSchema> {
  return route => route.httpPart === 'body' ? bodyValidator(body) : validatorCompiler(route)
}

function bodyValidator (schema: TSchema) {
  const check = checkOf(schema)
  return (value: unknown) => result(value, check, '')
}

function result (value: unknown, check: Check, at: string) {
  const issues = check(value, at)
  if (issues.length === 0) return { value }
  return { error: new DomainError('invalid_request', issues.map(({ detail }) => detail).join('; '), issues) }
}

/** Query, path or headers as texts by name. */
type Address = Record<string, string | string[]>

type Reading = (value: string | string[]) => string | string[]

/** Goes through what was sent, and not through all that could be: an address names few of its parameters. */
function read (address: Address, readings: ReadonlyMap<string, Reading>): Address {
  for (const name in address) {
    const reading = readings.get(name)
    if (reading !== undefined) address[name] = reading(address[name]!)
  }
  return address
}

/** How parameters are read that are more than a text, by name. */
function readingsOf (schema: TSchema): Map<string, Reading> {
  const { properties = {} } = schema as { properties?: Record<string, Property> }
  const readings = new Map<string, Reading>()
  for (const [name, { type, format }] of Object.entries(properties)) {
    if (type === 'array') readings.set(name, splitList)
    else if (format === 'date-time') readings.set(name, withOffset)
  }
  return readings
}

/** Lists may be written `a=1&a=2` or `a=1,2`; codes hold no commas. */
function splitList (value: string | string[]): string[] {
  return typeof value === 'string' ? value.split(',') : value.flatMap(text => text.split(','))
}

/** A `+` in an address is a blank, so an instant that is not percent-encoded comes as `2021-06-10T00:00:00 07:00`. */
function withOffset (value: string | string[]): string | string[] {
  return typeof value === 'string' ? value.replace(/ (?=\d\d:\d\d$)/, '+') : value
}

interface Property { type?: string, format?: string }

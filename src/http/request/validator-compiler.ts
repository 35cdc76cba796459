import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { DomainError } from '../../contract/errors.ts'
import { addressCheckOf, checkOf, type Check } from '../../contract/validation.ts'

const POINTERS: Record<string, string> = { querystring: '/query', params: '/path', headers: '/headers' }

/** Checks query strings, paths, headers and bodies; a refusal lists all issues. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return bodyValidator(schema)
  const check = addressCheckOf(schema)
  const lists = namesOf(schema, ({ type }) => type === 'array')
  const instants = namesOf(schema, ({ format }) => format === 'date-time')
  return (value: Address) => result(withOffsets(splitLists(value, lists), instants), check, POINTERS[httpPart!]!)
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

/** Lists may be written `a=1&a=2` or `a=1,2`; codes hold no commas. */
function splitLists (query: Address, lists: string[]): Address {
  for (const name of lists) {
    if (query[name] !== undefined) query[name] = [query[name]].flat().flatMap(text => text.split(','))
  }
  return query
}

/** A `+` in an address is a blank, so an instant that is not percent-encoded comes as `2021-06-10T00:00:00 07:00`. */
function withOffsets (query: Address, instants: string[]): Address {
  for (const name of instants) {
    const value = query[name]
    if (typeof value === 'string') query[name] = value.replace(/ (?=\d\d:\d\d$)/, '+')
  }
  return query
}

interface Property { type?: string, format?: string }

function namesOf (schema: TSchema, isAsked: (property: Property) => boolean): string[] {
  const { properties = {} } = schema as { properties?: Record<string, Property> }
  return Object.keys(properties).filter(name => isAsked(properties[name]!))
}

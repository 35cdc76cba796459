import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { DomainError } from '../../contract/errors.ts'
import { addressCheckOf, checkOf, type Check } from '../../contract/validation.ts'

const POINTERS: Record<string, string> = { querystring: '/query', params: '/path', headers: '/headers' }

/** Checks query strings, paths, headers and bodies; a refusal lists all issues. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return bodyValidator(schema)
  const check = addressCheckOf(schema)
  const lists = listsOf(schema)
  return (value: unknown) => result(splitLists(value, lists), check, POINTERS[httpPart!]!)
}

/** For batches: checks only the envelope of the body, so that a row at fault can be refused alone. */
export const envelopeCompiler: FastifySchemaCompiler<TSchema> = route => (
  route.httpPart === 'body' ? bodyValidator(ENVELOPE) : validatorCompiler(route))

const ENVELOPE = {
  type: 'object', required: ['items'], additionalProperties: false, properties: { items: { type: 'array' } }
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

/** Lists may be written `a=1&a=2` or `a=1,2`; codes hold no commas. */
function splitLists (value: unknown, lists: string[]): unknown {
  const query = value as Record<string, unknown>
  for (const name of lists) {
    if (query[name] !== undefined) query[name] = [query[name] as string | string[]].flat().flatMap(text => text.split(','))
  }
  return query
}

function listsOf (schema: TSchema): string[] {
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> }
  return Object.keys(properties).filter(name => properties[name]!.type === 'array')
}

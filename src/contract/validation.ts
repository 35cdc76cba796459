import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { DomainError, type Issue, type IssueCode } from './errors.ts'
import { instantOf } from '../time/rfc3339.ts'
import { isStorable } from '../text/storable.ts'

// A body is taken as it is: coercion would turn null into 0 and "" into null.
const ajv = newAjv({ coerceTypes: false })
// Everything in an address is text; `array` makes one value a list of one. Not strict, which would pass over the bounds
// of a number that is too large to be one: 1e400.
const ajvOfAddress = newAjv({ coerceTypes: 'array', useDefaults: true, strictNumbers: false })

const CODES: Record<string, IssueCode> = {
  required: 'missing',
  additionalProperties: 'unknown_property',
  type: 'invalid_type',
  enum: 'not_allowed',
  pattern: 'malformed',
  format: 'malformed',
  minimum: 'out_of_range',
  maximum: 'out_of_range',
  minLength: 'invalid_length',
  maxLength: 'invalid_length',
  maxItems: 'too_many',
  minItems: 'missing',
  uniqueItems: 'duplicate_key'
}

/** Faults of one value against a schema, with pointers below `at`. */
export type Check = (value: unknown, at: string) => Issue[]

export function checkOf (schema: TSchema): Check {
  const validate = ajv.compile(schema)
  return (value, at) => validate(value) ? [] : issuesOf(validate, at)
}

/** Query strings, paths and bodies. Nothing is coerced, dropped or defaulted in a body; all issues are told. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return refusing(ajv.compile(schema), '', value => value)
  const lists = listsOf(schema)
  return refusing(ajvOfAddress.compile(schema), POINTERS[httpPart!]!, value => split(value, lists))
}

const POINTERS: Record<string, string> = { querystring: '/query', params: '/path', headers: '/headers' }

/** For batches: only the envelope is checked here, so that a row at fault can be refused alone. */
export const envelopeCompiler: FastifySchemaCompiler<TSchema> = route => route.httpPart === 'body'
  ? refusing(ajv.compile(ENVELOPE), '', value => value)
  : validatorCompiler(route)

const ENVELOPE = {
  type: 'object', required: ['items'], additionalProperties: false, properties: { items: { type: 'array' } }
}

function newAjv (options: Options): Ajv {
  const instance = new Ajv({
    allErrors: true, removeAdditional: false, strict: true, allowUnionTypes: true, ...options
  })
  formats.default(instance, ['date'])
  // PostgreSQL has no year 0.
  const { validate: isDate } = instance.formats['date'] as { validate: (text: string) => boolean }
  instance.addFormat('date', text => isDate(text) && !text.startsWith('0000'))
  instance.addFormat('date-time', text => !Number.isNaN(instantOf(text)))
  instance.addFormat('text', isStorable)
  return instance
}

function refusing (validate: ValidateFunction, at: string, prepare: (value: unknown) => unknown) {
  return (value: unknown) => {
    const prepared = prepare(value)
    if (validate(prepared)) return { value: prepared }
    const issues = issuesOf(validate, at)
    return { error: new DomainError('invalid_request', issues.map(({ detail }) => detail).join('; '), issues) }
  }
}

/** Lists may be written `a=1&a=2` or `a=1,2`; codes hold no commas. */
function split (value: unknown, lists: string[]): unknown {
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

/** Of one value that has thousands of them, all would tell no more than some do. */
const MAX_FAULTS = 100

function issuesOf (validate: ValidateFunction, at: string): Issue[] {
  return validate.errors!.slice(0, MAX_FAULTS).map(error => ({
    pointer: at + error.instancePath + missingPart(error),
    code: error.params['format'] === 'text' ? 'not_text' : CODES[error.keyword]!,
    detail: `${(at + error.instancePath).slice(1) || 'the body'} ${sentenceOf(error)}`
  }))
}

function missingPart ({ params }: ErrorObject): string {
  const name = (params['missingProperty'] ?? params['additionalProperty']) as string | undefined
  return name === undefined ? '' : `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

function sentenceOf ({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'additionalProperties': return `has no property ${JSON.stringify(params['additionalProperty'])}`
    case 'enum': return `must be one of ${(params['allowedValues'] as unknown[]).map(String).join(', ')}`
    case 'format': return params['format'] === 'text'
      ? 'has a NUL or half a surrogate pair, which is not text'
      : message!
    default: return message!
  }
}

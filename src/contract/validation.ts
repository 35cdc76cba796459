import { Ajv, type ErrorObject, type Options } from 'ajv'
import formats from 'ajv-formats'
import type { TSchema } from 'typebox'
import type { Issue, IssueCode } from './errors.ts'
import { instantOf } from '../time/rfc3339.ts'
import { isStorable } from '../text/storable.ts'

// A body is taken as it is: coercion would turn null into 0 and "" into null.
const ajv = newAjv({ coerceTypes: false })
// Everything in an address is text; `array` makes one value a list of one. Not strict, which would pass over the bounds
// of a number that is too large to be one: 1e400.
const ajvOfAddress = newAjv({ coerceTypes: 'array', useDefaults: true, strictNumbers: false })

// By the text of the schema: many routes have the same, each as an object of its own.
const addressChecks = new Map<string, Check>()

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
  minProperties: 'missing',
  exclusiveMinimum: 'out_of_range',
  uniqueItems: 'duplicate_key'
}

/** Issues of one value against a schema, with pointers below `at`. */
export type Check = (value: unknown, at: string) => Issue[]

/** For a body: nothing is coerced, dropped or defaulted. */
export function checkOf (schema: TSchema): Check {
  return checkWith(ajv, schema)
}

/** For the query, path or headers of a request, as texts by name: writes into them the values that the schema means. */
export function addressCheckOf (schema: TSchema): Check {
  const text = JSON.stringify(schema)
  const check = addressChecks.get(text) ?? checkWith(ajvOfAddress, schema)
  addressChecks.set(text, check)
  return check
}

function checkWith (instance: Ajv, schema: TSchema): Check {
  const validate = instance.compile(schema)
  return (value, at) => validate(value) ? [] : issuesOf(validate.errors!, at)
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

/** A value can have thousands of issues; more than some do not help to mend it. */
const MAX_ISSUES = 100

function issuesOf (errors: ErrorObject[], at: string): Issue[] {
  return errors.slice(0, MAX_ISSUES).map(error => ({
    pointer: at + error.instancePath + propertyOf(error),
    code: error.params['format'] === 'text' ? 'not_text' : CODES[error.keyword]!,
    detail: `${(at + error.instancePath).slice(1) || 'the body'} ${sentenceOf(error)}`
  }))
}

function propertyOf ({ params }: ErrorObject): string {
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

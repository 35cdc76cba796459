import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { exampleWorkbook } from '../reports/workbook-import/example.ts'

interface Parameter {
  name: string
  in: 'query' | 'path' | 'header'
  required: boolean
  example?: string | number | boolean | string[]
  schema: object
}

type Media = Record<string, { schema?: object, example?: unknown, examples?: Record<string, { $ref: string }> }>

interface Body {
  headers?: Record<string, object>
  content?: Media
  /** What generated clients do not use. */
  'x-other-content'?: Media
}

export interface Operation {
  security?: object[]
  path: string
  method: string
  operationId: string
  summary?: string
  tags?: string[]
  parameters?: Parameter[]
  requestBody?: Body & { content: Media }
  responses: Record<string, Body>
}

export interface Document {
  tags: { name: string }[]
  paths: Record<string, Record<string, Omit<Operation, 'path' | 'method'>>>
  components: { examples: Record<string, { summary: string, value: { status: number, code: string } }> }
}

export interface Request {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  url: string
  headers?: Record<string, string>
  payload?: unknown
}

/** Bodies that are files, which the documentation can show no example of. */
const FILES: Record<string, Buffer> = { importReport: await exampleWorkbook() }

/** Those that only read come first, so that they find what a fresh service holds. */
export function operationsOf ({ paths }: Document): Operation[] {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method })))
  return operations.toSorted((a, b) => Number(a.method !== 'get') - Number(b.method !== 'get'))
}

/** The request that the documentation fills in. */
export function documentedRequest ({ path, method, operationId, parameters = [], requestBody }: Operation): Request {
  const query = new URLSearchParams()
  let filled = path
  const headers: Record<string, string> = {}
  for (const { name, in: place, example } of parameters) {
    if (example === undefined) continue
    if (place === 'header') headers[name] = String(example)
    else if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(String(example)))
    else for (const value of [example].flat()) query.append(name, String(value))
  }
  const [type, { example: payload = FILES[operationId] } = {}] = Object.entries(requestBody?.content ?? {})[0] ?? []
  return {
    method: method.toUpperCase() as Request['method'],
    url: query.size === 0 ? filled : `${filled}?${query}`,
    ...(payload === undefined ? { headers } : { payload, headers: { ...headers, 'content-type': type! } })
  }
}

/** All media types of an answer or a body. */
export function typesOf ({ content, 'x-other-content': others }: Body): Media {
  return { ...content, ...others }
}

type Headers = Record<string, string | string[] | number | undefined>

/** Of the connection and not of the answer, or, like the content type, described in another place. */
const OF_THE_CONNECTION = ['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding']

/** Compares real answers with what the document says of them. */
export class Contract {
  readonly #ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: true })

  constructor (document: object) {
    formats.default(this.#ajv, ['date', 'date-time'])
    for (const format of ['text', 'binary', 'double']) this.#ajv.addFormat(format, true)
    this.#ajv.addSchema(document, 'contract', undefined, false)
  }

  /** What is wrong with an answer; nothing, if it is as documented. */
  faultsOf ({ path, method, responses }: Operation, status: number, headers: Headers, body: string): string[] {
    const response = responses[status]
    if (response === undefined) return [`status ${status} is not documented`]
    // `default` describes what every refusal has.
    const described = { ...responses['default']?.headers, ...response.headers }
    const unknown = Object.keys(headers).filter(name => !OF_THE_CONNECTION.includes(name) && !(name in described))
    if (unknown.length > 0) return [`${unknown.join(', ')} is not documented for ${status}`]
    if (response.content === undefined) return body === '' ? [] : ['has a body, and none is documented']
    const media = String(headers['content-type'] ?? 'none').split(';')[0]!
    if (typesOf(response)[media] === undefined) return [`content type ${media} is not documented for ${status}`]
    if (!media.endsWith('json') || media.endsWith('ndjson')) return []
    // A named schema is compiled once for all answers that are one: a thousand are a problem.
    const { $ref: named } = (response.content[media]?.schema ?? {}) as { $ref?: string }
    if (named !== undefined) return this.#issues(`contract${named}`, JSON.parse(body))
    const pointer = ['paths', path, method, 'responses', status, 'content', media, 'schema']
      .map(part => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
    return this.#issues(`contract#/${pointer.join('/')}`, JSON.parse(body))
  }

  /** What is wrong with the documented examples of an operation itself. */
  faultsOfExamples ({ operationId, parameters = [], requestBody, responses }: Operation): string[] {
    const [body] = Object.values(requestBody?.content ?? {})
    const answer = responses['200']?.content?.['application/json']
    return [
      ...parameters.flatMap(({ name, required, example, schema }) => {
        if (example === undefined) return required ? [`${name} is required and has no example`] : []
        return this.#faultsOf(schema, example).map(fault => `${name}${fault}`)
      }),
      ...(requestBody === undefined || operationId in FILES ? [] : body?.example === undefined
        ? ['the body has no example']
        : this.#faultsOf(body.schema!, body.example).map(fault => `body${fault}`)),
      ...(answer === undefined ? [] : answer.example === undefined
        ? ['the answer has no example']
        : this.#faultsOf(answer.schema!, answer.example).map(fault => `answer${fault}`))
    ]
  }

  /** What is wrong with a problem that refusals have as their example. */
  faultsOfProblem (problem: object): string[] {
    return this.#issues('contract#/components/schemas/Problem', problem)
  }

  #faultsOf (schema: object, value: unknown): string[] {
    const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"contract#/')) as object
    const validate = this.#ajv.compile(local)
    return validate(value) ? [] : this.#sentences(validate.errors)
  }

  #issues (reference: string, value: unknown): string[] {
    const validate = this.#ajv.getSchema(reference)
    if (validate === undefined) return [`the document has no ${reference}`]
    return validate(value) ? [] : this.#sentences(validate.errors)
  }

  #sentences (errors: ErrorObject[] | null | undefined): string[] {
    return errors!.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
  }
}

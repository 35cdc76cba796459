import { readFile } from 'node:fs/promises'
import t from 'tap'
import { jsonFirst } from '../../src/openapi/json-first.ts'

// What the contract avoids, since one generator of clients or another does not understand it.

const FILES = ['openapi.json', 'openapi-3.0.json']
const JSON_TYPE = /^application\/(problem\+)?json$/
/** What generated clients call something of their own. */
const RESERVED = ['Client', 'Options', 'Params', 'Response', 'Request', 'Error', 'Result', 'Config', 'Auth']

type Visit = (node: Record<string, unknown>, at: string) => void

function everyNode (value: unknown, visit: Visit, at = ''): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) visit(value as Record<string, unknown>, at)
  for (const [name, inside] of Object.entries(value)) everyNode(inside, visit, `${at}/${name}`)
}

function found (document: object, isAsked: (node: Record<string, unknown>, at: string) => boolean): string[] {
  const places: string[] = []
  everyNode(document, (node, at) => { if (isAsked(node, at)) places.push(at) })
  return places
}

for (const file of FILES) {
  t.test(`${file} has a shape that generators of clients understand`, async t => {
    const text = await readFile(new URL(`../../openapi/${file}`, import.meta.url), 'utf8')
    const document = JSON.parse(text) as { components: { schemas: object } }
    t.same(found(document, ({ content }, at) => {
      const types = Object.keys(content ?? {})
      return types.length > 1 && !(at.includes('/responses/') && types.every(type => JSON_TYPE.test(type)))
    }), [], 'no body and no answer is one type or another')
    t.same(found(document, ({ type }) => (
      Array.isArray(type) && type.filter(one => one !== 'null').length > 1)), [], 'no value has two types in one schema')
    t.same(found(document, ({ properties }) => (
      Object.values(properties ?? {}).some(({ default: value }: { default?: unknown }) => value !== undefined))), [],
    'no property has a default')
    t.same(found(document, ({ security }) => (
      Array.isArray(security) && security.length > 0 && Object.keys(security.at(-1) as object)[0] !== 'bearer')), [],
    'a key that is sent in every way stands in Authorization as a bearer')
    t.same(Object.keys(document.components.schemas).filter(name => RESERVED.includes(name)), [], 'no name is reserved')
  })
}

t.test('a body or an answer of several types keeps the first, and JSON if it has it', async t => {
  const csv = { schema: { type: 'string' } }
  const json = { schema: { type: 'object' }, example: {} }
  t.same(jsonFirst({ description: 'Rows.', content: { 'text/csv': csv, 'application/json': json } }), {
    description: 'Rows. Also as `text/csv`.', content: { 'application/json': json }, 'x-other-content': { 'text/csv': csv }
  })
  t.same(jsonFirst({ content: { 'application/octet-stream': csv, 'text/csv': csv } }), {
    description: 'Also as `text/csv`.', content: { 'application/octet-stream': csv }, 'x-other-content': { 'text/csv': csv }
  })
  t.same(jsonFirst({ content: { 'text/plain': csv } }), { content: { 'text/plain': csv } })
})

t.test('JSON under two types is either of the two', async t => {
  const [a, b] = [{ $ref: '#/a' }, { $ref: '#/b' }]
  const { content } = jsonFirst({ content: { 'application/problem+json': { schema: a }, 'application/json': { schema: b } } }) as
    { content: object }
  const schema = { anyOf: [a, b] }
  t.same(content, { 'application/problem+json': { schema }, 'application/json': { schema } })
})

t.test('a value of two types is a choice, with the bounds of each', async t => {
  const value = { type: ['integer', 'string'], minimum: 1, maxLength: 9, format: 'text' }
  const anyOf = [{ type: 'integer', minimum: 1 }, { type: 'string', maxLength: 9, format: 'text' }]
  t.same(jsonFirst({ ...value, description: 'Status.' }), { description: 'Status.', anyOf })
  t.same(jsonFirst(value), { description: '', anyOf })
  const nullable = { type: ['string', 'null'], maxLength: 9 }
  t.same(jsonFirst(nullable), nullable)
})

t.test('a default of a property is in its description, and one of a parameter stays', async t => {
  const properties = {
    mode: { type: 'string', default: 'own', description: 'Mode.' }, count: { type: 'integer', default: 1 },
    content: { type: 'string' }, free: true
  }
  t.same(jsonFirst({ type: 'object', properties }), {
    type: 'object',
    properties: {
      mode: { type: 'string', description: 'Mode. Default: `"own"`.' }, count: { type: 'integer', description: 'Default: `1`.' },
      content: { type: 'string' }, free: true
    }
  })
  const parameter = { name: 'limit', schema: { type: 'integer', default: 1 } }
  t.same(jsonFirst(parameter), parameter)
})

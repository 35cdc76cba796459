import { readFile } from 'node:fs/promises'
import t from 'tap'
import { buildApp } from '../../src/app.ts'
import { connect } from '../../src/database/connect.ts'
import { load } from '../../src/seed/load.ts'
import { MAX_ITEMS } from '../../src/writes/batch.ts'
import type { App } from '../../src/http/context.ts'
import { ADMIN, forEachDatabase } from '../database.ts'
import { Contract, documentedRequest, operationsOf, typesOf, type Document, type Operation, type Request } from './contract.ts'
import { givenExamples } from './given.ts'

const text = await readFile(new URL('../../openapi/openapi.json', import.meta.url), 'utf8')
const document = JSON.parse(text) as Document
const contract = new Contract(document)
const operations = operationsOf(document)
const ofTheApi = operations.filter(({ path }) => path.startsWith('/v1/'))

const IN_BOTH_LANGUAGES = /^[ -~]+ · (?!undefined).*[à-ỹĐđ]/

const refuses = (status: number) => (operation: Operation) => operation.responses[status] !== undefined
const needsKey = ({ security = [] }: Operation) =>
  security.length > 0 && security.every(one => Object.keys(one).length > 0)
const hasBody = (operation: Operation) => operation.requestBody !== undefined
const hasJson = ({ requestBody }: Operation) => requestBody?.content['application/json'] !== undefined
const isBatch = (operation: Operation) => operation.method === 'post' &&
  JSON.stringify(operation.requestBody?.content['application/json']?.example ?? {}).startsWith('{"items":')

/** With a limit, so that answers have its headers. */
const LIMITED = { publicScopes: ['read', 'metrics'] as const, requestsPerMinute: 100_000, issuer: null }

/** Sends a request as a client with every scope, where it does not say who sends it. */
function ask (app: App, request: Request) {
  return app.inject({ ...request, headers: { ...ADMIN, ...request.headers } } as object)
}

forEachDatabase('the committed contract is what the service serves', async (t, { get }) => {
  t.same((await get('/openapi.json')).body, document, 'run npm run write:contract')
  const older = await readFile(new URL('../../openapi/openapi-3.0.json', import.meta.url), 'utf8')
  const { status, headers, text } = await get('/openapi-3.0.json')
  t.match({ status, headers }, { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } })
  t.equal(text, older)
  t.match(JSON.parse(text), { openapi: '3.0.3', paths: Object.fromEntries(Object.keys(document.paths).map(path => [path, {}])) })
})

t.test('every operation can be named, found, tried and refused', async t => {
  const ids = operations.map(({ operationId }) => operationId)
  t.equal(new Set(ids).size, ids.length, 'operationIds are unique')
  for (const operation of operations) {
    t.match(operation, { operationId: /^[a-z]+[A-Za-z]+$/, summary: IN_BOTH_LANGUAGES, tags: [/\w/] }, operation.path)
    t.same(contract.faultsOfExamples(operation), [], `the examples of ${operation.operationId} fit its own schemas`)
  }
  for (const { operationId, responses } of ofTheApi) {
    t.ok(Object.keys(responses).some(status => status.startsWith('4')), `${operationId} documents what it refuses`)
  }
})

t.test('the common refusals show a problem as it is answered', async t => {
  const { examples } = document.components
  t.same(Object.values(examples).map(({ value: { status } }) => status).sort(), [400, 401, 403, 404, 409, 412, 422])
  for (const [code, { summary, value }] of Object.entries(examples)) {
    t.match(value, { code, title: summary })
    t.same(contract.faultsOfProblem(value), [], code)
    for (const { operationId, responses } of operations) {
      const problem = responses[value.status]?.content?.['application/problem+json']
      if (problem !== undefined) t.same(problem.examples, { [code]: { $ref: `#/components/examples/${code}` } }, operationId)
    }
  }
  t.match(contract.faultsOfProblem({ code: 'not_found' }).join(), /required/)
})

t.test('no example holds a key that could be one', async t => {
  const keys = text.match(/cchc_[a-z0-9]{16}_[\w-]+/g)!
  t.same([...new Set(keys)], [`cchc_0123456789abcdef_${'x'.repeat(43)}`])
})

forEachDatabase('every example works on a fresh service and is answered as documented', async (t, service) => {
  const { app } = service
  await load(service.db, 'true')
  await givenExamples(service, operations)
  for (const operation of operations) {
    const response = await ask(app, documentedRequest(operation))
    const { statusCode, headers, body } = response
    t.equal(statusCode, 200, `${operation.operationId}: ${statusCode} ${body.slice(0, 300)}`)
    t.same(contract.faultsOf(operation, statusCode, headers, body), [], operation.operationId)
    const { items, rows } = response.headers['content-type']!.startsWith('application/json') ? response.json() : {}
    if (operation.method === 'get') t.not((items ?? rows)?.length, 0, `${operation.operationId} has something to show`)
  }
}, LIMITED)

type Worsen = (request: Request, operation: Operation) => Request

/** Ways to be refused: the status, whom it concerns, and what is wrong with the request. */
const REFUSALS: [string, number, (operation: Operation) => boolean, Worsen][] = [
  ['an unknown query parameter', 400, () => true, request => (
    { ...request, url: `${request.url}${request.url.includes('?') ? '&' : '?'}no_such_parameter=1` })],
  ['no key', 401, needsKey, request => (
    { ...request, headers: { ...request.headers, authorization: '' } })],
  ['a key that there is not', 401, () => true, request => (
    { ...request, headers: { ...request.headers, authorization: `Bearer cchc_0123456789abcdef_${'C'.repeat(43)}` } })],
  ['another version', 412, refuses(412), request => ({ ...request, headers: { ...request.headers, 'if-match': '"999"' } })],
  ['a body that is not JSON', 400, hasJson, request => ({ ...request, payload: '{' })],
  ['a body of another shape', 400, hasJson, request => ({ ...request, payload: { no_such_property: 1 } })],
  ['something that is not there', 404, refuses(404), (request, { path }) => (
    {
      ...request,
      url: path.replace('{id}/errors', '99/errors').replace(/(imports|unit-changes|decisions|corrections)\/\{id\}$/, '$1/99')
        .replaceAll(/\{\w+\}/g, 'no-such-thing') + new URL(request.url, 'http://host').search
    })],
  ['a format that is not to be had', 406, refuses(406), request => ({ ...request, headers: { ...request.headers, accept: 'image/png' } })],
  ['a body beyond the limit', 413, hasJson, request => ({ ...request, payload: ' '.repeat(17 * 1024 * 1024) })],
  ['too many items', 413, isBatch, request => ({ ...request, payload: { items: Array(MAX_ITEMS + 1).fill({}) } })],
  ['a body of another type', 415, hasBody, request => (
    { ...request, headers: { 'content-type': 'application/xml' }, payload: '<x/>' })],
  ['a row at fault', 422, isBatch, request => ({ ...request, payload: { items: [{}] } })]
]

// One database for all of them: what the examples need takes long to give.
forEachDatabase('an operation that has something to show', async (t, service) => {
  const { app } = service
  await givenExamples(service, operations)

  t.test('gives every documented format by its name', async t => {
    for (const operation of operations.filter(({ method }) => method === 'get')) {
      for (const type of Object.keys(typesOf(operation.responses['200']!))) {
        const { headers, statusCode, body } = await ask(app, (
          { ...documentedRequest(operation), headers: { accept: type } }))
        t.equal(headers['content-type']?.split(';')[0], type, `${operation.operationId} as ${type}`)
        t.same(contract.faultsOf(operation, statusCode, headers, body), [], operation.operationId)
      }
    }
  })

  t.test('tells a client that has the answer already', async t => {
    for (const operation of ofTheApi.filter(({ method }) => method === 'get')) {
      const request = documentedRequest(operation)
      const etag = String((await ask(app, request)).headers['etag'])
      const { statusCode, headers, body } = await ask(app, { ...request, headers: { 'if-none-match': etag } })
      t.equal(statusCode, 304, operation.operationId)
      t.same(contract.faultsOf(operation, statusCode, headers, body), [], operation.operationId)
    }
  })

  t.test('refuses with a documented problem', async t => {
    for (const [title, status, concerns, worsen] of REFUSALS) {
      for (const operation of ofTheApi.filter(concerns)) {
        const response = await ask(app, worsen(documentedRequest(operation), operation))
        const { statusCode, headers, body } = response
        t.equal(statusCode, status, `${operation.operationId}, ${title}: ${statusCode} ${body.slice(0, 200)}`)
        t.same(contract.faultsOf(operation, statusCode, headers, body), [], operation.operationId)
        if (statusCode === status) t.equal(response.json().status, status)
      }
    }
  })
}, LIMITED)

const PAGE = 'https://page.example'

t.test('without its database every operation answers as documented', async t => {
  const { db, close } = connect({ host: '/nonexistent', user: 'none', database: 'none' }, { max: 1, onLost: () => {} })
  const app = await buildApp({ db, http: { corsOrigins: [PAGE] } })
  t.teardown(async () => { await app.close(); await close() })
  for (const operation of operations) {
    const { statusCode, headers, body } = await ask(app, (
      { ...documentedRequest(operation), headers: { origin: PAGE, 'content-type': 'application/json' } }))
    t.equal(statusCode, operation.operationId === 'getLiveness' ? 200 : 503, operation.operationId)
    t.same(contract.faultsOf(operation, statusCode, headers, body), [], operation.operationId)
    if (statusCode === 503) t.match(headers, { 'retry-after': /^\d+$/ })
  }
})

forEachDatabase('the documentation works at a plain HTTP address, too', async (t, { get }) => {
  const { status, headers, text } = await get('/docs/')
  t.equal(status, 200)
  t.match(headers['content-security-policy'], /default-src 'self'/)
  t.notMatch(headers['content-security-policy'], /upgrade-insecure-requests/)
  t.match(text, /<title>Administrative-reform statistics</)
  const { text: start } = await get('/docs/static/swagger-initializer.js')
  t.match(start, /"layout":"BaseLayout","docExpansion":"none"/, 'the page is not called Swagger UI, and opens with the tags')
  const listed = Object.values(document.paths).flatMap(methods => Object.values(methods))
  const first = listed.find(({ tags }) => tags![0] === document.tags[0]!.name)
  t.equal(first!.operationId, 'postDossiers', 'the main job comes first')
})

t.test('an answer that is not as documented is found', async t => {
  const operation = operations.find(({ operationId }) => operationId === 'getPeriod')!
  const period = {
    code: '2021-H1', calendar: 'reform', kind: 'half_year', year: 2021,
    starts_on: '2020-12-15', ends_on: '2021-06-14', report_due_on: null
  }
  const issues = (status: number, type: string | undefined, body: unknown) =>
    contract.faultsOf(operation, status, type === undefined ? {} : { 'content-type': type }, JSON.stringify(body)).join()
  t.equal(issues(200, 'application/json; charset=utf-8', period), '')
  t.match(issues(200, 'application/json', { ...period, surplus: 1 }), /surplus/)
  t.match(issues(200, 'application/json', { ...period, year: undefined }), /year/)
  t.match(issues(200, 'application/json', { ...period, year: '2021' }), /year/)
  t.match(issues(200, 'application/json', { ...period, ends_on: '2021-06-31' }), /ends_on/)
  t.match(issues(200, 'application/json', { ...period, kind: null }), /kind/)
  t.match(issues(200, 'text/html', period), /text\/html is not documented/)
  t.match(issues(200, undefined, period), /none is not documented/)
  t.match(issues(418, 'application/json', period), /418 is not documented/)
  t.match(issues(304, undefined, period), /none is documented/)
  t.match(issues(404, 'application/problem+json', { status: 404 }), /required/)
  const unnamed = { ...operation, path: '/v1/nowhere', responses: { 200: { content: { 'application/json': {} } } } }
  t.match(contract.faultsOf(unnamed, 200, { 'content-type': 'application/json' }, '{}'), [/has no/])
  t.match(contract.faultsOf(operation, 200, { 'x-surplus': '1' }, '{}'), ['x-surplus is not documented for 200'])
})

t.test('an example that does not fit its schema is found', async t => {
  const parameter = { name: 'level', in: 'query' as const, required: true, schema: { type: 'string', enum: ['a'] } }
  const operation: Operation = { path: '/', method: 'get', operationId: 'none', responses: {} }
  t.match(contract.faultsOfExamples({ ...operation, parameters: [parameter] }), ['level is required and has no example'])
  t.match(contract.faultsOfExamples({ ...operation, parameters: [{ ...parameter, example: 'b' }] }), [/allowedValues/])
  t.match(contract.faultsOfExamples({ ...operation, requestBody: { content: {} } }), ['the body has no example'])
  const media = { schema: { $ref: '#/components/schemas/Source' }, example: {} }
  t.match(contract.faultsOfExamples({ ...operation, requestBody: { content: { 'application/json': media } } }), [/required/])
  const answered = (media: object) => (
    contract.faultsOfExamples({ ...operation, responses: { 200: { content: { 'application/json': media } } } }))
  t.match(answered({ schema: media.schema }), ['the answer has no example'])
  t.match(answered(media), [/^answer .*required/])
})

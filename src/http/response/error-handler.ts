import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { failureOf, type Failure } from '../../database/errors.ts'
import { DomainError, type Issue, type DomainErrorCode } from '../../contract/errors.ts'
import { PlaceProperties, Ref, RelatedUnitProperties } from '../../contract/fields.ts'
import { placedIn } from '../tables/csv-items.ts'
import { redactSecrets } from '../../text/redact.ts'
import { languageOf } from './language.ts'
import { ISSUES, TITLES, type ProblemCode } from './vietnamese.ts'

/** RFC 9457. `errors` lists all issues, not only the first. */
export const Problem = Type.Object({
  type: Type.String({ description: 'A URN that ends in the code.' }),
  title: Type.String({ description: 'The kind of problem, for people: in Vietnamese where `Accept-Language` prefers `vi`, otherwise in English.' }),
  status: Type.Integer({ description: 'The HTTP status.' }),
  code: Type.String({ description: 'Stable code of the problem, for programs.' }),
  detail: Type.String({ description: 'What is wrong with this request, for people. In Vietnamese the English text follows in brackets.' }),
  errors: Type.Array(Type.Object({
    pointer: Type.String({
      description: 'JSON Pointer into the body, or `/query/…`, `/path/…`, `/headers/…` for other parts of the request; ' +
        '`/report/…` for an indicator of a stored report. Of a workbook the address of the cell, such as `D17`; empty: the file as a whole.'
    }),
    code: Type.String({ description: 'Stable code of the error, for programs.' }),
    detail: Type.String({ description: 'What is wrong, for people.' }),
    ...PlaceProperties,
    ...RelatedUnitProperties
  }, { additionalProperties: false })),
  error_code: Type.Optional(Type.String({
    description: '`-1`: a failure. Only of `/v1/national-sync/dossiers`, whose senders read it.'
  })),
  message: Type.Optional(Type.String({ description: 'The same as `detail`, only beside `error_code`.' }))
}, {
  $id: 'Problem',
  additionalProperties: false,
  examples: [{
    type: 'urn:cchc:problem:invalid_rows',
    title: 'Some rows break a rule',
    status: 422,
    code: 'invalid_rows',
    detail: '1 of 1 rows are at fault; nothing was written',
    errors: [{
      pointer: '/items/0/received',
      code: 'received_identity',
      detail: 'received (100) is not received_online + received_direct + carried_over (90)'
    }]
  }]
})

/** An error answer, for the contract. */
export function problem (description: string) {
  return { description, content: { 'application/problem+json': { schema: Ref(Problem) } } }
}

/** The error answers of an operation, for its contract. Any operation can find the database busy. */
export function problems (...statuses: number[]) {
  return Object.fromEntries([...statuses, 503].map(status => [status, problem(DESCRIPTIONS[status]!)]))
}

const DESCRIPTIONS: Record<number, string> = {
  400: 'The request is not valid; `errors` lists where.',
  401: 'A key is required, or the key is not valid.',
  403: 'The key does not have the required scope, or may not write for some of the units. Of an approval: the same client ' +
    'submitted the report (`own_submission`).',
  404: 'Not found.',
  406: '`Accept` names no available format.',
  408: 'The body arrived too slowly.',
  409: 'A request with this idempotency key is still running. Try again after `Retry-After` seconds: by then a ' +
    'request whose process was killed has lost the key. Of a withdrawal: something builds on the change (`change_in_use`). ' +
    'Of a report: it is locked (`period_locked`), or at a stage that does not allow this (`wrong_stage`).',
  410: 'The cursor names a write that this database does not have, such as one made after the backup that was restored. ' +
    'Start again: take `since=latest`, then read the lists as a whole.',
  412: 'The row has another version than `If-Match` names. Nothing was written.',
  413: 'The body, the batch or the answer is too large.',
  415: 'The content type of the body is not supported.',
  422: 'Rows break a rule, or the idempotency key belongs to another request. Nothing was written.',
  429: 'Too many requests. Try again after `Retry-After` seconds.',
  503: 'Busy, as with other spreadsheets (`too_many_spreadsheets`), or the database cannot be reached or takes no writes, as during a failover. Try again after `Retry-After` seconds.'
}

interface Kind { code: ProblemCode, status: number, title: string }

const DOMAIN_ERRORS: Record<DomainErrorCode, Omit<Kind, 'code'>> = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_rows: { status: 422, title: 'Some rows break a rule' },
  not_found: { status: 404, title: 'Not found' },
  too_many_items: { status: 413, title: 'Too many items in one batch' },
  too_many_rows: { status: 413, title: 'Too many rows for this format' },
  too_many_spreadsheets: { status: 503, title: 'Too many spreadsheets at once; try again' },
  unauthenticated: { status: 401, title: 'A valid key is needed' },
  insufficient_scope: { status: 403, title: 'The key may not be used for this' },
  forbidden_rows: { status: 403, title: 'The key may not write all of this' },
  rate_limited: { status: 429, title: 'Too many requests' },
  issuer_unavailable: { status: 503, title: 'Tokens cannot be checked; try again' },
  period_locked: { status: 409, title: 'The report is locked' },
  wrong_stage: { status: 409, title: 'The report is at another stage' },
  own_submission: { status: 403, title: 'Nobody approves what they submitted' },
  checks_failed: { status: 422, title: 'The report does not pass its checks' },
  change_in_use: { status: 409, title: 'Something builds on this change' },
  precondition_failed: { status: 412, title: 'The row has changed meanwhile' },
  idempotency_key_in_use: { status: 409, title: 'The same request is still running' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key belongs to another request' },
  cursor_of_another_history: { status: 410, title: 'The cursor is from another history of the database' }
}

/** What the framework refuses before a handler runs, by its status. */
const FRAMEWORK: Record<number, Omit<Kind, 'status'>> = {
  400: { code: 'malformed_request', title: 'The request cannot be read' },
  404: { code: 'not_found', title: 'Not found' },
  406: { code: 'not_acceptable', title: 'No such format' },
  408: { code: 'request_timeout', title: 'The request took too long to arrive' },
  413: { code: 'body_too_large', title: 'The body is too large' },
  414: { code: 'malformed_request', title: 'The address is too long' },
  415: { code: 'unsupported_media_type', title: 'Unsupported content type' }
}

const FAILURES: Record<Failure, Kind> = {
  busy: { code: 'busy', status: 503, title: 'The service is busy; try again' },
  unavailable: { code: 'database_unavailable', status: 503, title: 'The database is not available; try again' },
  full: { code: 'storage_full', status: 507, title: 'The storage is full' }
}
const INTERNAL: Kind = { code: 'internal', status: 500, title: 'The service failed' }

const RETRY_AFTER_SECONDS = 1

export function sendError (error: FastifyError | DomainError | Error, request: FastifyRequest, reply: FastifyReply) {
  const { kind, detail, issues } = explain(error)
  if (kind.status >= 500) request.log.error({ err: error }, kind.title)
  if (kind.status === 503 || kind.code === 'idempotency_key_in_use') {
    reply.header('retry-after', (error as Partial<DomainError>).retryAfter ?? RETRY_AFTER_SECONDS)
  }
  if (kind.status === 401) reply.header('www-authenticate', challengesFor(request))
  return sendProblem(reply, kind, kind.status === 415 ? typesTakenBy(request) : detail, placedIn(request.csv, issues))
}

/** What 415 says: the content types that the route takes. */
function typesTakenBy ({ routeOptions: { schema } }: FastifyRequest): string {
  const { content } = (schema?.body ?? {}) as { content?: object }
  const taken = schema?.body === undefined ? 'no body' : Object.keys(content ?? { 'application/json': null }).join(', ')
  return `this takes ${taken}`
}

/** For what cannot be read at all. No hook sees it, so a slow body would go unnoticed: the connection ends. */
export function sendUnreadable (error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
  return sendError(error, request, reply.headers({ connection: 'close', 'x-request-id': request.id }))
}

function explain (error: FastifyError | DomainError | Error): { kind: Kind, detail: string, issues: readonly Issue[] } {
  const { message: detail } = error
  if (error instanceof DomainError) {
    const { code, issues } = error
    return { kind: { code, ...DOMAIN_ERRORS[code] }, detail, issues }
  }
  const status = (error as FastifyError).statusCode ?? 500
  const refused = FRAMEWORK[status]
  if (refused !== undefined) return { kind: { status, ...refused }, detail, issues: [] }
  const failure = failureOf(error)
  const kind = failure === undefined ? INTERNAL : FAILURES[failure]
  // Nothing of the inside: the log has it, under the request's id.
  return { kind, detail: kind.title, issues: [] }
}

/**
 * Answers with a problem (RFC 9457), in the language that the request prefers. Most of what is said of this request
 * alone is in English; in Vietnamese it stands in brackets after what the code means.
 */
export function sendProblem (
  reply: FastifyReply, { code, status, title }: Kind, detail: string, errors: readonly Issue[]
) {
  const language = languageOf(reply.request)
  const problem = { type: `urn:cchc:problem:${code}`, title, status, code, detail, errors }
  const told = language === 'vi' ? inVietnamese(problem) : inEnglish(problem)
  const isTwice = reply.request.routeOptions.config.hasErrorCode === true
  const shown = isTwice ? { error_code: '-1', message: told.detail, ...told } : told
  // The file that was asked for has a name already, which a problem must not be stored under.
  return reply.removeHeader('content-disposition').code(status).type('application/problem+json')
    .send(redactSecrets(JSON.stringify(shown)))
}

interface ProblemTexts { code: ProblemCode, title: string, detail: string, errors: readonly Issue[] }

function inEnglish<P extends ProblemTexts> (problem: P): P {
  return { ...problem, errors: problem.errors.map(({ vietnamese: _, ...error }) => error) }
}

function inVietnamese<P extends ProblemTexts> (problem: P): P {
  const title = TITLES[problem.code]
  const errors = problem.errors.map(({ vietnamese, ...error }) => (
    { ...error, detail: vietnamese ?? `${ISSUES[error.code]} (${error.detail})` }))
  return { ...problem, title, detail: `${title} (${problem.detail})`, errors }
}

/**
 * What 401 says in `WWW-Authenticate`. On `Basic` a browser asks its user for a password, which a page that asks by
 * script, such as the documentation, does not want.
 */
function challengesFor ({ headers }: FastifyRequest): string[] {
  const bearer = 'Bearer realm="cchc"'
  const scripted = headers['sec-fetch-mode'] !== undefined && headers['sec-fetch-mode'] !== 'navigate'
  return scripted ? [bearer] : [bearer, 'Basic realm="cchc", charset="UTF-8"']
}

import { createHash, type Hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { BatchAnswer, BatchOptions } from '../../writes/batch.ts'
import { DOSSIER_OUTCOMES, type DossierOutcome } from '../../writes/outcomes.ts'
import type { Caller } from '../../contract/caller.ts'
import { runWrite, type WriteOptions } from '../../writes/unit-of-work.ts'
import type { Origin, Write } from '../../writes/write.ts'
import { invalid } from '../../contract/errors.ts'
import { Example } from '../../contract/fields.ts'
import type { Metrics } from '../../observability/metrics.ts'
import type { Context } from '../context.ts'
import { placedAnswer } from '../tables/csv-items.ts'
import { redactSecrets } from '../../text/redact.ts'
import { isStorable } from '../../text/storable.ts'
import { decodeUtf8 } from '../../text/utf8.ts'
import { versionsIn } from './if-match.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, where it is needed to tell whether it came before. */
    bodyBytes: Buffer | null
  }
}

const REASON = {
  description: 'The reason, for the audit. UTF-8 text, percent-encoded if the client cannot send UTF-8 in headers.', maxLength: 3_000
}
const reason = Type.Optional(Type.String(REASON))

/** What a POST may say beside its body. */
export const PostHeaders = Type.Object({
  'idempotency-key': Type.Optional(Type.String({
    description: 'Chosen by the client, a new one for each request. The same request again within 24 h has no second ' +
      'effect and gives the first answer, with `Idempotency-Replayed: true`.',
    pattern: '^[\\x21-\\x7e]{1,255}$'
  })),
  'x-reason': reason
})

/** What a PUT may say beside its body. */
export const PutHeaders = Type.Object({
  'if-match': Type.Optional(Type.String({
    description: 'The `ETag` of the version to change. If the row has another version, the answer is 412. Without it any version is changed.',
    maxLength: 200
  })),
  'x-reason': reason
})

/** What a PUT or DELETE of a resource without versions may say. */
export const ReasonHeaders = Type.Object({ 'x-reason': reason })

/** The same where the audit must say why. */
export const RequiredReasonHeaders = Type.Object({
  'x-reason': Example(Type.String({ ...REASON, minLength: 1 }), 'typing error')
})

/** Runs what a request writes in one transaction with its audit and the answer under its idempotency key. */
export async function inWrite<T extends object> (
  { db, writers }: Context, request: FastifyRequest, reply: FastifyReply,
  work: (write: Write) => Promise<T>, options?: WriteOptions<T>
): Promise<T> {
  const { answer, replayed } = await writers.run(() => runWrite(db, originOf(request), work, options))
  if (replayed) reply.header('idempotency-replayed', 'true')
  return answer
}

type Counted = Partial<Record<DossierOutcome, number>>

/** The same for a batch, whose rows are counted by outcome. */
export async function writeBatch<A extends BatchAnswer> (
  context: Context, request: FastifyRequest, reply: FastifyReply, { dry_run: dryRun }: BatchOptions,
  work: (write: Write) => Promise<A>
): Promise<A> {
  const answer = await inWrite(context, request, reply, work, { dryRun })
  if (!dryRun) countRows(context.metrics, request, reply, answer)
  return request.csv === undefined ? answer : placedAnswer(request.csv, answer)
}

interface BodyStream {
  body: Readable
  idempotency_key: string | null
  /** Of all but the body. */
  hash: Hash
}

/**
 * The same for a body that is read while it arrives, in transactions of its own. Its key is taken by what reads it, as
 * only that sees all of the body.
 */
export async function writeStream<T> (
  request: FastifyRequest, reply: FastifyReply,
  work: (origin: Origin, stream: BodyStream) => Promise<{ answer: T, replayed: boolean }>
): Promise<T> {
  const body = request.body as Readable
  const key = request.headers['idempotency-key'] as string | undefined
  // A client that has gone would not see the answer. Its body can be there already, or be inflating.
  reply.raw.once('close', () => { body.destroy() })
  try {
    const origin = { ...originOf(request), idempotency: null }
    const { answer, replayed } = await work(origin, { body, idempotency_key: key ?? null, hash: requestHash(request) })
    if (replayed) reply.header('idempotency-replayed', 'true')
    return answer
  } catch (error) {
    // The rest of the body has no bound: a client that sees this can stop sending it.
    if (!body.readableEnded) reply.header('connection', 'close')
    throw error
  }
}

/** Counts the rows of an answer by outcome, unless it is replayed. */
export function countRows ({ ingestedRows }: Metrics, request: FastifyRequest, reply: FastifyReply, answer: Counted) {
  if (reply.hasHeader('idempotency-replayed')) return
  const resource = request.routeOptions.url!.replace('/v1/', '')
  for (const outcome of DOSSIER_OUTCOMES) {
    if (answer[outcome] !== undefined) ingestedRows.inc({ resource, outcome }, answer[outcome])
  }
}

/** Where a request comes from, and what its headers ask for. */
export function originOf (request: FastifyRequest): Origin {
  const { caller, id, ip, headers, method } = request
  // PUT and DELETE are idempotent without a key.
  const key = method === 'POST' ? headers['idempotency-key'] as string | undefined : undefined
  return {
    // Access control lets in only callers with a scope, and only clients have any.
    by: caller as Caller & { client: string },
    request_id: id,
    // Behind a proxy it can be any text.
    address: redactSecrets(ip),
    operation: (request.routeOptions.schema as { operationId: string }).operationId,
    reason: reasonIn(headers['x-reason'] as string | undefined),
    idempotency: key === undefined ? null : { key, sha256: requestHash(request).update(request.bodyBytes ?? '').digest() },
    versions: versionsIn(headers['if-match'])
  }
}

/** The hash of a request without its body. */
export function requestHash ({ method, url }: FastifyRequest): Hash {
  return createHash('sha256').update(`${method} ${url}\n`)
}

/** A header is bytes, which Node reads as Latin-1. */
function reasonIn (header: string | undefined): string | null {
  if (header === undefined || header === '') return null
  try {
    const text = decodeUtf8(Buffer.from(header, 'latin1'))
    const decoded = /%[0-9a-f]{2}/i.test(text) ? decodeURIComponent(text) : text
    if (isStorable(decoded)) return redactSecrets(decoded.normalize('NFC'))
  } catch {
    // Refused below, as text that cannot be stored is.
  }
  throw invalid('/headers/x-reason', 'not_text', 'X-Reason is not text in UTF-8, percent-encoded or not')
}

import { Readable } from 'node:stream'
import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { Type, type TSchema } from 'typebox'
import { DomainError, invalid, type Issue } from '../../contract/errors.ts'
import { NDJSON_TYPES } from '../../contract/formats.ts'
import { Ref } from '../../contract/fields.ts'
import { acceptJsonUnquoted } from '../../http/body/json-body.ts'
import type { App, Context } from '../../http/context.ts'
import { validatorCompiler } from '../../http/request/validator-compiler.ts'
import { countRows, inWrite, PostHeaders, writeStream } from '../../http/request/write-request.ts'
import { problems, sendError } from '../../http/response/error-handler.ts'
import { sourceOf } from '../commands.ts'
import type { ImportOptions } from '../ingest/stream.ts'
import { importNationalDossiers, postNationalDossiers } from './commands.ts'
import { messageIn, serviceOf, unitOf } from './format/message.ts'
import {
  NATIONAL_LINES, NationalDossier, NationalMessage, NationalStep, NationalSyncAnswer, NationalSyncQuery
} from './schema.ts'

const config = { scope: 'write:dossiers', hasPrivateAddress: true, hasErrorCode: true } as const

export async function nationalSyncRoutes (app: App, context: Context) {
  const { db, metrics, writers } = context
  for (const schema of [NationalDossier, NationalStep, NationalSyncAnswer]) app.addSchema(schema)

  await app.register(async (routes: App) => {
    acceptJsonUnquoted(routes)
    routes.addContentTypeParser(NDJSON_TYPES, async (_: unknown, body: Readable) => body)
    routes.setErrorHandler((error: FastifyError, request, reply) => sendError(withoutNames(error), request, reply))

    routes.post('/national-sync/dossiers', {
      config,
      schema: {
        operationId: 'postNationalDossiers',
        tags: ['dossiers'],
        summary: 'Send dossiers in the format of the national portal',
        description: DESCRIPTION,
        headers: PostHeaders,
        querystring: NationalSyncQuery,
        body: {
          content: {
            'application/json': { schema: NationalMessage },
            ...Object.fromEntries(NDJSON_TYPES.map(type => [type, { schema: Lines }]))
          }
        },
        response: {
          200: { description: 'What became of the message.', ...Ref(NationalSyncAnswer) },
          ...problems(400, 408, 409, 413, 415, 422)
        }
      },
      validatorCompiler: uncheckedBody
    }, async (request, reply) => {
      const { body, query } = request
      const { dry_run = false } = query
      const options = { source: sourceOf(query.source, request.caller), dry_run, unknown_codes: 'keep' as const }
      const answer = body instanceof Readable
        ? await stream(request, reply, options)
        : await inWrite(context, request, reply, write => (
            postNationalDossiers(write, messageIn(body, query), options)), { dryRun: dry_run })
      if (!dry_run) countRows(metrics, request, reply, answer)
      return answer
    })
  })

  function stream (
    request: FastifyRequest, reply: FastifyReply, options: ImportOptions
  ): Promise<NationalSyncAnswer> {
    const { MaDinhDanhDV: unit, service } = request.query as NationalSyncQuery
    if (serviceOf(service, '/query/service') !== 'DongBoHoSoMC') {
      throw invalid('/query/service', 'not_allowed', 'a stream is one of dossiers; steps come as JSON')
    }
    return writeStream(request, reply, async (origin, stream) => (
      importNationalDossiers(db, writers, origin, stream, options, unitOf(unit, '/query/MaDinhDanhDV'))))
  }
}

/** What is wrong with an address, without a name or a value of a parameter: either can be anything. */
function withoutNames (error: FastifyError | DomainError): FastifyError | DomainError {
  if (!(error instanceof DomainError) || !error.issues.some(isOfAddress)) return error
  const issues = error.issues.map(issue => {
    const { code } = issue
    const pointer = code === 'unknown_property' ? '/query' : issue.pointer
    return { pointer, code, detail: `${pointer.slice(1)} breaks the rule ${code}` }
  })
  return new DomainError(error.code, issues.map(({ detail }) => detail).join('; '), issues)
}

function isOfAddress ({ pointer }: Issue): boolean {
  return pointer.startsWith('/query')
}

/** The body is read by hand: what a check says of a value could repeat it. */
const uncheckedBody: FastifySchemaCompiler<TSchema> = route => (
  route.httpPart === 'body' ? (value: unknown) => ({ value }) : validatorCompiler(route))

const Lines = Type.String({
  description: 'One `NationalDossier` a line, with the unit of the sender as `MaDinhDanhDV` in the address.',
  format: 'binary', examples: [NATIONAL_LINES]
})

const DESCRIPTION = [
  'Takes the messages that one-stop systems send to the national portal, `DongBoHoSoMC` (dossiers) and `CapNhatTienDoHoSoMC` ' +
  '(steps), and ingests them like `POST /v1/dossiers`. The sender changes the address and sends a key of this service in ' +
  '`Authorization` or `X-API-Key`. What the message looks like is found in public sources of one-stop systems (OpenCPS, a ' +
  'client of one province), not in a published rule; other senders may differ. The statuses and the channel are those of the portal.',
  '**Answer.** Such senders read `error_code`, and on anything but `0` send the whole message again. So the answer is 200 with ' +
  '`error_code` `0` where all is taken, and 200 with `-1` where some dossiers are refused: those are listed, with pointers into the ' +
  'dossier, and all others are stored, in one transaction with the import. Nothing is lost or half written, and sending it all ' +
  'again is right. A message that cannot be taken at all, such as one without a key or too large, is a problem with the status of HTTP, ' +
  'with `error_code` `-1` and `message` as well. JSON is also taken as `text/json`, `text/plain` and without a content type. As lines of JSON, one dossier a line, there may be any number, ' +
  'committed in chunks.',
  '**Persons.** What is about the applicant is dropped before anything is stored or logged. No error repeats a value. A code that ' +
  'does not look like one is refused, as it could be a name or a number of a person.',
  '**Unknown codes.** A dossier whose procedure (`MaTTHC`) or unit the catalogue does not have waits, as with `unknown_codes=keep` of ' +
  '`POST /v1/dossiers`, and counts nowhere. It is `waiting` in `outcomes`, and `errors` says what it waits for. When the codes are posted, ' +
  'it is taken in by itself, with its steps. `error_code` stays `0`: nothing is lost, and the sender need not send it again. ' +
  '`/v1/unknown-codes` lists the codes that are missing. Of units, what has the shape of a code waits, such as `H56-380`, `H56.22.17` ' +
  'or `000.17.22.H56`; where the unit of the sender is unknown and has no such shape, the dossier is refused (`unknown_unit`).',
  '**Which version is newer.** The format does not say when a version was made. `updated_at` is the newest of its dates of filing, ' +
  'reception, supplements (request and completion), end, return and refusal, to the second; dates more than a day in the future, and due dates, ' +
  'do not count. Its milliseconds are the status: of two versions that are alike in that, the one with the higher status is newer. Where ' +
  'the status is the same as well, the one that arrives later counts, unless the service had it before: then it is an old file ' +
  'and `stale`. So the same files in any order, and twice, end in the same rows. What cannot be known: which of ' +
  'two versions is newer that differ in none of these dates nor in the status, when the older one arrives last and for the first time; that a status went ' +
  'back (6 to 4) without any date or step; that a date was taken back, such as that of an end by mistake: the later ' +
  'date stays until another is later. That a dossier was open again after an end counts as taken up again only where both versions came ' +
  'in order. `POST /v1/dossiers` mends such a dossier.',
  '**Steps.** Of each step it is kept when it was (`ThoiDiemXuLy`) and the status since then. A dossier in process ' +
  '(2, 4, 5, 6) has the status of the newest step of the same client, if that is later than all its dates. A step that asks for a supplement ' +
  '(5) begins a wait and the next one to another status ends it: these are `supplements` of the dossier beside those that it lists, as ' +
  'far as they are later than all that it lists and before its end. Ends come with the dossier, which has their dates; ' +
  'steps to other statuses change nothing. Steps may come before their dossier, after its end, and in any order. `updated_at` stays that of the ' +
  'dossier. Steps are kept for 30 days, longer while the dossier is in process and has no later date, and for a year where they ' +
  'tell of a wait or the dossier does not come: a version of an ended dossier that comes later than that loses the waits that only steps told. Of a dossier that says ' +
  'itself that it waits, and not since when, no step says when that wait was over. That `TrangThai` of a step is the national status is ' +
  'found in software.',
  '**What senders are known to distort.** Some send 5, 6 and 8 as 9, end a dossier without a due date by a step, and send a foreign ' +
  'code under a random running number. Nothing is merged or mended by guess; `/v1/dossier-quality` lists pairs whose codes differ ' +
  'in the running number only (`possible_duplicate`).'
].join('\n\n')

import type { App, Context } from '../../http/context.ts'
import { compilerFor } from '../../http/request/validator-compiler.ts'
import { inWrite, PostHeaders, RequiredReasonHeaders } from '../../http/request/write-request.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { NoQuery, Ref } from '../../contract/fields.ts'
import type { ProcedureEffects } from '../procedures/effects.ts'
import { postProcedureDecision, withdrawProcedureDecision } from './commands.ts'
import { procedureDecisionById, procedureDecisions } from './queries.ts'
import {
  InlineDecisionBody, ProcedureDecision, ProcedureDecisionAnswer, ProcedureDecisionBody, ProcedureDecisionOptions,
  ProcedureDecisionPath, ProcedureDecisionQuery, SCHEMAS, WholeProcedureDecision
} from './schema.ts'

const tags = ['catalogue']
const config = { scope: 'write:catalogue' } as const

interface DecisionContext extends Context {
  effects: ProcedureEffects
}

export async function procedureDecisionRoutes (app: App, context: DecisionContext) {
  const { db, cache, effects } = context
  for (const schema of SCHEMAS) app.addSchema(schema)

  app.post('/procedure-decisions', {
    config,
    schema: {
      operationId: 'postProcedureDecision',
      tags,
      summary: 'Begin, amend, replace or repeal procedures on a day, by a decision',
      description: 'A decision is stored as a whole or not at all; the same again changes nothing (`unchanged`), and the same ' +
        'document with other contents is refused (`other_content`). Nothing is overwritten: procedures keep what they were before ' +
        'that day. A decision may be posted after later ones: what follows from those is worked out again, and it is refused where ' +
        'they would not fit any more (`changed_later`). An amendment of the field counts for dossiers that are received from that ' +
        'day on; stored ones follow by a job (`correction`). It needs a key for all units. What was wrong from the beginning is no ' +
        'decision: correct it with `POST /v1/procedures`.',
      headers: PostHeaders,
      querystring: ProcedureDecisionOptions,
      body: ProcedureDecisionBody,
      response: { 200: { description: 'What the decision does.', ...Ref(ProcedureDecisionAnswer) }, ...problems(400, 409, 413, 415, 422) }
    },
    validatorCompiler: compilerFor(InlineDecisionBody)
  }, async (request, reply) => {
    const { dry_run = false } = request.query
    const answer = await inWrite(context, request, reply, write => (
      postProcedureDecision(write, request.body, { dry_run })), { dryRun: dry_run })
    effects.beginCorrection()
    effects.takeInWaiting()
    return answer
  })

  app.get('/procedure-decisions', {
    schema: {
      operationId: 'listProcedureDecisions',
      tags,
      summary: 'List decisions on procedures, by the days on which they take effect',
      querystring: ProcedureDecisionQuery,
      response: { 200: listResponse(ProcedureDecision, 'Decisions, ordered by their days.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, ProcedureDecision, page => (
    procedureDecisions(db, request.query, page))))

  app.get('/procedure-decisions/:id', {
    schema: {
      operationId: 'getProcedureDecision',
      tags,
      summary: 'Get a decision on procedures with its lists',
      querystring: NoQuery,
      params: ProcedureDecisionPath,
      response: { 200: { description: 'The decision.', ...Ref(WholeProcedureDecision) }, ...problems(400, 404) }
    }
  }, request => procedureDecisionById(db, request.params.id))

  app.delete('/procedure-decisions/:id', {
    config,
    schema: {
      operationId: 'withdrawProcedureDecision',
      tags,
      summary: 'Withdraw a decision on procedures as a whole',
      description: 'Procedures are as they were before it, and those that it made are gone. It is refused with `change_in_use` if ' +
        'a later decision concerns the same procedures, or if dossiers, figures or reviews are stored for procedures that it made.',
      headers: RequiredReasonHeaders,
      querystring: NoQuery,
      params: ProcedureDecisionPath,
      response: { 200: { description: 'What is taken back.', ...Ref(ProcedureDecisionAnswer) }, ...problems(400, 404, 409) }
    }
  }, async (request, reply) => {
    const answer = await inWrite(context, request, reply, write => withdrawProcedureDecision(write, request.params.id))
    effects.beginCorrection()
    return answer
  })
}

import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Code, Example, NoQuery, Ref } from '../../contract/fields.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import { postCatalogue } from '../../http/request/batch-route.ts'
import { postProcedures } from './commands.ts'
import type { ProcedureEffects } from './effects.ts'
import { procedureCounts } from './counts/queries.ts'
import { procedureByCode, procedureHistory, procedures } from './queries.ts'
import {
  Procedure, ProcedureCount, ProcedureCountQuery, ProcedureDayQuery, ProcedureHistory, ProcedureItem, ProcedureQuery,
  ProceduresAnswer, ProcedureVersion
} from './schema.ts'

interface ProcedureContext extends Context {
  effects: ProcedureEffects
}

export async function procedureRoutes (app: App, context: ProcedureContext) {
  const { db, cache, effects, now } = context
  const today = () => nameOfDay(dayOf(now()))
  for (const schema of SCHEMAS) app.addSchema(schema)

  app.get('/procedures', {
    schema: {
      operationId: 'listProcedures',
      tags: ['catalogue'],
      summary: 'List administrative procedures, by code',
      querystring: ProcedureQuery,
      response: { 200: listResponse(Procedure, 'Procedures, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Procedure, page => (
    procedures(db, request.query, page, today()))))

  app.get('/procedures/:code', {
    schema: {
      operationId: 'getProcedure',
      tags: ['catalogue'],
      summary: 'Get an administrative procedure by its code',
      description: 'What decisions say of days to come is in its history.',
      querystring: ProcedureDayQuery,
      params: CodeParams,
      response: { 200: { description: 'The procedure.', ...Ref(Procedure) }, ...problems(400, 404) }
    }
  }, request => procedureByCode(db, request.params.code, request.query, today()))

  app.get('/procedures/:code/history', {
    schema: {
      operationId: 'getProcedureHistory',
      tags: ['catalogue'],
      summary: 'Get what a procedure was on each day, and by which decisions',
      querystring: NoQuery,
      params: CodeParams,
      response: { 200: { description: 'Its versions.', ...Ref(ProcedureHistory) }, ...problems(400, 404) }
    }
  }, request => procedureHistory(db, request.params.code))

  app.get('/procedures/counts', {
    schema: {
      operationId: 'countProcedures',
      tags: ['catalogue'],
      summary: 'Count procedures in force on a day, and those that began, changed and ended in a period',
      description: 'Of a period, `in_force` is as of its last day: as of the day before the period, with `new`, less ' +
        '`replaced` and `repealed`. A decision counts on the day on which it takes effect. Amendments are those by decisions.',
      querystring: ProcedureCountQuery,
      response: { 200: listResponse(ProcedureCount, 'A row for each group, ordered by its key.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, ProcedureCount, async () => (
    { items: await procedureCounts(db, request.query), next_cursor: null })))

  postCatalogue(app, context, {
    path: '/procedures',
    operationId: 'postProcedures',
    summary: 'Create or update procedures, by code',
    description: 'What is new holds from today on, so figures of past periods stay; with `correction`, from the beginning. ' +
      'A dossier counts in the field that its procedure had when it was received. Where stored dossiers are in another one, ' +
      'a job moves them all at once (`correction`). The audit and the feed of changes say so once for each procedure ' +
      '(`procedure-corrections`), not for each dossier. What an authority decides is posted as a decision: ' +
      '`POST /v1/procedure-decisions`.',
    item: ProcedureItem,
    example: EXAMPLE,
    answer: ProceduresAnswer,
    command: postProcedures,
    onWritten: () => {
      effects.beginCorrection()
      effects.takeInWaiting()
    }
  })
}

const CodeParams = Type.Object({ code: Example(Code('Code of the procedure.'), '1.001193') })

const SCHEMAS = [ProcedureItem, ProceduresAnswer, ProcedureVersion, ProcedureHistory, ProcedureCount]

const EXAMPLE = {
  // Not a real procedure, so that trying out the example does not change one.
  code: '9.999001',
  name: 'Thủ tục dùng thử',
  field: 'civil-status',
  level: 'commune',
  online_service_level: '4',
  interlinked: 'none',
  valid_from: '2020-01-01'
}

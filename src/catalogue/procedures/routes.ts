import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Code, Example, NoQuery, Ref } from '../../contract/fields.ts'
import { postCatalogue } from '../../http/request/batch-route.ts'
import { postProcedures, type MoveToFields } from './commands.ts'
import { procedureByCode, procedures } from './queries.ts'
import { Procedure, ProcedureItem, ProcedureQuery, ProceduresAnswer } from './schema.ts'

interface ProcedureContext extends Context {
  moveToFields: MoveToFields
}

export async function procedureRoutes (app: App, context: ProcedureContext) {
  const { db, cache, moveToFields } = context
  app.addSchema(Procedure)
  app.addSchema(ProcedureItem)
  app.addSchema(ProceduresAnswer)

  app.get('/procedures', {
    schema: {
      operationId: 'listProcedures',
      tags: ['catalogue'],
      summary: 'List administrative procedures, by code',
      querystring: ProcedureQuery,
      response: { 200: listResponse(Procedure, 'Procedures, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Procedure, page => procedures(db, request.query, page)))

  app.get('/procedures/:code', {
    schema: {
      operationId: 'getProcedure',
      tags: ['catalogue'],
      summary: 'Get an administrative procedure by its code',
      querystring: NoQuery,
      params: Type.Object({ code: Example(Code('Code of the procedure.'), '1.001193') }),
      response: { 200: { description: 'The procedure.', ...Ref(Procedure) }, ...problems(400, 404) }
    }
  }, request => procedureByCode(db, request.params.code))

  postCatalogue(app, context, {
    path: '/procedures',
    operationId: 'postProcedures',
    summary: 'Create or update procedures, by code',
    description: 'A new field of a procedure counts for new dossiers only, so figures of past periods stay. With ' +
      '`correction`, all dossiers of the procedure are moved to the field in the same transaction. It may take a ' +
      'minute, or nothing is changed. The audit and the feed of changes say so once for each procedure (`procedure-corrections`), not for each ' +
      'dossier.',
    item: ProcedureItem,
    example: EXAMPLE,
    answer: ProceduresAnswer,
    command: (write, items, options) => postProcedures(write, items, options, moveToFields)
  })
}

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

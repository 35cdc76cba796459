import type { App, Context } from '../../http/context.ts'
import { listResponse, PlainListQuery, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { NoQuery, Ref } from '../../contract/fields.ts'
import { procedureCorrectionById, procedureCorrections } from './queries.ts'
import { ProcedureCorrection, ProcedureCorrectionPath } from './schema.ts'

const config = { scope: 'write:catalogue' } as const
const tags = ['catalogue']

export async function procedureCorrectionRoutes (app: App, { db, cache }: Context) {
  app.addSchema(ProcedureCorrection)

  app.get('/procedure-corrections', {
    config,
    schema: {
      operationId: 'listProcedureCorrections',
      tags,
      summary: 'List jobs that move dossiers to other fields of their procedures',
      querystring: PlainListQuery,
      response: { 200: listResponse(ProcedureCorrection, 'Jobs, newest first.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, ProcedureCorrection, page => procedureCorrections(db, page)))

  app.get('/procedure-corrections/:id', {
    config,
    schema: {
      operationId: 'getProcedureCorrection',
      tags,
      summary: 'Get the progress of a job that moves dossiers to other fields',
      querystring: NoQuery,
      params: ProcedureCorrectionPath,
      response: { 200: { description: 'The job.', ...Ref(ProcedureCorrection) }, ...problems(400, 404) }
    }
  }, request => procedureCorrectionById(db, request.params.id))
}

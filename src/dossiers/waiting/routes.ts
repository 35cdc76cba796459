import type { App, Context } from '../../http/context.ts'
import { inWrite, ReasonHeaders } from '../../http/request/write-request.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { Ref } from '../../contract/fields.ts'
import { deleteWaitingDossiers } from './commands.ts'
import { unknownCodes } from './queries.ts'
import { DeletedWaiting, UnknownCode, UnknownCodeQuery, WaitingDossiersQuery } from './schema.ts'

const tags = ['dossiers']

export async function unknownCodeRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(UnknownCode)
  app.addSchema(DeletedWaiting)

  app.get('/unknown-codes', {
    schema: {
      operationId: 'listUnknownCodes',
      tags,
      summary: 'List codes of units and procedures that dossiers wait for',
      description: 'Dossiers that were sent with `unknown_codes=keep` and name what the catalogue does not have. They count nowhere. ' +
        'When the unit and the procedure are posted, they are taken in by themselves, some moments later. A dossier that names ' +
        'both is in two rows. A key that is bound to a unit sees what it reaches; of an unknown unit, what was sent with such a key.',
      querystring: UnknownCodeQuery,
      response: { 200: listResponse(UnknownCode, 'Codes, ordered by kind and code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, UnknownCode, page => (
    unknownCodes(db, request.query, page, request.caller.unit))))

  app.delete('/unknown-codes', {
    config: { scope: 'write:dossiers' },
    schema: {
      operationId: 'deleteWaitingDossiers',
      tags,
      summary: 'Delete dossiers that wait for a code, such as one that will never exist',
      description: 'Deletes those of one source, also those that could not be taken in when the code was posted. The audit says how ' +
        'many.',
      headers: ReasonHeaders,
      querystring: WaitingDossiersQuery,
      response: { 200: { description: 'How many.', ...Ref(DeletedWaiting) }, ...problems(400) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => deleteWaitingDossiers(write, request.query)))
}

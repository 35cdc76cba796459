import type { App, Context } from '../../http/context.ts'
import { listResponse, PlainListQuery, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { NoQuery, Ref } from '../../contract/fields.ts'
import { importById, importErrors, imports } from './queries.ts'
import { Import, ImportError, ImportErrorQuery, ImportPath, ImportWithWarnings } from './schema.ts'

const config = { scope: 'write:dossiers' } as const
const tags = ['dossiers']

/** A client sees its own imports. Those of other clients are for an administrator of all units. */
export async function importRoutes (app: App, { db, cache }: Context) {
  app.addSchema(Import)
  app.addSchema(ImportWithWarnings)

  app.get('/imports', {
    config,
    schema: {
      operationId: 'listImports',
      tags,
      summary: 'List imports of dossiers',
      description: 'Imports of the last 30 days, and those of which rows wait, by the client of the key. A key with the scope `admin` for all units lists those ' +
        'of every client.',
      querystring: PlainListQuery,
      response: { 200: listResponse(Import, 'Imports, newest first.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Import, page => imports(db, page, request.caller)))

  app.get('/imports/:id', {
    config,
    schema: {
      operationId: 'getImport',
      tags,
      summary: 'Get the progress and the warnings of an import',
      querystring: NoQuery,
      params: ImportPath,
      response: { 200: { description: 'The import.', ...Ref(ImportWithWarnings) }, ...problems(400, 404) }
    }
  }, request => importById(db, request.params.id, request.caller))

  app.get('/imports/:id/errors', {
    config,
    schema: {
      operationId: 'listImportErrors',
      tags,
      summary: 'List the errors in the rows of an import',
      description: 'The first 10 000 errors are stored. If there are more, a last one with the code `too_many` says so; ' +
        '`rejected` of the import counts all invalid rows. Rows that wait are listed with what they wait for, all of them, and those ' +
        'that were not taken in when it came with the reason. A row that is sent again while it waits belongs to the newest import.',
      querystring: ImportErrorQuery,
      params: ImportPath,
      response: { 200: listResponse(ImportError, 'Errors, ordered by line.'), ...problems(400, 404, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, ImportError, page => (
    importErrors(db, request.params.id, page, request.caller))))
}

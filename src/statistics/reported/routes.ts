import type { App, Context } from '../../http/context.ts'
import { acceptCsv } from '../../http/body/csv-body.ts'
import { batchOptions, batchResponses, itemsIn, tableBody } from '../../http/request/batch-request.ts'
import { Ref } from '../../contract/fields.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { countRows, inWrite, PostHeaders, ReasonHeaders, writeBatch } from '../../http/request/write-request.ts'
import { OF_DOSSIERS, OF_FEEDBACK, type ReportedOperations } from './operations.ts'
import { reportedStatistics } from './queries.ts'
import { PostQuery, type DeleteQuery, type ListQuery } from './schema.ts'

/** What systems report, and what they have reported: of dossiers and of feedback alike. */
export async function statisticsRoutes (app: App, context: Context) {
  for (const operations of [OF_DOSSIERS, OF_FEEDBACK]) await routesOf(app, context, operations)
}

async function routesOf (app: App, context: Context, operations: ReportedOperations) {
  const { db, cache } = context
  const { kind, schemas, post, remove, list } = operations
  const path = `/${kind.resource}`
  for (const schema of [schemas.row, kind.item, schemas.answer, schemas.deleted]) app.addSchema(schema)

  await app.register(async (tables: App) => {
    acceptCsv(tables, kind.item)
    tables.post(path, {
      config: { scope: 'write:statistics' },
      schema: {
        ...post.words,
        tags: ['statistics'],
        headers: PostHeaders,
        querystring: PostQuery,
        body: tableBody(kind.item, post.example),
        response: { ...batchResponses, 200: { ...batchResponses[200], ...Ref(schemas.answer) } }
      },
      validatorCompiler: envelopeCompiler
    }, (request, reply) => {
      const options = { ...batchOptions(request.query), replace: request.query.replace === true }
      return writeBatch(context, request, reply, options, write => post.command(write, itemsIn(request), options))
    })
  })

  app.delete(path, {
    config: { scope: 'write:statistics' },
    schema: {
      ...remove.words,
      tags: ['statistics'],
      headers: ReasonHeaders,
      querystring: schemas.deleteQuery,
      response: { 200: { description: 'The number of deleted rows.', ...Ref(schemas.deleted) }, ...problems(400) }
    }
  }, async (request, reply) => {
    const answer = await inWrite(context, request, reply, write => remove.command(write, request.query as DeleteQuery))
    countRows(context.metrics, request, reply, answer)
    return answer
  })

  app.get(path, {
    schema: {
      ...list.words,
      tags: ['statistics'],
      querystring: schemas.listQuery,
      response: { 200: listResponse(schemas.row, list.order), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(
    cache, request, reply, schemas.row, page => (
      reportedStatistics(db, kind, request.query as ListQuery, page, request.caller.unit))))
}

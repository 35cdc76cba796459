import type { App, Context } from '../../http/context.ts'
import { acceptCsv } from '../../http/body/csv-body.ts'
import { batchOptions, batchResponses, itemsIn, tableBody } from '../../http/request/batch-request.ts'
import { Ref } from '../../contract/fields.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { countRows, inWrite, PostHeaders, ReasonHeaders, writeBatch } from '../../http/request/write-request.ts'
import { deleteDossierStatistics, postDossierStatistics } from './commands.ts'
import { dossierStatistics } from './queries.ts'
import {
  DeletedStatistics, DeleteQuery, DossierStatistics, DossierStatisticsAnswer, DossierStatisticsItem, ListQuery,
  PostQuery
} from './schema.ts'

export async function statisticsRoutes (app: App, context: Context) {
  const { db, cache } = context
  for (const schema of [DossierStatistics, DossierStatisticsItem, DossierStatisticsAnswer, DeletedStatistics]) {
    app.addSchema(schema)
  }

  await app.register(async (tables: App) => {
    acceptCsv(tables, DossierStatisticsItem)
    tables.post('/dossier-statistics', {
      config: { scope: 'write:statistics' },
      schema: {
        operationId: 'postDossierStatistics',
        tags: ['statistics'],
        summary: 'Report dossier statistics (form II.06a)',
        description: 'Creates or updates rows by unit, period, source, scope, field and procedure. Measures that follow ' +
          'from others are filled in. A row that breaks an identity of the form is refused. All rows of a unit, period, ' +
          'source and scope are by procedure, all are by field, or there is one row for the whole. A period that has not begun ' +
          'is refused.',
        headers: PostHeaders,
        querystring: PostQuery,
        body: tableBody(DossierStatisticsItem, EXAMPLE),
        response: { ...batchResponses, 200: { ...batchResponses[200], ...Ref(DossierStatisticsAnswer) } }
      },
      validatorCompiler: envelopeCompiler
    }, (request, reply) => {
      const options = { ...batchOptions(request.query), replace: request.query.replace === true }
      return writeBatch(context, request, reply, options, write => (
        postDossierStatistics(write, itemsIn(request), options)))
    })
  })

  app.delete('/dossier-statistics', {
    config: { scope: 'write:statistics' },
    schema: {
      operationId: 'deleteDossierStatistics',
      tags: ['statistics'],
      summary: 'Delete what one source reported for a unit and a period',
      description: 'For figures that were posted by mistake. The unit is as if it had never reported them: it does not count ' +
        'in `units_reported`, and what it displaced of other sources counts again. Rows that were reported before the deletion, by ' +
        '`reported_at`, do not come back.',
      headers: ReasonHeaders,
      querystring: DeleteQuery,
      response: { 200: { description: 'The number of deleted rows.', ...Ref(DeletedStatistics) }, ...problems(400) }
    }
  }, async (request, reply) => {
    const answer = await inWrite(context, request, reply, write => deleteDossierStatistics(write, request.query))
    countRows(context.metrics, request, reply, answer)
    return answer
  })

  app.get('/dossier-statistics', {
    schema: {
      operationId: 'listDossierStatistics',
      tags: ['statistics'],
      summary: 'List dossier statistics as stored, of every source',
      querystring: ListQuery,
      response: {
        200: listResponse(DossierStatistics, 'Rows, ordered by period, unit, scope, source, field and procedure.'),
        ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(
    cache, request, reply, DossierStatistics, page => (
      dossierStatistics(db, request.query, page, request.caller.unit))))
}

const EXAMPLE = {
  unit: 'H56-380',
  period: '2021-Q4',
  source: 'one-stop',
  field: 'land',
  received_online: 120,
  received_direct: 800,
  carried_over: 80,
  resolved_in_time: 900,
  resolved_overdue: 20,
  pending_overdue: 5
}

import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Code, Example, NoQuery, Ref } from '../../contract/fields.ts'
import { periodByCode, periods } from './queries.ts'
import { Period, PeriodQuery } from './schema.ts'

export async function periodRoutes (app: App, { db, cache }: Context) {
  app.addSchema(Period)

  app.get('/periods', {
    schema: {
      operationId: 'listPeriods',
      tags: ['catalogue'],
      summary: 'List reporting periods, by code',
      querystring: PeriodQuery,
      response: { 200: listResponse(Period, 'Periods, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Period, page => periods(db, request.query, page)))

  app.get('/periods/:code', {
    schema: {
      operationId: 'getPeriod',
      tags: ['catalogue'],
      summary: 'Get a reporting period by its code',
      querystring: NoQuery,
      params: Type.Object({ code: Example(Code('Code of the period.'), '2021-H1') }),
      response: { 200: { description: 'The period.', ...Ref(Period) }, ...problems(400, 404) }
    }
  }, request => periodByCode(db, request.params.code))
}

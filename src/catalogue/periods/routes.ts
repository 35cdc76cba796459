import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { postCatalogue } from '../../http/request/batch-route.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Code, Example, NoQuery, Ref } from '../../contract/fields.ts'
import { postPeriods } from './commands.ts'
import { periodByCode, periods } from './queries.ts'
import { Period, PeriodItem, PeriodQuery } from './schema.ts'

export async function periodRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(Period)
  app.addSchema(PeriodItem)

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

  postCatalogue(app, context, {
    path: '/periods',
    operationId: 'postPeriods',
    summary: 'Create or update reporting periods, by code',
    description: 'For cuts of the year beside the usual ones: weeks, months from the 21st to the 20th, spans that a reform left ' +
      'over. A new calendar comes with its periods. The usual periods of 2015 to 2050 are there from the start; their days ' +
      'follow from their codes (`other_days_by_rule`). Periods of one calendar and kind do not overlap (`period_overlaps`). ' +
      'The days of a period with figures stay as they are (`period_has_figures`). Periods are common to all provinces, so ' +
      'this needs a key for all units.',
    item: PeriodItem,
    example: {
      code: 'm21-2021-M06', calendar: 'from-21st', kind: 'month', year: 2021, starts_on: '2021-05-21', ends_on: '2021-06-20',
      report_due_on: '2021-06-25'
    },
    command: postPeriods
  })
}

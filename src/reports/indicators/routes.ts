import type { App, Context } from '../../http/context.ts'
import { batchBody, batchOptions, batchResponses } from '../../http/request/batch-request.ts'
import { listResponse, PlainListQuery, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../http/request/write-request.ts'
import { postIndicatorValues } from './commands.ts'
import { forms, indicators } from './queries.ts'
import { Form, Indicator, IndicatorQuery, IndicatorValueItem, PostQuery } from './schema.ts'

export async function indicatorRoutes (app: App, context: Context) {
  const { db, cache, now } = context
  app.addSchema(Form)
  app.addSchema(Indicator)
  app.addSchema(IndicatorValueItem)

  app.get('/forms', {
    schema: {
      operationId: 'listForms',
      tags: ['reports'],
      summary: 'List the statistics forms',
      querystring: PlainListQuery,
      response: { 200: listResponse(Form, 'All forms, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Form, page => forms(db, page)))

  app.get('/indicators', {
    schema: {
      operationId: 'listIndicators',
      tags: ['reports'],
      summary: 'List indicators, ordered as in their forms',
      querystring: IndicatorQuery,
      response: { 200: listResponse(Indicator, 'Indicators, ordered by form and position.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Indicator, page => indicators(db, request.query, page)))

  app.post('/indicator-values', {
    config: { scope: 'write:indicators' },
    schema: {
      operationId: 'postIndicatorValues',
      tags: ['reports'],
      summary: 'Report indicator values, typed or as printed',
      description: 'Creates or updates values by unit, period, form and indicator. A printed text such as `2.079`, ' +
        '`92,41`, `09`, `48/48` or `-` is read in Vietnamese notation and stored digit for digit. What is approved, or locked by its ' +
        'deadline, takes no values until it is reopened (`period_locked`). A report that was submitted is a draft again.',
      headers: PostHeaders,
      querystring: PostQuery,
      body: batchBody(IndicatorValueItem, EXAMPLE),
      response: batchResponses
    },
    validatorCompiler: envelopeCompiler
  }, (request, reply) => {
    const options = batchOptions(request.query)
    return writeBatch(context, request, reply, options, write => (
      postIndicatorValues(write, request.body.items, options, now())))
  })
}

const EXAMPLE = { indicator: '3.1.3', unit: 'H56', period: '2021-H1', printed: '2.079' }

import type { App, Context } from '../../http/context.ts'
import { batchBody, batchOptions, batchResponses, itemsIn, PlainBatchQuery } from '../../http/request/batch-request.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../http/request/write-request.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { postCountingRules } from './commands.ts'
import { countingRules } from './queries.ts'
import { CountingRules, CountingRulesItem, CountingRulesQuery } from './schema.ts'

const tags = ['dossiers']

export async function countingRulesRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(CountingRules)
  app.addSchema(CountingRulesItem)

  app.get('/counting-rules', {
    schema: {
      operationId: 'listCountingRules',
      tags,
      summary: 'List the rules by which dossiers count',
      description: 'Every version, with what it chooses. The portal, the software of provinces and this service count the same ' +
        'dossier differently: on its due day, while a supplement is awaited, when it was withdrawn or stopped. What says `rules` ' +
        'counts by any of them.',
      querystring: CountingRulesQuery,
      response: { 200: listResponse(CountingRules, 'Versions, ordered by code and version.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, CountingRules, page => countingRules(db, request.query, page)))

  app.post('/counting-rules', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'postCountingRules',
      tags,
      summary: 'Create versions of counting rules, by code and first day',
      description: 'Other choices under the same code are a new version, from a later day on. What a version chooses never changes, ' +
        'since answers have named it (`other_content`); its name and source may. Rules that come with the service are not changed ' +
        '(`built_in_rules`). Rules are common to all provinces, so this needs a key for all units.',
      headers: PostHeaders,
      querystring: PlainBatchQuery,
      body: batchBody(CountingRulesItem, EXAMPLE),
      response: batchResponses
    },
    validatorCompiler: envelopeCompiler
  }, (request, reply) => {
    const options = batchOptions(request.query)
    return writeBatch(context, request, reply, options, write => postCountingRules(write, itemsIn(request), options))
  })
}

const EXAMPLE = {
  code: 'by-day',
  valid_from: '2026-01-01',
  name: 'Tính hạn theo ngày',
  source: 'Quy chế một cửa của tỉnh',
  due_until: 'end_of_due_day',
  withdrawn: 'on_time'
}

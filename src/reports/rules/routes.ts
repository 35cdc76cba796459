import type { App, Context } from '../../http/context.ts'
import { batchBody, batchOptions, batchResponses, itemsIn, PlainBatchQuery } from '../../http/request/batch-request.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../http/request/write-request.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { postRules } from './commands.ts'
import { rules } from './queries.ts'
import { Rule, RuleItem, RuleQuery } from './schema.ts'

const tags = ['reports']

export async function ruleRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(Rule)
  app.addSchema(RuleItem)

  app.get('/rules', {
    schema: {
      operationId: 'listRules',
      tags,
      summary: 'List the rules that reports are checked by',
      description: 'What has to hold between the figures of a report, with messages in Vietnamese and English. Every server that has the ' +
        'form `cchc-2021` has rules for it, and rules for the dossiers of reports on any form. A later version of the service brings its ' +
        'own versions of these, but for those that were posted.',
      querystring: RuleQuery,
      response: { 200: listResponse(Rule, 'Rules, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Rule, page => rules(db, request.query, page)))

  app.post('/rules', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'postRules',
      tags,
      summary: 'Create or update rules that reports are checked by, by code',
      description: 'A rule is posted as a whole. Its formulas are checked before it is stored: an error points into them. It holds at ' +
        'once, also for reports of periods that are over. A rule that is no longer to hold gets a last day. Rules are common ' +
        'to all provinces, so this needs a key for all units.',
      headers: PostHeaders,
      querystring: PlainBatchQuery,
      body: batchBody(RuleItem, EXAMPLE),
      response: batchResponses
    },
    validatorCompiler: envelopeCompiler
  }, (request, reply) => {
    const options = batchOptions(request.query)
    return writeBatch(context, request, reply, options, write => postRules(write, itemsIn(request), options))
  })
}

const EXAMPLE = {
  code: 'own-procedures-by-level',
  form: 'cchc-2021',
  kind: 'identity',
  severity: 'error',
  left: { op: 'input', name: '3.1.3' },
  comparison: 'equal',
  right: { op: 'sum', of: ['3.1.3.a', '3.1.3.b', '3.1.3.c'].map(name => ({ op: 'input', name })) },
  message_vi: 'Tổng số TTHC (3.1.3) là {left}, còn ba cấp cộng lại là {right}, chênh lệch {difference}.',
  message_en: 'There are {left} procedures (3.1.3), and those of the three levels add up to {right}: they differ by {difference}.',
  valid_from: '2020-12-15',
  valid_to: '2025-06-30'
}

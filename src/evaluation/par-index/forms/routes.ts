import type { App, Context } from '../../../http/context.ts'
import { batchBody, batchOptions, batchResponses, itemsIn, PlainBatchQuery } from '../../../http/request/batch-request.ts'
import { envelopeCompiler } from '../../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../../http/request/write-request.ts'
import { problems } from '../../../http/response/error-handler.ts'
import { listResponse, sendList } from '../../../http/response/respond.ts'
import { postParIndexForms } from './commands.ts'
import { EXAMPLE } from './example.ts'
import { parIndexForms } from './queries.ts'
import { ParIndexForm, ParIndexFormItem, ParIndexFormQuery } from './schema.ts'

const tags = ['evaluation']

export async function parIndexFormRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(ParIndexForm)
  app.addSchema(ParIndexFormItem)

  app.get('/par-index-forms', {
    schema: {
      operationId: 'listParIndexForms',
      tags,
      summary: 'List the forms that units are scored by once a year',
      description: 'No form comes with the service: provinces decide about theirs, and change them within a year. Of the forms that hold ' +
        'on the last day of a period and are for a unit, the one that holds since the latest day applies; of ' +
        'those of one day the first by code.',
      querystring: ParIndexFormQuery,
      response: { 200: listResponse(ParIndexForm, 'Forms, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, ParIndexForm, page => parIndexForms(db, request.query, page)))

  app.post('/par-index-forms', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'postParIndexForms',
      tags,
      summary: 'Create or update forms, by code',
      description: 'A form is posted as a whole. An error points at what is wrong: a maximum that is not the sum of the parts, or a ' +
        'place in a formula. Once units have scores by a form, how it scores stays as it is: a change is another form, with a code of its ' +
        'own. Forms may be for units of any province, so this needs a key for all units.',
      headers: PostHeaders,
      querystring: PlainBatchQuery,
      body: batchBody(ParIndexFormItem, EXAMPLE),
      response: batchResponses
    },
    validatorCompiler: envelopeCompiler
  }, (request, reply) => {
    const options = batchOptions(request.query)
    return writeBatch(context, request, reply, options, write => postParIndexForms(write, itemsIn(request), options))
  })
}

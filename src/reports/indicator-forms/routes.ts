import type { App, Context } from '../../http/context.ts'
import { batchBody, batchOptions, batchResponses, itemsIn, PlainBatchQuery } from '../../http/request/batch-request.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../http/request/write-request.ts'
import { postForms } from './commands.ts'
import { FormItem } from './schema.ts'

export async function indicatorFormRoutes (app: App, context: Context) {
  app.addSchema(FormItem)

  app.post('/forms', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'postForms',
      tags: ['reports'],
      summary: 'Create or update statistics forms with their indicators, by code',
      description: 'A form is posted as a whole, with how each indicator is derived and which series it continues. Each derivation is ' +
        'checked before it is stored: an error points into it. What reported values mean never changes: of an indicator that has values, ' +
        'its name, type, measure and choices stay, and it cannot go (`form_has_values`); a circular that changes them makes a new form. ' +
        'Where two forms are in force on a day, a report has to name one of them, so the last day of the former form is set with the ' +
        'first day of the next. Forms are common to all provinces, so this needs a key for all units.',
      headers: PostHeaders,
      querystring: PlainBatchQuery,
      body: batchBody(FormItem, EXAMPLE),
      response: batchResponses
    },
    validatorCompiler: envelopeCompiler
  }, (request, reply) => {
    const options = batchOptions(request.query)
    return writeBatch(context, request, reply, options, write => postForms(write, itemsIn(request), options))
  })
}

const EXAMPLE = {
  // Of days that nobody reports for, so that trying out the example does not change a report.
  code: 'cchc-2099',
  name: 'Thống kê số liệu về kết quả thực hiện công tác cải cách hành chính',
  valid_from: '2098-12-15',
  valid_to: '2099-12-14',
  indicators: [
    { code: '1', position: 1, printed_code: '1', name: 'Kết quả giải quyết TTHC', value_type: 'heading' },
    {
      code: '1.1', position: 2, printed_code: '1.1', parent: '1', name: 'Tổng số TTHC đang có hiệu lực', value_type: 'count', measure: 'Thủ tục',
      derivation: { op: 'procedures', counts: ['in_force'] }, corresponds_to: { form: 'cchc-2021', indicator: '3.1.3' }
    },
    {
      code: '1.2', position: 3, printed_code: '1.2', parent: '1', name: 'Tỷ lệ hồ sơ do UBND cấp xã tiếp nhận được giải quyết đúng hạn',
      value_type: 'percent', measure: '%', derivation: { op: 'on_time', method: 'resolved', level: ['commune'] },
      corresponds_to: { form: 'cchc-2021', indicator: '3.4.3' }
    }
  ]
}

import type { App, Context } from '../../http/context.ts'
import { documentFormatOf, documentLanguageOf, documentResponse, sendDocument } from '../../http/documents/document.ts'
import { sendFile, sendShared } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { printedForm } from './printed.ts'
import { filledForm } from './queries.ts'
import { FilledForm, FormPath, FormQuery, FormRow, FormSection, tableOf } from './schema.ts'

export async function formRoutes (app: App, { db, cache, now }: Context) {
  for (const schema of [FormRow, FormSection, FilledForm]) app.addSchema(schema)

  app.get('/forms/:form/:unit/:period', {
    schema: {
      operationId: 'getForm',
      tags: ['reports'],
      summary: 'Get a form of a unit for a period, by field, procedure or unit',
      description: 'The forms II.06a by field, II.06b, II.07a and 07a/BTP, filled from the same counts, with their head. A ' +
        'column that cannot be known from what was sent is null, and `units_reported` of `units_expected` says how complete a ' +
        'row is. A total is counted for itself: what units report only as a whole is in no row by field or procedure. csv and ' +
        'ndjson contain only the rows and totals; xlsx and docx are the form as it is printed. A period that is not over is cut at now; the form of one that has not ' +
        'begun has no sections.',
      params: FormPath,
      querystring: FormQuery,
      response: { 200: documentResponse(Ref(FilledForm), 'The filled form.'), ...problems(400, 404, 406) }
    }
  }, async (request, reply) => {
    const format = documentFormatOf(request)
    const form = () => filledForm(db, request.params, request.query, request.caller.unit, now())
    if (format === 'json') {
      return sendShared(cache, request, reply, async () => ({ value: await form(), link: null }))
    }
    const filled = await form()
    if (format === 'xlsx' || format === 'docx') {
      return sendDocument(request, reply, format, await printedForm(db, filled, documentLanguageOf(request)))
    }
    const { columns, sections, grand_total } = filled
    return sendFile(request, reply, format, tableOf(columns.map(({ name }) => name)), [
      ...sections.flatMap(({ rows, total }) => [...rows, total]), grand_total
    ])
  })
}

import type { App, Context } from '../../http/context.ts'
import { documentFormatOf, documentLanguageOf, documentResponse, sendDocument } from '../../http/documents/document.ts'
import { sendFile, sendShared } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { columnsAsked } from '../../measures/unknown.ts'
import { printedForm } from './printed.ts'
import { dossierForm } from './queries.ts'
import { DossierForm, DossierFormPath, DossierFormQuery, DossierFormRow, DossierFormSection } from './schema.ts'

export async function dossierFormRoutes (app: App, { db, cache, now }: Context) {
  app.addSchema(DossierFormRow)
  app.addSchema(DossierFormSection)
  app.addSchema(DossierForm)
  const columnsOf = columnsAsked(DossierFormRow)

  app.get('/forms/ii-06a/:unit/:period', {
    schema: {
      operationId: 'getDossierForm',
      tags: ['reports'],
      summary: 'Get form II.06a of a unit for a period',
      description: 'One row for each unit and its own dossiers, in sections by level: departments, districts, communes. ' +
        'Each section has a total, and the form a grand total. A consolidated row is never added to others; it becomes ' +
        'the grand total only if no unit has reported its own dossiers. csv and ndjson contain only the rows and ' +
        'totals. xlsx and docx are the form as it is printed, with its columns 1 to 13 alone. A period that is not over is cut at now; the form of one that has not begun has no sections.',
      params: DossierFormPath,
      querystring: DossierFormQuery,
      response: { 200: documentResponse(Ref(DossierForm), 'The filled form.'), ...problems(400, 404, 406) }
    }
  }, async (request, reply) => {
    const format = documentFormatOf(request)
    const form = () => dossierForm(db, request.params, request.query, request.caller.unit, now())
    if (format === 'json') {
      return sendShared(cache, request, reply, async () => ({ value: await form(), link: null }))
    }
    const filled = await form()
    if (format === 'xlsx' || format === 'docx') {
      return sendDocument(request, reply, format, await printedForm(db, filled, documentLanguageOf(request)))
    }
    const { sections, grand_total } = filled
    return sendFile(request, reply, format, columnsOf(request.query), [
      ...sections.flatMap(({ rows, total }) => [...rows, total]), grand_total
    ])
  })
}

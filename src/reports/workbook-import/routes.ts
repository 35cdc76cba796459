import { Type } from 'typebox'
import { invalid } from '../../contract/errors.ts'
import { MEDIA_TYPES } from '../../contract/formats.ts'
import { readWorkbook } from '../../documents/reading/workbook.ts'
import { acceptWorkbook } from '../../http/body/workbook-body.ts'
import type { App, Context } from '../../http/context.ts'
import { batchOptions, batchResponses } from '../../http/request/batch-request.ts'
import { compilerFor } from '../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../http/request/write-request.ts'
import { problems } from '../../http/response/error-handler.ts'
import { ReportPath } from '../filled-report/schema.ts'
import { importReport } from './commands.ts'
import { ImportQuery } from './schema.ts'

/** For people who fill in their report in Excel. */
export async function workbookImportRoutes (app: App, context: Context) {
  await app.register(async (workbooks: App) => {
    acceptWorkbook(workbooks)

    workbooks.post('/reports/:unit/:period/import', {
      config: { scope: 'write:indicators' },
      schema: {
        operationId: 'importReport',
        tags: ['reports'],
        summary: 'Send a report that was filled in as a workbook',
        description: 'Takes the file that `GET /v1/reports/{unit}/{period}?format=xlsx` gives, filled in and saved by Excel or ' +
          'LibreOffice, and checks and writes its rows as `POST /v1/indicator-values` does. Numbers may be typed as numbers ' +
          'or in Vietnamese notation as text. The `pointer` of an error is the address of its cell, such as `D17`. An empty cell is ' +
          '`not_provided`. A cell that is as it was given, empty or not, is refused as `changed_since` where another value was written ' +
          'after the file was made, so that an older file takes no newer value back. Rows may be moved as a whole; a file with rows more or less than the form has, or that was given for ' +
          'another unit, period, form or version of the form, is refused as a whole. At most 4 MiB.',
        params: ReportPath,
        headers: PostHeaders,
        querystring: ImportQuery,
        body: { content: { [MEDIA_TYPES.xlsx]: { schema: Type.String({ format: 'binary' }) } } },
        response: { ...batchResponses, ...problems(404) }
      },
      validatorCompiler: compilerFor({})
    }, async (request, reply) => {
      // The schema of a body is chosen by its content type, so a request without one is not validated.
      if (request.body === undefined) throw invalid('', 'missing', 'the body must be a workbook (xlsx)')
      const options = batchOptions(request.query)
      const sheets = await readWorkbook(request.body as unknown as Buffer)
      return writeBatch(context, request, reply, options, write => (
        importReport(write, request.params, sheets, request.query, options, context.now())))
    })
  })
}

import type { TObject } from 'typebox'
import { BatchAnswer, type BatchOptions } from '../../writes/batch.ts'
import type { Write } from '../../writes/write.ts'
import { Ref } from '../../contract/fields.ts'
import type { App, Context } from '../context.ts'
import { acceptCsv } from '../body/csv-body.ts'
import { batchOptions, batchResponses, itemsIn, PlainBatchQuery, tableBody } from './batch-request.ts'
import { envelopeCompiler } from './validator-compiler.ts'
import { PostHeaders, writeBatch } from './write-request.ts'

interface CatalogueBatch {
  path: string
  operationId: string
  summary: string
  description?: string
  item: TObject
  example: object
  /** Of an answer that says more than that of any batch. */
  answer?: TObject
  command: (write: Write, items: readonly unknown[], options: BatchOptions) => Promise<BatchAnswer>
  /** Called when something may be committed. */
  onWritten?: () => void
}

/** The route of a batch of the catalogue, as JSON or csv. */
export function postCatalogue (
  app: App, context: Context,
  { path, item, example, answer = BatchAnswer, command, onWritten = () => {}, ...described }: CatalogueBatch
): void {
  void app.register(async (tables: App) => {
    acceptCsv(tables, item)
    tables.post(path, {
      config: { scope: 'write:catalogue' },
      schema: {
        ...described,
        tags: ['catalogue'],
        headers: PostHeaders,
        querystring: PlainBatchQuery,
        body: tableBody(item, example),
        response: { ...batchResponses, 200: { description: batchResponses[200].description, ...Ref(answer) } }
      },
      validatorCompiler: envelopeCompiler
    }, async (request, reply) => {
      const options = batchOptions(request.query)
      const written = await writeBatch(context, request, reply, options, write => (
        command(write, itemsIn(request), options)))
      onWritten()
      return written
    })
  })
}

import { Ref } from '../../contract/fields.ts'
import type { App, Context } from '../../http/context.ts'
import { batchBody, itemsIn } from '../../http/request/batch-request.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { problems } from '../../http/response/error-handler.ts'
import { NoQuery } from '../../contract/fields.ts'
import { dueDate, dueDates } from './queries.ts'
import { DueDate, DueDateItem, DueDateQuery, DueDatesAnswer } from './schema.ts'

const tags = ['working-time']

export async function dueDateRoutes (app: App, { db }: Context) {
  for (const schema of [DueDateItem, DueDate, DueDatesAnswer]) app.addSchema(schema)

  app.get('/due-date', {
    schema: {
      operationId: 'getDueDate',
      tags,
      summary: 'Work out a due date by working days or hours, step by step',
      description: 'The term is `procedure`, `working_days` or `working_hours`. A working day has 8 working hours, so a term of n ' +
        'working days ends at the same time of day n working days after the moment of reception, as in the systems of the one-stop ' +
        'desks; `count_from=next_day` counts as Bộ luật Dân sự 2015, article 147, does. Pauses are subtracted and extensions added ' +
        'by working minutes. What the calendar does not know is an error (`calendar_year_missing`), never a guess.',
      querystring: DueDateQuery,
      response: { 200: { description: 'The due date.', ...Ref(DueDate) }, ...problems(400) }
    }
  }, request => dueDate(db, request.query))

  app.post('/due-dates', {
    config: { scope: 'read' },
    schema: {
      operationId: 'calculateDueDates',
      tags,
      summary: 'Work out up to 10 000 due dates at once',
      description: 'Stores nothing. If one item is at fault, none is answered, and all faults are listed.',
      querystring: NoQuery,
      body: batchBody(DueDateItem, EXAMPLE),
      response: {
        200: { description: 'The due dates, in the order of the items.', ...Ref(DueDatesAnswer) }, ...problems(400, 413, 415, 422)
      }
    },
    validatorCompiler: envelopeCompiler
  }, request => dueDates(db, itemsIn(request)))
}

const EXAMPLE = {
  working_days: 5, received_at: '2026-02-09T10:00:00+07:00',
  pauses: [{ kind: 'supplement', from: '2026-02-10T10:00:00+07:00', to: '2026-02-12T10:00:00+07:00' }]
}

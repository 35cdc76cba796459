import { Type } from 'typebox'
import { Code, Example, NoQuery, Ref } from '../../contract/fields.ts'
import type { App, Context } from '../../http/context.ts'
import { batchBody, batchOptions, batchResponses, itemsIn, PlainBatchQuery } from '../../http/request/batch-request.ts'
import { envelopeCompiler } from '../../http/request/validator-compiler.ts'
import { PostHeaders, writeBatch } from '../../http/request/write-request.ts'
import { problems } from '../../http/response/error-handler.ts'
import { listResponse, PlainListQuery, sendList } from '../../http/response/respond.ts'
import { postCalendars } from './commands.ts'
import { calendarByCode, calendarDays, workingCalendars } from './queries.ts'
import {
  DaysQuery, WorkingCalendar, WorkingCalendarDay, WorkingCalendarItem, WorkingCalendarSummary
} from './schema.ts'

const tags = ['working-time']
const CalendarPath = Type.Object({ code: Example(Code('Code of the calendar.'), 'vn') })

export async function calendarRoutes (app: App, context: Context) {
  const { db, cache } = context
  const schemas = [WorkingCalendar, WorkingCalendarItem, WorkingCalendarSummary, WorkingCalendarDay]
  for (const schema of schemas) app.addSchema(schema)

  app.get('/calendars', {
    schema: {
      operationId: 'listCalendars',
      tags,
      summary: 'List the calendars of working days',
      querystring: PlainListQuery,
      response: { 200: listResponse(WorkingCalendarSummary, 'Calendars, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, WorkingCalendarSummary, page => workingCalendars(db, page)))

  app.get('/calendars/:code', {
    schema: {
      operationId: 'getCalendar',
      tags,
      summary: 'Get a calendar of working days with its holidays and office hours',
      querystring: NoQuery,
      params: CalendarPath,
      response: { 200: { description: 'The calendar.', ...Ref(WorkingCalendar) }, ...problems(400, 404) }
    }
  }, request => calendarByCode(db, request.params.code))

  app.get('/calendars/:code/days', {
    schema: {
      operationId: 'listCalendarDays',
      tags,
      summary: 'List every day of a calendar, with the number of working days',
      querystring: DaysQuery,
      params: CalendarPath,
      response: { 200: listResponse(WorkingCalendarDay, 'Days, in their order.'), ...problems(400, 404, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, WorkingCalendarDay, page => (
    calendarDays(db, request.params.code, request.query, page))))

  app.post('/calendars', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'postCalendars',
      tags,
      summary: 'Create or update calendars of working days, by code',
      description: 'Each year is entered as the decisions about it come out, lunar New Year and compensatory working days included: ' +
        'nothing is guessed. Years that are not named stay as they are. Due dates follow at once, also of what was received ' +
        'before. Calendars are common to all provinces, so this needs a key for all units.',
      headers: PostHeaders,
      querystring: PlainBatchQuery,
      body: batchBody(WorkingCalendarItem, EXAMPLE),
      response: batchResponses
    },
    validatorCompiler: envelopeCompiler
  }, (request, reply) => {
    const options = batchOptions(request.query)
    return writeBatch(context, request, reply, options, write => postCalendars(write, itemsIn(request), options))
  })
}

const EXAMPLE = {
  code: 'vn-winter',
  name: 'Lịch làm việc dùng thử, có giờ mùa đông',
  weekend: [6, 7],
  office_hours: [
    {
      valid_from: '2026-01-01', morning_from: '07:00', morning_to: '11:30', afternoon_from: '13:30', afternoon_to: '17:00',
      source: 'Giờ mùa hè'
    },
    {
      valid_from: '2026-10-16', morning_from: '07:30', morning_to: '11:30', afternoon_from: '13:00', afternoon_to: '17:00',
      source: 'Giờ mùa đông'
    }
  ],
  years: [{
    year: 2026,
    days: [
      { date: '2026-01-01', kind: 'holiday', name: 'Tết Dương lịch', source: 'Điều 112 Bộ luật Lao động 2019' },
      { date: '2026-01-02', kind: 'swapped_day_off', name: 'Nghỉ hoán đổi', source: 'Công văn 12729/VPCP-KGVX' },
      { date: '2026-01-10', kind: 'compensatory_working_day', name: 'Làm bù cho ngày 02/01/2026', source: 'Công văn 12729/VPCP-KGVX' }
    ]
  }]
}

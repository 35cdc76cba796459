import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { postCatalogue } from '../../http/request/batch-route.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Example, Ref, UnitCode } from '../../contract/fields.ts'
import { inWrite, RequiredReasonHeaders } from '../../http/request/write-request.ts'
import { postUnits } from './commands.ts'
import { putUnit } from './correction/commands.ts'
import { unitNamed, units } from './queries.ts'
import { AsOfQuery, Unit, UnitAsOf, UnitCorrection, UnitItem, UnitQuery } from './schema.ts'

interface UnitContext extends Context {
  effects: {
    /** Called when there may be a unit, or a name of one, that dossiers wait for. */
    takeInWaiting: () => void
  }
}

export async function unitRoutes (app: App, context: UnitContext) {
  const { db, cache, effects } = context
  app.addSchema(UnitItem)
  app.addSchema(Unit)
  app.addSchema(UnitAsOf)

  app.get('/units', {
    schema: {
      operationId: 'listUnits',
      tags: ['catalogue'],
      summary: 'List units, by code',
      querystring: UnitQuery,
      response: { 200: listResponse(Unit, 'Units, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Unit, page => (
    units(db, request.query, page, request.caller.unit))))

  app.get('/units/:code', {
    schema: {
      operationId: 'getUnit',
      tags: ['catalogue'],
      summary: 'Get a unit by its code or an alias, as of a day',
      description: 'Codes are used again. `others` lists the other units that have the same code in other days.',
      querystring: AsOfQuery,
      params: Type.Object({ code: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56-380') }),
      response: { 200: { description: 'The unit on the day.', ...Ref(UnitAsOf) }, ...problems(400, 404) }
    }
  }, request => unitNamed(db, request.params.code, request.query.as_of, request.caller.unit))

  app.put('/units/:code', {
    config: { scope: 'write:catalogue' },
    schema: {
      operationId: 'putUnit',
      tags: ['catalogue'],
      summary: 'Correct what was always wrong with a unit, such as a typing error in its name',
      description: 'What is left out stays as it is. A name or a kind is corrected as of the day and in the ' +
        'versions before and after that have the same one. What changes on a day is an event: `POST /v1/unit-changes`.',
      headers: RequiredReasonHeaders,
      querystring: AsOfQuery,
      params: Type.Object({ code: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56-TTPVHCC') }),
      body: UnitCorrection,
      response: { 200: { description: 'The unit on the day.', ...Ref(UnitAsOf) }, ...problems(400, 404, 413, 415, 422) }
    }
  }, async (request, reply) => {
    const unit = await inWrite(context, request, reply, write => (
      putUnit(write, request.params.code, request.body, request.query.as_of)))
    effects.takeInWaiting()
    return unit
  })

  postCatalogue(app, context, {
    path: '/units',
    operationId: 'postUnits',
    summary: 'Create or update units, by code',
    description: 'A batch is for one province. A unit without a parent is a province; all below it belong to it and stay with it. ' +
      'Units of one batch may name each other as parent in any order; of `partial`, a unit whose parent is rejected is rejected ' +
      'too. A unit with figures or dossiers, its own or of a unit below it, keeps its level and its parent, and its lifetime ' +
      'covers them (`unit_has_figures`); other units move with all below them. A key that is bound to a unit writes this unit and ' +
      'those below it.',
    item: UnitItem,
    example: {
      code: 'H56-TTPVHCC', name: 'Trung tâm Phục vụ hành chính công', kind: 'centre', level: 'province', parent: 'H56',
      reports_dossiers: true, valid_from: '2021-01-01', aliases: ['gso:TTPVHCC']
    },
    command: postUnits,
    onWritten: effects.takeInWaiting
  })
}

import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { postCatalogue } from '../../http/request/batch-route.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Example, NoQuery, Ref, UnitCode } from '../../contract/fields.ts'
import { postUnits } from './commands.ts'
import { unitNamed, units } from './queries.ts'
import { Unit, UnitItem, UnitQuery } from './schema.ts'

export async function unitRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(UnitItem)
  app.addSchema(Unit)

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
      summary: 'Get a unit by its code or an alias',
      querystring: NoQuery,
      params: Type.Object({ code: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56-380') }),
      response: { 200: Ref(Unit), ...problems(400, 404) }
    }
  }, request => unitNamed(db, request.params.code, request.caller.unit))

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
    command: postUnits
  })
}

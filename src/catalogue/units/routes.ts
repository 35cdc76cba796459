import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Code, Example, NoQuery, Ref } from '../../contract/fields.ts'
import { unitNamed, units } from './queries.ts'
import { Unit, UnitQuery } from './schema.ts'

export async function unitRoutes (app: App, { db, cache }: Context) {
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
      params: Type.Object({ code: Example(Code('Code of the unit, or an alias as `source:external code`.'), 'H56-380') }),
      response: { 200: Ref(Unit), ...problems(400, 404) }
    }
  }, request => unitNamed(db, request.params.code, request.caller.unit))
}

import type { App, Context } from '../../http/context.ts'
import { postCatalogue } from '../../http/request/batch-route.ts'
import { listResponse, PlainListQuery, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { postLevels } from './commands.ts'
import { levels } from './queries.ts'
import { Level, LevelItem } from './schema.ts'

export async function levelRoutes (app: App, context: Context) {
  const { db, cache } = context
  app.addSchema(Level)
  app.addSchema(LevelItem)

  app.get('/levels', {
    schema: {
      operationId: 'listLevels',
      tags: ['catalogue'],
      summary: 'List the levels of government',
      querystring: PlainListQuery,
      response: { 200: listResponse(Level, 'All levels, from the top down.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, Level, page => levels(db, page)))

  postCatalogue(app, context, {
    path: '/levels',
    operationId: 'postLevels',
    summary: 'Create or update levels of government, by code',
    description: 'Levels are common to all provinces, so this needs a key for all units. Levels that change ' +
      'places are one batch. A change after which a unit would stand above its parent is refused (`units_depend`).',
    item: LevelItem,
    example: { code: 'branch', name: 'Chi nhánh', position: 90, valid_from: '2021-01-01' },
    command: postLevels
  })
}

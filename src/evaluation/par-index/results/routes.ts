import { withNames } from '../../../catalogue/names.ts'
import { Ref } from '../../../contract/fields.ts'
import type { App, Context } from '../../../http/context.ts'
import { problems } from '../../../http/response/error-handler.ts'
import { listResponse, sendList, sendShared } from '../../../http/response/respond.ts'
import { parIndexExplained } from './explain.ts'
import { parIndex, parIndexCriteria } from './queries.ts'
import {
  ParIndexCriterionQuery, ParIndexCriterionRow, ParIndexExplained, ParIndexExplainQuery, ParIndexQuery, ParIndexRow
} from './schema.ts'

const tags = ['evaluation']

export async function parIndexRoutes (app: App, { db, cache, now }: Context) {
  for (const schema of [ParIndexRow, ParIndexCriterionRow, ParIndexExplained]) app.addSchema(schema)

  app.get('/par-index', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'getParIndex',
      tags,
      summary: 'The PAR index of units, their points and places',
      description: 'One row for each unit that a form is for (`/v1/par-index-forms`). The points that count are those of appraisal; what the ' +
        'service counts from records, live, and what a survey found count as long as they are not appraised. What a unit gives itself is shown, ' +
        'and does not count. What is unknown is null with its reason, counts in no sum, and is never 0: `known_percent` says how much of the ' +
        'maximum is known. All rows are one page.',
      querystring: ParIndexQuery,
      response: { 200: listResponse(ParIndexRow, 'Rows by level and unit, unless sorted.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, ParIndexRow, async () => {
    const found = await parIndex(db, request.query, request.caller.unit, now())
    return { ...found, items: await withNames(db, found.items, ['unit', 'level']) }
  }))

  app.get('/par-index/criteria', {
    config: { cache: 'until-commit' },
    schema: {
      operationId: 'listParIndexCriteria',
      tags,
      summary: 'The points of units for each criterion: own, appraised, computed, and why they differ',
      description: 'One row for each unit and criterion, with rows for sums and the total. `changed=true` lists what appraisal changed, and ' +
        'why. All rows are one page.',
      querystring: ParIndexCriterionQuery,
      response: {
        200: listResponse(ParIndexCriterionRow, 'Rows of each unit in the order of its form, the total last.'), ...problems(400, 406, 413)
      }
    }
  }, (request, reply) => sendList(cache, request, reply, ParIndexCriterionRow, async () => {
    const found = await parIndexCriteria(db, request.query, request.caller.unit, now())
    return { ...found, items: await withNames(db, found.items, ['unit', 'level']) }
  }))

  app.get('/par-index/explain', {
    schema: {
      operationId: 'explainParIndex',
      tags,
      summary: 'Explain the points of a criterion: by its inputs, node by node, or by its parts',
      querystring: ParIndexExplainQuery,
      response: {
        200: { description: 'The row, the criterion, and what its points follow from.', ...Ref(ParIndexExplained) }, ...problems(400)
      }
    }
  }, (request, reply) => sendShared(cache, request, reply, async () => {
    const { province, rows, ...explained } = await parIndexExplained(db, request.query, request.caller.unit, now())
    const [row, ...parts] = await withNames(db, rows, ['unit', 'level'])
    return { value: { row, parts, ...explained }, link: null, province }
  }))
}

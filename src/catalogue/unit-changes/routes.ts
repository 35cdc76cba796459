import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { compilerFor } from '../../http/request/validator-compiler.ts'
import { inWrite, PostHeaders, RequiredReasonHeaders } from '../../http/request/write-request.ts'
import { listResponse, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Example, NoQuery, Ref, UnitCode } from '../../contract/fields.ts'
import { postUnitChanges, withdrawUnitChange, type UnitChangeEffects } from './commands.ts'
import { lineageOf, unitChanges } from './queries.ts'
import {
  Lineage, LineageQuery, SCHEMAS, UnitChange, UnitChangeAnswer, UnitChangeBody, UnitChangeEnvelope, UnitChangeOptions,
  UnitChangePath, UnitChangeQuery
} from './schema.ts'

const tags = ['catalogue']
const config = { scope: 'write:catalogue' } as const

interface UnitChangeContext extends Context {
  effects: UnitChangeEffects & {
    /** Called when there may be a unit that dossiers wait for. */
    takeInWaiting: () => void
  }
}

export async function unitChangeRoutes (app: App, context: UnitChangeContext) {
  const { db, cache, effects } = context
  for (const schema of SCHEMAS) app.addSchema(schema)

  app.post('/unit-changes', {
    config,
    schema: {
      operationId: 'postUnitChanges',
      tags,
      summary: 'Create, rename, move, merge, split or abolish units on a day, by a legal document',
      description: 'An event set is for one province and is stored as a whole or not at all. Nothing is overwritten: units keep ' +
        'what they were before that day. Events may name each other\'s new units in any order. A unit may begin with a code that ' +
        'another one had up to the day before. A unit keeps its level; one that changes it is merged into a new unit. All that ' +
        'stands below a unit that ends must end or move in the same event set. Figures and dossiers of a unit from after its end ' +
        'refuse the event; those from before stay with it, but dossiers that are open on that day pass to the successor. A name ' +
        'that was wrong from the beginning is no event: correct it with `PUT /v1/units/{code}`.',
      headers: PostHeaders,
      querystring: UnitChangeOptions,
      body: UnitChangeBody,
      response: { 200: { description: 'What the events change.', ...Ref(UnitChangeAnswer) }, ...problems(400, 409, 413, 415, 422) }
    },
    validatorCompiler: compilerFor(UnitChangeEnvelope)
  }, async (request, reply) => {
    const { dry_run = false } = request.query
    const body = request.body as unknown as UnitChangeEnvelope
    const answer = await inWrite(context, request, reply, write => (
      postUnitChanges(write, body, { dry_run }, effects)), { dryRun: dry_run })
    effects.takeInWaiting()
    return answer
  })

  app.get('/unit-changes', {
    schema: {
      operationId: 'listUnitChanges',
      tags,
      summary: 'List event sets of units, by date',
      querystring: UnitChangeQuery,
      response: { 200: listResponse(UnitChange, 'Event sets, ordered by their days.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, UnitChange, page => (
    unitChanges(db, request.query, page, request.caller.unit))))

  app.delete('/unit-changes/:id', {
    config,
    schema: {
      operationId: 'withdrawUnitChange',
      tags,
      summary: 'Withdraw an event set as a whole',
      description: 'Units are as they were before it, and those that it made are gone. It is refused with ' +
        '`change_in_use` if a later event set changes the same units, if figures, dossiers, clients or other units stand or stood ' +
        'on units that it made, or if what it ended or moved would not fit any more: what is above or below it has changed, or ' +
        'another unit has its code or alias since.',
      headers: RequiredReasonHeaders,
      querystring: NoQuery,
      params: UnitChangePath,
      response: { 200: { description: 'What is taken back.', ...Ref(UnitChangeAnswer) }, ...problems(400, 404, 409) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => (
    withdrawUnitChange(write, request.params.id, effects))))

  app.get('/units/:code/lineage', {
    schema: {
      operationId: 'getLineage',
      tags,
      summary: 'Get the predecessors and successors of a unit',
      querystring: LineageQuery,
      params: Type.Object({ code: Example(UnitCode('Code of the unit, or an alias as `source:external code`.'), 'H56-380') }),
      response: { 200: { description: 'A small graph: units, and who took whom over.', ...Ref(Lineage) }, ...problems(400, 404) }
    }
  }, request => lineageOf(db, request.params.code, request.query.as_of, request.caller.unit))
}

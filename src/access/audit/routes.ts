import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList, sendShared } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { auditEntries, changesSince } from './queries.ts'
import { AuditEntry, AuditQuery, ChangedKey, ChangeQuery } from './schema.ts'

const Changes = Type.Object({
  items: Type.Array(Ref(ChangedKey)),
  next_cursor: Type.String({ description: 'The `since` of the next question, now or later.' }),
  more: Type.Boolean({ description: 'Whether there is more already.' })
}, { additionalProperties: false })

export async function auditRoutes (app: App, { db, cache }: Context) {
  app.addSchema(AuditEntry)
  app.addSchema(ChangedKey)

  app.get('/audit', {
    config: { scope: 'admin' },
    schema: {
      operationId: 'listAudit',
      tags: ['access'],
      summary: 'List who changed what, when and why, the latest first',
      querystring: AuditQuery,
      response: { 200: listResponse(AuditEntry, 'One row for each row that a write changed.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, AuditEntry, page => (
    auditEntries(db, request.query, page, request.caller.unit))))

  app.get('/changes', {
    schema: {
      operationId: 'listChanges',
      tags: ['statistics'],
      summary: 'List what has changed since the last time',
      description: 'For a copy that is kept up to date: keys of rows that were created, updated or deleted, in the ' +
        'order in which that took effect. Nothing is missed and nothing comes twice. A row changed twice is there twice. ' +
        'A dossier that moves out of what a key reaches is `deleted` there.',
      querystring: ChangeQuery,
      response: { 200: { description: 'Changes, the oldest first.', ...Changes }, ...problems(400) }
    }
  }, (request, reply) => sendShared(cache, request, reply, async () => (
    { value: await changesSince(db, request.query, request.caller.unit), link: null })))
}

import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { listResponse, sendList, sendShared } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Ref } from '../../contract/fields.ts'
import { auditEntries, changesSince } from './queries.ts'
import { AuditEntry, AuditQuery, ChangedKey, ChangeQuery } from './schema.ts'

const Changes = Type.Object({
  items: Type.Array(Ref(ChangedKey)),
  next_cursor: Type.String({ description: 'The `since` of the next request, now or later.' }),
  more: Type.Boolean({ description: 'Whether there are more changes already.' })
}, { additionalProperties: false })

export async function auditRoutes (app: App, { db, cache }: Context) {
  app.addSchema(AuditEntry)
  app.addSchema(ChangedKey)

  app.get('/audit', {
    config: { scope: 'admin' },
    schema: {
      operationId: 'listAudit',
      tags: ['access'],
      summary: 'List who changed what, when and why, newest first',
      querystring: AuditQuery,
      response: { 200: listResponse(AuditEntry, 'One entry for each row that a write changed.'), ...problems(400, 406, 413) }
    }
  }, (request, reply) => sendList(cache, request, reply, AuditEntry, page => (
    auditEntries(db, request.query, page, request.caller.unit))))

  app.get('/changes', {
    schema: {
      operationId: 'listChanges',
      tags: ['statistics'],
      summary: 'List changes since the last request',
      description: 'Change feed to keep a copy up to date: keys of rows that were created, updated or deleted, in commit ' +
        'order. No change is missed or repeated; a row that changed twice is listed twice. A dossier that moves out of ' +
        'the reach of a key is listed as `deleted` for that key. After the database was restored from a backup, a cursor continues where the ' +
        'backup holds the write that it names; any other is refused with 410, and the copy must be made again.',
      querystring: ChangeQuery,
      response: { 200: { description: 'Changes, oldest first.', ...Changes }, ...problems(400, 410) }
    }
  }, (request, reply) => sendShared(cache, request, reply, async () => (
    { value: await changesSince(db, request.query, request.caller.unit), link: null })))
}

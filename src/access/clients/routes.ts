import { Type } from 'typebox'
import type { App, Context } from '../../http/context.ts'
import { listResponse, PlainListQuery, sendList } from '../../http/response/respond.ts'
import { problems } from '../../http/response/error-handler.ts'
import { Example, NoQuery, Ref } from '../../contract/fields.ts'
import { sendVersion, VERSION_HEADER } from '../../http/request/if-match.ts'
import { inWrite, PostHeaders, PutHeaders, ReasonHeaders } from '../../http/request/write-request.ts'
import { createClientKey, putClient, revokeClientKey } from './commands.ts'
import { clientByCode, clientKeys, clients } from './queries.ts'
import { RegisteredClient, ClientBody, ClientCode, ClientKey, NewClientKey } from './schema.ts'

const ClientPath = Type.Object({ code: Example(ClientCode, 'example') })
const KeyPath = Type.Object({ code: Example(ClientCode, 'example'), id: Example(Type.String({ maxLength: 64, format: 'text' }), 'fedcba9876543210') })
const config = { scope: 'admin' } as const
const tags = ['access']
const GIVES_ITS_OWN = 'A caller gives at most its own rights: its scopes, its unit and what is below it, its source if it ' +
  'has one, its limit of requests and its expiry. Only an administrator of all units for whom no limit is set gives any limit.'

interface ClientContext extends Context {
  /** Requests a minute of a client for which no limit is set; 0: no limit. */
  defaultLimit: number
}

/** An administrator of one district manages the clients of that district. */
export async function clientRoutes (app: App, context: ClientContext) {
  const { db, cache, defaultLimit } = context
  for (const schema of [RegisteredClient, ClientKey, NewClientKey]) app.addSchema(schema)

  app.get('/clients', {
    config,
    schema: {
      operationId: 'listClients',
      tags,
      summary: 'List the clients',
      querystring: PlainListQuery,
      response: { 200: listResponse(RegisteredClient, 'Clients, ordered by code.'), ...problems(400, 406) }
    }
  }, (request, reply) => sendList(
    cache, request, reply, RegisteredClient, page => clients(db, page, request.caller.unit)))

  app.get('/clients/:code', {
    config,
    schema: {
      operationId: 'getClient',
      tags,
      summary: 'Get a client by its code',
      querystring: NoQuery,
      params: ClientPath,
      response: { 200: { description: 'The client.', headers: VERSION_HEADER, ...Ref(RegisteredClient) }, ...problems(400, 404) }
    }
  }, async (request, reply) => sendVersion(reply, await clientByCode(db, request.params.code, request.caller.unit)))

  app.put('/clients/:code', {
    config,
    schema: {
      operationId: 'putClient',
      tags,
      summary: 'Create or replace a client; its keys stay valid',
      description: GIVES_ITS_OWN,
      headers: PutHeaders,
      querystring: NoQuery,
      params: ClientPath,
      body: ClientBody,
      response: {
        200: { description: 'The client as stored.', headers: VERSION_HEADER, ...Ref(RegisteredClient) },
        ...problems(400, 412, 413, 415, 422)
      }
    }
  }, async (request, reply) => sendVersion(reply, await inWrite(
    context, request, reply, write => putClient(write, request.params.code, request.body, defaultLimit))))

  app.get('/clients/:code/keys', {
    config,
    schema: {
      operationId: 'listClientKeys',
      tags,
      summary: 'List the keys of a client, without their secrets',
      querystring: PlainListQuery,
      params: ClientPath,
      response: { 200: listResponse(ClientKey, 'Keys, oldest first.'), ...problems(400, 404, 406) }
    }
  }, (request, reply) => sendList(cache, request, reply, ClientKey, page => (
    clientKeys(db, request.params.code, page, request.caller.unit))))

  app.post('/clients/:code/keys', {
    config,
    schema: {
      operationId: 'createClientKey',
      tags,
      summary: 'Create a key for a client; it is shown once',
      description: `A client may have several keys, so that a new key can replace an old one without interruption. ${
        GIVES_ITS_OWN}`,
      headers: PostHeaders,
      querystring: NoQuery,
      params: ClientPath,
      response: { 200: { description: 'The new key.', ...Ref(NewClientKey) }, ...problems(400, 404, 409, 422) }
    }
  }, (request, reply) => inWrite(
    context, request, reply, write => createClientKey(write, request.params.code, defaultLimit),
    { stored: key => ({ ...key, key: null }) }))

  app.delete('/clients/:code/keys/:id', {
    config,
    schema: {
      operationId: 'revokeClientKey',
      tags,
      summary: 'Revoke a key immediately and permanently',
      headers: ReasonHeaders,
      querystring: NoQuery,
      params: KeyPath,
      response: { 200: { description: 'The revoked key.', ...Ref(ClientKey) }, ...problems(400, 404) }
    }
  }, (request, reply) => inWrite(context, request, reply, write => (
    revokeClientKey(write, request.params.code, request.params.id))))
}

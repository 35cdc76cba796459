import { Type, type Static } from 'typebox'
import { SCOPES } from '../../contract/caller.ts'
import { Code, Instant, Name, Named, Nullable, OneOf, SourceCode, Version, UnitCode } from '../../contract/fields.ts'

const Properties = {
  name: Name('Name of the client, for people.', 200),
  source: Nullable(SourceCode('The `source` of all that it posts, which is created with the client. null: only if it posts no statistics or dossiers, or has the scope `admin`.')),
  scopes: Type.Array(OneOf(SCOPES), {
    description: 'What its keys may be used for. `approve`: approving, publishing and reopening reports, ' +
      'setting by when they are due, and appraisals of the PAR index. Nobody approves what the same client submitted.',
    uniqueItems: true, maxItems: SCOPES.length
  }),
  unit: Nullable(UnitCode('Code of the unit that it reads and writes for, with all units below it. null: all units.')),
  requests_per_minute: Nullable(Type.Integer({
    description: 'Requests that it may send in a minute. null: the default limit of the service. 0: no limit.',
    minimum: 0, maximum: 1_000_000
  })),
  expires_at: Nullable(Instant('When its keys expire. null: never.'))
}

export const ClientCode = Code('Code of the client, chosen when it is created.')

export const RegisteredClient = Named('RegisteredClient', 'A system that reads or posts, with keys of its own.', {
  code: ClientCode, ...Properties, version: Version
})
export type RegisteredClient = Static<typeof RegisteredClient>

export const ClientBody = Type.Object({
  name: Properties.name,
  source: Type.Optional(Properties.source),
  scopes: Properties.scopes,
  unit: Type.Optional(Properties.unit),
  requests_per_minute: Type.Optional(Properties.requests_per_minute),
  expires_at: Type.Optional(Properties.expires_at)
}, {
  additionalProperties: false,
  examples: [{
    name: 'Hệ thống một cửa điện tử huyện', source: 'one-stop', scopes: ['read', 'write:statistics'], unit: 'H56-380',
    requests_per_minute: 600, expires_at: null
  }]
})
export type ClientBody = Static<typeof ClientBody>

const KeyProperties = {
  id: Type.String({ description: 'Id of the key.' }),
  client: ClientCode,
  created_at: Instant('When it was created.'),
  last_used_at: Nullable(Instant('When it was last used, to the minute. null: never.')),
  revoked_at: Nullable(Instant('When it was revoked. null: not revoked.'))
}

export const ClientKey = Named('ClientKey', 'A key of a client, without its secret.', KeyProperties)
export type ClientKey = Static<typeof ClientKey>

export const NewClientKey = Named('NewClientKey', 'A newly created key.', {
  ...KeyProperties,
  key: Nullable(Type.String({
    description: 'The key itself, shown only once. Send it as `Authorization: Bearer`, as `X-API-Key`, or as the password of ' +
      'Basic with any user or none. null in an answer that is repeated for an idempotency key.'
  }))
})
export type NewClientKey = Static<typeof NewClientKey>

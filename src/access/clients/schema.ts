import { Type, type Static } from 'typebox'
import { SCOPES } from '../../contract/caller.ts'
import { Code, Name, Named, Nullable, OneOf, SourceCode, Version } from '../../contract/fields.ts'

const Instant = (description: string) => Nullable(Type.String({ description, format: 'date-time' }))

const Properties = {
  name: Name('Who it is, for people.', 200),
  source: Nullable(SourceCode('The `source` of all that it posts. null: only for who posts nothing, or manages the service.')),
  scopes: Type.Array(OneOf(SCOPES), {
    description: 'What its keys may be used for. `approve` is kept for approvals, which no operation asks for yet.',
    uniqueItems: true, maxItems: SCOPES.length
  }),
  unit: Nullable(Code('The unit that it reads and writes for, with everything below it; null: all units.')),
  requests_per_minute: Nullable(Type.Integer({
    description: 'How many requests it may send in a minute; null: as many as the service allows anyone; 0: any number.',
    minimum: 0, maximum: 1_000_000
  })),
  expires_at: Instant('When its keys end; null: when they are revoked.')
}

export const ClientCode = Code('Chosen by who creates it.')

export const Client = Named('Client', 'A system that reads or posts, with keys.', {
  code: ClientCode, ...Properties, version: Version
})
export type Client = Static<typeof Client>

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
  id: Type.String({ description: 'Names the key; the user of Basic.' }),
  client: ClientCode,
  created_at: Type.String({ format: 'date-time' }),
  last_used_at: Instant('To the minute; null: never.'),
  revoked_at: Instant('null: not revoked.')
}

export const ClientKey = Named('ClientKey', 'A key of a client, without what makes it one.', KeyProperties)
export type ClientKey = Static<typeof ClientKey>

export const NewClientKey = Named('NewClientKey', 'A key on the day it is made.', {
  ...KeyProperties,
  key: Nullable(Type.String({
    description: 'Shown here and never again: `Authorization: Bearer`, `X-API-Key`, or the password of Basic with the ' +
      'id as its user. null in an answer that is repeated under an idempotency key.'
  }))
})
export type NewClientKey = Static<typeof NewClientKey>

import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import type { RegisteredClient, ClientKey } from './schema.ts'

const BY_CODE: OrderColumn[] = [{ name: 'code', kind: 'text' }]
const BY_AGE: OrderColumn[] = [{ name: 'created_at', kind: 'instant' }, { name: 'id', kind: 'text' }]
/** Of a key, without what makes it one. */
export const KEY_COLUMNS = ['id', 'client', 'created_at', 'last_used_at', 'revoked_at'] as const

/** Clients whose unit is within reach: an administrator of a unit manages its clients. */
export async function clients (db: Db, page: PageRequest, reach: Reach): Promise<Page<RegisteredClient>> {
  const { rows } = await pageQuery(clientsWithin(reach), BY_CODE, page).execute(db)
  return pageOf(rows, BY_CODE, page.limit)
}

/** @throws DomainError `not_found` */
export async function clientByCode (db: Db, code: string, reach: Reach): Promise<RegisteredClient> {
  const { rows: [client] } = await sql<RegisteredClient>`
    select * from (${clientsWithin(reach)}) as reached where code = ${code}`.execute(db)
  if (client === undefined) throw notFound('client', code)
  return client
}

function clientsWithin (reach: Reach) {
  return reach === null
    ? sql<RegisteredClient>`select * from clients`
    : sql<RegisteredClient>`select clients.* from clients join units on units.id = clients.unit where ${reach} = any(path)`
}

/** @throws DomainError `not_found` */
export async function clientKeys (
  db: Db, client: string, page: PageRequest, reach: Reach
): Promise<Page<ClientKey>> {
  await clientByCode(db, client, reach)
  // A cursor holds milliseconds; compared with microseconds it would list its last row again.
  const query = sql<ClientKey>`
    select id, client, date_trunc('milliseconds', created_at) as created_at, last_used_at, revoked_at from client_keys
    where client = ${client}`
  const { rows } = await pageQuery(query, BY_AGE, page).execute(db)
  return pageOf(rows, BY_AGE, page.limit)
}

export async function hasClients (db: Db): Promise<boolean> {
  return await db.selectFrom('clients').select('code').limit(1).executeTakeFirst() !== undefined
}

export interface Administrator {
  code: string
  /** It has not expired, and may administer the unit. */
  in_force: boolean
  has_key: boolean
}

/** The client that administers just this unit or has the code that such a one would get; one that works comes first. */
export async function administratorOf (db: Db, unit: string, client: string): Promise<Administrator | undefined> {
  const { rows: [found] } = await sql<Administrator>`
    select code, in_force, has_key
    from clients cross join lateral (
      select coalesce(unit = ${unit}, true) and 'admin' = any(scopes) and coalesce(expires_at > now(), true) as in_force,
        exists(select from client_keys where client = clients.code and revoked_at is null) as has_key
    ) as administers
    where code = ${client} or (unit = ${unit} and 'admin' = any(scopes))
    order by in_force and has_key desc, in_force desc, code limit 1`.execute(db)
  return found
}

import { sql } from 'kysely'
import { registerSource } from '../../catalogue/sources/register.ts'
import { exactly, reachedUnit, type ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { DomainError, notFound, type Issue } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import { changeOf } from '../../writes/batch.ts'
import type { Write } from '../../writes/write.ts'
import { newKey, type Key } from '../auth/api-keys.ts'
import { grantIssues } from './grant-rules.ts'
import { clientByCode, KEY_COLUMNS } from './queries.ts'
import type { RegisteredClient, ClientBody, ClientKey, NewClientKey } from './schema.ts'

/**
 * Creates a client with its source, or replaces its description; its keys stay.
 * @param defaultLimit requests a minute of a client for which no limit is set; 0: no limit
 * @throws DomainError `precondition_failed`, `forbidden_rows` and `invalid_rows` with pointers into the body
 */
export async function putClient (
  write: Write, code: string, body: ClientBody, defaultLimit: number
): Promise<RegisteredClient> {
  const { trx, by, auditRows } = write
  // A concurrent request that creates the same code waits here, and then finds it.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`client ${code}`}, 0))`.execute(trx)
  const before = await lockedClient(trx, code)
  if (before !== undefined) await clientByCode(trx, code, by.unit)
  write.requireVersion(before?.version)
  const described = await checked(write, body, defaultLimit)
  if (described.source !== null) await registerSource(write, described.source)
  if (before !== undefined && isSame(before, { ...before, ...described })) return before
  const after = await trx.insertInto('clients').values({ code, ...described })
    .onConflict(conflict => conflict.column('code').doUpdateSet({ ...described, version: sql`clients.version + 1` }))
    .returningAll().executeTakeFirstOrThrow() as RegisteredClient
  const outcome = before === undefined ? 'created' : 'updated'
  auditRows.push(...auditRowsOf('clients', [{ outcome, before: before ?? null, after }], { key: ['code'] }))
  return after
}

function isSame (a: RegisteredClient, b: RegisteredClient): boolean {
  return changeOf(0, comparable(a), comparable(b)).outcome === 'unchanged'
}

function comparable (client: RegisteredClient) {
  const { scopes, expires_at: expiry, ...rest } = client
  return { ...rest, scopes: scopes.join(), expires_at: expiry === null ? null : Date.parse(expiry) }
}

async function lockedClient (trx: Trx, code: string): Promise<RegisteredClient | undefined> {
  const locked = trx.selectFrom('clients').selectAll().where('code', '=', code).forUpdate()
  return locked.executeTakeFirst() as Promise<RegisteredClient | undefined>
}

async function checked ({ trx, by }: Write, body: ClientBody, defaultLimit: number) {
  const { source = null, unit = null, requests_per_minute = null, expires_at = null, scopes } = body
  const posts = scopes.includes('write:statistics') || scopes.includes('write:dossiers')
  if (source === null && posts && !scopes.includes('admin')) {
    throw refusal('invalid_rows', [
      { pointer: '/source', code: 'source_needed', detail: 'a client that posts figures has a source' }
    ])
  }
  const reached = await unitOf(trx, unit)
  if (reached === undefined) {
    throw refusal('invalid_rows', [{ pointer: '/unit', code: 'unknown_unit', detail: `there is no unit ${unit}` }])
  }
  const rights = { source, scopes, unit: reached, requests_per_minute, expires_at }
  const issues = grantIssues(by, rights, defaultLimit)
  if (issues.length > 0) throw refusal('forbidden_rows', issues)
  return { ...rights, name: body.name.normalize('NFC'), unit: reached?.id ?? null }
}

/** @returns null for all units; undefined if there is no such unit */
async function unitOf (trx: Trx, unit: string | null): Promise<ResolvedUnit | null | undefined> {
  return unit === null ? null : await reachedUnit(trx, unit, null)
}

function refusal (code: 'invalid_rows' | 'forbidden_rows', issues: Issue[]) {
  return new DomainError(code, issues.map(({ detail }) => detail).join('; '), issues)
}

/**
 * Makes another key of a client. Only its hash is stored.
 * @throws DomainError `not_found`; `forbidden_rows` for a client that may do more than the caller
 */
export async function createClientKey (
  write: Write, client: string, defaultLimit: number, key: Key = newKey()
): Promise<NewClientKey> {
  const { trx, by, auditRows } = write
  await clientByCode(trx, client, by.unit)
  // Locked, so that the client gains no rights between this check and the new key.
  const rights = (await lockedClient(trx, client))!
  const unit = await unitOf(trx, rights.unit && exactly(rights.unit)) as ResolvedUnit | null
  const issues = grantIssues(by, { ...rights, unit }, defaultLimit)
  if (issues.length > 0) throw refusal('forbidden_rows', issues.map(issue => ({ ...issue, pointer: '/path/code' })))
  const row = await trx.insertInto('client_keys').values({ id: key.id, client, secret_sha256: key.sha256 })
    .returning(KEY_COLUMNS).executeTakeFirstOrThrow()
  auditRows.push(...auditRowsOf('client-keys', [{ outcome: 'created', before: null, after: row }], { key: ['id', 'client'] }))
  return { ...row, key: key.key }
}

/** Ends a key; one that is ended already stays as it is. @throws DomainError `not_found` */
export async function revokeClientKey ({ trx, by, auditRows }: Write, client: string, id: string): Promise<ClientKey> {
  await clientByCode(trx, client, by.unit)
  const before = await trx.selectFrom('client_keys').select(KEY_COLUMNS)
    .where('client', '=', client).where('id', '=', id).forUpdate().executeTakeFirst()
  if (before === undefined) throw notFound('key', id)
  if (before.revoked_at !== null) return before
  const after = await trx.updateTable('client_keys').set({ revoked_at: sql`now()` }).where('id', '=', id)
    .returning(KEY_COLUMNS).executeTakeFirstOrThrow()
  auditRows.push(...auditRowsOf('client-keys', [{ outcome: 'updated', before, after }], { key: ['id', 'client'] }))
  return after
}

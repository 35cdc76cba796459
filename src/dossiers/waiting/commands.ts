import { sql } from 'kysely'
import { isReachedBy } from '../../catalogue/units/reach-sql.ts'
import type { Db } from '../../database/connect.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { AuditRow } from '../../writes/changes.ts'
import type { Write } from '../../writes/write.ts'
import { sourceOf } from '../commands.ts'
import type { DeletedWaiting, WaitingDossiersQuery } from './schema.ts'

/**
 * Deletes the dossiers of a source that wait for a code, or could not be taken in when it was posted.
 * @throws DomainError `forbidden_rows`, `invalid_request` for the source
 */
export async function deleteWaitingDossiers (
  { trx, by, auditRows }: Write, { kind, code, source: asked }: WaitingDossiersQuery
): Promise<DeletedWaiting> {
  const source = sourceOf(asked, by)
  const { rows } = await sql<{ province_code: string, owner: string | null, dossiers: number }>`
    with locked as (
      select id from waiting_dossiers
      where source = ${source} and ${sql.ref(`missing_${kind}`)} = ${code} and ${isReachedBy('owner', by.unit)}
      order by id for update),
    deleted as (
      delete from waiting_dossiers where id in (select id from locked)
      returning province_code, owner, code)
    select province_code, owner, count(distinct code)::integer as dossiers from deleted
    group by province_code, owner order by province_code, owner`.execute(trx)
  auditRows.push(...rows.map(({ province_code, owner, dossiers }): AuditRow => ({
    province_code, resource: 'unknown-codes', action: 'deleted', key: { kind, code, source }, unit: owner,
    before: { dossiers }, after: null
  })))
  return { dossiers: rows.reduce((sum, { dossiers }) => sum + dossiers, 0) }
}

/**
 * Lets those that failed be tried again, but for those that a chunk has locked: what came for them makes them fresh
 * itself. Where there are none it writes nothing: the database may be read-only.
 */
export async function retryFailedDossiers (db: Db): Promise<void> {
  const { rows } = await sql`select from waiting_dossiers where failed limit 1`.execute(db)
  if (rows.length === 0) return
  await inTransaction(db, async trx => {
    await allowSlowStatements(trx)
    await sql`
      update waiting_dossiers set failed = false
      where id in (select id from waiting_dossiers where failed for update skip locked)`.execute(trx)
  })
}

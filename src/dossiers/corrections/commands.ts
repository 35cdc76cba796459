import { sql } from 'kysely'
import type { Db, Trx } from '../../database/connect.ts'
import { runOwnWrite } from '../../writes/unit-of-work.ts'
import type { AuditRow } from '../../writes/changes.ts'
import { meantFields, setCountedFields } from './fields.ts'
import { moveDossiers, type OnProgress, type Progress } from './move.ts'

export interface OpenJob {
  id: number
  procedures: string[]
  client: string
}

/** The next job that is not done; undefined: there is none. */
export async function nextJob (db: Db): Promise<OpenJob | undefined> {
  const { rows: [job] } = await sql<OpenJob>`
    select id, procedures, client from procedure_corrections
    where state in ('pending', 'running') order by id limit 1`.execute(db)
  return job
}

/** An advisory lock of an arbitrary number: its holder runs the jobs. It ends with the transaction and the process. */
const LOCK = 20_220_815

/**
 * Runs a job in one transaction. It begins again from the start after a process that was killed in the middle.
 * @returns whether another process did or does it
 */
export async function runJob (db: Db, { id, procedures, client }: OpenJob, onProgress: OnProgress): Promise<boolean> {
  const { elsewhere } = await runOwnWrite(db, client, 'moveDossiersToFields', async write => {
    const { trx } = write
    if (!await isOpenHere(trx, id)) return { elsewhere: true }
    const fields = await meantFields(trx, procedures)
    const moved = await moveDossiers(trx, fields, onProgress)
    await setCountedFields(trx, fields)
    const all = [...moved.values()].reduce((sum, dossiers) => sum + dossiers, 0)
    await sql`
      update procedure_corrections set state = 'done', dossiers_total = ${all}, dossiers_moved = ${all},
        started_at = coalesce(started_at, clock_timestamp()), ended_at = clock_timestamp()
      where id = ${id}`.execute(trx)
    write.auditRows.push(...fields.map(({ procedure, fields }): AuditRow => ({
      province_code: '', resource: 'procedure-corrections', action: 'updated', key: { procedure }, unit: null, before: null,
      after: { field: fields.at(-1)!.field, dossiers: moved.get(procedure) ?? 0 }
    })))
    return { elsewhere: false }
  })
  return elsewhere
}

async function isOpenHere (trx: Trx, id: number): Promise<boolean> {
  const { rows: [lock] } = await sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${LOCK}) as taken`.execute(trx)
  // Not in one statement with the lock: its snapshot would be older than that.
  const { rows } = await sql`
    select from procedure_corrections
    where id = ${id} and state in ('pending', 'running') and ${lock!.taken}`.execute(trx)
  return rows.length > 0
}

/** Shows that a job has begun. Not in its transaction, of which nothing shows before its end. */
export async function beginJob (db: Db, id: number): Promise<void> {
  await sql`
    update procedure_corrections set state = 'running', started_at = clock_timestamp()
    where id = ${id} and state = 'pending'`.execute(db)
}

/** Shows how far a job is. What a busy database does not show now shows later: the job goes on. */
export async function showCorrection (db: Db, id: number, { moved, total }: Progress): Promise<void> {
  await sql`
    update procedure_corrections set dossiers_moved = ${moved}, dossiers_total = ${total}
    where id = ${id} and state = 'running'`.execute(db).catch(() => {})
}

/** Gives a job up, which is tried again when a process starts. */
export async function failJob (db: Db, id: number): Promise<void> {
  await sql`
    update procedure_corrections set state = 'failed', ended_at = clock_timestamp()
    where id = ${id} and state in ('pending', 'running')`.execute(db)
}

/** Lets those that failed be tried again. Where there are none it writes nothing: the database may be read-only. */
export async function retryFailedCorrections (db: Db): Promise<void> {
  const { rows } = await sql<{ id: number }>`select id from procedure_corrections where state = 'failed'`.execute(db)
  for (const { id } of rows) {
    await sql`
      update procedure_corrections set state = 'pending', ended_at = null where id = ${id} and state = 'failed'`.execute(db)
  }
}

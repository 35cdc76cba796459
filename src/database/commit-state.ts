import { sql } from 'kysely'
import type { Db } from './connect.ts'
import { preparedText } from './sql/prepared.ts'

/** What is committed in the database now. */
export interface CommitState {
  /** Of the server since it started; a crash starts it again. What belongs to another run can not be compared. */
  run: string
  /** Where two of one run are the same, so are all rows: whatever is committed changes it. */
  snapshot: string
  /** The position of the last audited write. */
  position: number
}

const COMMIT_STATE = preparedText<CommitState>(`
  select pg_current_snapshot()::text as snapshot, position,
    concat_ws(' ', extract(epoch from pg_postmaster_start_time()),
      extract(epoch from pg_stat_get_bgwriter_stat_reset_time()),
      case when pg_is_in_recovery() then extract(epoch from clock_timestamp()) end) as run
  from change_feed`)

/**
 * A snapshot names the transactions that it does not see, so each commit changes it: also those in other databases of
 * the server, and those that write no audit, such as the mark when a key was used last.
 *
 * A transaction id from before a crash may be used again after it, but the statistics are then reset, even if the
 * server did not restart. A standby does not say what it does not see, so there each state is a run of its own. It is
 * the state of one server: with rows on several, each would have to be asked.
 */
export async function commitState (db: Db): Promise<CommitState> {
  const { rows } = await db.executeQuery(COMMIT_STATE)
  return rows[0]!
}

/** Whether rows of a province, or those of no province, were written after a position and up to another. */
export async function isWritten (db: Db, province: string, after: number, until: number): Promise<boolean> {
  const { rows: [found] } = await sql<{ written: boolean }>`
    select exists (
      select from writes where position > ${after} and position <= ${until} and province_code in ('', ${province})
    ) as written`.execute(db)
  return found!.written
}

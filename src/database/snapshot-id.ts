import type { Db } from './connect.ts'
import { preparedText } from './sql/prepared.ts'

const SNAPSHOT_ID = preparedText<{ id: string }>(`
  select concat_ws(' ', pg_current_snapshot(), extract(epoch from pg_postmaster_start_time()),
    extract(epoch from pg_stat_get_bgwriter_stat_reset_time()),
    case when pg_is_in_recovery() then extract(epoch from clock_timestamp()) end) as id`)

/**
 * The id of what is committed in the database now: where two are the same, so are all rows. A snapshot names the
 * transactions that it does not see, so each commit changes it.
 *
 * A transaction id from before a crash may be used again after it, but the statistics are then reset, even if the
 * server did not restart. A standby does not say what it does not see, so there no two ids are the same. It is the id
 * of one server: with rows on several, each would have to be asked.
 */
export async function snapshotId (db: Db): Promise<string> {
  const { rows } = await db.executeQuery(SNAPSHOT_ID)
  return rows[0]!.id
}

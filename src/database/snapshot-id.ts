import type { Db } from './connect.ts'
import { preparedText } from './sql/prepared.ts'

const SNAPSHOT_ID = preparedText<{ moment: string }>(`
  select concat_ws(' ', pg_current_snapshot(), extract(epoch from pg_postmaster_start_time()),
    extract(epoch from pg_stat_get_bgwriter_stat_reset_time()),
    case when pg_is_in_recovery() then extract(epoch from clock_timestamp()) end) as moment`)

/**
 * What is committed in the database now, as a text: where it is the same again, so are all rows. A snapshot names the
 * transactions that it does not see, and each that commits changes it, whoever it is of.
 *
 * A number that was given out before a crash may be given out again: after one, the statistics begin anew, even where
 * the server did not. A standby does not tell what it does not see: there no two moments are the same. And it is the
 * moment of one server: with rows on several, each would have to be asked.
 */
export async function snapshotId (db: Db): Promise<string> {
  const { rows } = await db.executeQuery(SNAPSHOT_ID)
  return rows[0]!.moment
}

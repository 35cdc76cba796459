import type { Db } from './connect.ts'
import { preparedText } from './prepared.ts'

const MOMENT = preparedText<{ moment: string }>(
  `select pg_current_snapshot()::text || ' ' || extract(epoch from pg_postmaster_start_time()) as moment`)

/**
 * What is committed in the database now, as a text: where it is the same again, so are all rows. A snapshot names the
 * transactions that it does not see, and each that commits changes it, whoever it is of.
 *
 * Of one server alone: with rows on several, each would have to be asked.
 */
export async function momentOf (db: Db): Promise<string> {
  const { rows } = await db.executeQuery(MOMENT)
  return rows[0]!.moment
}

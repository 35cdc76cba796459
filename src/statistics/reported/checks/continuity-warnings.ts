import { sql } from 'kysely'
import type { Warning } from '../../../contract/errors.ts'
import type { Trx } from '../../../database/connect.ts'
import { recordset, same } from '../../../database/sql/bulk-json.ts'
import type { BatchRow } from '../../../writes/ingest-batch.ts'
import { discontinuityQuery } from '../../continuity/queries.ts'
import { distinctSets, SET_KEY, setKeyOf, type NewRow } from '../store.ts'

/**
 * What the rows of a batch contradict, in the period before theirs and the one after. It is no reason to refuse them:
 * the other period may be at fault, and is perhaps about to be corrected.
 */
export async function continuityWarnings (trx: Trx, rows: readonly BatchRow<NewRow>[]): Promise<Warning[]> {
  if (rows.length === 0) return []
  const asked = recordset('statistics_sets', distinctSets(rows.map(({ row }) => row)), SET_KEY)
  const isAsked = (set: string) => sql`exists(select from ${asked} where ${same('asked', set, SET_KEY)})`
  const { rows: found } = await discontinuityQuery(sql`${isAsked('now')} or ${isAsked('before')}`).execute(trx)
  const indexes = new Map<string, number>()
  // What is compared as a whole is said of the first row of a set.
  for (const { index, row } of rows.toReversed()) {
    indexes.set(setKeyOf(row), index)
    indexes.set(`${setKeyOf(row)} ${row.detail_code}`, index)
  }
  return found.flatMap(one => {
    const { period, period_before: earlier, carried_over: carried, pending_before: pending, detail_code: detail } = one
    const keyIn = (code: string) => `${setKeyOf({ ...one, period: code })}${detail === null ? '' : ` ${detail}`}`
    const [now, before] = [indexes.get(keyIn(period)), indexes.get(keyIn(earlier))]
    const said = `carried_over of ${period} (${carried}) is not pending of ${earlier} (${pending})`
    return [
      now === undefined ? [] : { pointer: `/items/${now}/carried_over`, code: 'carried_over_differs' as const, detail: said },
      before === undefined ? [] : { pointer: `/items/${before}/pending`, code: 'pending_differs' as const, detail: said }
    ].flat()
  })
}

import { sql } from 'kysely'
import type { Warning } from '../../../contract/errors.ts'
import type { Trx } from '../../../database/connect.ts'
import { same } from '../../../database/sql/bulk-json.ts'
import type { BatchRow } from '../../../writes/ingest-batch.ts'
import { adjacentPeriods, discontinuityQuery, PAIR, SERIES } from '../../continuity/queries.ts'
import { tablesOf } from '../../kinds/index.ts'
import type { SetKey, StatisticsKind } from '../../kinds/kind.ts'
import { asked, setKeyOf, texts, type NewRow } from '../store.ts'

/**
 * What the rows of a batch contradict, in the period before theirs and the one after. It is no reason to refuse them:
 * the other period may be at fault, and is perhaps about to be corrected.
 * @param sets those of the rows
 */
export async function continuityWarnings (
  trx: Trx, kind: StatisticsKind, sets: readonly SetKey[], rows: readonly BatchRow<NewRow>[]
): Promise<Warning[]> {
  if (sets.length === 0) return []
  const pairs = await pairsOf(trx, sets)
  // `offset` keeps the planner from another order, in which it finds a set by a part of its key.
  const setIn = (period: string) => sql`(
    select * from ${tablesOf(kind).sets} as stored
    where stored.period = ${sql.ref(`asked.${period}`)} and ${same('stored', 'asked', SERIES)} offset 0)`
  const { rows: found } = await discontinuityQuery(kind, sql`${asked(texts(PAIR), pairs)}
    cross join lateral ${setIn('period')} as now cross join lateral ${setIn('period_before')} as before`).execute(trx)
  if (found.length === 0) return []
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

type Pair = SetKey & { period_before: string }

/**
 * The keys of each set with the one before, and with the one after. They are looked up by their keys: a search for the
 * sets beside others would read all that there are, which are more with each period.
 */
async function pairsOf (trx: Trx, sets: readonly SetKey[]): Promise<Pair[]> {
  const adjacent = await adjacentPeriods(trx, [...new Set(sets.map(({ period }) => period))])
  const pairs = new Map<string, Pair>()
  for (const set of sets) {
    for (const { period, period_before } of adjacent) {
      if (period !== set.period && period_before !== set.period) continue
      const pair = { ...set, period, period_before }
      pairs.set(`${setKeyOf(pair)} ${period_before}`, pair)
    }
  }
  return [...pairs.values()]
}

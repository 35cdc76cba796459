import type { Db } from '../database/connect.ts'
import type { CountPlan, Span } from '../dossiers/counts.ts'
import { hasFilters, looked, type Looked } from './question.ts'
import type { OnTimeQuery } from './schema.ts'

/** A question about dossier records, with its codes looked up. */
export interface RecordsPlan extends CountPlan {
  method: NonNullable<OnTimeQuery['method']>
}

/** @throws Refusal `invalid_request` for unknown codes, and for periods that overlap or leave a gap */
export async function recordsPlanOf (db: Db, question: OnTimeQuery, reach: string | null): Promise<RecordsPlan> {
  const { level, field, procedure, channel, source, method = 'resolved', group_by: keys = [] } = question
  const named = question.period !== undefined || hasFilters(question)
  const { periods, unit } = named ? await looked(db, question, reach) : { periods: [], unit: null }
  return { keys, spans: spansOf(question, periods), unit, level, field, procedure, channel, source, method }
}

/** Periods that are not told apart follow one another: what happened in all of them happened between their ends. */
function spansOf ({ from, to, group_by: keys = [] }: OnTimeQuery, periods: Looked['periods']): Span[] {
  if (keys.includes('period')) return periods.map(({ code, starts_on, ends_on }) => ({ code, from: starts_on, to: ends_on }))
  return [{ code: null, from: from ?? periods[0]!.starts_on, to: to ?? periods.at(-1)!.ends_on }]
}

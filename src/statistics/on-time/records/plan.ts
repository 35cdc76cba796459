import { countPlanOf, type CountPlan, type Span } from '../../../dossiers/counts/index.ts'
import type { ResolvedQuery } from '../resolve-query.ts'
import type { OnTimeQuery } from '../schema.ts'

/** A question about dossier records, with its codes looked up. */
export interface RecordsPlan extends CountPlan {
  method: NonNullable<OnTimeQuery['method']>
}

export function recordsPlanOf (question: OnTimeQuery, { periods, unit }: ResolvedQuery): RecordsPlan {
  const { level, field, procedure, channel, source, method = 'resolved', group_by: keys = [] } = question
  const spans = spansOf(question, periods)
  return countPlanOf({ keys, spans, unit, level, field, procedure, channel, source, method })
}

/** Without the key `period`, periods follow one another and are one span, from the first day to the last. */
function spansOf ({ from, to, group_by: keys = [] }: OnTimeQuery, periods: ResolvedQuery['periods']): Span[] {
  if (keys.includes('period')) return periods.map(({ code, starts_on, ends_on }) => ({ code, from: starts_on, to: ends_on }))
  return [{ code: null, from: from ?? periods[0]!.starts_on, to: to ?? periods.at(-1)!.ends_on }]
}

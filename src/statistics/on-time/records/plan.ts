import type { Db } from '../../../database/connect.ts'
import type { CountPlan, Span } from '../../../dossiers/counts/plan.ts'
import { hasFilters, resolveQuery, type AskedPeriod, type ResolvedQuery } from '../resolve-query.ts'
import type { OnTimeQuery } from '../schema.ts'

/** A question about dossier records, with its codes looked up. */
export interface RecordsPlan extends CountPlan {
  method: NonNullable<OnTimeQuery['method']>
}

/** @throws DomainError `invalid_request` for unknown codes, and for periods that overlap or leave a gap */
export async function recordsPlanOf (db: Db, question: OnTimeQuery, reach: string | null): Promise<RecordsPlan> {
  const { level, field, procedure, channel, source, method = 'resolved', group_by: keys = [] } = question
  const { periods, unit } = await namedIn(db, question, reach)
  return { keys, spans: spansOf(question, periods), unit, level, field, procedure, channel, source, method }
}

/** Periods by their codes, for each database. Nothing ever changes the days of one, so they are looked up once. */
const knownPeriods = new WeakMap<Db, Map<string, AskedPeriod>>()

async function namedIn (db: Db, question: OnTimeQuery, reach: string | null): Promise<ResolvedQuery> {
  const { period: codes = [] } = question
  if (hasFilters(question) || codes.length > 1) return resolveQuery(db, question, reach)
  const [code] = codes
  if (code === undefined) return { periods: [], unit: null }
  const known = knownPeriods.get(db) ?? new Map<string, AskedPeriod>()
  knownPeriods.set(db, known)
  const period = known.get(code) ?? (await resolveQuery(db, question, reach)).periods[0]!
  known.set(code, period)
  return { periods: [period], unit: null }
}

/** Periods that are not told apart follow one another: what happened in all of them happened between their ends. */
function spansOf ({ from, to, group_by: keys = [] }: OnTimeQuery, periods: ResolvedQuery['periods']): Span[] {
  if (keys.includes('period')) return periods.map(({ code, starts_on, ends_on }) => ({ code, from: starts_on, to: ends_on }))
  return [{ code: null, from: from ?? periods[0]!.starts_on, to: to ?? periods.at(-1)!.ends_on }]
}

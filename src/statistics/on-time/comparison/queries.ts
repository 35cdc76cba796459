import { sql, type RawBuilder } from 'kysely'
import { spansBefore, type ComparableSpan } from '../../../catalogue/periods/queries.ts'
import type { PageRequest } from '../../../contract/paging.ts'
import type { Db } from '../../../database/connect.ts'
import { pageQuery } from '../../../database/sql/keyset.ts'
import { inSlowRead } from '../../../database/time-limits.ts'
import type { Compare } from '../../../time/before.ts'
import { cutAt } from '../../../time/cut.ts'
import type { StatisticsKind } from '../../kinds/kind.ts'
import { orderOf } from '../page-sql.ts'
import { sameGroup, type CountedRow } from '../percentage-sql.ts'
import { plannedRecords } from '../records/planned.ts'
import { recordsQuery } from '../records/records-sql.ts'
import { plannedReport } from '../reported/plan.ts'
import { reportedQuery } from '../reported/reported-sql.ts'
import type { ResolvedSpans } from '../resolve-query.ts'
import type { OnTimeQuery } from '../schema.ts'

type Compared = OnTimeQuery & { compare: Compare }

/** Which span a row is of, by the key `period`, and what that one is compared with. */
interface Pair {
  period: string | null
  compared_period: string | null
  compared_from: string
  compared_to: string
}

/**
 * One page of the rows of a question, each beside the one of the same group in the span before.
 * @param now milliseconds since 1970
 * @throws DomainError `not_allowed` for periods that nothing is before
 */
export async function comparedRows (
  db: Db, kind: StatisticsKind, question: Compared, page: PageRequest, asked: ResolvedSpans, now: number
): Promise<CountedRow[]> {
  const { pairs, before } = await resolvedBefore(db, question, asked, now)
  return inSlowRead(db, async trx => {
    const own = await queryOf(trx, kind, question, asked)
    const then = pairs.length === 0 ? null : await queryOf(trx, kind, question, before)
    const query = beside(own, then, pairs, question.group_by ?? [])
    return (await pageQuery(query, orderOf(kind, question), page).execute(trx)).rows
  })
}

async function resolvedBefore (
  db: Db, { compare, from, to, group_by: keys = [] }: Compared, asked: ResolvedSpans, now: number
): Promise<{ pairs: Pair[], before: ResolvedSpans }> {
  const { spans, periods } = asked
  const comparable = spans.map((span): ComparableSpan => ({
    periods: keys.includes('period') ? [span.code!] : periods.map(({ code }) => code),
    from: from ?? span.from,
    to: to ?? span.to
  }))
  const found = (await spansBefore(db, comparable, compare)).map((before, i) => ({ before, period: spans[i]!.code }))
    .filter(({ before }) => before !== null).map(({ before, period }) => ({ ...before!, period }))
  const codeOf = (of: typeof found[number]) => of.periods.length === 1 ? of.periods[0]!.code : null
  return {
    pairs: found.map(one => (
      { period: one.period, compared_period: codeOf(one), compared_from: one.from, compared_to: one.to })),
    before: {
      ...asked,
      periods: found.flatMap(({ periods }) => periods),
      // It begins before one that has begun.
      spans: found.map(one => ({ code: one.period === null ? null : codeOf(one), ...cutAt(now, one)! }))
    }
  }
}

async function queryOf (
  db: Db, kind: StatisticsKind, question: OnTimeQuery, resolved: ResolvedSpans
): Promise<RawBuilder<CountedRow>> {
  if (question.basis !== 'records') return reportedQuery(plannedReport(kind, question, resolved))
  return recordsQuery(await plannedRecords(db, question, resolved))
}

/** @param then null: there is nothing to compare with */
function beside (
  own: RawBuilder<CountedRow>, then: RawBuilder<CountedRow> | null, pairs: readonly Pair[], keys: readonly string[]
): RawBuilder<CountedRow> {
  const others = keys.filter(key => key !== 'period')
  const isPeriod = keys.includes('period') ? sql`before.period = compared_period` : sql`true`
  const before = then ?? sql`select *, null::float8 as on_time_percent from (values (null::text, null::numeric, null::numeric, null::integer))
    as nothing (scope, numerator, denominator, units_reported) where false`
  const isSame = then === null ? sql`false` : sql`${isPeriod} and ${sameGroup('before', 'own', others)}`
  // A consolidated row may be of many units, and the sum of own rows of one.
  const isComparable = sql`own.scope = before.scope`
  return sql<CountedRow>`
    select own.*, before.scope as compared_scope, compared_period, compared_from, compared_to, before.numerator as compared_numerator,
      before.denominator as compared_denominator, case when ${isComparable} then before.on_time_percent end as compared_percent,
      case when ${isComparable} then (own.on_time_percent::numeric - before.on_time_percent::numeric)::float8 end as percent_change,
      before.units_reported as compared_units_reported
    from (${own}) as own
      left join json_to_recordset(${JSON.stringify(pairs)}::json)
        as pairs (period text, compared_period text, compared_from text, compared_to text)
        on pairs.period is not distinct from own.period
      left join (${before}) as before on ${isSame}`
}

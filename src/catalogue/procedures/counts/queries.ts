import { sql, type RawBuilder } from 'kysely'
import { invalid } from '../../../contract/errors.ts'
import type { Db } from '../../../database/connect.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import { today } from '../../../time/business-day.ts'
import { COUNT_KEYS, FLAGS, FLOWS, type ProcedureCount, type ProcedureCountQuery } from '../schema.ts'

/**
 * How many procedures are in force on a day, and how many began, changed and ended in the days until then: what is in
 * force at the end of a period is what was before it, with what began, less what was replaced or repealed.
 * @throws DomainError `invalid_request`
 */
export async function procedureCounts (db: Db, query: ProcedureCountQuery): Promise<ProcedureCount[]> {
  const { day, from } = await daysAsked(db, query)
  const { group_by: key } = query
  const keys = COUNT_KEYS.map(name => sql`${name === key ? sql.ref(name) : sql`null::text`} as ${sql.ref(name)}`)
  const counted = (what: string) => sql`count(*) filter (where what = ${what})::integer as ${sql.ref(what)}`
  const { rows } = await sql<ProcedureCount>`
    select ${day}::date as as_of, ${from}::date as from, ${sql.join(keys)}, ${counted('in_force')},
      ${sql.join(from === null ? UNKNOWN : [...FLOWS.map(counted), DECISIONS])}
    from (${factsOf(day, from)}) as facts ${key === undefined ? sql`` : sql`group by ${sql.ref(key)} order by ${sql.ref(key)} nulls last`}
  `.execute(db)
  return rows
}

const DECISIONS = sql`count(distinct decision)::integer as decisions`
const UNKNOWN = [...FLOWS, 'decisions'].map(name => sql`null::integer as ${sql.ref(name)}`)
const FACT_KEYS = [...COUNT_KEYS, ...FLAGS] as const
const OF_VERSION = columns(FACT_KEYS, 'version')

/** Procedures that are counted as the same and do not differ in anything that can be asked for. */
export interface ProcedureFacts extends Record<typeof FLAGS[number], boolean | null> {
  what: 'in_force' | typeof FLOWS[number]
  level: string
  field: string
  online_service_level: string | null
  interlinked: string
  procedures: number
}

/** What `procedureCounts` adds up, for several questions about one period. */
export async function procedureFacts (
  db: Db, { starts_on: from, ends_on: day }: { starts_on: string, ends_on: string }
): Promise<ProcedureFacts[]> {
  const { rows } = await sql<ProcedureFacts>`
    select what, ${columns(FACT_KEYS)}, count(*)::integer as procedures
    from (${factsOf(day, from)}) as facts group by what, ${columns(FACT_KEYS)}`.execute(db)
  return rows
}

/** The online service levels of procedures that are in force on a day and have one, by their codes. */
export async function onlineServiceLevels (db: Db, day: string): Promise<Map<string, string>> {
  const { rows } = await sql<{ procedure: string, level: string }>`
    select procedure, online_service_level as level from procedure_versions
    where valid_from <= ${day} and coalesce(valid_to, 'infinity') >= ${day} and online_service_level is not null
    order by procedure`.execute(db)
  return new Map(rows.map(({ procedure, level }) => [procedure, level]))
}

/** One row for each procedure that is counted, and what it is counted as. */
function factsOf (day: string, from: string | null): RawBuilder<unknown> {
  const inForce = sql`
    select 'in_force' as what, null::bigint as decision, ${OF_VERSION} from procedure_versions as version
    where valid_from <= ${day} and coalesce(valid_to, 'infinity') >= ${day}`
  if (from === null) return inForce
  const within = (when: RawBuilder<unknown>) => sql`${when} between ${from}::date and ${day}::date`
  return sql`${inForce}
    union all
    select 'new', decision, ${OF_VERSION} from procedure_versions as version
    where kind = 'new' and ${within(sql`valid_from`)}
    union all
    select end_kind, end_decision, ${OF_VERSION} from procedure_versions as version
    where end_kind is not null and ${within(sql`valid_to + 1`)}
    union all
    select 'amended', change.decision, ${OF_VERSION}
    from procedure_changes as change cross join lateral (
      select * from procedure_versions as version
      where version.procedure = change.procedure and version.valid_from <= change.effective_on
      order by version.valid_from desc limit 1) as version
    where change.kind = 'amended' and change.decision is not null and ${within(sql`change.effective_on`)}`
}

interface DaysAsked {
  day: string
  /** The first day of the period; null: none is asked for. */
  from: string | null
}

async function daysAsked (db: Db, { as_of: day, period, from, to }: ProcedureCountQuery): Promise<DaysAsked> {
  const isRange = from !== undefined || to !== undefined
  if ([day !== undefined, period !== undefined, isRange].filter(Boolean).length > 1) {
    throw invalid('/query', 'period_or_days', 'give as_of, or period, or from and to')
  }
  if (period !== undefined) {
    const { rows: [found] } = await sql<{ from: string, day: string }>`
      select starts_on as from, ends_on as day from periods where code = ${period}`.execute(db)
    if (found === undefined) throw invalid('/query/period', 'unknown_period', `there is no period ${period}`)
    return found
  }
  if (!isRange) return { day: day ?? today(), from: null }
  if (from === undefined || to === undefined) {
    throw invalid(`/query/${from === undefined ? 'from' : 'to'}`, 'missing', 'from and to come together')
  }
  if (to < from) throw invalid('/query/to', 'out_of_range', `to (${to}) is before from (${from})`)
  return { day: to, from }
}

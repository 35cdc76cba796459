import { sql, type RawBuilder } from 'kysely'
import { columns } from '../database/recordset.ts'
import { dayAfter } from '../periods/calendar.ts'
import { dossierEvents, ENDED_AT } from './events-query.ts'
import { MEASURES, type Measure } from './events.ts'
import { dayNamed, quarterOf, sliceOf, type Day } from './business-day.ts'
import { countedOutright, NEVER_WAITED, WAITED, type Instants } from './outright.ts'
import { SUMS, type SumsTable } from './sums.ts'

export const COUNT_KEYS = ['level', 'field', 'unit', 'procedure', 'channel', 'period'] as const
export type CountKey = typeof COUNT_KEYS[number]

/** Both days are included; `YYYY-MM-DD`. */
export interface Span {
  /** What `period` is in the answer. */
  code: string | null
  from: string
  to: string
}

/** What is to be counted. Spans are counted each for itself, and told apart only by the key `period`. */
export interface CountPlan {
  keys: readonly CountKey[]
  /** At least one. */
  spans: readonly Span[]
  /** Code of a unit: it and all below. null: all. */
  unit: string | null
  level?: readonly string[] | undefined
  field?: readonly string[] | undefined
  procedure?: readonly string[] | undefined
  channel?: readonly string[] | undefined
  source?: string | undefined
}

/** The measures of form II.06a, and what fell due. */
export const COUNTS = [
  'received_online', 'received_direct', 'received_postal', 'carried_over', 'received',
  'resolved_early', 'resolved_on_time', 'resolved_in_time', 'resolved_overdue', 'resolved',
  'pending_in_time', 'pending_overdue', 'pending', 'due', 'due_in_time'
] as const
export type Counts = Record<typeof COUNTS[number], number>
export type CountedGroup = Counts & Partial<Record<CountKey, string | null>>

/**
 * Counts dossiers by their records: one row for each group that has any, of the columns `keys` and all of `COUNTS`;
 * without keys one row, whatever there is.
 * @returns one statement, however many spans
 */
export function countedDossiers (plan: CountPlan): RawBuilder<CountedGroup> {
  const { keys, spans } = plan
  const table = tableFor(plan)
  return sql<CountedGroup>`
    with asked as (${askedSpans(spans)}),
    summed as (${table === 'dossiers' && spans.length === 1 ? summedOutright(plan) : summedByDays(plan, TABLES[table](plan))})
    select ${sql.join([...keys.map(key => sql.ref(key)), COUNTED])} from summed
    where ${keys.length === 0 ? sql`true` : HAS_ANY}`
}

/** @param what happened when, as in `TABLES` */
function summedByDays (plan: CountPlan, what: RawBuilder<unknown>): RawBuilder<unknown> {
  const { keys, spans } = plan
  const last = spans.map(({ to }) => to).sort().at(-1)!
  const days = sql`select * from (${what}) as days where day <= ${last}::date`
  return sql`
    select ${sql.join([...keys.map(key => sql.ref(key)), SUMMED])}
    from asked join (${spans.length === 1 ? days : cut(days, plan)}) as days on day <= ends_on
    ${keys.length === 0 ? sql`` : sql`group by ${columns(keys)}`}`
}

/** Of the only span, from the dossiers themselves. */
function summedOutright (plan: CountPlan): RawBuilder<unknown> {
  const { keys } = plan
  const told = keys.filter(key => key !== 'period')
  const counted = countedOutright(told, whichDossiers(plan, NEVER_WAITED), instantsOf(plan))
  const names = [...keys, ...SUMMED_NAMES]
  return sql`
    select ${sql.join([
      ...keys.map(key => sql.ref(key)), ...SUMMED_NAMES.map(name => sql`sum(${sql.ref(name)})::bigint as ${sql.ref(name)}`)
    ])}
    from (
      select ${columns(names)} from asked cross join (${counted}) as counted
      union all
      select ${columns(names)} from (${summedByDays(plan, dossierEvents(told, whichDossiers(plan, WAITED)))}) as summed
    ) as parts
    ${keys.length === 0 ? sql`` : sql`group by ${columns(keys)}`}`
}

/** Of the only span. */
export function instantsOf ({ spans: [span] }: CountPlan): Instants {
  const { from, to } = span!
  return { start: beginOf(from), end: beginOf(dayAfter(to)) }
}

/** The spans as rows: `period`, `starts_on`, `ends_on`. */
export function askedSpans (spans: readonly Span[]): RawBuilder<unknown> {
  const rows = spans.map(({ code, from, to }) => sql`(${code}::text, ${from}::date, ${to}::date)`)
  return sql`select * from (values ${sql.join(rows)}) as spans (period, starts_on, ends_on)`
}

export type CountedTable = SumsTable | 'dossiers'

/** The smallest table that knows the answer exactly; in the end the dossiers themselves. */
export function tableFor (plan: CountPlan): CountedTable {
  const { keys, spans, unit, level, field, procedure, channel, source } = plan
  const told = new Set<string>(keys)
  for (const [name, filter] of Object.entries({ level, field, procedure, channel, source })) {
    if (filter !== undefined) told.add(name)
  }
  if (unit !== null) told.add('unit')
  told.delete('period')
  const within = (...names: string[]) => [...told].every(name => names.includes(name))
  const ofSlices = areOf(sliceOf, spans)
  if (within('level', 'channel')) return ofSlices ? 'dossier_sums_by_channel' : 'dossier_sums_by_day'
  if (!ofSlices) return 'dossiers'
  if (within('level', 'field')) return 'dossier_sums_by_level'
  if (!within('level', 'unit')) return 'dossiers'
  return areOf(quarterOf, spans) ? 'dossier_sums_by_unit_quarter' : 'dossier_sums_by_unit'
}

/** Whether spans are made of whole slices or quarters. */
function areOf (timeOf: (day: Day) => Day, spans: readonly Span[]): boolean {
  return spans.every(({ from, to }) => [from, dayAfter(to)].map(dayNamed).every(day => timeOf(day) === day))
}

/** A row of sums, with its key; or all those before the first day together, whose time is null then. */
export type SumsRow = Record<Measure, number> & {
  level?: string
  field?: string
  channel?: string
  unit?: string
  quarter?: string | null
  slice?: string | null
  day?: string | null
}

/** The sums that the only span of a plan is counted from, in the order of their keys. */
export function sumsBehind (plan: CountPlan, table: SumsTable): RawBuilder<SumsRow> {
  const { from, to } = plan.spans[0]!
  const names = SUMS[table].slice(0, -1)
  const places = SUMS[table].map((_, i) => sql.lit(i + 1))
  return sql<SumsRow>`
    select ${columns(names)}, case when day >= ${from}::date then day end as ${sql.ref(SUMS[table].at(-1)!)},
      ${sql.join(MEASURES.map(name => sql`sum(${sql.ref(name)}) as ${sql.ref(name)}`))}
    from (${TABLES[table](plan)}) as days where day <= ${to}::date
    group by ${sql.join(places)} order by ${sql.join(places.map(place => sql`${place} nulls first`))}`
}

/** What happened when: the keys, `day` and the measures. */
const TABLES: Record<CountedTable, (plan: CountPlan) => RawBuilder<unknown>> = {
  dossier_sums_by_day: plan => ofLevels('dossier_sums_by_day', plan),
  dossier_sums_by_channel: plan => ofLevels('dossier_sums_by_channel', plan),
  dossier_sums_by_level: plan => ofLevels('dossier_sums_by_level', plan),
  dossier_sums_by_unit: plan => ofUnits('dossier_sums_by_unit', plan),
  dossier_sums_by_unit_quarter: plan => ofUnits('dossier_sums_by_unit_quarter', plan),
  dossiers: plan => dossierEvents(plan.keys.filter(key => key !== 'period'), whichDossiers(plan))
}

function ofLevels (
  table: 'dossier_sums_by_day' | 'dossier_sums_by_channel' | 'dossier_sums_by_level', plan: CountPlan
): RawBuilder<unknown> {
  const [level, other, time] = SUMS[table]
  return sql`
    select ${columns([level, other])}, ${sql.ref(time)} as day, ${columns(MEASURES)}
    from ${sql.table(table)} where ${OF_PROVINCES} ${filters(plan, level, other)}`
}

function ofUnits (table: 'dossier_sums_by_unit' | 'dossier_sums_by_unit_quarter', plan: CountPlan): RawBuilder<unknown> {
  const leveled = plan.level !== undefined || plan.keys.includes('level')
  return sql`
    select unit, ${leveled ? sql`level, ` : sql``}${sql.ref(SUMS[table][1])} as day, ${columns(MEASURES)}
    from ${sql.table(table)} ${leveled ? sql`join (select code as unit, level from units) as units using (unit)` : sql``}
    where ${OF_PROVINCES} ${filters(plan, 'level', 'unit')}`
}

/**
 * The dossiers that count in any of the spans, as a query. What was received, ended and due before them all leaves
 * nothing over; with supplements that cannot be told so easily.
 */
export function whichDossiers (plan: CountPlan, only = sql`true`): RawBuilder<unknown> {
  const start = beginOf(plan.spans.map(({ from }) => from).sort()[0]!)
  const end = beginOf(plan.spans.map(({ to }) => dayAfter(to)).sort().at(-1)!)
  const which = sql`
    received_at < ${end}
    and (${ENDED_AT} is null or greatest(${ENDED_AT}, due_at) >= ${start} or supplements is not null)
    and ${only} and ${OF_PROVINCES} ${filters(plan, 'level', 'field', 'procedure', 'channel', 'source')}`
  if (plan.unit === null) return sql`(select * from dossiers where ${which})`
  // Unit by unit by the index: a plan that knows no unit by name takes them for most of the table.
  return sql`(
    select found.* from units cross join lateral (
      select * from dossiers where dossiers.unit = units.code and ${which} offset 0
    ) as found
    where ${plan.unit} = any(units.path))`
}

/** The instant at which a business day begins. */
export function beginOf (day: string): RawBuilder<string> {
  return sql<string>`${`${day}T00:00:00+07:00`}::timestamptz`
}

const OF_PROVINCES = sql`province_code = any(array(select code from units where parent is null))`

function filters (plan: CountPlan, ...names: ('level' | 'unit' | 'field' | 'procedure' | 'channel' | 'source')[]) {
  return sql.join(names.map(name => {
    const asked = plan[name]
    if (asked === undefined || asked === null) return sql``
    if (name === 'unit') return sql`and unit in (select code from units where ${asked} = any(path))`
    return sql`and ${sql.ref(name)} = ${name === 'source' ? asked : sql`any(${asked})`}`
  }), sql` `)
}

/** Adds up the days between those on which a span begins or has ended: many spans would do so again and again. */
function cut (days: RawBuilder<unknown>, { keys, spans }: CountPlan): RawBuilder<unknown> {
  const cuts = ['-infinity', ...new Set(spans.flatMap(({ from, to }) => [from, dayAfter(to)]).sort())]
  const told = keys.filter(key => key !== 'period')
  return sql`
    select ${sql.join([
      ...told.map(key => sql.ref(key)), sql`(${cuts}::date[])[width_bucket(day, ${cuts}::date[])] as day`,
      ...MEASURES.map(name => sql`sum(${sql.ref(name)})::bigint as ${sql.ref(name)}`)
    ])}
    from (${days}) as days group by ${sql.join([...told, 'day'].map((_, i) => sql.lit(i + 1)))}`
}

// Text and not builders, for these are in every statement.
const STOCKS = ['resolved_early', 'resolved_on_time', 'resolved_overdue']
const FLOWS = MEASURES.filter(name => name !== 'became_overdue')
const SUMMED_NAMES = [...FLOWS, 'carried_over', 'pending_overdue']
const SUMMED = sql.raw([
  ...FLOWS.map(name => `coalesce(sum(${name}) filter (where day >= starts_on), 0)::bigint as ${name}`),
  `coalesce(sum(received_online + received_direct - ${STOCKS.join(' - ')}) filter (where day < starts_on), 0)::bigint
    as carried_over`,
  'coalesce(sum(became_overdue), 0)::bigint as pending_overdue'
].join())

const RESOLVED = '(resolved_early + resolved_on_time + resolved_overdue)'
const RECEIVED = '(carried_over + received_online + received_direct)'
const DERIVED: Partial<Record<typeof COUNTS[number], string>> = {
  received: RECEIVED,
  resolved_in_time: '(resolved_early + resolved_on_time)',
  resolved: RESOLVED,
  pending_in_time: `(${RECEIVED} - ${RESOLVED} - pending_overdue)`,
  pending: `(${RECEIVED} - ${RESOLVED})`
}
const COUNTED = sql.raw(COUNTS.map(name => `${DERIVED[name] ?? name} as ${name}`).join())

// What is resolved was received, but what fell due may have ended before.
const HAS_ANY = sql.raw(`(${RECEIVED} > 0 or due > 0)`)

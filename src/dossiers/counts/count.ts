import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { dayAfter } from '../../time/calendar.ts'
import { countPlanOf, type CountKey, type CountPlan } from './plan.ts'
import { askedSpans, isOver, type Span } from './spans.ts'
import {
  COUNTED_RECEPTION, HAS_RECEPTION, RECEPTION_MEASURES, RECEPTION_PARTS, RECEPTION_SUMS, receptionSums
} from './reception/sums-sql.ts'
import { countedEvents, eventsBesideSinglePass, graceIn, happenings, instantsOf, whichDossiers } from './tables.ts'
import { MEASURES, TRANSFERS } from '../../form-ii06a/measures.ts'
import { DETAIL_MEASURES } from '../../form-ii06a/detail-measures.ts'
import {
  COUNTS_DETAILS, DETAIL_COLUMNS, DETAIL_SUMS, DETAILS_OF_RECORDS, summedDetails, type OverdueBy
} from '../details/measures-sql.ts'
import { EVENT_MEASURES } from '../rules/events.ts'
import { singlePassCounts, WITHOUT_SUPPLEMENTS } from '../rules/single-pass-sql.ts'

/** The measures of form II.06a, what came and left, what fell due, and what was cancelled. */
export const COUNTS = [...MEASURES, ...TRANSFERS, 'due', 'due_in_time', 'cancelled'] as const
export type DossierCounts = Record<typeof COUNTS[number], number>
export type CountedGroup = DossierCounts & Partial<Record<CountKey, string | null>>

/**
 * Sums up what happened to dossiers, at the units that they are stored for: `keys` and all of `sumsOf`.
 * @returns one statement, however many spans
 */
export function summedAsReported (plan: CountPlan): RawBuilder<unknown> {
  const [first, ...others] = spansAlike(plan)
  if (others.length === 0) return summedSpans(plan)
  return sql`${sql.join([first!, ...others].map(spans => (
    sql`(${summedSpans(countPlanOf({ ...plan, spans }))})`)), sql` union all `)}`
}

/**
 * What follows from sums: one row for each group that has any dossiers, of the columns `keys` and all of `COUNTS`;
 * without keys one row, whatever there is. What moved within a group cancels out, so sums come first.
 * @param others more columns of the sums
 */
export function countsOf (
  { keys, details = false, reception }: CountPlan, sums: RawBuilder<unknown>, others: readonly string[] = []
): RawBuilder<CountedGroup> {
  const hasReception = reception !== undefined
  const more = [
    ...others.map(name => sql.ref(name)),
    ...details ? [COUNTED_DETAILS, hasReception ? sql.raw(COUNTED_RECEPTION) : UNKNOWN_RECEPTION] : [],
    ...hasReception ? [sql.raw(RECEPTION_PARTS)] : []
  ]
  const hasAny = hasReception ? sql`(${HAS_ANY} or ${sql.raw(HAS_RECEPTION)})` : HAS_ANY
  return sql<CountedGroup>`
    select ${sql.join([...keys.map(key => sql.ref(key)), COUNTED, ...more])} from (${sums}) as sums
    where ${keys.length === 0 ? sql`true` : hasAny}`
}

/**
 * Spans that are counted together. Those that are over are not counted from larger tables because of one that is not,
 * and each is about the units that stood below the one asked for when it ended.
 */
function spansAlike ({ spans, moves = [] }: CountPlan): Span[][] {
  if (spans.length === 1) return [[...spans]]
  const alike = Map.groupBy(spans, span => `${isOver(span)} ${moves.filter(day => day <= span.to).length}`)
  return [...alike.values()]
}

function summedSpans (plan: CountPlan): RawBuilder<unknown> {
  const { keys, spans, reading } = plan
  const isPlain = sumsOf(plan) === SUMS
  return sql`
    with asked as (${askedSpans(spans)}),
    summed as (${reading === 'dossiers' && spans.length === 1 ? summedInOnePass(plan) : summedByDays(plan, happenings(plan))})
    ${isPlain ? sql`select ${columns([...keys, ...SUMS])} from summed` : withOthers(plan)}`
}

/**
 * The sums of a group beside those of its dossiers that say more, which are counted by their events, and of what was
 * filed.
 */
function withOthers (plan: CountPlan): RawBuilder<unknown> {
  const { keys, details = false, reception } = plan
  const own = keys.filter(key => key !== 'period')
  const names = keys.map(key => sql.ref(key))
  const what = countedEvents([...own, ...DETAIL_COLUMNS], plan, sql.raw(COUNTS_DETAILS))
  const [ofDetails, ofReception] = [details ? DETAIL_SUMS : [], reception === undefined ? [] : RECEPTION_SUMS]
  return sql`
    select ${sql.join([...names, ...sumsOf(plan).map(summedAgain)])} from (
      select ${sql.join([...names, columns(SUMS), ...zeros([...ofDetails, ...ofReception])])} from summed
      ${details ? sql`union all
      select ${sql.join([...names, ...zeros(SUMS), sql.raw(summedDetails(overdueBy(plan))), ...zeros(ofReception)])}
      from asked join (${what}) as days on day <= ends_on ${grouping(keys)}` : sql``}
      ${reception === undefined ? sql`` : sql`union all
      ${receptionSums(plan, zeros([...SUMS, ...ofDetails]), grouping(keys))}`}
    ) as all_sums ${grouping(keys)}`
}

function grouping (keys: readonly string[]): RawBuilder<unknown> {
  return keys.length === 0 ? sql`` : sql`group by ${columns(keys)}`
}

/** @param what happened when, as from `happenings` */
function summedByDays (plan: CountPlan, what: RawBuilder<unknown>): RawBuilder<unknown> {
  const { keys, spans } = plan
  const last = spans.map(({ to }) => to).sort().at(-1)!
  const days = sql`select * from (${what}) as days where day <= ${last}::date`
  return sql`
    select ${sql.join([...keys.map(key => sql.ref(key)), overdueBy(plan) === 'due_on' ? SUMMED : SUMMED_WITH_GRACE])}
    from asked join (${spans.length === 1 ? days : cut(days, plan)}) as days on day <= ends_on
    ${grouping(keys)}`
}

/**
 * Of the only span, from the dossiers: in one pass over those without supplements and former states, and by events of
 * the few others.
 */
function summedInOnePass (plan: CountPlan): RawBuilder<unknown> {
  const { keys } = plan
  const own = keys.filter(key => key !== 'period')
  const counted = singlePassCounts(own, whichDossiers(plan, WITHOUT_SUPPLEMENTS), instantsOf(plan))
  const names = [...keys, ...SUMS]
  return sql`
    select ${sql.join([
      ...keys.map(key => sql.ref(key)), ...SUMS.map(name => sql`sum(${sql.ref(name)})::bigint as ${sql.ref(name)}`)
    ])}
    from (
      select ${columns(names)} from asked cross join (${counted}) as counted
      union all
      select ${columns(names)} from (${summedByDays(plan, eventsBesideSinglePass(own, plan))}) as summed
    ) as summed
    ${grouping(keys)}`
}

/** Adds up the days between those on which a span begins, has ended or has no more due dates, once for all spans. */
function cut (days: RawBuilder<unknown>, { keys, spans }: CountPlan): RawBuilder<unknown> {
  const cuts = ['-infinity', ...new Set(spans.flatMap(({ from, to, dueTo }) => [from, ...[to, dueTo].map(dayAfter)]).sort())]
  const own = keys.filter(key => key !== 'period')
  return sql`
    select ${sql.join([
      ...own.map(key => sql.ref(key)), sql`(${cuts}::date[])[width_bucket(day, ${cuts}::date[])] as day`,
      ...EVENT_MEASURES.map(name => sql`sum(${sql.ref(name)})::bigint as ${sql.ref(name)}`)
    ])}
    from (${days}) as days group by ${sql.join([...own, 'day'].map((_, i) => sql.lit(i + 1)))}`
}

// Text and not builders: these columns are in every statement.
const STOCKS = ['resolved_early', 'resolved_on_time', 'resolved_overdue']
const FLOWS = EVENT_MEASURES.filter(name => name !== 'became_overdue' && name !== 'no_longer_overdue')
const DUE: readonly string[] = ['due', 'due_in_time']
/** Of a group in a span: what happened in it, and the stocks at its ends. Each can be added, over whatever groups. */
const SUMS: readonly string[] = [...FLOWS, 'carried_over', 'pending_overdue']

/** The sums that a plan needs. */
export function sumsOf ({ details = false, reception }: CountPlan): readonly string[] {
  if (!details && reception === undefined) return SUMS
  return [...SUMS, ...details ? DETAIL_SUMS : [], ...reception === undefined ? [] : RECEPTION_SUMS]
}

const summedAgain = (name: string) => sql.raw(`coalesce(sum(${name}), 0)::bigint as ${name}`)
/** In place of sums of these names. */
const zeros = (names: readonly string[]) => names.map(name => sql.raw(`0 as ${name}`))
const summed = (overdueBy: OverdueBy) => sql.raw([
  ...FLOWS.map(name => {
    const counts = DUE.includes(name) ? 'day between starts_on and due_on' : 'day >= starts_on'
    return `coalesce(sum(${name}) filter (where ${counts}), 0)::bigint as ${name}`
  }),
  `coalesce(sum(received_online + received_direct - ${[...STOCKS, 'cancelled'].join(' - ')} + moved)
    filter (where day < starts_on), 0)::bigint
    as carried_over`,
  `(coalesce(sum(became_overdue) filter (where day <= ${overdueBy}), 0) - coalesce(sum(no_longer_overdue - moved_overdue), 0))::bigint
    as pending_overdue`
].join())
const SUMMED = summed('due_on')
const SUMMED_WITH_GRACE = summed('ends_on')

/** The last day of a span that makes a dossier overdue: with grace, today is over for what was due before. */
function overdueBy (plan: CountPlan): OverdueBy {
  return graceIn(plan) === 0 ? 'due_on' : 'ends_on'
}

// What a group took in and gave away, on balance: what moved within it cancels out, and counts once.
const TRANSFERRED_IN = 'greatest(moved, 0)'
const TRANSFERRED_OUT = 'greatest(-moved, 0)'
const CARRIED_OVER = `(carried_over + ${TRANSFERRED_IN})`
const PENDING_OVERDUE = `(pending_overdue + least(greatest(-moved_overdue, 0), ${TRANSFERRED_OUT}))`
const RESOLVED = '(resolved_early + resolved_on_time + resolved_overdue)'
const RECEIVED = `(${CARRIED_OVER} + received_online + received_direct)`
const DERIVED: Partial<Record<typeof COUNTS[number], string>> = {
  transferred_in: TRANSFERRED_IN,
  transferred_out: TRANSFERRED_OUT,
  carried_over: CARRIED_OVER,
  pending_overdue: PENDING_OVERDUE,
  received: RECEIVED,
  resolved_in_time: '(resolved_early + resolved_on_time)',
  resolved: RESOLVED,
  pending_in_time: `(${RECEIVED} - ${RESOLVED} - cancelled - ${PENDING_OVERDUE})`,
  pending: `(${RECEIVED} - ${RESOLVED} - cancelled)`
}
const COUNTED = sql.raw(COUNTS.map(name => `${DERIVED[name] ?? name} as ${name}`).join())

/** Of how many dossiers a measure of details is about. */
const ABOUT = {
  received: '(received_online + received_direct)', resolved: RESOLVED, resolved_overdue: 'resolved_overdue',
  received_online: 'received_online', pending_overdue: PENDING_OVERDUE, transferred_out: TRANSFERRED_OUT
}
const OF_OTHERS: readonly string[] = ['cancelled', ...RECEPTION_MEASURES]
// Where a calendar does not reach so far.
const UNKNOWN_RECEPTION = sql.raw(RECEPTION_MEASURES.map(name => (
  `null::bigint as ${name}, ${RECEIVED} as ${name}_unknown`)).join())
// A measure that is unknown of one dossier is unknown. Those that no record knows are unknown of all.
const COUNTED_DETAILS = sql.raw(DETAIL_MEASURES.filter(name => !OF_OTHERS.includes(name)).flatMap(name => {
  const counted = DETAILS_OF_RECORDS[name]
  if (counted === undefined) return [`null::bigint as ${name}`, `${RECEIVED} as ${name}_unknown`]
  const { value = name, known } = counted
  if (known === undefined) return [`${value} as ${name}`, `0 as ${name}_unknown`]
  const unknown = `${ABOUT[known.of]} - ${known.sum}`
  return [`case when ${unknown} = 0 then ${value} end as ${name}`, `${unknown} as ${name}_unknown`]
}).concat('0 as cancelled_unknown').join())

// What is resolved was received, but what fell due may have ended before.
const HAS_ANY = sql.raw(`(${RECEIVED} > 0 or due > 0)`)

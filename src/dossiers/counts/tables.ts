import { sql, type RawBuilder } from 'kysely'
import { PROVINCES } from '../../catalogue/units/reach-sql.ts'
import { IS_BORNE } from '../../catalogue/hierarchy/places-sql.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { dayAfter } from '../../time/calendar.ts'
import { isAmongUnits, unitsIn, type CountPlan, type RollupReading } from './plan.ts'
import { startOfDay } from '../../time/business-day-sql.ts'
import { keepsUndated, type KeptRules } from '../counting-rules/kept.ts'
import type { Choices } from '../counting-rules/schema.ts'
import { graceOf } from '../counting-rules/seen.ts'
import { dossiersSeenBy, statesSeenBy } from '../counting-rules/seen-sql.ts'
import { timesRead, type Span } from './spans.ts'
import { dossierEvents, fewDossiersEvents } from '../rules/events-sql.ts'
import { EVENT_MEASURES, type EventMeasure } from '../rules/events.ts'
import { ENDED_AT } from '../rules/status.ts'
import { dossierStates, IN_ONE_STATE } from '../rules/timeline-sql.ts'
import { WITH_SUPPLEMENTS, type Instants } from '../rules/single-pass-sql.ts'
import { differencesOf, familyOf, type RollupFamily, type TimeGrain } from '../rollups/families.ts'
import { cellsOf } from '../rollups/log.ts'

/** What one row of a rollup is for. `half_month` is the word for `slice` outside of the database. */
export type Grain = RollupFamily['keys'][number] | Exclude<TimeGrain, 'slice'> | 'half_month'

/** The grain of the rows that explain a count: the columns that name a row. That of its time comes last. */
export function grainOf ({ family, grains }: RollupReading): Grain[] {
  const time = grains.at(-1)!
  return [...familyOf(family).keys, time === 'slice' ? 'half_month' : time]
}

const DUE_MEASURES: readonly EventMeasure[] = ['became_overdue', 'due', 'due_in_time']

/** A row of a rollup, with its key; or all those before the first day together, whose time is null then. */
export type RollupRow = Record<EventMeasure, number> & Partial<Record<Grain, string | null>>

/** Rows of a rollup of the shortest grain that the only span of a plan needs, in the order of their keys. */
export function rollupRowsOf (plan: CountPlan, reading: RollupReading): RawBuilder<RollupRow> {
  const { from, to, dueTo } = plan.spans[0]!
  const grain = grainOf(reading)
  // A due date of today is not reached yet.
  const reached = (name: EventMeasure) => (DUE_MEASURES.includes(name) && dueTo !== to
    ? sql`case when day <= ${dueTo}::date then ${sql.ref(name)} else 0 end`
    : sql.ref(name))
  const places = grain.map((_, i) => sql.lit(i + 1))
  const { keys } = familyOf(reading.family)
  const rows = readRollups(keys, plan, { family: familyOf(reading.family), grains: reading.grains.slice(-1) })
  return sql<RollupRow>`
    select ${columns(keys)}, case when day >= ${from}::date then day end as ${sql.ref(grain.at(-1)!)},
      ${sql.join(EVENT_MEASURES.map(name => sql`sum(${reached(name)}) as ${sql.ref(name)}`))}
    from (${rows}) as days where day <= ${to}::date
    group by ${sql.join(places)} order by ${sql.join(places.map(place => sql`${place} nulls first`))}`
}

/** What happened when, as a query for the keys of a plan, `day` and the measures. */
export function happenings (plan: CountPlan): RawBuilder<unknown> {
  const names = plan.keys.filter(key => key !== 'period')
  const { reading, rules = null, undated = 'some' } = plan
  if (reading === 'dossiers') return countedEvents(names, plan)
  const { family, grains, differences } = reading
  const sums = readRollups(names, plan, { family: familyOf(family), grains })
  if (differences === undefined) return sums
  const { family: name, grains: ofDifferences, rules: kept } = differences
  return sql`
    ${sums}
    union all
    ${readRollups(names, plan, { family: differencesOf(name)!, grains: ofDifferences, kept })}
    ${undated === 'none' || keepsUndated(rules!) ? sql`` : sql`union all ${undatedOtherwise(names, plan, rules!, kept)}`}`
}

/** By how much what has no due date counts otherwise than in the sums that are kept. */
function undatedOtherwise (
  names: readonly string[], plan: CountPlan, rules: Choices, kept: KeptRules
): RawBuilder<unknown> {
  const undated = { ...plan, said: [sql<boolean>`due_at is null`] }
  const own = names.length === 0 ? sql`` : sql`${columns(names)}, `
  const less = sql.join(EVENT_MEASURES.map(name => sql`-${sql.ref(name)}`))
  return sql`
    select ${own}day, ${columns(EVENT_MEASURES)} from (${countedEvents(names, { ...undated, rules })}) as undated
    union all
    select ${own}day, ${less} from (${countedEvents(names, { ...undated, rules: kept.choices })}) as as_kept`
}

interface Rollups {
  family: RollupFamily
  grains: readonly TimeGrain[]
  /** Whose differences are read. */
  kept?: KeptRules
}

/** Each grain is read for its part of time, the longest for all that is not cut. */
function readRollups (
  names: readonly string[], plan: CountPlan, { family: { keys, tables }, grains, kept }: Rollups
): RawBuilder<unknown> {
  const isOfUnits = keys.includes('unit')
  const leveled = isOfUnits && (plan.level !== undefined || names.includes('level'))
  // There are few differences: a planner without statistics would compare each in the log with each unit.
  const isHashed = kept !== undefined && plan.amongBorne !== true
  const others = keys.filter(key => key !== 'level' && !(key === 'unit' && isHashed))
  const filtered = sql`${filters(plan, 'level', ...others)} ${isHashed && isOfUnits ? isAmongUnits(plan) : sql``}`
  const from = (grain: TimeGrain) => sql`
    select ${names.length === 0 ? sql`` : sql`${columns(names)}, `}${sql.ref(grain)} as day, ${columns(EVENT_MEASURES)}
    from ${cellsOf(tables[grain]!)} ${leveled ? sql`join (select id as unit, level from units) as units using (unit)` : sql``}
    where ${ofProvinces(plan)} ${kept === undefined ? sql`` : sql`and rules = ${kept.code}`}
      ${filtered} ${sql.join(timesRead(grain, grains, plan.cuts), sql` `)}`
  return sql.join(grains.map(from), sql` union all `)
}

/**
 * The events of dossiers that count in any of the spans.
 * @param only of those without former states
 */
export function countedEvents (
  names: readonly string[], plan: CountPlan, only?: RawBuilder<unknown>
): RawBuilder<unknown> {
  return dossierEvents(names, { plain: whichDossiers(plan, only), states: whichStates(plan) }, graceIn(plan))
}

/** Those of dossiers that are not counted in one pass: with supplements, or in several states. They are few. */
export function eventsBesideSinglePass (names: readonly string[], plan: CountPlan): RawBuilder<unknown> {
  const [plain, states] = [whichDossiers(plan, WITH_SUPPLEMENTS), whichStates(plan)]
  return fewDossiersEvents(names, { plain, states }, graceIn(plan))
}

/**
 * The states that count in any of the spans, as a query. The last state of a dossier counts for nothing if it came,
 * ended and was due before all of them.
 */
export function whichStates (plan: CountPlan): RawBuilder<unknown> {
  const { from, to } = boundsOf(plan)
  const { start } = instantsOf(plan)
  const which = sql<boolean>`
    ${ofProvinces(plan)} ${filters(plan, 'unit', 'level', 'field', 'procedure', 'channel', 'source')}`
  const { rules = null } = plan
  const states = rules === null ? dossierStates(which) : statesSeenBy(rules, dossierStates(), which)
  return sql`(
    select * from ${states} as states
    where held_from <= ${to}::date and held_until >= ${from}::date
      and (held_until < 'infinity' or ends_on is null or greatest(ends_on, held_from) >= ${from}::date
        or due_at >= ${start} or supplements is not null))`
}

/**
 * The dossiers without former states that count in any of the spans, as a query. Those received, ended and due before
 * all of them count for nothing; with supplements a dossier can be due again, so all of those are read.
 */
export function whichDossiers (plan: CountPlan, only = sql`true`): RawBuilder<unknown> {
  const { start, end } = instantsOf(plan)
  const { rules = null, inOneState } = plan
  const ofThese = inOneState === undefined ? sql`` : sql` and (${inOneState})`
  const received = sql`${IN_ONE_STATE} and received_at < ${end}${ofThese}`
  const counts = sql`
    and (${ENDED_AT} is null or greatest(${ENDED_AT}, due_at) >= ${start} or supplements is not null)
    and ${only}`
  const asked = sql`and ${ofProvinces(plan)} ${filters(plan, 'level', 'field', 'procedure', 'channel', 'source')}`
  if (rules === null) return dossiersOfUnits(plan, sql`${received} ${counts} ${asked}`)
  // Whether one counts is a matter of the rules. They leave out supplements, and give none to a dossier that has none.
  const among = only === WITH_SUPPLEMENTS ? sql`and ${WITH_SUPPLEMENTS}` : sql``
  const seen = dossiersSeenBy(rules, dossiersOfUnits(plan, sql`${received} ${among} ${asked}`))
  return sql`(select * from ${seen} as dossiers where true ${counts})`
}

function dossiersOfUnits (plan: CountPlan, which: RawBuilder<unknown>): RawBuilder<unknown> {
  const units = unitsIn(plan)
  if (units === null) return sql`(select * from dossiers where ${which})`
  // Unit by unit by the index: a plan that knows no unit by name takes them for most of the table.
  return sql`(
    select found.* from (${units}) as asked_units cross join lateral (
      select * from dossiers where dossiers.unit = asked_units.unit and ${which} offset 0
    ) as found)`
}

/** So many days after its due day an open dossier is overdue at the end of the day. */
export function graceIn ({ rules = null }: CountPlan): 0 | 1 {
  return rules === null ? 0 : graceOf(rules)
}

/** From the first day of the spans to the last. */
function boundsOf ({ spans }: CountPlan): Pick<Span, 'from' | 'to' | 'dueTo'> {
  return {
    from: spans.map(({ from }) => from).sort()[0]!,
    to: spans.map(({ to }) => to).sort().at(-1)!,
    dueTo: spans.map(({ dueTo }) => dueTo).sort().at(-1)!
  }
}

/** From the beginning of the first span to the end of the last. */
export function instantsOf (plan: CountPlan): Instants {
  const { from, to, dueTo } = boundsOf(plan)
  const [end, dueEnd] = [startOfDay(dayAfter(to)), startOfDay(dayAfter(dueTo))]
  const overdue = graceIn(plan) === 0 ? { due: dueEnd, received: dueEnd } : { due: startOfDay(to), received: end }
  return { start: startOfDay(from), end, dueEnd, overdue }
}

/** Of all provinces, or of the one that has the unit. */
export function ofProvinces ({ province = null }: CountPlan): RawBuilder<boolean> {
  return sql<boolean>`province_code = any(${province === null ? PROVINCES : [province]})`
}

/** Conditions on the columns of these names, and on details. */
export function filters (
  plan: CountPlan, ...names: ('level' | 'unit' | 'field' | 'procedure' | 'channel' | 'source')[]
): RawBuilder<unknown> {
  return sql.join(names.map(name => {
    if (name === 'unit') {
      if (plan.amongBorne === true) return sql`and ${IS_BORNE}`
      const units = unitsIn(plan)
      return units === null ? sql`` : sql`and unit in (${units})`
    }
    const asked = plan[name]
    if (asked === undefined) return sql``
    return sql`and ${sql.ref(name)} = ${name === 'source' ? asked : sql`any(${asked})`}`
  }).concat((plan.said ?? []).map(condition => sql`and ${condition}`)), sql` `)
}

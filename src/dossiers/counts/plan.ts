import { sql, type RawBuilder } from 'kysely'
import type { UnitsOfDay } from '../../catalogue/hierarchy/hierarchy.ts'
import { standingBelow } from '../../catalogue/hierarchy/places-sql.ts'
import type { Db } from '../../database/connect.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import { keptFor, type KeptRules } from '../counting-rules/kept.ts'
import type { Choices } from '../counting-rules/schema.ts'
import type { DetailFilter } from '../details/filters-sql.ts'
import { cutsOf, grainsFor, type Cuts, type Span } from './spans.ts'
import { differencesOf, FAMILY_NAMES, familyOf, type Family, type RollupFamily, type TimeGrain } from '../rollups/families.ts'

export const COUNT_KEYS = ['level', 'field', 'unit', 'procedure', 'channel', 'period'] as const
export type CountKey = typeof COUNT_KEYS[number]

/**
 * By which working time and which limits the reception of dossiers is measured. All times are milliseconds, instants
 * since 1970. Working calendars are not known here: who asks says what they come to.
 */
export interface ReceptionRule {
  /** Whose offices work by it; null: any that has no rule of its own. There is one such rule. */
  province: string | null
  /**
   * When offices are open from a day on that lies more working time before all spans than any limit, in the order of
   * time. What was filed before that day is late in any case. `before`: working time up to there.
   */
  openings: readonly { opens: number, closes: number, before: number }[]
  /** In the order of time: from which instant of filing on so much working time is allowed. */
  limits: readonly { since: number, limit: number, interlinked: number }[]
}

/** What is to be counted. Each span is counted for itself; without the key `period` there is only one. */
export interface CountQuestion {
  keys: readonly CountKey[]
  /** At least one. */
  spans: readonly Span[]
  /** Id of a unit: it and all below. null: all. */
  unit: string | null
  /** In their place these, by id, in all spans; left out: it and all below. Only where dossiers are read. */
  only?: readonly string[]
  /** That of the unit: all that counts for it is of one province. */
  province?: string | null
  /** The units to which the dossiers are carried. Without a day they count at the unit that they are stored for. */
  unitsOf?: UnitsOfDay | null
  /** Days since which other units stand below `unit` than before. */
  moves?: readonly string[]
  level?: readonly string[] | undefined
  field?: readonly string[] | undefined
  procedure?: readonly string[] | undefined
  channel?: readonly string[] | undefined
  source?: string | undefined
  /** What else the dossiers must be, as conditions on their details. */
  said?: readonly DetailFilter[]
  /** Whether the measures of details are counted as well. */
  details?: boolean
  /** Counting rules; null: the default ones, of which sums are kept. */
  rules?: Choices | null
  /** Dossiers without a due date among those that may count; left out: there may be some. */
  undated?: 'none' | 'some'
  /** By what reception is measured; left out: it is not counted. */
  reception?: readonly ReceptionRule[] | undefined
  /** Of dossiers that were in one state only these are read; left out: all. No sums are kept of them. */
  inOneState?: RawBuilder<boolean>
}

/**
 * What a count is read from: a family of rollups with the grains that are needed, the longest first, or the dossiers
 * themselves.
 */
export type Reading = RollupReading | 'dossiers'

export interface RollupReading extends FamilyReading {
  /** By other rules than the default ones: of which rules differences are kept, and where they are read. */
  differences?: FamilyReading & { rules: KeptRules }
}

interface FamilyReading {
  family: Family
  grains: readonly TimeGrain[]
}

/** A question with what it is counted from. */
export interface CountPlan extends CountQuestion {
  reading: Reading
  /** The smallest that knows the dossiers unit by unit. */
  unitReading: Reading
  cuts: Cuts
  carried: Carried
  /** Only the units of `borne` are counted, in place of those below `unit`. */
  amongBorne?: boolean
}

/**
 * What lineage means for a count: `nothing`, since it changes no sum of all units; sums of `levels`, which it corrects
 * where a unit has successors of another level; or sums of `units`.
 */
export type Carried = 'nothing' | 'levels' | 'units'

export function countPlanOf<Q extends CountQuestion> (question: Q): Q & CountPlan {
  const carried = carriedBy(question)
  const unitReading = readingFor({ ...question, keys: byUnit(question.keys), level: undefined })
  const reading = carried === 'units' ? unitReading : readingFor(question)
  return { ...question, carried, unitReading, reading, cuts: cutsOf(question.spans) }
}

/** Whether a question is about a whole province: what counts for its unit is all that counts in the province. */
export function isOfProvince ({ unit, province = null }: Pick<CountQuestion, 'unit' | 'province'>): boolean {
  return unit !== null && unit === province
}

/**
 * The units to count, as a query; null: all, of the province if there is one. Those below a unit are those at the end
 * of the last span: a unit that moved counts where it was.
 */
export function unitsIn (plan: CountPlan): RawBuilder<unknown> | null {
  const { amongBorne = false, unit, only, spans } = plan
  if (amongBorne) return sql`select distinct unit from borne`
  if (only !== undefined) return sql`select unnest(${only}::text[]) as unit`
  const last = spans.map(({ to }) => to).sort().at(-1)!
  return unit === null || isOfProvince(plan) ? null : standingBelow(unit, sql`${last}::date`)
}

/** The same as a condition on rows, with `and`. As an expression it is looked up by its hash, and by no index. */
export function isAmongUnits (plan: CountPlan): RawBuilder<unknown> {
  const units = unitsIn(plan)
  return units === null ? sql`` : sql`and (unit in (${units})) is true`
}

/** The keys of a question that is counted unit by unit. */
export function byUnit (keys: readonly CountKey[]): CountKey[] {
  return [...keys.filter(key => key !== 'unit' && key !== 'level'), 'unit']
}

function carriedBy ({ unitsOf = null, unit, level, keys }: CountQuestion): Carried {
  if (unitsOf === null) return 'nothing'
  if (unitsOf.reach !== null || unit !== null || keys.includes('unit')) return 'units'
  return level !== undefined || keys.includes('level') ? 'levels' : 'nothing'
}

/** The smallest family that knows the answer exactly; in the end the dossiers themselves. */
export function readingFor (question: CountQuestion): Reading {
  const { said = [], rules = null } = question
  const kept = rules === null ? null : keptFor(rules)
  if (said.length > 0 || (rules !== null && kept === null)) return 'dossiers'
  const needed = keysNeeded(question)
  const reading = smallestOf(familyOf, needed, question.spans)
  if (reading === null) return 'dossiers'
  return kept === null
    ? reading
    : { ...reading, differences: { rules: kept, ...smallestOf(differencesOf, needed, question.spans)! } }
}

function keysNeeded (question: CountQuestion): Set<string> {
  const { keys, unit, level, field, procedure, channel, source } = question
  const needed = new Set<string>(keys)
  for (const [name, filter] of Object.entries({ level, field, procedure, channel, source })) {
    if (filter !== undefined) needed.add(name)
  }
  if (unit !== null && !isOfProvince(question)) needed.add('unit')
  needed.delete('period')
  return needed
}

/** null: there is none. What the sums know, the differences know as well. */
function smallestOf (
  families: (name: Family) => RollupFamily | undefined, needed: ReadonlySet<string>, spans: readonly Span[]
): FamilyReading | null {
  for (const family of FAMILY_NAMES) {
    const { keys, tables } = families(family) ?? { keys: [], tables: {} }
    // The level of a unit is looked up.
    const known: readonly string[] = keys.includes('unit') ? [...keys, 'level'] : keys
    const grains = [...needed].every(name => known.includes(name)) ? grainsFor(spans, tables) : null
    if (grains !== null) return { family, grains }
  }
  return null
}

/** What the statements of a plan read. */
export function readingsOf ({ reading, unitReading, carried }: CountPlan): Reading[] {
  return carried === 'levels' ? [reading, unitReading] : [reading]
}

/**
 * Runs a statement of a plan, with more time than usual where it may need that: it reads dossiers, as all do that count
 * details or reception or by other rules than the default ones, or each half month of units by field and channel since
 * the first.
 */
export function readWithTimeFor<R> (db: Db, plan: CountPlan, read: (db: Db) => Promise<R>): Promise<R> {
  const isLarge = readingsOf(plan).some(reading => (
    reading === 'dossiers' || reading.family === 'desk' || reading.differences !== undefined))
  return isLarge || plan.details === true || plan.reception !== undefined ? inSlowRead(db, read) : read(db)
}

/** A name for a reading: two of one name are the same. */
export function nameOfReading (reading: Reading): string {
  if (reading === 'dossiers') return reading
  const { family, grains, differences } = reading
  const others = differences === undefined ? [] : [differences.rules.code, differences.family, ...differences.grains]
  return [family, ...grains, ...others].join(' ')
}

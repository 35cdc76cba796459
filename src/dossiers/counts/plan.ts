import type { UnitsOfDay } from '../../catalogue/hierarchy/hierarchy.ts'
import { dayAfter } from '../../time/calendar.ts'
import { parseDay, quarterOf, sliceOf, type DayNumber } from '../../time/business-day.ts'
import type { RollupTable } from '../rollups/deltas.ts'

export const COUNT_KEYS = ['level', 'field', 'unit', 'procedure', 'channel', 'period'] as const
export type CountKey = typeof COUNT_KEYS[number]

/** Both days are included; `YYYY-MM-DD`. */
export interface Span {
  /** What `period` is in the answer. */
  code: string | null
  from: string
  to: string
  /** The last day whose due dates are reached: `to`, or the day before where `to` is today. */
  dueTo: string
}

/** What is to be counted. Each span is counted for itself; without the key `period` there is only one. */
export interface CountQuestion {
  keys: readonly CountKey[]
  /** At least one. */
  spans: readonly Span[]
  /** Id of a unit: it and all below. null: all. */
  unit: string | null
  /** The units to which the dossiers are carried. Without a day they count at the unit that they are stored for. */
  unitsOf?: UnitsOfDay | null
  /** Days since which other units stand below `unit` than before. */
  moves?: readonly string[]
  level?: readonly string[] | undefined
  field?: readonly string[] | undefined
  procedure?: readonly string[] | undefined
  channel?: readonly string[] | undefined
  source?: string | undefined
}

export type CountedTable = RollupTable | 'dossiers'

/** A question with the tables that it is counted from. */
export interface CountPlan extends CountQuestion {
  table: CountedTable
  /** The smallest table that knows the dossiers unit by unit. */
  unitTable: CountedTable
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
  const unitTable = tableFor({ ...question, keys: byUnit(question.keys), level: undefined })
  return { ...question, carried, unitTable, table: carried === 'units' ? unitTable : tableFor(question) }
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

/** The smallest table that knows the answer exactly; in the end the dossiers themselves. */
export function tableFor (question: CountQuestion): CountedTable {
  const { keys, spans, unit, level, field, procedure, channel, source } = question
  const needed = new Set<string>(keys)
  for (const [name, filter] of Object.entries({ level, field, procedure, channel, source })) {
    if (filter !== undefined) needed.add(name)
  }
  if (unit !== null) needed.add('unit')
  needed.delete('period')
  const within = (...names: string[]) => [...needed].every(name => names.includes(name))
  const ofSlices = areOf(sliceOf, spans)
  if (within('level', 'channel')) return ofSlices ? 'dossier_sums_by_channel' : 'dossier_sums_by_day'
  if (!ofSlices) return 'dossiers'
  if (within('level', 'field')) return 'dossier_sums_by_level'
  if (!within('level', 'unit')) return 'dossiers'
  return areOf(quarterOf, spans) ? 'dossier_sums_by_unit_quarter' : 'dossier_sums_by_unit'
}

/** Whether spans are made of whole slices or quarters that are over. */
function areOf (timeOf: (day: DayNumber) => DayNumber, spans: readonly Span[]): boolean {
  return spans.every(span => (
    isOver(span) && [span.from, dayAfter(span.to)].map(parseDay).every(day => timeOf(day) === day)))
}

export function isOver ({ to, dueTo }: Span): boolean {
  return dueTo === to
}

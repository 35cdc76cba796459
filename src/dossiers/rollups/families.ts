// Which rollups there are. A rollup counts dossiers by some keys and spans of time of one grain; a family holds the
// same keys at several grains, so that a question is answered by a few long spans and the short ones at its ends.
import { RESULT_MEASURES, type ResultMeasure } from '../details/results.ts'
import { EVENT_MEASURES, type EventMeasure } from '../rules/events.ts'

/**
 * The rollup tables, with the columns of their keys after `province_code`; that of their time comes last. All who write
 * them do so in this order: those that have a log first, and last those of few rows, for which all writers wait.
 */
export const ROLLUPS = {
  dossier_sums_by_desk: ['unit', 'field', 'channel', 'slice'],
  dossier_sums_by_unit_day: ['unit', 'day'],
  dossier_sums_by_procedure: ['procedure', 'level', 'field', 'slice'],
  dossier_sums_by_procedure_quarter: ['procedure', 'level', 'field', 'quarter'],
  dossier_sums_by_procedure_day: ['procedure', 'level', 'field', 'day'],
  // By how much kept counting rules count otherwise than the default ones. There are few such cells, so that large
  // families answer for the smaller ones.
  dossier_differences_by_desk: ['rules', 'unit', 'field', 'channel', 'slice'],
  dossier_differences_by_unit_quarter: ['rules', 'unit', 'quarter'],
  dossier_differences_by_unit_day: ['rules', 'unit', 'day'],
  dossier_differences_by_procedure: ['rules', 'procedure', 'level', 'field', 'slice'],
  dossier_differences_by_procedure_quarter: ['rules', 'procedure', 'level', 'field', 'quarter'],
  dossier_differences_by_procedure_day: ['rules', 'procedure', 'level', 'field', 'day'],
  // What details say of results.
  dossier_results_by_field: ['unit', 'field', 'slice'],
  dossier_results_by_unit_quarter: ['unit', 'quarter'],
  dossier_results_by_unit_day: ['unit', 'day'],
  dossier_sums_by_unit_quarter: ['unit', 'quarter'],
  dossier_sums_by_level: ['level', 'field', 'slice'],
  dossier_sums_by_channel: ['level', 'channel', 'slice'],
  dossier_sums_by_day: ['level', 'channel', 'day'],
  dossier_differences_by_day: ['rules', 'level', 'channel', 'day']
} as const
export type RollupTable = keyof typeof ROLLUPS
export const ROLLUP_TABLES = Object.keys(ROLLUPS) as RollupTable[]

/**
 * Those of so many cells that what is added to them goes through a log. Cells of the first of a list are logged, and
 * all are summed from them.
 */
export const LOGS = {
  dossier_sums_by_desk: ['dossier_sums_by_desk'],
  dossier_sums_by_unit_day: ['dossier_sums_by_unit_day'],
  dossier_sums_by_procedure_day: [
    'dossier_sums_by_procedure_day', 'dossier_sums_by_procedure', 'dossier_sums_by_procedure_quarter'
  ],
  dossier_differences_by_desk: ['dossier_differences_by_desk', 'dossier_differences_by_unit_quarter'],
  dossier_differences_by_unit_day: ['dossier_differences_by_unit_day'],
  dossier_differences_by_procedure_day: [
    'dossier_differences_by_procedure_day', 'dossier_differences_by_procedure', 'dossier_differences_by_procedure_quarter'
  ],
  dossier_results_by_field: ['dossier_results_by_field', 'dossier_results_by_unit_quarter'],
  dossier_results_by_unit_day: ['dossier_results_by_unit_day']
} as const satisfies Partial<Record<RollupTable, readonly RollupTable[]>>
export type Log = keyof typeof LOGS
export const LOG_NAMES = Object.keys(LOGS) as Log[]

/** The log of a rollup; undefined: it has none. */
export function logOf (table: RollupTable): Log | undefined {
  return LOG_NAMES.find(log => (LOGS[log] as readonly RollupTable[]).includes(table))
}

/** Spans of time by the columns that hold their first day, from the longest to the shortest. */
export const TIME_GRAINS = ['quarter', 'slice', 'day'] as const
export type TimeGrain = typeof TIME_GRAINS[number]
export type RollupKey = Exclude<typeof ROLLUPS[RollupTable][number], TimeGrain>

export function keysOf (table: RollupTable): readonly RollupKey[] {
  return ROLLUPS[table].slice(0, -1) as RollupKey[]
}

export function timeOf (table: RollupTable): TimeGrain {
  return ROLLUPS[table].at(-1) as TimeGrain
}

export type RollupMeasure = EventMeasure | ResultMeasure

/** The columns of a rollup beside its key. */
export function measuresOf (table: RollupTable): readonly RollupMeasure[] {
  return isOfResults(table) ? RESULT_MEASURES : EVENT_MEASURES
}

/** Whether a rollup counts results by what is said of them, and not what happens to dossiers. */
export function isOfResults (table: RollupTable): boolean {
  return table.startsWith('dossier_results_')
}

/** Whether a rollup holds differences of kept counting rules. */
export function isOfDifferences (table: RollupTable): boolean {
  return keysOf(table).includes('rules')
}

export interface RollupFamily {
  keys: readonly Exclude<RollupKey, 'rules'>[]
  tables: Partial<Record<TimeGrain, RollupTable>>
}

/** From the smallest to the largest. A table may have more keys than its family, whose rows it is summed to. */
export const FAMILIES = {
  channel: { keys: ['level', 'channel'], tables: { slice: 'dossier_sums_by_channel', day: 'dossier_sums_by_day' } },
  field: { keys: ['level', 'field'], tables: { slice: 'dossier_sums_by_level' } },
  unit: {
    keys: ['unit'],
    tables: { quarter: 'dossier_sums_by_unit_quarter', slice: 'dossier_sums_by_desk', day: 'dossier_sums_by_unit_day' }
  },
  desk: { keys: ['unit', 'field', 'channel'], tables: { slice: 'dossier_sums_by_desk' } },
  procedure: {
    keys: ['procedure', 'level', 'field'],
    tables: {
      quarter: 'dossier_sums_by_procedure_quarter', slice: 'dossier_sums_by_procedure', day: 'dossier_sums_by_procedure_day'
    }
  }
} as const satisfies Record<string, RollupFamily>
export type Family = keyof typeof FAMILIES
export const FAMILY_NAMES = Object.keys(FAMILIES) as Family[]

/** Those of differences. What `field` knows, `procedure` does. */
const FAMILIES_OF_DIFFERENCES: Partial<Record<Family, RollupFamily>> = {
  channel: { keys: FAMILIES.channel.keys, tables: { day: 'dossier_differences_by_day' } },
  unit: {
    keys: FAMILIES.unit.keys,
    tables: {
      quarter: 'dossier_differences_by_unit_quarter', slice: 'dossier_differences_by_desk', day: 'dossier_differences_by_unit_day'
    }
  },
  desk: { keys: FAMILIES.desk.keys, tables: { slice: 'dossier_differences_by_desk' } },
  procedure: {
    keys: FAMILIES.procedure.keys,
    tables: {
      quarter: 'dossier_differences_by_procedure_quarter', slice: 'dossier_differences_by_procedure',
      day: 'dossier_differences_by_procedure_day'
    }
  }
}

export function familyOf (name: Family): RollupFamily {
  return FAMILIES[name]
}

/** The family of differences of such a name; undefined: there is none. */
export function differencesOf (name: Family): RollupFamily | undefined {
  return FAMILIES_OF_DIFFERENCES[name]
}

// Rollups: counts of dossiers by some keys and a span of days, updated in the transaction that writes the dossiers. A
// stored version is counted with −1, the new one with +1; the sums of both are the deltas. rebuild.ts counts all
// dossiers again.
import { sql, type RawBuilder } from 'kysely'
import { unnested, type ArrayType, type Columns } from '../../database/sql/bulk-binary.ts'
import type { Trx } from '../../database/connect.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { quarterOf, sliceOf, type DayNumber } from '../../time/business-day.ts'
import { countEvents, EVENT_MEASURES, type EventMeasure } from '../rules/events.ts'
import { countTimeline, type DossierState, type Timeline } from '../rules/timeline.ts'
import { DeskDeltas } from './desks.ts'

/** The rollup tables, with the columns of their keys after `province_code`, in the order of the key. */
export const ROLLUPS = {
  dossier_sums_by_unit: ['unit', 'slice'],
  dossier_sums_by_unit_quarter: ['unit', 'quarter'],
  dossier_sums_by_level: ['level', 'field', 'slice'],
  dossier_sums_by_channel: ['level', 'channel', 'slice'],
  dossier_sums_by_day: ['level', 'channel', 'day']
} as const
export type RollupTable = keyof typeof ROLLUPS

export type Cell = Record<EventMeasure, number>
/** A cell with its key. */
type Row = Record<string, string | number>
/** Cells by the first day of their span. */
type Series = Map<DayNumber, Cell>
/** Series by the key columns before the day, separated by blanks. */
type Deltas = Map<string, Series>

/** Those that a dossier counts in. */
interface OwnSeries {
  byUnit: Series
  byLevel: Series
  byDay: Series
}

/** What a transaction adds to the rollups, by key and day. */
export class RollupDeltas {
  readonly #byUnit: Deltas = new Map()
  readonly #byLevel: Deltas = new Map()
  readonly #byDay: Deltas = new Map()

  /** By unit, level, field and channel. */
  readonly #series = new Map<string, Map<string, Map<string, Map<string, OwnSeries>>>>()
  /** Slices by day: there are few days, and each is looked up thousands of times, for which a Date is too slow. */
  readonly #slices = new Map<DayNumber, DayNumber>()
  readonly #desks = new DeskDeltas()

  add (dossier: Timeline) {
    this.#count(dossier, 1)
    this.#desks.add(dossier)
  }

  replace (before: Timeline, after: Timeline) {
    this.#count(before, -1)
    this.#count(after, 1)
    this.#desks.replace(before, after)
  }

  #count (dossier: Timeline, sign: 1 | -1) {
    if (dossier.history.length > 0) {
      countTimeline(dossier, (state, day, measure, by) => {
        this.#countIn(this.#seriesOf(state), day, measure, sign * by)
      })
      return
    }
    const series = this.#seriesOf(dossier)
    countEvents(dossier, (day, measure) => { this.#countIn(series, day, measure, sign) })
  }

  #countIn ({ byUnit, byLevel, byDay }: OwnSeries, day: DayNumber, measure: EventMeasure, by: number) {
    const slice = this.#sliceOf(day)
    cellOf(byUnit, slice)[measure] += by
    cellOf(byLevel, slice)[measure] += by
    cellOf(byDay, day)[measure] += by
  }

  /** Found without a key of several names: that would be made for each dossier. */
  #seriesOf ({ unit, level, field, channel }: DossierState): OwnSeries {
    const ofField = getOrAdd(getOrAdd(getOrAdd(this.#series, unit, newMap), level, newMap), field, newMap)
    return getOrAdd(ofField, channel, () => ({
      byUnit: getOrAdd(this.#byUnit, unit, newMap),
      byLevel: getOrAdd(this.#byLevel, `${level} ${field}`, newMap),
      byDay: getOrAdd(this.#byDay, `${level} ${channel}`, newMap)
    }))
  }

  #sliceOf (day: DayNumber): DayNumber {
    const known = this.#slices.get(day)
    if (known !== undefined) return known
    const slice = sliceOf(day)
    this.#slices.set(day, slice)
    return slice
  }

  /**
   * Writes the deltas. Call it last in the transaction: rows are locked in key order and nothing is locked afterwards,
   * so writers cannot deadlock.
   */
  async apply (trx: Trx, province: string): Promise<void> {
    await this.#desks.apply(trx, province)
    const all: Record<RollupTable, Deltas> = {
      dossier_sums_by_unit: this.#byUnit,
      dossier_sums_by_unit_quarter: rollUp(this.#byUnit, quarterOf),
      dossier_sums_by_level: this.#byLevel,
      dossier_sums_by_channel: rollUp(this.#byDay, sliceOf),
      dossier_sums_by_day: this.#byDay
    }
    for (const table of Object.keys(ROLLUPS) as RollupTable[]) {
      await addCells(trx, province, table, cellsFor(table, all[table]))
    }
  }
}

/** The same deltas at a coarser grain of time. */
function rollUp (all: Deltas, timeOf: (day: DayNumber) => DayNumber): Deltas {
  return new Map([...all].map(([key, series]) => {
    const summed: Series = new Map()
    for (const [day, cell] of series) {
      const sums = cellOf(summed, timeOf(day))
      for (const measure of EVENT_MEASURES) sums[measure] += cell[measure]
    }
    return [key, summed]
  }))
}

function cellsFor (table: RollupTable, all: Deltas): Row[] {
  const cells: Row[] = []
  for (const [key, series] of all) {
    const names = key.split(' ')
    for (const [day, cell] of series) {
      if (EVENT_MEASURES.every(measure => cell[measure] === 0)) continue
      const keyed: Row = { ...cell }
      ROLLUPS[table].forEach((name, i) => { keyed[name] = names[i] ?? day })
      cells.push(keyed)
    }
  }
  return cells
}

function newMap<K, V> (): Map<K, V> {
  return new Map()
}

function getOrAdd<K, V> (map: Map<K, V>, key: K, add: () => NoInfer<V>): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, value = add())
  return value
}

const NOTHING = Object.fromEntries(EVENT_MEASURES.map(measure => [measure, 0])) as Cell

function cellOf (series: Series, day: DayNumber): Cell {
  return getOrAdd(series, day, newCell)
}

function newCell (): Cell {
  return { ...NOTHING }
}

const TYPES: Record<string, ArrayType> = {
  unit: 'text', level: 'text', field: 'text', channel: 'text', quarter: 'date', slice: 'date', day: 'date'
}

function columnOf (name: string): Columns<Row>[string] {
  return { type: TYPES[name] ?? 'int4', of: cell => cell[name]! }
}

/** Adds to a rollup, in key order. */
export async function addCells (trx: Trx, province: string, table: RollupTable, cells: Row[]): Promise<void> {
  if (cells.length === 0) return
  const key = ROLLUPS[table]
  const names = [...key, ...EVENT_MEASURES]
  const changed = unnested(Object.fromEntries(names.map(name => [name, columnOf(name)])), cells)
  await sql`
    insert into ${sql.table(table)} as kept (province_code, ${columns(names)})
    select ${province}, ${columns(names)}
    from ${changed} as changed
    order by ${columns(key)}
    on conflict (province_code, ${columns(key)}) do update set ${increments()}`.execute(trx)
}

function increments (): RawBuilder<unknown> {
  return sql.join(EVENT_MEASURES.map(measure => (
    sql`${sql.ref(measure)} = ${sql.ref(`kept.${measure}`)} + ${sql.ref(`excluded.${measure}`)}`)))
}

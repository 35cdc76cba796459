// Rollups: counts of dossiers by some keys and a span of days, updated in the transaction that writes the dossiers. A
// stored version is counted with −1, the new one with +1; the sums of both are the deltas. rebuild.ts counts all
// dossiers again.
import type { Trx } from '../../database/connect.ts'
import { quarterOf, sliceOf, type DayNumber } from '../../time/business-day.ts'
import { countEvents, EVENT_MEASURES, type EventMeasure } from '../rules/events.ts'
import { countTimeline, type DossierState, type Timeline } from '../rules/timeline.ts'
import { addCells, newCell, type Cell, type KeyedCell } from './cells.ts'
import { DeskDeltas } from './desks.ts'
import {
  keysOf, LOGGED, ROLLUP_TABLES, timeOf, type RollupKey, type RollupTable, type TimeGrain
} from './families.ts'
import { logCells } from './log.ts'

/** Cells by the first day of their span. */
type Series = Map<DayNumber, Cell>

/** Where dossiers count: the key columns that are known of a series. */
type Keyed = Partial<Record<RollupKey, string>>
interface KeyedSeries {
  key: Keyed
  series: Series
}

/** Those that a dossier counts in. */
interface OwnSeries {
  byDesk: Series
  byProcedure: Series
  byDay: Series
}

/** What is found by level and field: the desks by channel, and the procedures. */
interface OfField {
  byChannel: Map<string, Omit<OwnSeries, 'byProcedure'>>
  byProcedure: Map<string, Series>
}

/** What a transaction adds to the rollups, by key and day. */
export class RollupDeltas {
  /** By slice. */
  readonly #desks: KeyedSeries[] = []
  readonly #procedures: KeyedSeries[] = []
  readonly #levels: KeyedSeries[] = []

  /** By unit, level and field. */
  readonly #fields = new Map<string, Map<string, Map<string, OfField>>>()
  /** By level, then by field or channel. */
  readonly #proceduresOf = new Map<string, Map<string, Map<string, Series>>>()
  readonly #daysOf = new Map<string, Map<string, Series>>()
  /** Slices by day: there are few days, and each is looked up thousands of times, for which a Date is too slow. */
  readonly #slices = new Map<DayNumber, DayNumber>()
  readonly #presence = new DeskDeltas()

  add (dossier: Timeline) {
    this.#count(dossier, 1)
    this.#presence.add(dossier)
  }

  replace (before: Timeline, after: Timeline) {
    this.#count(before, -1)
    this.#count(after, 1)
    this.#presence.replace(before, after)
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

  #countIn ({ byDesk, byProcedure, byDay }: OwnSeries, day: DayNumber, measure: EventMeasure, by: number) {
    const slice = this.#sliceOf(day)
    cellOf(byDesk, slice)[measure] += by
    cellOf(byProcedure, slice)[measure] += by
    cellOf(byDay, day)[measure] += by
  }

  /** Found without a key of several names: that would be made for each dossier. */
  #seriesOf ({ unit, level, field, channel, procedure }: DossierState): OwnSeries {
    const fields = getOrAdd(getOrAdd(this.#fields, unit, newMap), level, newMap)
    const { byChannel, byProcedure } = getOrAdd(fields, field, (): OfField => (
      { byChannel: new Map(), byProcedure: getOrAdd(getOrAdd(this.#proceduresOf, level, newMap), field, newMap) }))
    const { byDesk, byDay } = getOrAdd(byChannel, channel, () => ({
      byDesk: newSeries(this.#desks, { unit, level, field, channel }),
      byDay: getOrAdd(getOrAdd(this.#daysOf, level, newMap), channel, () => newSeries(this.#levels, { level, channel }))
    }))
    return {
      byDesk, byDay,
      byProcedure: getOrAdd(byProcedure, procedure, () => newSeries(this.#procedures, { procedure, level, field }))
    }
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
    await this.#presence.apply(trx, province)
    for (const table of ROLLUP_TABLES) {
      const add = LOGGED.includes(table) ? logCells : addCells
      await add(trx, province, table, cellsFor(table, this.#smallestFor(table)))
    }
  }

  /** The series that a rollup is summed up from. */
  #smallestFor (table: RollupTable): readonly KeyedSeries[] {
    if (timeOf(table) === 'day') return this.#levels
    return keysOf(table).includes('procedure') ? this.#procedures : this.#desks
  }
}

function newSeries (all: KeyedSeries[], key: Keyed): Series {
  const series: Series = new Map()
  all.push({ key, series })
  return series
}

/** The first day of the span that a day, or a shorter span, is in. */
const SPAN_OF: Record<TimeGrain, (day: DayNumber) => DayNumber> = {
  quarter: quarterOf, slice: sliceOf, day: day => day
}

/** Sums series by the key of a rollup, without cells in which nothing changes. */
function cellsFor (table: RollupTable, all: readonly KeyedSeries[]): KeyedCell[] {
  const [keys, time] = [keysOf(table), timeOf(table)]
  const spans = new Map<DayNumber, DayNumber>()
  const spanOf = (day: DayNumber) => getOrAdd(spans, day, () => SPAN_OF[time](day))
  const summed = new Map<string, KeyedSeries>()
  for (const { key, series } of all) {
    const { series: sums } = getOrAdd(summed, keys.map(name => key[name]).join(' '), () => ({ key, series: new Map() }))
    for (const [day, cell] of series) {
      const sum = cellOf(sums, spanOf(day))
      for (const measure of EVENT_MEASURES) sum[measure] += cell[measure]
    }
  }
  const cells: KeyedCell[] = []
  for (const { key, series } of summed.values()) {
    const names = keys.map(name => [name, key[name]!] as const)
    for (const [day, cell] of series) {
      if (EVENT_MEASURES.every(measure => cell[measure] === 0)) continue
      const row: KeyedCell = { ...cell, [time]: day }
      for (const [name, value] of names) row[name] = value
      cells.push(row)
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

function cellOf (series: Series, day: DayNumber): Cell {
  return getOrAdd(series, day, newCell)
}

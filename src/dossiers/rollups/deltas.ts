// Rollups: counts of dossiers by some keys and a span of days, updated in the transaction that writes the dossiers. A
// stored version is counted with −1, the new one with +1; the sums of both are the deltas. rebuild.ts counts all
// dossiers again.
import type { Trx } from '../../database/connect.ts'
import { BacklogDeltas } from '../backlog-sums/sums.ts'
import { quarterOf, sliceOf, type DayNumber } from '../../time/business-day.ts'
import { countEvents, EVENT_MEASURES, type EventMeasure } from '../rules/events.ts'
import { countTimeline, type DossierState, type Timeline } from '../rules/timeline.ts'
import { addCells, CellCounts, MEASURE_COUNT, type CellKey, type Cells } from './cells.ts'
import { DeskDeltas } from './desks.ts'
import { keysOf, logOf, ROLLUP_TABLES, timeOf, type RollupTable, type TimeGrain } from './families.ts'
import { logCells } from './log.ts'

/** Where dossiers count: cells by the first day of their span, each as the place of its counts. */
interface Series {
  key: CellKey
  places: Map<DayNumber, number>
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
  readonly #desks: Series[] = []
  readonly #procedures: Series[] = []
  readonly #levels: Series[] = []
  /** Of the cells of all series. */
  readonly #counted = new CellCounts()

  /** By unit, level and field. */
  readonly #fields = new Map<string, Map<string, Map<string, OfField>>>()
  /** By level, then by field or channel. */
  readonly #proceduresOf = new Map<string, Map<string, Map<string, Series>>>()
  readonly #daysOf = new Map<string, Map<string, Series>>()
  /** Slices by day: there are few days, and each is looked up thousands of times, for which a Date is too slow. */
  readonly #slices = new Map<DayNumber, DayNumber>()
  readonly #presence = new DeskDeltas()
  readonly #backlog = new BacklogDeltas()

  add (dossier: Timeline) {
    this.#count(dossier, 1)
    this.#presence.add(dossier)
    this.#backlog.add(dossier)
  }

  replace (before: Timeline, after: Timeline) {
    this.#count(before, -1)
    this.#count(after, 1)
    this.#presence.replace(before, after)
    this.#backlog.replace(before, after)
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
    const n = PLACES[measure]
    this.#add(byDesk, slice, n, by)
    this.#add(byProcedure, slice, n, by)
    this.#add(byDay, day, n, by)
  }

  #add ({ places }: Series, time: DayNumber, n: number, by: number) {
    let place = places.get(time)
    if (place === undefined) places.set(time, place = this.#counted.newCell())
    this.#counted.counts[place + n]! += by
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
      const log = logOf(table)
      if (log === undefined) await addCells(trx, province, table, this.#cellsFor(table))
      else if (log === table) await logCells(trx, province, log, table => this.#cellsFor(table))
    }
    await this.#backlog.apply(trx, province)
  }

  #cellsFor (table: RollupTable): Cells {
    return cellsFor(table, this.#smallestFor(table), this.#counted.counts)
  }

  /** The series that a rollup is summed up from. */
  #smallestFor (table: RollupTable): readonly Series[] {
    if (timeOf(table) === 'day') return this.#levels
    return keysOf(table).includes('procedure') ? this.#procedures : this.#desks
  }
}

/** Of the measures of a cell. */
const PLACES = Object.fromEntries(EVENT_MEASURES.map((measure, n) => [measure, n])) as Record<EventMeasure, number>

function newSeries (all: Series[], key: CellKey): Series {
  const series: Series = { key, places: new Map() }
  all.push(series)
  return series
}

/** The first day of the span that a day, or a shorter span, is in. */
const SPAN_OF: Record<TimeGrain, (day: DayNumber) => DayNumber> = {
  quarter: quarterOf, slice: sliceOf, day: day => day
}

/** Sums series by the key of a rollup, without cells in which nothing changes. */
function cellsFor (table: RollupTable, all: readonly Series[], counts: Int32Array): Cells {
  const spans = new Map<DayNumber, DayNumber>()
  const spanOf = SPAN_OF[timeOf(table)]
  const sums = new CellCounts()
  const newCell = () => sums.newCell()
  const summed = new SeriesByKey(table)
  for (const { key, places } of all) {
    const { places: own } = summed.seriesOf(key)
    for (const [day, place] of places) {
      const sum = getOrAdd(own, getOrAdd(spans, day, spanOf), newCell)
      for (let n = 0; n < MEASURE_COUNT; n++) sums.counts[sum + n]! += counts[place + n]!
    }
  }
  const cells = { keys: [] as CellKey[], times: [] as DayNumber[], places: [] as number[], counts: sums.counts }
  for (const { key, places } of summed.all) {
    for (const [day, place] of places) {
      if (isNothing(sums.counts, place)) continue
      cells.keys.push(key)
      cells.times.push(day)
      cells.places.push(place)
    }
  }
  return cells
}

function isNothing (counts: Int32Array, place: number): boolean {
  for (let n = 0; n < MEASURE_COUNT; n++) if (counts[place + n] !== 0) return false
  return true
}

/** The series of a rollup, found by one name of the key after the other: a key of several would be made for each. */
class SeriesByKey {
  readonly all: Series[] = []
  readonly #names: ReturnType<typeof keysOf>
  readonly #root: Branch = new Map()

  constructor (table: RollupTable) {
    this.#names = keysOf(table)
  }

  seriesOf (key: CellKey): Series {
    let branch = this.#root
    for (const name of this.#names) branch = getOrAdd(branch, key[name]!, newMap) as Branch
    return getOrAdd(branch, '', () => newSeries(this.all, key)) as Series
  }
}

type Branch = Map<string, Branch | Series>

function newMap<K, V> (): Map<K, V> {
  return new Map()
}

function getOrAdd<K, V> (map: Map<K, V>, key: K, add: (key: K) => NoInfer<V>): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, value = add(key))
  return value
}

// Rollups: counts of dossiers by some keys and a span of days, updated in the transaction that writes the dossiers. A
// stored version is counted with −1, the new one with +1; the sums of both are the deltas. rebuild.ts counts all
// dossiers again.
import type { Trx } from '../../database/connect.ts'
import { BacklogDeltas } from '../backlog-sums/sums.ts'
import { countDifferences, KEPT_RULES } from '../counting-rules/kept.ts'
import { countResult, RESULT_MEASURES } from '../details/results.ts'
import { sliceOf, type DayNumber } from '../../time/business-day.ts'
import { countEvents, EVENT_MEASURES, type EventMeasure } from '../rules/events.ts'
import { countResults, countTimeline, type DossierState, type Timeline } from '../rules/timeline.ts'
import { addCells, CellCounts, type Cells } from './cells.ts'
import { DeskDeltas } from './desks.ts'
import { isOfDifferences, isOfResults, keysOf, logOf, ROLLUP_TABLES, timeOf, type RollupTable } from './families.ts'
import { logCells } from './log.ts'
import { cellsFor, differencesIn, getOrAdd, newMap, newSeries, type CountedSeries, type Places, type Series } from './series.ts'

/** Those that a dossier counts in. */
interface OwnSeries {
  byDesk: CountedSeries
  byProcedure: CountedSeries
  byDay: CountedSeries
}

/** What is found by level and field: the desks by channel, and the procedures. */
interface OfField {
  byChannel: Map<string, Omit<OwnSeries, 'byProcedure'>>
  byProcedure: Map<string, CountedSeries>
}

/** What a transaction adds to the rollups, by key and day. */
export class RollupDeltas {
  /** By slice. */
  readonly #desks: CountedSeries[] = []
  readonly #procedures: CountedSeries[] = []
  readonly #levels: CountedSeries[] = []
  readonly #results: Series[] = []
  /** Of the cells of all series but those of results. */
  readonly #counted = new CellCounts(EVENT_MEASURES.length)
  readonly #countedResults = new CellCounts(RESULT_MEASURES.length)

  /** By unit, level and field. */
  readonly #fields = new Map<string, Map<string, Map<string, OfField>>>()
  /** By unit, then by field. */
  readonly #resultsOf = new Map<string, Map<string, Series>>()
  /** By level, then by field or channel. */
  readonly #proceduresOf = new Map<string, Map<string, Map<string, CountedSeries>>>()
  readonly #daysOf = new Map<string, Map<string, CountedSeries>>()
  /** Slices by day: there are few days, and each is looked up thousands of times, for which a Date is too slow. */
  readonly #slices = new Map<DayNumber, DayNumber>()
  readonly #presence = new DeskDeltas()
  readonly #backlog = new BacklogDeltas()

  add (dossier: Timeline) {
    this.#count(dossier, 1)
    this.#countResults(dossier, 1)
    this.#presence.add(dossier)
    this.#backlog.add(dossier)
  }

  replace (before: Timeline, after: Timeline) {
    this.#count(before, -1)
    this.#count(after, 1)
    this.#countResults(before, -1)
    this.#countResults(after, 1)
    this.#presence.replace(before, after)
    this.#backlog.replace(before, after)
  }

  #count (dossier: Timeline, sign: 1 | -1) {
    if (dossier.history.length > 0) {
      countTimeline(dossier, (state, day, measure, by) => {
        this.#countIn(this.#seriesOf(state), placesOf, day, measure, sign * by)
      })
      for (const [n, kept] of KEPT_RULES.entries()) {
        countDifferences(kept, dossier, (state, day, measure, by) => {
          this.#countIn(this.#seriesOf(state), DIFFERENCES[n]!, day, measure, sign * by)
        })
      }
      return
    }
    const series = this.#seriesOf(dossier)
    countEvents(dossier, (day, measure) => { this.#countIn(series, placesOf, day, measure, sign) })
    for (let n = 0; n < KEPT_RULES.length; n++) {
      countDifferences(KEPT_RULES[n]!, dossier, (_, day, measure, by) => {
        this.#countIn(series, DIFFERENCES[n]!, day, measure, sign * by)
      })
    }
  }

  #countResults (dossier: Timeline, sign: 1 | -1) {
    countResults(dossier, ({ unit, field, details }, day) => {
      const { places } = getOrAdd(getOrAdd(this.#resultsOf, unit, newMap), field, () => {
        const series = { key: { unit, field }, places: new Map() }
        this.#results.push(series)
        return series
      })
      const cell = cellIn(places, this.#sliceOf(day), this.#countedResults)
      countResult(details, place => { this.#countedResults.counts[cell + place]! += sign })
    })
  }

  #countIn (
    { byDesk, byProcedure, byDay }: OwnSeries, of: PlacesOf, day: DayNumber, measure: EventMeasure, by: number
  ) {
    const slice = this.#sliceOf(day)
    const n = PLACES[measure]
    this.#add(of(byDesk), slice, n, by)
    this.#add(of(byProcedure), slice, n, by)
    this.#add(of(byDay), day, n, by)
  }

  #add (places: Places, time: DayNumber, n: number, by: number) {
    const cell = cellIn(places, time, this.#counted)
    this.#counted.counts[cell + n]! += by
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
    return isOfResults(table)
      ? cellsFor(table, this.#results, this.#countedResults.counts)
      : cellsFor(table, this.#smallestFor(table), this.#counted.counts)
  }

  /** The series that a rollup is summed up from. */
  #smallestFor (table: RollupTable): readonly Series[] {
    const all = timeOf(table) === 'day' ? this.#levels : keysOf(table).includes('procedure') ? this.#procedures : this.#desks
    return isOfDifferences(table) ? differencesIn(all) : all
  }
}

/** Where the counts of a cell begin. */
function cellIn (places: Places, time: DayNumber, counted: CellCounts): number {
  let cell = places.get(time)
  if (cell === undefined) places.set(time, cell = counted.newCell())
  return cell
}

type PlacesOf = (series: CountedSeries) => Places
const placesOf: PlacesOf = ({ places }) => places
const DIFFERENCES = KEPT_RULES.map((_, n): PlacesOf => ({ differences }) => differences[n]!)

/** Of the measures of a cell. */
const PLACES = Object.fromEntries(EVENT_MEASURES.map((measure, n) => [measure, n])) as Record<EventMeasure, number>

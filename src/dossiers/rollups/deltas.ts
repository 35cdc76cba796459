// Rollups: counts of dossiers by some keys and a span of days, updated in the transaction that writes the dossiers. A
// stored version is counted with −1, the new one with +1; the sums of both are the deltas. rebuild.ts counts all
// dossiers again.
import type { Trx } from '../../database/connect.ts'
import { BacklogDeltas } from '../backlog-sums/sums.ts'
import { countDifferences, KEPT_RULES } from '../counting-rules/kept.ts'
import { sliceOf, type DayNumber } from '../../time/business-day.ts'
import { countEvents, EVENT_MEASURES, type EventMeasure } from '../rules/events.ts'
import { countResults, countTimeline, type DossierState, type Timeline } from '../rules/timeline.ts'
import { addCells, type Cells } from './cells.ts'
import { DeskDeltas } from '../coverage/desks.ts'
import { isOfDifferences, isOfResults, keysOf, LOG_NAMES, logOf, ROLLUP_TABLES, timeOf, type RollupTable } from './families.ts'
import { logCells } from './log.ts'
import { cellsFor, CountedSeries, ResultSeries } from './series.ts'

/** Those that a dossier counts in. */
interface OwnSeries {
  desk: number
  unit: number
  procedure: number
  day: number
}

/** What is found by level and field: the desks by channel, and the procedures. */
interface OfField {
  byChannel: Map<string, Omit<OwnSeries, 'procedure'>>
  byProcedure: Map<string, number>
}

/** What a transaction adds to the rollups, by key and day. */
export class RollupDeltas {
  /** By slice. */
  readonly #desks = new CountedSeries(EVENT_MEASURES.length)
  /** By day. */
  readonly #units = new CountedSeries(EVENT_MEASURES.length)
  readonly #procedures = new CountedSeries(EVENT_MEASURES.length)
  readonly #levels = new CountedSeries(EVENT_MEASURES.length)
  /** By slice. */
  readonly #results = new ResultSeries()
  /** By day. */
  readonly #resultsOfUnits = new ResultSeries()

  /** By level, unit and field. */
  readonly #fields = new Map<string, Map<string, Map<string, OfField>>>()
  /** By level, then by field or channel. */
  readonly #proceduresOf = new Map<string, Map<string, Map<string, number>>>()
  readonly #seriesOfUnit = new Map<string, number>()
  readonly #daysOf = new Map<string, Map<string, number>>()
  /** Slices by day: there are few days, and each is looked up thousands of times, for which a Date is too slow. */
  readonly #slices = new Map<DayNumber, DayNumber>()
  readonly #presence = new DeskDeltas()
  readonly #backlog = new BacklogDeltas()

  /** What the functions below count of: one for each dossier would be half of what counting it costs. */
  #sign: 1 | -1 = 1
  #own: OwnSeries = NOWHERE

  readonly #countOwn = (day: DayNumber, measure: EventMeasure) => { this.#countIn(this.#own, day, measure, this.#sign) }

  readonly #countState = (state: DossierState, day: DayNumber, measure: EventMeasure, by: number) => {
    this.#countIn(this.#seriesOf(state), day, measure, this.#sign * by)
  }

  readonly #countDifferences = KEPT_RULES.map((_, n) =>
    (state: DossierState, day: DayNumber, measure: EventMeasure, by: number) => {
      this.#countIn(this.#seriesOf(state), day, measure, this.#sign * by, n)
    })

  readonly #countResult = ({ unit, field, details }: DossierState, day: DayNumber) => {
    this.#results.count({ unit, field }, this.#sliceOf(day), details, this.#sign)
    this.#resultsOfUnits.count({ unit }, day, details, this.#sign)
  }

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
    this.#sign = sign
    if (dossier.history.length > 0) {
      countTimeline(dossier, this.#countState)
    } else {
      this.#own = this.#seriesOf(dossier)
      countEvents(dossier, this.#countOwn)
    }
    for (let n = 0; n < KEPT_RULES.length; n++) countDifferences(KEPT_RULES[n]!, dossier, this.#countDifferences[n]!)
    countResults(dossier, this.#countResult)
  }

  #countIn (
    { desk, unit, procedure, day: level }: OwnSeries, day: DayNumber, measure: EventMeasure, by: number,
    rules: number | null = null
  ) {
    const n = PLACES[measure]
    this.#desks.count(desk, this.#sliceOf(day), n, by, rules)
    this.#units.count(unit, day, n, by, rules)
    this.#procedures.count(procedure, day, n, by, rules)
    this.#levels.count(level, day, n, by, rules)
  }

  /** Found without a key of several names: that would be made for each dossier. */
  #seriesOf ({ unit, level, field, channel, procedure }: DossierState): OwnSeries {
    const fields = mapIn(mapIn(this.#fields, level), unit)
    let found = fields.get(field)
    if (found === undefined) {
      found = { byChannel: new Map(), byProcedure: mapIn(mapIn(this.#proceduresOf, level), field) }
      fields.set(field, found)
    }
    const { byChannel, byProcedure } = found
    let at = byChannel.get(channel)
    if (at === undefined) {
      const desk = this.#desks.add({ unit, level, field, channel })
      at = { desk, unit: this.#unitOf(unit), day: this.#dayOf(level, channel) }
      byChannel.set(channel, at)
    }
    let of = byProcedure.get(procedure)
    if (of === undefined) byProcedure.set(procedure, of = this.#procedures.add({ procedure, level, field }))
    return { desk: at.desk, unit: at.unit, day: at.day, procedure: of }
  }

  #unitOf (unit: string): number {
    let series = this.#seriesOfUnit.get(unit)
    if (series === undefined) this.#seriesOfUnit.set(unit, series = this.#units.add({ unit }))
    return series
  }

  #dayOf (level: string, channel: string): number {
    const byChannel = mapIn(this.#daysOf, level)
    let series = byChannel.get(channel)
    if (series === undefined) byChannel.set(channel, series = this.#levels.add({ level, channel }))
    return series
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
    for (const log of LOG_NAMES) await logCells(trx, province, log, table => this.#cellsFor(table))
    await this.#backlog.apply(trx, province)
    // Last, since nearly all transactions update the same few rows of these, and each has them until it ends.
    for (const table of ROLLUP_TABLES) {
      if (logOf(table) === undefined) await addCells(trx, province, table, this.#cellsFor(table))
    }
  }

  #cellsFor (table: RollupTable): Cells {
    if (isOfResults(table)) {
      return timeOf(table) === 'day'
        ? cellsFor(table, this.#resultsOfUnits.counts, 'day')
        : cellsFor(table, this.#results.counts, 'slice')
    }
    // The series that a rollup is summed up from: the fewest that tell it.
    const keys = keysOf(table)
    const byDay = keys.includes('procedure') ? this.#procedures
      : timeOf(table) !== 'day' ? null : keys.includes('unit') ? this.#units : this.#levels
    const { sums, differences } = byDay ?? this.#desks
    return cellsFor(table, isOfDifferences(table) ? differences : sums, byDay === null ? 'slice' : 'day')
  }
}

const NOWHERE: OwnSeries = { desk: -1, unit: -1, procedure: -1, day: -1 }

/** The map in a map, which is added where there is none. */
function mapIn<K, V> (map: Map<string, Map<K, V>>, key: string): Map<K, V> {
  let inner = map.get(key)
  if (inner === undefined) map.set(key, inner = new Map<K, V>())
  return inner
}

/** Of the measures of a cell. */
const PLACES = Object.fromEntries(EVENT_MEASURES.map((measure, n) => [measure, n])) as Record<EventMeasure, number>

// Series of cells: what a transaction counts, before it is summed up by the key of each rollup.
import { quarterOf, sliceOf, type DayNumber } from '../../time/business-day.ts'
import { countResult, RESULT_MEASURES } from '../details/results.ts'
import type { Details } from '../details/details.ts'
import { KEPT_RULES } from '../counting-rules/kept.ts'
import type { CellKey, Cells } from './cells.ts'
import { keysOf, timeOf, type RollupTable, type TimeGrain } from './families.ts'

/** Cells for which there is room at first. */
const FEW = 16
/** Odd numbers whose multiples differ in all of their bits. */
const [SPREAD_SERIES, SPREAD_TIMES] = [0x9e3779b1, 0x85ebca6b]

/** Counts by series, each with a key, and by the first day of a span. */
export class SeriesCounts {
  readonly keys: readonly CellKey[]
  /** Of each cell its series, by the place of its key, and its span. */
  readonly series: number[] = []
  readonly times: DayNumber[] = []
  counts: Int32Array
  /** How many measures a cell has. */
  readonly width: number
  /**
   * The cells by series and time, each at the first free slot from that of its hash on: its number from 1, or 0. Twice
   * as many as there are cells, so that a free one is near. A map would be garbage several times while it grows.
   */
  #slots = new Int32Array(2 * FEW)

  /** @param keys to which more may be added */
  constructor (width: number, keys: readonly CellKey[]) {
    this.width = width
    this.keys = keys
    this.counts = new Int32Array(FEW * width)
  }

  /** @returns where the counts of a cell begin */
  placeOf (series: number, time: DayNumber): number {
    const slot = this.#slotOf(series, time)
    const known = this.#slots[slot]!
    if (known > 0) return (known - 1) * this.width
    const cells = this.series.push(series)
    this.times.push(time)
    this.#slots[slot] = cells
    if (cells * this.width === this.counts.length) this.#grow()
    return (cells - 1) * this.width
  }

  #slotOf (series: number, time: DayNumber): number {
    const slots = this.#slots
    const last = slots.length - 1
    const hash = Math.imul(series, SPREAD_SERIES) ^ Math.imul(time, SPREAD_TIMES)
    let slot = (hash ^ hash >>> 15) & last
    for (let cell = slots[slot]!; cell > 0; cell = slots[slot]!) {
      if (this.series[cell - 1] === series && this.times[cell - 1] === time) break
      slot = (slot + 1) & last
    }
    return slot
  }

  #grow () {
    const more = new Int32Array(2 * this.counts.length)
    more.set(this.counts)
    this.counts = more
    this.#slots = new Int32Array(2 * this.#slots.length)
    for (let cell = 0; cell < this.series.length; cell++) {
      this.#slots[this.#slotOf(this.series[cell]!, this.times[cell]!)] = cell + 1
    }
  }
}

/** What dossiers count for by series of one grain, and by how much kept rules count otherwise. */
export class CountedSeries {
  readonly #keys: CellKey[] = []
  readonly #differing: CellKey[] = []
  /** Series of differences, by series and rules: few have any. */
  readonly #differingSeries = new Map<number, number>()
  readonly sums: SeriesCounts
  readonly differences: SeriesCounts

  /** @param width how many measures there are */
  constructor (width: number) {
    this.sums = new SeriesCounts(width, this.#keys)
    this.differences = new SeriesCounts(width, this.#differing)
  }

  add (key: CellKey): number {
    return this.#keys.push(key) - 1
  }

  /**
   * @param n place of the measure
   * @param rules place among those that are kept, by which more is counted; null: by the default ones
   */
  count (series: number, time: DayNumber, n: number, by: number, rules: number | null) {
    const counted = rules === null ? this.sums : this.differences
    const place = counted.placeOf(rules === null ? series : this.#differingFrom(series, rules), time)
    counted.counts[place + n]! += by
  }

  #differingFrom (series: number, rules: number): number {
    const id = series * KEPT_RULES.length + rules
    let differing = this.#differingSeries.get(id)
    if (differing === undefined) {
      differing = this.#differing.push({ ...this.#keys[series], rules: KEPT_RULES[rules]!.code }) - 1
      this.#differingSeries.set(id, differing)
    }
    return differing
  }
}

/** What is said of results, by the keys and spans that are counted. */
export class ResultSeries {
  readonly #keys: CellKey[] = []
  /** By unit, then by field. */
  readonly #seriesOf = new Map<string | undefined, Map<string | undefined, number>>()
  readonly counts = new SeriesCounts(RESULT_MEASURES.length, this.#keys)

  count (key: Pick<CellKey, 'unit' | 'field'>, time: DayNumber, details: Details | null, sign: 1 | -1) {
    const { unit, field } = key
    let fields = this.#seriesOf.get(unit)
    if (fields === undefined) this.#seriesOf.set(unit, fields = new Map<string | undefined, number>())
    let series = fields.get(field)
    if (series === undefined) fields.set(field, series = this.#keys.push(key) - 1)
    const place = this.counts.placeOf(series, time)
    countResult(details, this.counts.counts, place, sign)
  }
}

/** The first day of the span that a day, or a shorter span, is in. */
const SPAN_OF = { quarter: quarterOf, slice: sliceOf }

/**
 * Sums series by the key of a rollup, without cells in which nothing changes. Those of days have the keys of their
 * series.
 * @param grain of the series
 */
export function cellsFor (table: RollupTable, counted: SeriesCounts, grain: TimeGrain): Cells {
  const { keys, groups } = grouped(keysOf(table), counted.keys)
  const time = timeOf(table)
  const { series, times, counts, width } = time === 'day' || (time === grain && keys.length === counted.keys.length)
    ? counted
    : summed(counted, keys, groups, SPAN_OF[time])
  const cells = { keys: [] as CellKey[], times: [] as DayNumber[], places: [] as number[], counts }
  for (let i = 0, place = 0; i < times.length; i++, place += width) {
    if (isNothing(counts, place, width)) continue
    cells.keys.push(keys[series[i]!]!)
    cells.times.push(times[i]!)
    cells.places.push(place)
  }
  return cells
}

/** The same by other keys. @param groups of each series the place of its new key */
function summed (
  { series, times, counts, width }: SeriesCounts, keys: readonly CellKey[], groups: readonly number[],
  spanOf: (day: DayNumber) => DayNumber
): SeriesCounts {
  const sums = new SeriesCounts(width, keys)
  const spans = new Map<DayNumber, DayNumber>()
  for (let i = 0, place = 0; i < times.length; i++, place += width) {
    const day = times[i]!
    let span = spans.get(day)
    if (span === undefined) spans.set(day, span = spanOf(day))
    const sum = sums.placeOf(groups[series[i]!]!, span)
    for (let n = 0; n < width; n++) sums.counts[sum + n]! += counts[place + n]!
  }
  return sums
}

function isNothing (counts: Int32Array, place: number, width: number): boolean {
  for (let n = 0; n < width; n++) if (counts[place + n] !== 0) return false
  return true
}

/** The different keys of a rollup among those of series, in which the rollup has some of the names. */
function grouped (
  names: ReturnType<typeof keysOf>, all: readonly CellKey[]
): { keys: CellKey[], groups: number[] } {
  const keys: CellKey[] = []
  const root: Branch = new Map()
  // By one name after the other: a text of all of them would be made for each.
  const [last, ...first] = names.toReversed() as [typeof names[number], ...typeof names]
  first.reverse()
  const groups = all.map(key => {
    let branch = root
    for (const name of first) branch = branchOf(branch, key[name])
    const known = branch.get(key[last]) as number | undefined
    if (known !== undefined) return known
    branch.set(key[last], keys.length)
    return keys.push(key) - 1
  })
  return { keys, groups }
}

/** By a name of a key; the last has the place of the key. */
type Branch = Map<string | undefined, Branch | number>

function branchOf (branch: Branch, name: string | undefined): Branch {
  let next = branch.get(name) as Branch | undefined
  if (next === undefined) branch.set(name, next = new Map())
  return next
}

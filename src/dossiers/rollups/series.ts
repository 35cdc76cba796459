// Series of cells: what a transaction counts, before it is summed up by the key of each rollup.
import { quarterOf, sliceOf, type DayNumber } from '../../time/business-day.ts'
import { KEPT_RULES } from '../counting-rules/kept.ts'
import { CellCounts, type CellKey, type Cells } from './cells.ts'
import { keysOf, measuresOf, timeOf, type RollupTable, type TimeGrain } from './families.ts'

/** Where dossiers count: cells by the first day of their span, each as the place of its counts. */
export type Places = Map<DayNumber, number>

export interface Series {
  key: CellKey
  places: Places
}

/** With what kept rules count otherwise, in their order. */
export interface CountedSeries extends Series {
  differences: readonly Places[]
}

export function newSeries (all: CountedSeries[], key: CellKey): CountedSeries {
  const series = { key, places: new Map(), differences: KEPT_RULES.map((): Places => new Map()) }
  all.push(series)
  return series
}

/** What kept rules count otherwise, by rules and the key of the series. */
export function differencesIn (all: readonly CountedSeries[]): Series[] {
  return KEPT_RULES.flatMap(({ code }, n) => all.filter(({ differences }) => differences[n]!.size > 0)
    .map(({ key, differences }) => ({ key: { ...key, rules: code }, places: differences[n]! })))
}

/** The first day of the span that a day, or a shorter span, is in. */
const SPAN_OF: Record<TimeGrain, (day: DayNumber) => DayNumber> = {
  quarter: quarterOf, slice: sliceOf, day: day => day
}

/** Sums series by the key of a rollup, without cells in which nothing changes. */
export function cellsFor (table: RollupTable, all: readonly Series[], counts: Int32Array): Cells {
  const spans = new Map<DayNumber, DayNumber>()
  const spanOf = SPAN_OF[timeOf(table)]
  const { length: width } = measuresOf(table)
  const sums = new CellCounts(width)
  const newCell = () => sums.newCell()
  const summed = new SeriesByKey(table)
  for (const { key, places } of all) {
    const { places: own } = summed.seriesOf(key)
    for (const [day, place] of places) {
      const sum = getOrAdd(own, getOrAdd(spans, day, spanOf), newCell)
      for (let n = 0; n < width; n++) sums.counts[sum + n]! += counts[place + n]!
    }
  }
  const cells = { keys: [] as CellKey[], times: [] as DayNumber[], places: [] as number[], counts: sums.counts }
  for (const { key, places } of summed.all) {
    for (const [day, place] of places) {
      if (isNothing(sums, place)) continue
      cells.keys.push(key)
      cells.times.push(day)
      cells.places.push(place)
    }
  }
  return cells
}

function isNothing ({ counts, width }: CellCounts, place: number): boolean {
  for (let n = 0; n < width; n++) if (counts[place + n] !== 0) return false
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
    return getOrAdd(branch, '', () => {
      const series = { key, places: new Map() }
      this.all.push(series)
      return series
    }) as Series
  }
}

type Branch = Map<string, Branch | Series>

export function newMap<K, V> (): Map<K, V> {
  return new Map()
}

export function getOrAdd<K, V> (map: Map<K, V>, key: K, add: (key: K) => NoInfer<V>): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, value = add(key))
  return value
}

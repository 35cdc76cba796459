import type { PartOfUnit } from '../../../../dossiers/counts/index.ts'
import type { CountedName } from '../../../formulas/schema.ts'
import { rounded } from '../counts.ts'
import { keyOfPart, type Part } from '../parts.ts'
import type { Standing } from './below.ts'
import type { KnownCounts } from './details-sql.ts'

type Sums<M extends string> = Record<M, number>

/** What the records of each unit come to, unit by unit as they are stored, and what is counted of that. */
export interface CountedUnits<M extends string> {
  rows: readonly (PartOfUnit & Sums<M>)[]
  /** The sums of a row. */
  measures: readonly M[]
  counts: readonly { name: CountedName, of: (sums: Sums<M>) => KnownCounts }[]
}

export interface CountedPart {
  unit: string
  name: CountedName
  part: Part
  counts: KnownCounts
  estimated: boolean
}

interface AddedUp {
  /** Of each unit that is asked for with all at or below it. */
  parts: CountedPart[]
  /** Of which units themselves anything is counted. */
  own: Pick<CountedPart, 'unit' | 'name'>[]
}

interface Sum<M extends string> {
  part: Part
  sums: Sums<M>
  /** A unit that was split counts with a share. */
  estimated: boolean
}

/** By the key of the part. */
type PartSums<M extends string> = Map<string, Sum<M>>

/** Carries the sums of a span to the units that bear them, and adds those up to the units that are asked for. */
export function addedUp<M extends string> (
  { rows, measures, counts }: CountedUnits<M>, { all, below }: Standing
): AddedUp {
  const rowsOf = Map.groupBy(rows, ({ unit }) => unit)
  const bearing = Map.groupBy(all, ({ unit }) => unit)
  const summed = (units: Iterable<string>) => {
    const sums: PartSums<M> = new Map()
    for (const [reporter, share] of sharesOf([...units].flatMap(unit => bearing.get(unit)!))) {
      for (const row of rowsOf.get(reporter) ?? []) add(sums, measures, row, share)
    }
    return [...sums.values()]
  }
  const parts = [...below].flatMap(([unit, inside]) => (
    summed(new Set(inside.map(({ unit }) => unit))).flatMap(({ part, sums, estimated }) => (
      counts.map(({ name, of }) => ({ unit, name, part, counts: roundedCounts(of(sums)), estimated }))))))
  const own = [...bearing.keys()].flatMap(unit => {
    const ofUnit = summed([unit])
    const hasAny = ({ of }: typeof counts[number]) => ofUnit.some(({ sums }) => of(sums).denominator > 0)
    return counts.filter(hasAny).map(({ name }) => ({ unit, name }))
  })
  return { parts, own }
}

/** How much of each reporter these bear together: where all that it was split into is among them, it counts whole. */
function sharesOf (bearing: Standing['all']): Map<string, number> {
  const shares = new Map<string, number>()
  for (const { reporter, share } of bearing) {
    shares.set(reporter, inNineDecimals((shares.get(reporter) ?? 0) + share))
  }
  return shares
}

/** As shares are given. */
function inNineDecimals (share: number): number {
  return Math.round(1e9 * share) / 1e9
}

function add<M extends string> (
  into: PartSums<M>, measures: readonly M[], row: PartOfUnit & Sums<M>, share: number
): void {
  const part = partOf(row)
  const key = keyOfPart(part)
  const sum = into.get(key) ?? { part, sums: zeros(measures), estimated: false }
  for (const name of measures) sum.sums[name] += share * row[name]
  sum.estimated ||= share < 1
  into.set(key, sum)
}

function zeros<M extends string> (measures: readonly M[]): Record<M, number> {
  return Object.fromEntries(measures.map(name => [name, 0])) as Record<M, number>
}

function partOf ({ field, procedure }: PartOfUnit): Part {
  return { field: field ?? null, procedure: procedure ?? null }
}

function roundedCounts ({ numerator, denominator, all }: KnownCounts): KnownCounts {
  return { numerator: rounded(numerator), denominator: rounded(denominator), all: rounded(all) }
}

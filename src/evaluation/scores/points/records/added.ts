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
  const byReporter = Map.groupBy(rows, ({ unit }) => unit)
  const borne = new Map<string, PartSums<M>>()
  for (const { unit, reporter, share } of all) {
    const sums = borne.get(unit) ?? new Map<string, Sum<M>>()
    for (const row of byReporter.get(reporter) ?? []) {
      add(sums, measures, { part: partOf(row), sums: row, estimated: share < 1 }, share)
    }
    borne.set(unit, sums)
  }
  const parts: CountedPart[] = []
  for (const [unit, inside] of below) {
    const together: PartSums<M> = new Map()
    for (const bearer of new Set(inside.map(({ unit }) => unit))) {
      for (const sum of borne.get(bearer)!.values()) add(together, measures, sum)
    }
    for (const { part, sums, estimated } of together.values()) {
      parts.push(...counts.map(({ name, of }) => ({ unit, name, part, counts: roundedCounts(of(sums)), estimated })))
    }
  }
  const own = [...borne].flatMap(([unit, parts]) => {
    const hasAny = ({ of }: typeof counts[number]) => [...parts.values()].some(({ sums }) => of(sums).denominator > 0)
    return counts.filter(hasAny).map(({ name }) => ({ unit, name }))
  })
  return { parts, own }
}

function add<M extends string> (
  into: PartSums<M>, measures: readonly M[], { part, sums, estimated }: Sum<M>, share = 1
): void {
  const key = keyOfPart(part)
  const sum = into.get(key) ?? { part, sums: zeros(measures), estimated: false }
  for (const name of measures) sum.sums[name] += share * sums[name]
  sum.estimated ||= estimated
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

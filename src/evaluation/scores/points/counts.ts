import { sql } from 'kysely'
import type { Db } from '../../../database/connect.ts'
import { prepared } from '../../../database/sql/prepared.ts'
import type { CountedName } from '../../formulas/schema.ts'
import type { EvaluationRow } from '../schema.ts'
import type { Part } from './parts.ts'
import type { Span } from './spans.ts'
import type { UnitBelow, UnitInSpan } from './units.ts'

/** What is counted of a criterion of a unit in a span, by the names of the formula's inputs. */
export interface Counted {
  values: Readonly<Record<string, number | string>>
  /** null: counted from records. */
  source: string | null
}

/** Counting rules with their version. */
export type NamedRules = Pick<EvaluationRow, 'rules' | 'rules_version'>

/** What records say. */
export interface Recorded extends Counted {
  /** Dossiers of which it is known. */
  known: number
  /** Dossiers of which it could be known. */
  of: number
  /** A unit that was split counts with a share. */
  estimated: boolean
  /** By which dossiers on time are counted; null: something else is. */
  rules: NamedRules | null
}

/** Points that the portal gives. */
export interface Imported {
  points: number
  source: string
}

/** How many units at or below one are asked to report dossiers, and of how many there are records. */
export interface Coverage {
  expected: number
  reported: number
}

/** A unit in the span of that index. */
type InSpan = Pick<UnitInSpan, 'span' | 'unit'>

/** What is known of units, from whatever it comes. */
export interface Facts {
  /** @returns undefined: nothing is known */
  counted: (unit: InSpan, criterion: string) => Counted | undefined
  imported: (unit: UnitInSpan, criterion: string) => Imported | undefined
  recorded: (unit: UnitInSpan, counted: CountedName, part: Part) => Recorded | undefined
  /** From the top down, those that stand below a unit and have no records at or below them. */
  unrecorded: (unit: UnitInSpan, counted: CountedName) => readonly UnitBelow[]
  coverage: (unit: UnitInSpan) => Coverage
  /** Of which records count anything. */
  partsOf: (unit: UnitInSpan) => readonly Part[]
}

interface Row {
  period: string
  unit: string
  criterion: string
  source: string
  numerator: number | null
  denominator: number | null
  inputs: Record<string, number | string>
  points: number | null
}

/**
 * What is posted of units, and of those that stand or stood below them. Of several sources the one of the highest
 * precedence counts, then what was reported later; for counts and for points apart.
 */
export async function postedFacts (
  db: Db, spans: readonly Span[], units: readonly UnitInSpan[]
): Promise<Pick<Facts, 'counted' | 'imported'>> {
  const asked = [...new Set(units.map(({ unit }) => unit))]
  const { rows } = await prepared(sql<Row>`
    select period, unit, criterion, source, numerator, denominator, inputs, points
    from evaluation_inputs join sources on sources.code = source
    where province_code = any(${[...new Set(units.map(({ province_code }) => province_code))]})
      and period = any(${spans.flatMap(({ periods }) => periods)})
      and unit = any(array(select unit from unit_versions where path && ${asked}::text[]))
    order by precedence desc, reported_at desc nulls last, source`).execute(db)
  const counted = new Map<string, Counted>()
  const imported = new Map<string, Imported>()
  for (const { period, unit, criterion, source, numerator, denominator, inputs, points } of rows) {
    const key = `${period} ${unit} ${criterion}`
    const columns = Object.entries({ numerator, denominator }).filter(([, value]) => value !== null)
    const values = { ...inputs, ...Object.fromEntries(columns) } as Counted['values']
    if (Object.keys(values).length > 0 && !counted.has(key)) counted.set(key, { values, source })
    if (points !== null && !imported.has(key)) imported.set(key, { points, source })
  }
  const find = <T>(facts: ReadonlyMap<string, T>, { span, unit }: InSpan, criterion: string) => (
    spans[span]!.periods.map(period => facts.get(`${period} ${unit} ${criterion}`)).find(fact => fact !== undefined))
  return {
    counted: (unit, criterion) => find(counted, unit, criterion),
    imported: (unit, criterion) => find(imported, unit, criterion)
  }
}

/** Shares are shown with at most four decimals, and so are their sums. */
export function rounded (count: number): number {
  return Math.round(10_000 * count) / 10_000
}

export function sumOf<T> (all: readonly T[], count: (one: T) => number): number {
  return rounded(all.reduce((total, one) => total + count(one), 0))
}

/** The units of a level with all the counts that a criterion needs, and what they have together. */
export function summed<C extends Counted> (
  all: readonly C[], names: readonly string[]
): { values: Counted['values'] | undefined, counted: readonly C[] } {
  const counted = all.filter(({ values }) => names.every(name => typeof values[name] === 'number'))
  const sums = names.map(name => [name, sumOf(counted, ({ values }) => values[name] as number)])
  return { values: counted.length === 0 ? undefined : Object.fromEntries(sums) as Record<string, number>, counted }
}

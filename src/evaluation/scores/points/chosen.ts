import type { Criterion } from '../../formulas/schema.ts'
import type { EvaluationRow } from '../schema.ts'
import { summed, sumOf, type Counted, type Coverage, type Facts, type NamedRules, type Recorded } from './counts.ts'
import { NO_PART } from './parts.ts'
import type { Subject, UnitInSpan } from './units.ts'

interface CountedUnit extends Counted {
  unit: string
  from: 'records' | 'inputs' | 'mixed'
  /** Dossiers of which records know what is counted, and all of which they could; 0: not counted from records. */
  known: number
  of: number
  estimated: boolean
  /** Units below it whose posted counts are added, with their sources. */
  others: readonly string[]
  otherSources: readonly (string | null)[]
  rules: NamedRules | null
}

/** The counts of a criterion of a unit or a level. */
export interface ChosenCounts {
  /** undefined: there are none. */
  values: Counted['values'] | undefined
  counted: readonly CountedUnit[]
  from: EvaluationRow['counts_from']
  /** What is posted of a unit of which records are counted; undefined: nothing, or of several units. */
  posted: Counted['values'] | undefined
  known: number
  of: number
  /** Any is. */
  estimated: boolean
  /** Units whose posted counts are added to records. */
  others: number
  /** Of units with counts of records; null: there are none. */
  coverage: Coverage | null
  /** By which dossiers on time are counted; null: none are. */
  rules: NamedRules | null
}

/**
 * The counts of records where they know any, otherwise those that are posted. To the records of a unit the posted
 * counts are added of those below it that have none: otherwise a part of the unit would stand for the whole.
 */
export function chosenCounts ({ unit, units, part }: Subject, criterion: Criterion, facts: Facts): ChosenCounts {
  const isUnit = unit !== null
  const { code, inputs, counted: name } = criterion
  const isWhole = part === NO_PART
  const all = units.flatMap((one): CountedUnit[] => {
    const recorded = name == null ? undefined : facts.recorded(one, name, part)
    // What is posted is not known by parts.
    const posted = isWhole ? facts.counted(one, code) : undefined
    const { unit } = one
    if (recorded !== undefined) {
      return [withOthers(one, recorded, posted, isWhole ? othersOf(one, criterion, facts) : [])]
    }
    if (posted === undefined) return []
    return [{ ...posted, unit, from: 'inputs', known: 0, of: 0, estimated: false, others: [], otherSources: [], rules: null }]
  })
  const { values, counted } = isUnit
    ? { values: all[0]?.values, counted: all }
    : summed(all, inputs.filter(({ type }) => type === 'number').map(({ name }) => name))
  const froms = new Set(counted.map(({ from }) => from))
  const from = froms.size > 1 ? 'mixed' : [...froms][0] ?? null
  const sum = (count: 'known' | 'of') => sumOf(counted, one => one[count])
  const isBeside = isUnit && isWhole && (from === 'records' || from === 'mixed')
  const posted = isBeside ? facts.counted(units[0]!, code)?.values : undefined
  const others = counted.reduce((total, one) => total + one.others.length, 0)
  const recorded = new Set(counted.filter(({ from }) => from !== 'inputs').map(({ unit }) => unit))
  return {
    values, counted, from, posted, known: sum('known'), of: sum('of'), others,
    estimated: counted.some(({ estimated }) => estimated),
    coverage: coverageOf(units.filter(({ unit }) => recorded.has(unit)), facts),
    rules: counted.find(({ rules }) => rules !== null)?.rules ?? null
  }
}

/** The posted counts of units below one that have no records: of a unit, not those of others below it as well. */
function othersOf (unit: UnitInSpan, { code, counted }: Criterion, facts: Facts): CountedBelow[] {
  const found: CountedBelow[] = []
  for (const { unit: below, path } of facts.unrecorded(unit, counted!)) {
    if (found.some(({ unit }) => path.includes(unit))) continue
    const { values, source } = facts.counted({ span: unit.span, unit: below }, code) ?? {}
    const { numerator, denominator } = values ?? {}
    if (typeof numerator !== 'number' || typeof denominator !== 'number') continue
    found.push({ unit: below, source: source!, numerator, denominator })
  }
  return found
}

interface CountedBelow {
  unit: string
  source: string | null
  numerator: number
  denominator: number
}

function withOthers (
  { unit }: UnitInSpan, { known, of, values, source, estimated, rules }: Recorded, posted: Counted | undefined,
  others: readonly CountedBelow[]
): CountedUnit {
  const sum = (name: 'numerator' | 'denominator') => (
    sumOf([values, ...others], one => one[name] as number))
  return {
    values: { ...posted?.values, numerator: sum('numerator'), denominator: sum('denominator') },
    source, unit, from: others.length === 0 ? 'records' : 'mixed', known, of, estimated,
    others: others.map(({ unit }) => unit), otherSources: others.map(({ source }) => source), rules
  }
}

function coverageOf (units: readonly UnitInSpan[], facts: Facts): Coverage | null {
  if (units.length === 0) return null
  const each = units.map(facts.coverage)
  const sum = (name: keyof Coverage) => each.reduce((total, one) => total + one[name], 0)
  return { expected: sum('expected'), reported: sum('reported') }
}

/** Of what is not counted, or where nothing is asked. */
export const NO_COUNTS: ChosenCounts = {
  values: undefined, counted: [], from: null, posted: undefined, known: 0, of: 0, estimated: false, others: 0,
  coverage: null, rules: null
}

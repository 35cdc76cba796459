import { procedureFacts, type ProcedureFacts } from '../../catalogue/procedures/counts/queries.ts'
import { evaluate, type Step } from '../../formulas/evaluate.ts'
import { fromHundredths, hundredthsOf, rationalOf, type Rational } from '../../formulas/rational.ts'
import { cutAt } from '../../time/cut.ts'
import { reportedBelow } from '../aggregates/below.ts'
import type { Rule, Together } from '../aggregates/facts-sql.ts'
import type { Value, ValueType } from '../indicators/schema.ts'
import { countOf, NOTHING, unknownFor, type Counted, type ReportAsked } from './counted.ts'
import type { Derivation, FormulaOfSources, Reason, Source } from './schema.ts'
import { DossierCounts } from './sources/dossiers.ts'
import { countedProcedures } from './sources/procedures.ts'
import { countedReviews } from './sources/reviews.ts'
import { countedUnits, ruleOf } from './sources/units.ts'

/** An indicator of the form of a report, with what is reported of it. */
export interface ReportedIndicator extends Pick<Value, 'number'> {
  code: string
  /** null: a heading. */
  state: Value['state'] | null
  value_type: ValueType
  derivation: Derivation | null
}

/** A source of a derivation, at its place in it, and what it comes to. */
export interface Part {
  pointer: string
  source: Source
  counted: Counted
}

/** A value as its indicator has it: whole, or a percentage with two decimals. */
export interface Derived extends Pick<Counted, 'numerator' | 'denominator' | 'units_reported' | 'units_expected'> {
  number: number | null
  unknown: Reason | null
  parts: Part[]
  /** Of a formula: its nodes, those within before the node itself. */
  steps: Step[]
}

/**
 * Derives values of one report. What several indicators ask for is looked up once, and nothing that no indicator asks
 * for. It takes one question at a time.
 */
export class Deriver {
  readonly #asked: ReportAsked
  readonly #form: string
  readonly #indicators: ReadonlyMap<string, ReportedIndicator>
  readonly #hasBegun: boolean
  readonly #dossiers: DossierCounts
  readonly #derived = new Map<string, Derived>()
  #procedures: ProcedureFacts[] | undefined
  #below: ReadonlyMap<string, Together> | undefined

  /** @param indicators those of the form */
  constructor (asked: ReportAsked, form: string, indicators: readonly ReportedIndicator[]) {
    this.#asked = asked
    this.#form = form
    this.#indicators = new Map(indicators.map(indicator => [indicator.code, indicator]))
    const { starts_on: from, ends_on: to } = asked.period
    this.#hasBegun = cutAt(asked.now, { from, to }) !== null
    this.#dossiers = new DossierCounts(asked)
  }

  /** @returns null: it is reported by hand */
  async of (code: string): Promise<Derived | null> {
    const indicator = this.#indicators.get(code)!
    if (indicator.derivation === null) return null
    let derived = this.#derived.get(code)
    if (derived === undefined) {
      const found = await this.#counted(indicator, indicator.derivation)
      this.#derived.set(code, derived = shownAs(indicator.value_type, found))
    }
    return derived
  }

  async #counted (indicator: ReportedIndicator, derivation: Derivation): Promise<Found> {
    if (!this.#hasBegun) return { ...unknownFor('period_not_begun'), parts: [], steps: [] }
    if (derivation.op === 'formula') return this.#evaluated(indicator, derivation)
    const counted = await this.#sourceOf(derivation, indicator, '')
    return { ...counted, parts: [{ pointer: '', source: derivation, counted }], steps: [] }
  }

  async #evaluated (indicator: ReportedIndicator, { inputs, formula }: FormulaOfSources): Promise<Found> {
    const parts: Part[] = []
    for (const [name, source] of Object.entries(inputs)) {
      parts.push({ pointer: `/inputs/${name}`, source, counted: await this.#sourceOf(source, indicator, name) })
    }
    const values = Object.fromEntries(Object.keys(inputs).map((name, i) => [name, parts[i]!.counted.value]))
    const steps: Step[] = []
    const { known, unknown } = evaluate(formula, values, steps)
    const divided = (what: string) => (
      formula.op === 'percent' ? wholeOf(steps.find(({ pointer }) => pointer === `/of/${what}`)?.value.known) : null)
    const found = { numerator: divided('numerator'), denominator: divided('denominator') }
    const reason = unknown === null ? null : unknown.input === null
      ? 'denominator_zero'
      : parts.find(({ pointer }) => pointer === `/inputs/${unknown.input}`)!.counted.unknown
    return { ...NOTHING, ...found, ...coverageOf(parts), value: known, unknown: reason, parts, steps }
  }

  async #sourceOf (source: Source, indicator: ReportedIndicator, name: string): Promise<Counted> {
    switch (source.op) {
      case 'indicator': return this.#valueOf(source.indicator)
      case 'procedures': {
        const { db, unit, period } = this.#asked
        if (unit.path.length > 1) return unknownFor('catalogue_of_province')
        this.#procedures ??= await procedureFacts(db, period)
        return countedProcedures(this.#procedures, source, period.code)
      }
      case 'procedure_reviews': return countedReviews(this.#asked, source)
      case 'dossiers': case 'on_time': return this.#dossiers.of(source)
      case 'units': {
        const rule = ruleOf(source, this.#form, nameOfRule(indicator.code, name), indicator.code)
        return countedUnits(this.#asked, rule, (await this.#reportedBelow()).get(rule.indicator)!, indicator.value_type === 'fraction')
      }
    }
  }

  /** What is reported wins, also `-`. */
  async #valueOf (code: string): Promise<Counted> {
    const { number, state } = this.#indicators.get(code)!
    if (state === 'no_data') return unknownFor('unknown_indicator')
    if (number !== null) return countOf(number)
    const derived = await this.of(code)
    if (derived === null || derived.number === null) return unknownFor('unknown_indicator')
    const { parts: _parts, steps: _steps, number: value, ...beside } = derived
    return countOf(value, beside)
  }

  /** All that derivations of the form ask of units below, in one statement. */
  async #reportedBelow (): Promise<ReadonlyMap<string, Together>> {
    const { db, unit, period, now } = this.#asked
    const rules = rulesOf(this.#form, [...this.#indicators.values()])
    this.#below ??= await reportedBelow(db, rules, { unit: unit.id, period: period.code, now })
    return this.#below
  }
}

type Found = Counted & Pick<Derived, 'parts' | 'steps'>

/** Of all inputs together. null: none is made of units. */
function coverageOf (parts: readonly Part[]): Pick<Counted, 'units_reported' | 'units_expected'> {
  const ofUnits = parts.filter(({ counted }) => counted.units_expected !== null)
  if (ofUnits.length === 0) return { units_reported: null, units_expected: null }
  const units = (name: 'units_reported' | 'units_expected') => ofUnits.reduce((sum, { counted }) => sum + counted[name]!, 0)
  return { units_reported: units('units_reported'), units_expected: units('units_expected') }
}

/** No code of an indicator has a blank. */
function nameOfRule (indicator: string, input: string): string {
  return `${indicator} ${input}`
}

function rulesOf (form: string, indicators: readonly ReportedIndicator[]): Rule[] {
  return indicators.flatMap(({ code, derivation }) => {
    const sources = derivation === null ? [] : derivation.op === 'formula' ? Object.entries(derivation.inputs) : [['', derivation] as const]
    return sources.flatMap(([name, source]) => source.op === 'units' ? [ruleOf(source, form, nameOfRule(code, name), code)] : [])
  })
}

function shownAs (type: ValueType, { value, unknown, ...found }: Found): Derived {
  const { numerator, denominator, units_reported, units_expected, parts, steps } = found
  const beside = { numerator, denominator, units_reported, units_expected, parts, steps }
  if (value === null) return { number: null, unknown, ...beside }
  if (type === 'fraction') return { number: null, unknown: null, ...beside }
  const number = type === 'percent' ? fromHundredths(hundredthsOf(value)) : wholeOf(value)
  if (number === null || number < 0 || (type === 'percent' && number > 100)) return { number: null, unknown: 'out_of_range', ...beside }
  return { number, unknown: null, ...beside }
}

/** null: it is no whole number, or not known. */
function wholeOf (value: Rational | null | undefined): number | null {
  return value == null || value.n % value.d !== 0n ? null : Number(value.n / value.d)
}

/** The reported number less the derived one, exactly as both are printed. */
export function differenceOf (reported: number | null, derived: number | null): number | null {
  if (reported === null || derived === null) return null
  const [a, b] = [rationalOf(reported), rationalOf(derived)]
  return Number(((a.n * b.d - b.n * a.d) * 10_000n) / (a.d * b.d)) / 10_000
}

import { add, rationalOf, type Rational } from '../../../formulas/rational.ts'
import { COMPARED, EACH, UNCHANGED, type Meaning } from '../../rules/names.ts'
import { LEAST_EARLIER, type Span } from '../../rules/schema.ts'
import { dossierFigure, type DossierSums } from './dossier-figures.ts'
import { medianOf } from './median.ts'
import type { RelatedPeriods } from './related-periods.ts'
import type { Reason } from '../schema.ts'
import type { StoredFigure, UnitFigures } from './values.ts'

/** What an input comes to, or why it is not known. A text is a coded answer. */
export type Figure = { value: number | string | Rational } | { reason: Reason }

/** Of a unit, the dossiers by what is wanted of them. */
export type DossiersOf = (key: string) => DossierSums | undefined

/** A name for what is wanted of dossiers: what has the same name is read once. */
export function keyOfDossiers ({ of, span }: { of: string, span: Span | null }): string {
  return `${of} ${span ?? ''}`
}

const NOTHING: StoredFigure = ['not_provided', null, null, null, null]

/** The figures that rules name, of the report of one unit. */
export class ReportFigures {
  readonly #unit: string
  readonly #figures: UnitFigures
  readonly #related: RelatedPeriods
  readonly #dossiers: DossiersOf
  readonly #series = new Map<string, ReturnType<typeof medianOf> | null>()

  constructor (unit: string, figures: UnitFigures, related: RelatedPeriods, dossiers: DossiersOf) {
    this.#unit = unit
    this.#figures = figures
    this.#related = related
    this.#dossiers = dossiers
  }

  /**
   * @param each the indicator that the rule is tried for
   * @param indicators all those of the rule
   */
  of (meaning: Meaning, each: string | null, indicators: readonly string[]): Figure {
    switch (meaning.of) {
      case UNCHANGED: return known(this.#compared(indicators)?.filter(([now, before]) => now === before).length, 'no_earlier_report')
      case COMPARED: return known(this.#compared(indicators)?.length, 'no_earlier_report')
      case 'dossiers': case 'records': return this.#dossierFigure(meaning)
      case 'indicator': return this.#indicator(meaning.indicator === EACH ? each! : meaning.indicator, meaning)
    }
  }

  #dossierFigure (meaning: Meaning & { of: 'dossiers' | 'records' }): Figure {
    const sumsOf = (span: Span | null) => this.#dossiers(keyOfDossiers({ ...meaning, span }))?.get(this.#unit)
    const level = meaning.level ?? ''
    const [now, then] = [sumsOf(null)?.get(level), sumsOf(meaning.span)?.get(level)]
    if (now !== undefined && then !== undefined && now.scope !== then.scope) return { reason: 'other_scope' }
    return dossierFigure(then, meaning.measure)
  }

  #indicator (code: string, { span, part }: Meaning & { of: 'indicator' }): Figure {
    switch (span) {
      case null: return this.#reported(code, part)
      case 'before': return known(this.#numberIn(this.#related.earlier[0], code), 'no_earlier_report')
      case 'opening': return known(
        this.#related.opening.map(period => this.#numberIn(period, code)).find(number => number !== null), 'no_earlier_report')
      case 'parts': return this.#sumOfParts(code)
      case 'median': case 'mad': return known(this.#seriesOf(code)?.[span], 'too_few_periods')
    }
  }

  #reported (code: string, part: 'numerator' | 'denominator' | null): Figure {
    const [state, number, numerator, denominator, choice] = this.#stored(code)
    if (state !== 'reported') return { reason: state }
    if (part !== null) return known(part === 'numerator' ? numerator : denominator, 'not_provided')
    return known(choice === null ? number : String(choice), 'not_provided')
  }

  #sumOfParts (code: string): Figure {
    const numbers = this.#related.parts.map(period => this.#numberIn(period, code))
    if (numbers.length === 0 || numbers.includes(null)) return { reason: 'parts_missing' }
    return { value: numbers.map(number => rationalOf(number!)).reduce(add) }
  }

  #seriesOf (code: string): ReturnType<typeof medianOf> | null {
    let series = this.#series.get(code)
    if (series === undefined) {
      const numbers = this.#related.earlier.map(period => this.#numberIn(period, code))
        .filter(number => number !== null)
      this.#series.set(code, series = numbers.length < LEAST_EARLIER ? null : medianOf(numbers))
    }
    return series
  }

  /**
   * The figures of the period and of that before, where both are known and not both 0.
   * @returns null: there are none
   */
  #compared (indicators: readonly string[]): [now: number, before: number][] | null {
    const pairs = indicators.flatMap((code): [number, number][] => {
      const [now, before] = [this.#stored(code)[1], this.#numberIn(this.#related.earlier[0], code)]
      return now === null || before === null || (now === 0 && before === 0) ? [] : [[now, before]]
    })
    return pairs.length === 0 ? null : pairs
  }

  #numberIn (period: string | undefined, code: string): number | null {
    return own(this.#figures.numbers.get(period ?? ''), code) ?? null
  }

  #stored (code: string): StoredFigure {
    return own(this.#figures.now, code) ?? NOTHING
  }
}

/** Of what was posted: an indicator may have any name. */
function own<V> (values: Readonly<Record<string, V>> | undefined, code: string): V | undefined {
  return values !== undefined && Object.hasOwn(values, code) ? values[code] : undefined
}

function known (value: number | string | Rational | null | undefined, reason: Reason): Figure {
  return value === null || value === undefined ? { reason } : { value }
}

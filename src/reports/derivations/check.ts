import type { Issue, IssueCode } from '../../contract/errors.ts'
import { checkOf, type Check } from '../../contract/validation.ts'
import { checkFormula } from '../../formulas/check.ts'
import { PERCENT, type DeclaredInput, type Measure } from '../../formulas/formula.ts'
import type { Indicator } from '../indicators/schema.ts'
import { FormulaOfSources, SOURCES, type Derivation, type Source, type SourceOf } from './schema.ts'
import { needsRecords } from './sources/bases.ts'

/** What a derivation may name. */
export interface Known {
  /** Those of the form, by their codes. */
  indicators: ReadonlyMap<string, Declared>
  levels: ReadonlySet<string>
  fields: ReadonlySet<string>
}

export type Declared = Pick<Indicator, 'code' | 'value_type' | 'measure' | 'choices'>

const MAX_INPUTS = 20
const INPUT_NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
/** What the service counts itself. Indicators measure what is printed. */
const OWN_MEASURES: readonly Measure[] = ['procedures', 'dossiers', 'units', 'reviews']

const SHAPES = new Map<string, Check>([
  ...Object.entries(SOURCES).map(([name, schema]) => [name, checkOf(schema)] as const), ['formula', checkOf(FormulaOfSources)]
])

/** What is wrong with the derivation of an indicator, with pointers into it. It can be anything. */
export function issuesOfDerivation (derivation: unknown, own: Declared, known: Known): Issue[] {
  const shape = shapeIssues(derivation, '', [...SHAPES.keys()])
  if (shape.length > 0) return shape
  const { value_type: type } = own
  if (type === 'heading' || type === 'choice') return [issue('', 'not_allowed', `what is derived is a number, and this is a ${type}`)]
  const sound = derivation as Derivation
  const { issues, measure } = sound.op === 'formula' ? formulaChecked(sound, own, known) : sourceChecked(sound, '', own, known)
  return issues.length > 0 ? issues : resultIssues(sound, measure, own, known)
}

interface Checked {
  issues: Issue[]
  measure: Measure
}

function shapeIssues (value: unknown, at: string, operators: readonly string[]): Issue[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [issue(at, 'invalid_type', 'it is an object')]
  const { op } = value as { op?: unknown }
  if (op === undefined) return [issue(`${at}/op`, 'missing', 'it names its operator as op')]
  if (typeof op === 'string' && operators.includes(op)) {
    // The detail names what is wrong by its place in the derivation.
    return SHAPES.get(op)!(value, '').map(one => ({ ...one, pointer: `${at}${one.pointer}` }))
  }
  return [issue(`${at}/op`, 'unknown_operator', `op must be one of ${operators.join(', ')}`)]
}

function formulaChecked ({ inputs, formula }: FormulaOfSources, own: Declared, known: Known): Checked {
  const named = Object.entries(inputs)
  if (named.length > MAX_INPUTS) return refused('/inputs', 'too_many', `a formula has at most ${MAX_INPUTS} inputs`)
  const issues: Issue[] = []
  const declared: DeclaredInput[] = []
  for (const [name, source] of named) {
    const at = `/inputs/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (!INPUT_NAME.test(name)) issues.push(issue(at, 'malformed', `the name of an input matches ${INPUT_NAME.source}`))
    const shape = shapeIssues(source, at, Object.keys(SOURCES))
    const checked = shape.length > 0 ? { issues: shape, measure: null } : sourceChecked(source, at, own, known)
    issues.push(...checked.issues)
    declared.push({ name, type: 'number', measure: checked.measure })
  }
  if (issues.length > 0) return { issues, measure: null }
  const checked = checkFormula(formula, declared)
  return {
    issues: checked.issues.map(one => ({ ...one, pointer: `/formula${one.pointer}` })), measure: checked.measure ?? null
  }
}

function sourceChecked (source: Source, at: string, own: Declared, known: Known): Checked {
  switch (source.op) {
    case 'indicator': {
      const named = known.indicators.get(source.indicator)
      const issues = typeIssues(`${at}/indicator`, source.indicator, named, ['count', 'percent'])
      return { issues, measure: measureOf(named) }
    }
    case 'procedures': {
      const isMixed = source.counts.length > 1 && source.counts.includes('in_force')
      const mixed = isMixed ? [issue(`${at}/counts`, 'not_allowed', 'what is in force on a day is not added to what happened in a period')] : []
      return { issues: [...mixed, ...codeIssues(source, at, known)], measure: 'procedures' }
    }
    case 'procedure_reviews': {
      const { count } = source
      return { issues: [], measure: count === 'procedures' || count === 'units' ? count : 'reviews' }
    }
    case 'dossiers': case 'on_time': {
      const needs = source.basis === 'reported' && needsRecords(source)
        ? [issue(`${at}/basis`, 'needs_records', 'the method, or the online service level, is known of records only')]
        : []
      return { issues: [...needs, ...codeIssues(source, at, known)], measure: source.op === 'on_time' ? PERCENT : 'dossiers' }
    }
    case 'units': return unitsChecked(source, at, own, known)
  }
}

function unitsChecked (source: SourceOf<'units'>, at: string, own: Declared, known: Known): Checked {
  const { rule, indicator: code = own.code, numerator, denominator, choices } = source
  const value = known.indicators.get(code)
  const isOfTwo = numerator !== undefined || denominator !== undefined
  const isRatio = rule === 'ratio_of_sums'
  const operands = {
    numerator: isRatio, denominator: isRatio, choices: rule === 'units_with_choice', indicator: !isOfTwo
  }
  const issues = [
    ...codeIssues(source, at, known),
    ...(Object.keys(operands) as (keyof typeof operands)[])
      .filter(name => !operands[name] && source[name] !== undefined)
      .map(name => issue(`${at}/${name}`, 'not_allowed', `it is no operand of ${rule} here`))
  ]
  if (issues.length > 0) return { issues, measure: null }
  const place = source.indicator === undefined ? `${at}/rule` : `${at}/indicator`
  switch (rule) {
    case 'sum': case 'latest': return { issues: typeIssues(place, code, value, ['count']), measure: measureOf(value) }
    case 'units_with_choice': return { issues: choiceIssues(at, place, code, value, choices), measure: 'units' }
    case 'ratio_of_sums': {
      if (!isOfTwo) return { issues: typeIssues(place, code, value, ['fraction']), measure: PERCENT }
      const of = { numerator, denominator }
      return {
        issues: Object.entries(of).flatMap(([name, counted]) => (
          counted === undefined
            ? [issue(`${at}/${name}`, 'missing', 'numerator and denominator come together')]
            : typeIssues(`${at}/${name}`, counted, known.indicators.get(counted), ['count']))),
        measure: PERCENT
      }
    }
  }
}

function choiceIssues (
  at: string, place: string, code: string, value: Declared | undefined, choices: number[] | undefined
): Issue[] {
  const issues = typeIssues(place, code, value, ['choice'])
  if (issues.length > 0) return issues
  if (choices === undefined) return [issue(`${at}/choices`, 'missing', 'units_with_choice names the choices that count')]
  return choices.flatMap((choice, i) => (
    value!.choices.some(({ value }) => value === choice) ? [] : [issue(`${at}/choices/${i}`, 'not_a_choice', `${code} has no choice ${choice}`)]))
}

function typeIssues (at: string, code: string, indicator: Declared | undefined, types: readonly string[]): Issue[] {
  if (indicator === undefined) return [issue(at, 'unknown_indicator', `the form has no indicator ${code}`)]
  if (types.includes(indicator.value_type)) return []
  return [issue(at, 'value_of_other_type', `${code} is a ${indicator.value_type}, and should be a ${types.join(' or a ')}`)]
}

function codeIssues (source: { level?: string[], field?: string[] }, at: string, { levels, fields }: Known): Issue[] {
  const unknown = (name: 'level' | 'field', known: ReadonlySet<string>) => (source[name] ?? []).flatMap((code, i) => (
    known.has(code) ? [] : [issue(`${at}/${name}/${i}`, `unknown_${name}`, `there is no ${name} ${code}`)]))
  return [...unknown('level', levels), ...unknown('field', fields)]
}

function measureOf (indicator: Declared | undefined): Measure {
  return indicator?.value_type === 'percent' ? PERCENT : indicator?.measure ?? null
}

function resultIssues (derivation: Derivation, measure: Measure, own: Declared, known: Known): Issue[] {
  if (own.value_type === 'fraction') {
    const isFraction = derivation.op === 'units' && derivation.rule === 'ratio_of_sums' && derivation.numerator === undefined &&
      known.indicators.get(derivation.indicator ?? own.code)!.value_type === 'fraction'
    return isFraction ? [] : [issue('', 'not_allowed', 'a fraction is derived from fractions of units alone, by ratio_of_sums')]
  }
  const fits = own.value_type === 'percent'
    ? measure === PERCENT
    : measure !== PERCENT && (OWN_MEASURES.includes(measure) || measure === own.measure)
  const expected = own.value_type === 'percent' ? PERCENT : own.measure ?? 'a count without a measure'
  return fits ? [] : [issue('', 'measures_differ', `it comes to ${measure ?? 'a number without a measure'}, and should be ${expected}`)]
}

/**
 * The levels or fields that derivations name. A form that is stored may name some that its database lacks: districts
 * have ended, and a database of today has no such level.
 */
export function codesNamed (derivations: readonly (Derivation | null)[], property: 'level' | 'field'): Set<string> {
  const sources = derivations.flatMap(sourcesOf) as Partial<Record<typeof property, string[]>>[]
  return new Set(sources.flatMap(source => source[property] ?? []))
}

/** The sources of a derivation. */
function sourcesOf (derivation: Derivation | null): Source[] {
  if (derivation === null) return []
  return derivation.op === 'formula' ? Object.values(derivation.inputs) : [derivation]
}

/** The codes of indicators whose derivations, one by one, lead back to themselves. */
export function inCycles (indicators: ReadonlyMap<string, { derivation: Derivation | null }>): string[] {
  const namedBy = (code: string) => {
    const sources = sourcesOf(indicators.get(code)?.derivation ?? null)
    return sources.flatMap(source => source.op === 'indicator' ? [source.indicator] : [])
  }
  return [...indicators.keys()].filter(code => {
    const reached = new Set<string>()
    const open = namedBy(code)
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (reached.has(next)) continue
      reached.add(next)
      open.push(...namedBy(next))
    }
    return reached.has(code)
  })
}

function refused (at: string, code: IssueCode, detail: string): Checked {
  return { issues: [issue(at, code, detail)], measure: null }
}

function issue (pointer: string, code: IssueCode, detail: string): Issue {
  return { pointer, code, detail }
}

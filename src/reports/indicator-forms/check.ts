import { daysInOrder } from '../../catalogue/post-rows.ts'
import { issueAt } from '../../writes/row-issues.ts'
import type { Issue, IssueCode } from '../../contract/errors.ts'
import { codesNamed, inCycles, issuesOfDerivation, type Known } from '../derivations/check.ts'
import type { WholeForm, WholeIndicator } from './schema.ts'

/** What a form may name. */
export interface KnownForms extends Omit<Known, 'indicators'> {
  /** Those that are stored, by their codes. */
  forms: ReadonlyMap<string, WholeForm>
}

/** What is wrong with a form, with pointers into its item. */
export function issuesOfForm (form: WholeForm, known: KnownForms): Issue[] {
  const { valid_from: from, valid_to: to, indicators } = form
  const byCode = new Map(indicators.map(indicator => [indicator.code, indicator]))
  const stored = known.forms.get(form.code)?.indicators.map(({ derivation }) => derivation) ?? []
  const nameable = {
    indicators: byCode,
    levels: new Set([...known.levels, ...codesNamed(stored, 'level')]),
    fields: new Set([...known.fields, ...codesNamed(stored, 'field')])
  }
  const issues = [
    ...daysInOrder(['valid_from', 'valid_to'], from, to),
    ...laterIssues(form, known),
    ...repeated(indicators.map(({ code }) => code), 'code', 'duplicate_key'),
    ...repeated(indicators.map(({ position }) => position), 'position', 'position_taken'),
    ...repeated(indicators.map(({ corresponds_to: earlier }) => (
      earlier && `${earlier.form} ${earlier.indicator}`)), 'corresponds_to', 'duplicate_key'),
    ...indicators.flatMap((indicator, i) => [
      ...parentIssues(indicator, byCode, i), ...choiceIssues(indicator, i),
      ...correspondenceIssues(indicator, form, known, i)
    ])
  ]
  const derivations = indicators.flatMap((indicator, i) => (
    indicator.derivation === null
      ? []
      : issuesOfDerivation(indicator.derivation, indicator, nameable)
          .map(issue => ({ ...issue, pointer: `/indicators/${i}/derivation${issue.pointer}` }))))
  if (derivations.length > 0) return [...issues, ...derivations]
  const circular = inCycles(byCode)
  return [...issues, ...indicators.flatMap(({ code }, i) => (
    circular.includes(code) ? [at(i, 'derivation', 'derivation_cycle', `${code} is derived from itself`)] : []))]
}

function at (i: number, property: string, code: IssueCode, detail: string): Issue {
  return issueAt(`indicators/${i}/${property}`, code, detail)
}

function repeated (keys: readonly (string | number | null)[], property: string, code: IssueCode): Issue[] {
  return keys.flatMap((key, i) => (
    key === null || keys.indexOf(key) === i ? [] : [at(i, property, code, `the ${property} ${key} is taken`)]))
}

/** A parent stands before what is below it, so nothing is above itself. */
function parentIssues (
  { parent, position }: WholeIndicator, byCode: ReadonlyMap<string, WholeIndicator>, i: number
): Issue[] {
  if (parent === null) return []
  const above = byCode.get(parent)
  if (above === undefined) return [at(i, 'parent', 'unknown_indicator', `the form has no indicator ${parent}`)]
  return above.position < position ? [] : [at(i, 'parent', 'out_of_range', `${parent} does not stand before it`)]
}

function choiceIssues ({ value_type: type, choices }: WholeIndicator, i: number): Issue[] {
  if (type !== 'choice') return choices.length === 0 ? [] : [at(i, 'choices', 'not_allowed', `a ${type} has no choices`)]
  if (choices.length === 0) return [at(i, 'choices', 'missing', 'a choice has at least one')]
  const values = choices.map(({ value }) => value)
  return values.flatMap((value, n) => (
    values.indexOf(value) === n ? [] : [at(i, `choices/${n}/value`, 'duplicate_key', `the value ${value} is taken`)]))
}

function correspondenceIssues (
  { corresponds_to: earlier, value_type: type }: WholeIndicator, { valid_from: from }: WholeForm, { forms }: KnownForms,
  i: number
): Issue[] {
  if (earlier === null) return []
  const form = forms.get(earlier.form)
  if (form === undefined) return [at(i, 'corresponds_to/form', 'unknown_form', `there is no form ${earlier.form}`)]
  if (form.valid_from >= from) {
    return [at(i, 'corresponds_to/form', 'out_of_range', `${form.code} is in force since ${form.valid_from}, which is not before ${from}`)]
  }
  const indicator = form.indicators.find(({ code }) => code === earlier.indicator)
  if (indicator === undefined) {
    return [at(i, 'corresponds_to/indicator', 'unknown_indicator', `form ${form.code} has no indicator ${earlier.indicator}`)]
  }
  if (indicator.value_type === type && type !== 'heading') return []
  const detail = `a ${type} does not continue the series of a ${indicator.value_type}`
  return [at(i, 'corresponds_to/indicator', 'value_of_other_type', detail)]
}

/** A form stays before those that continue it. */
function laterIssues ({ code, valid_from: from }: WholeForm, { forms }: KnownForms): Issue[] {
  return [...forms.values()].filter(form => form.valid_from <= from && continues(form, code))
    .map(form => issueAt('valid_from', 'out_of_range', `${form.code}, which continues it, is in force since ${form.valid_from}`))
}

function continues ({ indicators }: WholeForm, code: string): boolean {
  return indicators.some(({ corresponds_to: earlier }) => earlier?.form === code)
}

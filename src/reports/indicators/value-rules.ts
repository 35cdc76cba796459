import type { IssueCode } from '../../contract/errors.ts'
import { NO_DATA, NOT_PROVIDED, parsePrinted, printedOf } from './notation.ts'
import { MAX_COUNT } from '../../contract/fields.ts'
import type { Indicator, IndicatorValueItem, Value } from './schema.ts'

/** A value with its printed text: as posted, otherwise formatted from the value. */
export type GivenValue = Value & { printed: string }

/** `property`: that of the item; null: the item as a whole. */
export interface ValueIssue {
  property: keyof IndicatorValueItem | null
  code: IssueCode
  detail: string
}

/** A value that is not given as printed text, and the property that gives it. */
interface TypedValue {
  property: keyof IndicatorValueItem
  value: Value
}

type IndicatorType = Pick<Indicator, 'value_type' | 'choices'>

/** The value of an item, or all issues with it. */
export function givenValue (item: IndicatorValueItem, indicator: IndicatorType): GivenValue | ValueIssue[] {
  const { printed } = item
  const [typed, ...others] = typedValues(item)
  const issues = typed === undefined ? [] : typedIssues(typed, others, indicator)
  if (printed === undefined) {
    if (typed === undefined) return withoutValue(item, indicator)
    return issues.length > 0 ? issues : { ...typed.value, printed: printedOf(typed.value) }
  }
  const read = parsePrinted(printed, indicator.value_type)
  if (read === null) return [...issues, issue('printed', 'malformed', `${quoted(printed)} is not a value in Vietnamese notation`)]
  if (typed === undefined) issues.push(...typeIssues({ property: 'printed', value: read }, indicator))
  const { value } = typed ?? { value: read }
  const agrees = (Object.keys(read) as (keyof Value)[]).every(property => read[property] === value[property])
  if (issues.length === 0 && !(agrees && (item.state ?? read.state) === read.state)) {
    issues.push(issue('printed', 'printed_disagrees', `${quoted(printed)} differs from ${typed?.property ?? 'state'}`))
  }
  return issues.length > 0 ? issues : { ...value, printed: printed.normalize('NFC') }
}

/** null means left out, so that a row can be posted as it was read. */
function typedValues (item: IndicatorValueItem): TypedValue[] {
  const { number = null, numerator = null, denominator = null, choice = null, state } = item
  const reported = { ...NO_DATA, state: 'reported' as const }
  const values: TypedValue[] = []
  if (number !== null) values.push({ property: 'number', value: { ...reported, number } })
  if (numerator !== null || denominator !== null) {
    values.push({ property: numerator === null ? 'denominator' : 'numerator', value: { ...reported, numerator, denominator } })
  }
  if (choice !== null) values.push({ property: 'choice', value: { ...reported, choice } })
  if (state === 'no_data') values.push({ property: 'state', value: NO_DATA })
  if (state === 'not_provided') values.push({ property: 'state', value: NOT_PROVIDED })
  return values
}

/** A heading may have a note without a value. */
function withoutValue (
  { note = null, state }: IndicatorValueItem, indicator: IndicatorType
): GivenValue | ValueIssue[] {
  if (indicator.value_type === 'heading' && note !== null && state === undefined) return { ...NOT_PROVIDED, printed: '' }
  const alternatives = 'number, numerator and denominator, choice, printed, or the state no_data or not_provided'
  return [issue(null, 'missing', `a value is one of ${alternatives}`)]
}

function typedIssues (typed: TypedValue, others: TypedValue[], indicator: IndicatorType): ValueIssue[] {
  if (others.length === 0) return typeIssues(typed, indicator)
  return others.map(({ property }) => (
    issue(property, 'several_values', `${property} is a second value beside ${typed.property}`)))
}

/** Issues with a value for an indicator of this type. */
function typeIssues (
  { property, value }: TypedValue, { value_type: type, choices }: IndicatorType
): ValueIssue[] {
  const { state, number, numerator, denominator, choice } = value
  if (state !== 'reported') return []
  const wrongType = [issue(property, 'value_of_other_type', `the value type of the indicator is ${type}; ${property} gives another`)]
  switch (type) {
    case 'heading': return [issue(property, 'heading_has_no_value', 'a heading has no value, at most a note')]
    case 'count': return number === null ? wrongType : countIssues(property, number, 0)
    case 'percent': return number === null ? wrongType : percentIssues(property, number)
    case 'choice': return choice === null ? wrongType : choiceIssues(property, choice, choices)
    case 'fraction': return number !== null || choice !== null
      ? wrongType
      : [...partIssues(property, 'numerator', numerator, 0), ...partIssues(property, 'denominator', denominator, 1)]
  }
}

function countIssues (property: TypedValue['property'], count: number, least: number): ValueIssue[] {
  if (Number.isInteger(count) && count >= least && count <= MAX_COUNT) return []
  return [issue(property, 'out_of_range', `${count} is not a whole number from ${least} to ${MAX_COUNT}`)]
}

function percentIssues (property: TypedValue['property'], percent: number): ValueIssue[] {
  if (percent <= 100 && Math.round(percent * 10_000) / 10_000 === percent) return []
  return [issue(property, 'out_of_range', `${percent} is not a percentage from 0 to 100 with at most four decimals`)]
}

function choiceIssues (property: TypedValue['property'], choice: number, choices: Indicator['choices']): ValueIssue[] {
  if (choices.some(({ value }) => value === choice)) return []
  const known = choices.map(({ value, name }) => `${value} (${name})`).join(', ')
  return [issue(property, 'not_a_choice', `${choice} is not one of the choices ${known}`)]
}

function partIssues (
  property: TypedValue['property'], part: 'numerator' | 'denominator', count: number | null, least: number
): ValueIssue[] {
  return count === null ? [issue(part, 'missing', `a fraction has a ${part}`)] : countIssues(property, count, least)
}

const quoted = (text: string) => JSON.stringify(text)

function issue (property: ValueIssue['property'], code: IssueCode, detail: string): ValueIssue {
  return { property, code, detail }
}

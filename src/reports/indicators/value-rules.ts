import type { IssueCode } from '../../contract/errors.ts'
import { NO_DATA, NOT_PROVIDED, parsePrinted, printedOf } from './notation.ts'
import { MAX_COUNT } from '../../contract/fields.ts'
import type { Indicator, IndicatorValueItem, Value } from './schema.ts'

/** A value with its text: as given, else written from it. */
export type GivenValue = Value & { printed: string }

/** `property` of the item; null: the item as a whole. */
export interface ValueIssue {
  property: keyof IndicatorValueItem | null
  code: IssueCode
  detail: string
}

interface Way {
  property: keyof IndicatorValueItem
  value: Value
}

type Asked = Pick<Indicator, 'value_type' | 'choices'>

/** The value that an item gives for its indicator, or all that is wrong with it. */
export function givenValue (item: IndicatorValueItem, indicator: Asked): GivenValue | ValueIssue[] {
  const { printed } = item
  const [typed, ...others] = typedWays(item)
  const issues = typed === undefined ? [] : typedIssues(typed, others, indicator)
  if (printed === undefined) {
    if (typed === undefined) return withoutValue(item, indicator)
    return issues.length > 0 ? issues : { ...typed.value, printed: printedOf(typed.value) }
  }
  const read = parsePrinted(printed, indicator.value_type)
  if (read === null) return [...issues, issue('printed', 'malformed', `${quoted(printed)} is no value in Vietnamese notation`)]
  if (typed === undefined) issues.push(...misfits({ property: 'printed', value: read }, indicator))
  const { value } = typed ?? { value: read }
  const agrees = (Object.keys(read) as (keyof Value)[]).every(part => read[part] === value[part])
  if (issues.length === 0 && !(agrees && (item.state ?? read.state) === read.state)) {
    issues.push(issue('printed', 'printed_disagrees', `${quoted(printed)} is not what ${typed?.property ?? 'state'} says`))
  }
  return issues.length > 0 ? issues : { ...value, printed: printed.normalize('NFC') }
}

/** null is as good as left out, so that a row can be posted as it was read. */
function typedWays (item: IndicatorValueItem): Way[] {
  const { number = null, numerator = null, denominator = null, choice = null, state } = item
  const reported = { ...NO_DATA, state: 'reported' as const }
  const ways: Way[] = []
  if (number !== null) ways.push({ property: 'number', value: { ...reported, number } })
  if (numerator !== null || denominator !== null) {
    ways.push({ property: numerator === null ? 'denominator' : 'numerator', value: { ...reported, numerator, denominator } })
  }
  if (choice !== null) ways.push({ property: 'choice', value: { ...reported, choice } })
  if (state === 'no_data') ways.push({ property: 'state', value: NO_DATA })
  if (state === 'not_provided') ways.push({ property: 'state', value: NOT_PROVIDED })
  return ways
}

/** A heading may have a note alone. */
function withoutValue ({ note = null, state }: IndicatorValueItem, indicator: Asked): GivenValue | ValueIssue[] {
  if (indicator.value_type === 'heading' && note !== null && state === undefined) return { ...NOT_PROVIDED, printed: '' }
  const ways = 'number, numerator and denominator, choice, printed, or the state no_data or not_provided'
  return [issue(null, 'missing', `a value is one of ${ways}`)]
}

function typedIssues (typed: Way, others: Way[], indicator: Asked): ValueIssue[] {
  if (others.length === 0) return misfits(typed, indicator)
  return others.map(({ property }) => (
    issue(property, 'several_values', `${property} is a second value beside ${typed.property}`)))
}

/** What is wrong with a value for an indicator of this type. */
function misfits ({ property, value }: Way, { value_type: type, choices }: Asked): ValueIssue[] {
  const { state, number, numerator, denominator, choice } = value
  if (state !== 'reported') return []
  const ofOtherType = [issue(property, 'value_of_other_type', `the indicator is a ${type}, which ${property} does not give`)]
  switch (type) {
    case 'heading': return [issue(property, 'heading_has_no_value', 'a heading has no value, at most a note')]
    case 'count': return number === null ? ofOtherType : countIssues(property, number, 0)
    case 'percent': return number === null ? ofOtherType : percentIssues(property, number)
    case 'choice': return choice === null ? ofOtherType : choiceIssues(property, choice, choices)
    case 'fraction': return number !== null || choice !== null
      ? ofOtherType
      : [...partIssues(property, 'numerator', numerator, 0), ...partIssues(property, 'denominator', denominator, 1)]
  }
}

function countIssues (property: Way['property'], count: number, least: number): ValueIssue[] {
  if (Number.isInteger(count) && count >= least && count <= MAX_COUNT) return []
  return [issue(property, 'out_of_range', `${count} is not a whole number from ${least} to ${MAX_COUNT}`)]
}

function percentIssues (property: Way['property'], percent: number): ValueIssue[] {
  if (percent <= 100 && Math.round(percent * 10_000) / 10_000 === percent) return []
  return [issue(property, 'out_of_range', `${percent} is not a percentage from 0 to 100 with at most four decimals`)]
}

function choiceIssues (property: Way['property'], choice: number, choices: Indicator['choices']): ValueIssue[] {
  if (choices.some(({ value }) => value === choice)) return []
  const known = choices.map(({ value, name }) => `${value} (${name})`).join(', ')
  return [issue(property, 'not_a_choice', `${choice} is none of the choices ${known}`)]
}

function partIssues (
  property: Way['property'], part: 'numerator' | 'denominator', count: number | null, least: number
): ValueIssue[] {
  return count === null ? [issue(part, 'missing', `a fraction has a ${part}`)] : countIssues(property, count, least)
}

const quoted = (text: string) => JSON.stringify(text)

function issue (property: ValueIssue['property'], code: IssueCode, detail: string): ValueIssue {
  return { property, code, detail }
}

import type { Issue } from '../../contract/errors.ts'
import { issueAt } from '../../writes/row-issues.ts'
import type { WholeForm, WholeIndicator } from './schema.ts'

/** What says what a reported value means. The place, the derivation and the series of an indicator do not. */
const MEANING = ['name', 'value_type', 'measure', 'choices'] as const

/** A change of an indicator that is only possible while nobody has reported it, or nothing continues it. */
export interface MeaningChange {
  form: string
  code: string
  /** Of the item. */
  pointer: string
  /** null: the indicator goes. */
  property: typeof MEANING[number] | null
}

/** What of a stored form would mean something else, in the order of the form as it was. */
export function meaningChanges (before: WholeForm, after: WholeForm): MeaningChange[] {
  const { code: form, indicators } = after
  return before.indicators.flatMap((former): MeaningChange[] => {
    const { code } = former
    const i = indicators.findIndex(one => one.code === code)
    if (i < 0) return [{ form, code, pointer: 'indicators', property: null }]
    return MEANING.filter(name => meaning(former, name) !== meaning(indicators[i]!, name))
      .map(property => ({ form, code, pointer: `indicators/${i}/${property}`, property }))
  })
}

function meaning (indicator: WholeIndicator, property: typeof MEANING[number]): string {
  return JSON.stringify(indicator[property])
}

/**
 * @param used indicators with values, as `form indicator`
 * @param continued those that other forms continue
 */
export function meaningIssues (
  changes: readonly MeaningChange[], used: ReadonlySet<string>, continued: ReadonlySet<string>
): Issue[] {
  return changes.flatMap(({ form, code, pointer, property }): Issue[] => {
    const what = property === null ? 'cannot go' : `keeps its ${property}`
    if (used.has(`${form} ${code}`)) {
      return [issueAt(pointer, 'form_has_values', `${code} has values in reports, so it ${what}; what means something else is a new form`)]
    }
    const isContinued = continued.has(`${form} ${code}`) && (property === null || property === 'value_type')
    return isContinued ? [issueAt(pointer, 'indicator_continued', `another form continues ${code}, so it ${what}`)] : []
  })
}

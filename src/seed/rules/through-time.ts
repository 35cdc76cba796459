import type { Rule } from '../../reports/rules/schema.ts'
import { count, input, ruleOfForm, times } from './rule.ts'

/** Counts of what happened in the period: those of quarters add up to those of a half year. */
const FLOWS = [
  '1.1.3', '1.2.1', '1.2.2', '1.2.3', '1.2.4', '1.4.1', '2.1', '2.2', '2.3', '2.4', '2.5', '3.1.1', '3.1.2', '5.1.3', '5.2.1', '5.2.2',
  '5.2.3', '5.2.4', '5.2.5', '5.3.2', '5.3.3', '5.3.4', '5.4.1', '5.4.2', '5.4.3', '5.4.4', '7.6.2'
]

/** The report beside those of before, and beside those of shorter periods. */
export function throughTime (counts: string[]): Rule[] {
  const median = input('median/each')
  // Five times as far as is usual, and so far that nobody asks about small numbers.
  const width = { op: 'max' as const, of: [times(5, input('mad/each')), times(0.5, median), count(10)] }
  return [
    ruleOfForm({
      code: 'procedures-continued', kind: 'continuity', severity: 'warning',
      left: input('3.1.3'), comparison: 'equal',
      right: { op: 'difference', of: [{ op: 'sum', of: [input('opening/3.1.3'), input('3.1.1')] }, input('3.1.2')] },
      message_vi: 'TTHC đang có hiệu lực (3.1.3) là {left}, nhưng {opening/3.1.3} của kỳ trước cộng {3.1.1} công bố mới trừ {3.1.2} bãi bỏ, thay thế là {right}; chênh lệch {difference}.',
      message_en: 'Procedures in force (3.1.3) are {left}, but {opening/3.1.3} of before, {3.1.1} new and {3.1.2} repealed or replaced come to {right}: they differ by {difference}.',
      note: 'A replaced procedure counts as repealed, and the one in its place as new.'
    }),
    ruleOfForm({
      code: 'sum-of-parts', kind: 'cross_period', severity: 'warning', indicators: FLOWS,
      left: input('each'), comparison: 'equal', right: input('parts/each'),
      message_vi: 'Chỉ tiêu {each} là {left}, nhưng các kỳ ngắn hơn cộng lại là {right}; chênh lệch {difference}.',
      message_en: 'Indicator {each} is {left}, but the shorter periods add up to {right}: they differ by {difference}.'
    }),
    ruleOfForm({
      code: 'jump', kind: 'jump', severity: 'warning', indicators: counts,
      left: input('each'), comparison: 'between',
      right: { op: 'difference', of: [median, width] }, right_to: { op: 'sum', of: [median, width] },
      message_vi: 'Chỉ tiêu {each} là {left}, khác thường so với các kỳ trước (trung vị {median/each}): vượt giới hạn {right} là {difference}.',
      message_en: 'Indicator {each} is {left}, unlike in earlier periods (their median is {median/each}): {difference} beyond {right}.',
      note: 'Beyond the median by more than five times the median distance from it (MAD), half of it, and 10.'
    }),
    ruleOfForm({
      code: 'unchanged', kind: 'unchanged', severity: 'warning', indicators: FLOWS,
      left: input('unchanged'), comparison: 'at_most', right: { op: 'max', of: [times(0.5, input('compared')), count(4)] },
      message_vi: '{unchanged} trong {compared} chỉ tiêu phát sinh trong kỳ giống hệt kỳ trước: có thể đã chép lại báo cáo cũ.',
      message_en: '{unchanged} of {compared} figures of what happened in the period are those of the period before: an old report may have been copied.'
    })
  ]
}

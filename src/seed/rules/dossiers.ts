import type { Rule } from '../../reports/rules/schema.ts'
import { count, input, ruleOfForm, times } from './rule.ts'

/** What is reported of dossiers beside the period before and beside records, whatever the form. */
export function ofDossiers (): Rule[] {
  const ofAnyForm = (code: string, given: Omit<Parameters<typeof ruleOfForm>[0], 'code'>): Rule => (
    { ...ruleOfForm({ ...given, code }), form: null, code: `dossiers-${code}` })
  const besideRecords = (code: string, measure: string, [vi, en]: readonly [string, string]) => {
    const records = input(`records/${measure}`)
    // So far that nobody asks about a few dossiers.
    const width = { op: 'max' as const, of: [times(0.02, records), count(5)] }
    return ofAnyForm(`${code}-beside-records`, {
      kind: 'records', severity: 'warning', left: input(`dossiers/${measure}`), comparison: 'between',
      right: { op: 'difference', of: [records, width] }, right_to: { op: 'sum', of: [records, width] },
      message_vi: `Báo cáo có {left} hồ sơ ${vi}, nhưng dữ liệu hồ sơ có {records/${measure}}: chênh lệch quá 2 %.`,
      message_en: `{left} dossiers are reported as ${en}, but records have {records/${measure}}: more than 2 % apart.`
    })
  }
  return [
    ofAnyForm('continued', {
      kind: 'continuity', severity: 'warning',
      left: input('dossiers/carried_over'), comparison: 'equal', right: input('opening/dossiers/pending'),
      message_vi: 'Hồ sơ kỳ trước chuyển qua là {left}, nhưng kỳ trước còn {right} hồ sơ đang giải quyết; chênh lệch {difference}.',
      message_en: '{left} dossiers are carried over, but {right} were pending at the end of the period before: they differ by {difference}.'
    }),
    besideRecords('received', 'received', ['tiếp nhận', 'received']),
    besideRecords('resolved', 'resolved', ['đã giải quyết', 'resolved']),
    besideRecords('overdue', 'resolved_overdue', ['giải quyết quá hạn', 'resolved late'])
  ]
}

import t from 'tap'
import { assertSubmittable } from '../../../src/reports/submissions/checks.ts'
import type { Finding } from '../../../src/reports/submissions/findings.ts'

const finding = (severity: Finding['severity'], ...indicators: string[]): Finding => (
  { rule: 'r', severity, indicators, messages: { en: `${severity} of ${indicators.join()}`, vi: `chỉ tiêu ${indicators.join()}` } })
const REPORT = { given: 2, reported: 1, derived: 0, findings: [] }

t.test('a report of which nothing is wrong is submitted, with a note or without', async t => {
  t.doesNotThrow(() => { assertSubmittable(REPORT) })
  t.doesNotThrow(() => { assertSubmittable({ ...REPORT, note: '' }) })
})

t.test('a warning needs a note that says something', async t => {
  const warned = { ...REPORT, findings: [finding('warning', '6.1', '6.2'), finding('warning')] }
  const issues = [
    { pointer: '/note', code: 'note_needed', detail: 'a note must say something about 2 warnings' },
    { pointer: '/report/6.1', code: 'check_warning', detail: 'r: warning of 6.1,6.2', vietnamese: 'r: chỉ tiêu 6.1,6.2' },
    { pointer: '/report/', code: 'check_warning', detail: 'r: warning of ', vietnamese: 'r: chỉ tiêu ' }
  ]
  t.throws(() => { assertSubmittable(warned) }, { code: 'checks_failed', issues })
  t.throws(() => { assertSubmittable({ ...warned, note: ' ' }) }, { code: 'checks_failed', issues })
  t.throws(() => { assertSubmittable({ ...warned, note: null }) }, { code: 'checks_failed', issues })
  t.doesNotThrow(() => { assertSubmittable({ ...warned, note: 'đã rà soát' }) })
})

t.test('an error is refused whatever the note says, beside all else that is wrong', async t => {
  const findings = [finding('warning', '6.1'), finding('error', '3.1.3')]
  t.throws(() => { assertSubmittable({ ...REPORT, findings, note: 'x' }) }, { code: 'checks_failed', issues: [{ code: 'check_failed' }] })
  t.throws(() => { assertSubmittable({ given: 0, reported: 0, derived: 0, findings }) }, {
    code: 'checks_failed',
    issues: [{ code: 'nothing_reported' }, { pointer: '/report/3.1.3' }, { code: 'note_needed' }, { code: 'check_warning' }]
  })
})

t.test('a report of derived values alone is not one without values', async t => {
  t.doesNotThrow(() => { assertSubmittable({ ...REPORT, given: 0, reported: 0, derived: 1 }) })
  t.throws(() => { assertSubmittable({ ...REPORT, given: 0, reported: 0 }) }, {
    code: 'checks_failed', issues: [{ code: 'nothing_reported' }]
  })
})

import fc from 'fast-check'
import t from 'tap'
import { completed } from '../../src/form-ii06a/identities.ts'
import { MEASURES, type Measures } from '../../src/form-ii06a/measures.ts'
import { identitiesHold } from '../measures/identities.ts'

const count = fc.nat(1_000)

/** A row in which everything is known and every identity of form II.06a holds. */
const wholeRow = fc.record({
  online: count, direct: count, postal: count, early: count, onTime: count, overdue: count,
  pendingInTime: count, pendingOverdue: count
}).map(({ online, direct, postal, early, onTime, overdue, pendingInTime, pendingOverdue }): Measures => {
  const resolved = early + onTime + overdue
  const pending = pendingInTime + pendingOverdue
  // What came in besides the new ones was carried over; where that is not enough, more came online.
  const received = Math.max(resolved + pending, online + direct)
  return {
    received_online: online, received_direct: direct, received_postal: Math.min(postal, direct),
    carried_over: received - online - direct, received,
    resolved_early: early, resolved_on_time: onTime, resolved_in_time: early + onTime,
    resolved_overdue: overdue, resolved,
    pending_in_time: pendingInTime + received - resolved - pending, pending_overdue: pendingOverdue,
    pending: received - resolved
  }
})

t.test('the totals of a row follow from its parts', async t => {
  const { measures, issues } = completed({
    received_online: 120, received_direct: 800, carried_over: 80,
    resolved_in_time: 900, resolved_overdue: 20, pending_overdue: 5
  })
  t.same(issues, [])
  t.match(measures, { received: 1_000, resolved: 920, pending: 80, pending_in_time: 75 })
  t.match(measures, { resolved_early: null, received_postal: null })
})

t.test('what does not follow stays unknown, and is not zero', async t => {
  const { measures } = completed({ received: 10 })
  t.same(MEASURES.filter(measure => measures[measure] !== null), ['received'])
})

t.test('where nothing is left over, every unknown part is zero', async t => {
  t.match(completed({ received: 5, received_online: 5 }).measures,
    { received_direct: 0, received_postal: 0, carried_over: 0 })
  t.match(completed({ pending: 0 }).measures, { pending_in_time: 0, pending_overdue: 0 })
})

t.test('each identity of the form is named when it does not hold', async t => {
  const faultsOf = (given: Partial<Measures>) => completed(given).issues.map(({ measure, code }) => [measure, code])
  t.same(faultsOf({ received: 9, received_online: 5, received_direct: 4, carried_over: 1 }), [['received', 'received_identity']])
  t.same(faultsOf({ received: 4, received_online: 5 }), [['received', 'received_identity']], 'a known part alone is too much')
  t.same(faultsOf({ resolved_in_time: 3, resolved_early: 1, resolved_on_time: 1 }), [['resolved_in_time', 'resolved_identity']])
  t.same(faultsOf({ resolved: 5, resolved_in_time: 3, resolved_overdue: 1 }), [['resolved', 'resolved_identity']])
  t.same(faultsOf({ pending: 5, pending_in_time: 3, pending_overdue: 1 }), [['pending', 'pending_identity']])
  t.same(faultsOf({ received: 10, resolved: 5, pending: 4 }), [['received', 'balance_identity']])
  t.same(faultsOf({ received_direct: 1, received_postal: 2 }), [['received_postal', 'postal_identity']])
  t.same(faultsOf({}), [['received', 'nothing_reported']])
  t.same(faultsOf({ received_online: 999_999_999, received_direct: 1, carried_over: 0 }), [['received', 'out_of_range']])
})

t.test('a whole is never less than its parts, even where it is unknown itself', async t => {
  for (const given of [
    { resolved_in_time: 3, received: 2 }, { resolved_early: 3, resolved: 2 }, { received_postal: 9, received: 5 },
    { resolved_overdue: 9, pending_in_time: 1, received: 5 }
  ]) t.equal(completed(given).issues.length, 1, JSON.stringify(given))
  t.same(completed({ resolved_in_time: 3, received: 5, received_postal: 5 }).issues, [])
})

identitiesHold(MEASURES, completed, wholeRow, MEASURES.filter(measure => measure !== 'received_postal'))

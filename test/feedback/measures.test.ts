import fc from 'fast-check'
import t from 'tap'
import { completedFeedback, FEEDBACK_MEASURES, type FeedbackMeasures } from '../../src/feedback/measures.ts'
import { identitiesHold } from '../measures/identities.ts'

const count = fc.nat(1_000)

const wholeRow = fc.record({ arrived: count, carried: count, late: count, pending: count, pendingLate: count })
  .map(({ arrived, carried, late, pending, pendingLate }): FeedbackMeasures => {
    const received = arrived + carried
    const left = Math.min(pending, received)
    const [overdue, leftOverdue] = [Math.min(late, received - left), Math.min(pendingLate, left)]
    return {
      received_in_period: arrived, carried_over: carried, received,
      resolved_in_time: received - left - overdue, resolved_overdue: overdue, resolved: received - left,
      pending_in_time: left - leftOverdue, pending_overdue: leftOverdue, pending: left
    }
  })

t.test('the totals of feedback follow from what a report says', async t => {
  t.same(completedFeedback({ resolved_in_time: 86, resolved_overdue: 0, pending: 6 }), {
    measures: {
      received_in_period: null, carried_over: null, received: 92, resolved_in_time: 86, resolved_overdue: 0,
      resolved: 86, pending_in_time: null, pending_overdue: null, pending: 6
    },
    issues: []
  })
})

t.test('each identity of feedback is named when it does not hold', async t => {
  const faultsOf = (given: Partial<FeedbackMeasures>) => (
    completedFeedback(given).issues.map(({ measure, code }) => [measure, code]))
  t.same(faultsOf({ received: 9, received_in_period: 5, carried_over: 1 }), [['received', 'received_identity']])
  t.same(faultsOf({ resolved: 5, resolved_in_time: 3, resolved_overdue: 1 }), [['resolved', 'resolved_identity']])
  t.same(faultsOf({ pending: 5, pending_in_time: 3, pending_overdue: 1 }), [['pending', 'pending_identity']])
  t.same(faultsOf({ received: 10, resolved: 5, pending: 4 }), [['received', 'balance_identity']])
  t.same(faultsOf({}), [['received', 'nothing_reported']])
})

identitiesHold(FEEDBACK_MEASURES, completedFeedback, wholeRow)

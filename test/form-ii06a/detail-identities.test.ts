import fc from 'fast-check'
import t from 'tap'
import { completedDetails } from '../../src/form-ii06a/detail-identities.ts'
import { DETAIL_MEASURES, detailsText, type DetailMeasures } from '../../src/form-ii06a/detail-measures.ts'
import { completed } from '../../src/form-ii06a/identities.ts'
import { measuresOf, type Measures } from '../../src/form-ii06a/measures.ts'

const count = fc.nat(1_000)

/** A row in which everything is known and every identity holds. */
const wholeRow = fc.record({
  full: count, partial: count, other: count, late: fc.tuple(count, count), pendingLate: fc.tuple(count, count),
  inTime: count,
  paid: fc.tuple(count, count), cancelled: count
}).map(({ full, partial, other, late, pendingLate, inTime, paid, cancelled }) => {
  const overdue = late[0] + late[1]
  const resolved = inTime + overdue + paid[0] + paid[1]
  const pending_overdue = pendingLate[0] + pendingLate[1]
  const received = Math.max(resolved + cancelled + pending_overdue, full + partial + other)
  const measures: Measures = {
    ...measuresOf({}), received, received_online: full + partial + other, resolved, resolved_overdue: overdue,
    resolved_in_time: resolved - overdue, pending_overdue, pending: received - resolved - cancelled
  }
  const details: DetailMeasures = {
    ...Object.fromEntries(DETAIL_MEASURES.map(name => [name, null])) as DetailMeasures,
    received_online_full: full, received_online_partial: partial, received_online_other: other,
    resolved_overdue_with_apology: late[0], resolved_overdue_without_apology: late[1],
    pending_overdue_with_apology: pendingLate[0], pending_overdue_without_apology: pendingLate[1],
    resolved_paid: paid[0] + paid[1], resolved_paid_online: paid[0], resolved_paid_direct: paid[1], cancelled
  }
  return { measures, details }
})

t.test('a row that says nothing of details stays without them', async t => {
  t.same(completedDetails({ cancelled: null }, measuresOf({ received_online: 0 })), { details: null, issues: [] })
  t.equal(detailsText(null), null)
})

t.test('what is derived is a count that could be given', async t => {
  const paid = { resolved_paid_online: 900_000_000, resolved_paid_direct: 900_000_000 }
  const { issues } = completedDetails(paid, measuresOf({ received: 5 }))
  t.match(issues, [{ measure: 'resolved_paid', code: 'out_of_range', detail: /would be 1800000000/ }])
})

t.test('what follows from the rest is derived, and the rest stays unknown', async t => {
  const { details, issues } = completedDetails(
    { received_online_full: 5, received_online_other: 1, resolved_paid_online: 2, resolved_paid_direct: 1 },
    measuresOf({ received_online: 8, resolved_overdue: 0, pending_overdue: 4 }))
  t.same(issues, [])
  t.match(details, {
    received_online_partial: 2, resolved_overdue_with_apology: 0, resolved_overdue_without_apology: 0, resolved_paid: 3,
    pending_overdue_with_apology: null, cancelled: null
  })
})

t.test('each identity is named when it does not hold', async t => {
  const faultsOf = (given: Partial<DetailMeasures>, measures: Partial<Measures>) => (
    completedDetails(given, measuresOf(measures)).issues.map(({ measure, code }) => `${measure} ${code}`))
  t.same(faultsOf({ received_online_full: 9 }, { received_online: 8 }), ['received_online_full online_service_identity'])
  const services = { received_online_full: 1, received_online_partial: 1, received_online_other: 1 }
  t.same(faultsOf(services, { received_online: 8 }), ['received_online_full online_service_identity'])
  t.same(faultsOf({ resolved_overdue_with_apology: 3 }, { resolved_overdue: 2 }), [
    'resolved_overdue_with_apology apology_identity'])
  t.same(faultsOf({ pending_overdue_without_apology: 3 }, { pending_overdue: 2 }), [
    'pending_overdue_with_apology apology_identity'])
  t.same(faultsOf({ resolved_paid: 1, resolved_paid_direct: 2 }, {}), ['resolved_paid_online payment_identity'])
  t.same(faultsOf({ resolved_withdrawn: 2, resolved_stopped: 2 }, { resolved: 3 }), ['resolved_withdrawn part_exceeds_total'])
  t.same(faultsOf({ received_non_territorial: 4, resolved_digitised: 9 }, { received: 3 }), [
    'received_non_territorial part_exceeds_total'])
  t.same(faultsOf({ pending_awaiting_supplement: 4 }, { pending: 3 }), ['pending_awaiting_supplement part_exceeds_total'])
  t.match(completedDetails({ resolved_stopped: 4 }, measuresOf({ resolved: 3 })).issues[0]!.detail,
    /^resolved \(3\) is less than what is known of resolved_withdrawn \+ resolved_stopped \(4\)$/)
})

t.test('cancelled dossiers are in the balance, where a source says how many', async t => {
  const form = { received: 10, resolved: 5, pending: 3 }
  t.match(completed(form).issues, [
    { measure: 'received', code: 'balance_identity', detail: /^received \(10\) is not resolved \+ pending \(8\); what was cancelled/ }
  ])
  t.same(completed(form, 2).issues, [])
  t.match(completed(form, 3).issues, [{ code: 'balance_identity', detail: /resolved \+ pending \+ cancelled \(11\)$/ }])
  t.match(completed({ received: 10, resolved: 5 }, 2).measures, { pending: 3 })
  const parts = { resolved: 5, pending: 3, received_online: 1, received_direct: 1 }
  t.match(completed(parts, 2).measures, { received: 10, carried_over: 8 })
  t.match(completed({ received: 10, resolved: 5 }, 0).measures, { pending: 5 })
})

t.test('a whole row is sound, and any part of it as well', async t => {
  fc.assert(fc.property(wholeRow, fc.subarray(DETAIL_MEASURES), ({ measures, details }, known) => {
    const given = Object.fromEntries(known.map(name => [name, details[name]]))
    const { details: found, issues } = completedDetails(given, measures)
    return issues.length === 0 && completed(measures, details.cancelled).issues.length === 0 &&
      known.every(name => found?.[name] === undefined || found[name] === details[name])
  }))
  t.pass()
})

t.test('a measure that is one more contradicts the others', async t => {
  const parts = DETAIL_MEASURES.filter(name => /online_|_paid|apology$/.test(name))
  fc.assert(fc.property(wholeRow, fc.constantFrom(...parts), ({ measures, details }, name) => (
    completedDetails({ ...details, [name]: details[name]! + 1 }, measures).issues.length > 0)))
  t.pass()
})

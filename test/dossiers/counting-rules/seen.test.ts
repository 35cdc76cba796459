import t from 'tap'
import { DEFAULT_CHOICES, type Choices } from '../../../src/dossiers/counting-rules/schema.ts'
import { graceOf, rulesOf, seenBy, tenuresSeenBy } from '../../../src/dossiers/counting-rules/seen.ts'
import { BY_VERSION, type DossierState, type Timeline } from '../../../src/dossiers/rules/timeline.ts'
import { dayOf } from '../../../src/time/business-day.ts'

const at = (text: string) => Date.parse(`2021-${text.replace(' ', 'T')}:00+07:00`)
const request = (requested: string, completed: string | null = null) => ({
  requested_at: at(requested), completed_at: completed === null ? null : at(completed), old_due_at: null,
  new_due_at: null
})

const OPEN: DossierState = {
  unit: 'H56-380', level: 'district', procedure: '1', field: 'land', channel: 'direct', status: 4, details: null,
  received_at: at('06-01 08:00'), due_at: at('06-10 17:00'), finished_at: null, returned_at: null,
  updated_at: at('06-01 08:00'), supplements: []
}
const seen = (choices: Partial<Choices>, given: Partial<DossierState> = {}, termDue: number | null = null) => (
  seenBy({ ...DEFAULT_CHOICES, ...choices }, { ...OPEN, ...given }, termDue))
const END_OF_DAY = at('06-11 00:00') - 1

t.test('the default rules see a dossier as it is', async t => {
  t.equal(rulesOf(DEFAULT_CHOICES), null)
  t.equal(graceOf(DEFAULT_CHOICES), 0)
  for (const status of [2, 3, 4, 5, 6, 7, 8, 9, 10]) t.same(seen({}, { status }), { ...OPEN, status })
})

t.test('each choice rewrites what it is about, and nothing else', async t => {
  t.equal(graceOf({ ...DEFAULT_CHOICES, open_on_due_day: 'in_time' }), 1)
  t.match(seen({ due_until: 'end_of_due_day' }), { due_at: END_OF_DAY, supplements: [] })
  const renewed = { ...request('06-02 08:00', '06-03 08:00'), new_due_at: at('06-10 09:00') }
  t.match(seen({ due_until: 'end_of_due_day' }, { due_at: null, supplements: [renewed] }), {
    due_at: null, supplements: [{ old_due_at: null, new_due_at: END_OF_DAY }]
  })
  t.match(seen({ withdrawn: 'on_time' }, { status: 7 }), { status: 7, due_at: null })
  t.match(seen({ stopped: 'open_in_time' }, { status: 8 }), { status: 4, due_at: null })
  t.match(seen({ financial_obligation: 'open_in_time' }, { status: 6 }), { status: 6, due_at: null })
  t.same(seen({ financial_obligation: 'open_in_time' }), OPEN)
  t.same(seen({ withdrawn: 'on_time' }, { status: 7, details: { cancelled: true } }), { ...OPEN, status: 7, details: { cancelled: true } })
})

t.test('what has no due date has one by the term of its procedure, where that is known', async t => {
  const rules = { no_due_date: 'procedure_term' } as const
  t.match(seen(rules, { due_at: null }, END_OF_DAY), { due_at: END_OF_DAY })
  const waited = [request('06-02 08:00', '06-02 09:00'), request('06-04 08:00')]
  t.match(seen(rules, { due_at: null, supplements: waited }, END_OF_DAY), { due_at: END_OF_DAY + 3_600_000 })
  t.match(seen(rules, { due_at: null }), { due_at: null })
  t.match(seen(rules, {}, 0), { due_at: OPEN.due_at })
})

t.test('requests to supplement end an open dossier, or make it overdue', async t => {
  const one = { status: 5, supplements: [request('06-04 08:00')] }
  t.match(seen({ open_supplement: 'request_is_end' }, one), { status: 9, finished_at: at('06-04 08:00'), supplements: [] })
  t.match(seen({ open_supplement: 'request_is_end' }, { status: 4, supplements: [request('06-04 08:00', '06-05 08:00')] }), { status: 4 })
  const two = { status: 5, supplements: [request('06-03 08:00', '06-04 08:00'), request('06-05 08:00')] }
  t.match(seen({ repeated_request: 'overdue' }, two), { status: 4, due_at: at('06-05 08:00') })
  t.match(seen({ repeated_request: 'overdue' }, { ...two, due_at: null }), { due_at: at('06-05 08:00') })
  t.match(seen({ repeated_request: 'overdue' }, { ...two, due_at: at('06-02 17:00') }), { due_at: at('06-02 17:00') })
  t.match(seen({ open_supplement: 'request_is_end' }, two), { status: 5 }, 'the second choice is about one request')
})

t.test('a refusal ends what had been accepted, as far as its source says when', async t => {
  const rules = { refused_after_acceptance: 'ended' } as const
  const refused = (details: DossierState['details']) => seen(rules, { status: 3, details }).status
  t.equal(refused({ refused_after_acceptance: true, refused_at: at('06-05 08:00') }), 8)
  t.equal(refused({ refused_after_acceptance: true, refused_at: at('05-05 08:00') }), 3)
  t.equal(refused({ refused_after_acceptance: true }), 3)
  t.equal(refused({ refused_after_acceptance: false, refused_at: at('06-05 08:00') }), 3)
  t.equal(refused(null), 3)
})

t.test('of several states the last alone is judged by its requests, and one that is open has not ended', async t => {
  const until = dayOf(at('06-07 00:00'))
  const former = (given: Partial<DossierState>) => ({ ...OPEN, unit: 'H56-381', ...given, until, closed: false, ...BY_VERSION })
  const tenures = (choices: Partial<Choices>, before: Partial<DossierState>, now: Partial<DossierState>) => {
    const dossier: Timeline = { ...OPEN, ...now, history: [former(before)] }
    return tenuresSeenBy({ ...DEFAULT_CHOICES, ...choices }, dossier, () => null)
  }
  const asked = { status: 5, supplements: [request('06-04 08:00')] }
  t.match(tenures({ open_supplement: 'request_is_end' }, asked, asked), [
    { state: { status: 5 }, endDay: null }, { state: { status: 9 }, endDay: until }
  ])
  const stopped = { status: 8, finished_at: at('06-03 08:00') }
  const over = { status: 10, finished_at: at('06-03 09:00') }
  t.match(tenures({ stopped: 'open_in_time' }, stopped, over), [{ state: { status: 4 }, endDay: null }, { state: { status: 10 }, endDay: until }])
  t.match(tenures({ stopped: 'open_in_time' }, {}, { status: 8, finished_at: at('06-09 08:00') }), [{ endDay: null }, { endDay: null }])
  t.match(tenures({}, {}, {}), [{ state: { unit: 'H56-381' }, endDay: null }, { state: { unit: 'H56-380' }, endDay: null }])
})

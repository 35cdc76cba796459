import t from 'tap'
import { countTimeline, historyAfter, NO_HISTORY, type Timeline } from '../../../src/dossiers/rules/timeline.ts'
import { nameOfDay } from '../../../src/time/business-day.ts'

/** `03-05 16:00` of 2021, at the place. */
const at = (text: string) => Date.parse(`2021-${text.replace(' ', 'T')}:00+07:00`)

function version (updated: string, given: Partial<Timeline> = {}): Timeline {
  return {
    unit: 'commune', level: 'commune', procedure: '1.1', field: 'land', channel: 'direct', status: 4,
    received_at: at('05-03 08:00'), due_at: at('08-10 17:00'), finished_at: null, returned_at: null, supplements: [], details: null,
    updated_at: at(updated), history: NO_HISTORY, ...given
  }
}

const ended = (finished: string, given: Partial<Timeline> = {}) => (
  version(finished, { status: 10, finished_at: at(finished), ...given }))
const AT_DEPARTMENT = { unit: 'department', level: 'province' }

/** What a dossier counts for after all of these versions: `unit field day` with the measures. */
function counts (...versions: Timeline[]): Record<string, Record<string, number>> {
  const last = versions.reduce((before, after) => ({ ...after, history: historyAfter(before, after) }))
  const days: Record<string, Record<string, number>> = {}
  countTimeline(last, ({ unit, field }, day, measure, by) => {
    const figures = days[`${unit} ${field} ${nameOfDay(day).slice(5)}`] ??= {}
    figures[measure] = (figures[measure] ?? 0) + by
  })
  return days
}

const RECEIVED = { 'commune land 05-03': { received_direct: 1 } }

t.test('a dossier that moves stays where it was until that day, and passes on', async t => {
  t.same(counts(version('05-03 08:05'), ended('07-20 09:00', AT_DEPARTMENT)), {
    ...RECEIVED, 'commune land 07-20': { moved: -1 }, 'department land 07-20': { moved: 1, resolved_early: 1 },
    'department land 08-10': { due: 1, due_in_time: 1 }
  })
  t.same(counts(version('05-03 08:05'), version('07-05 09:00', AT_DEPARTMENT), ended('07-20 09:00', AT_DEPARTMENT)), {
    ...RECEIVED, 'commune land 07-05': { moved: -1 }, 'department land 07-05': { moved: 1 },
    'department land 07-20': { resolved_early: 1 }, 'department land 08-10': { due: 1, due_in_time: 1 }
  })
})

t.test('what was overdue passes on as overdue, and its due date is not reached once more', async t => {
  const late = { due_at: at('06-10 17:00') }
  t.same(counts(version('05-03 08:05', late), version('07-05 09:00', { ...AT_DEPARTMENT, ...late })), {
    ...RECEIVED, 'commune land 06-10': { became_overdue: 1, due: 1 },
    'commune land 07-05': { moved: -1, moved_overdue: -1 }, 'department land 07-05': { moved: 1, moved_overdue: 1 }
  })
})

t.test('a procedure of another field moves a dossier to that field', async t => {
  t.match(counts(version('05-03 08:05'), version('07-05 09:00', { procedure: '2.2', field: 'justice' })), {
    ...RECEIVED, 'commune land 07-05': { moved: -1 }, 'commune justice 07-05': { moved: 1 }
  })
  t.same(counts(version('05-03 08:05'), version('07-05 09:00', { procedure: '1.2' })), counts(version('05-03 08:05')))
})

t.test('what is reopened stays resolved as it was, and is taken up again on that day', async t => {
  const first = { ...RECEIVED, 'commune land 05-20': { resolved_early: 1 } }
  t.same(counts(ended('05-20 09:00'), version('07-05 09:00')), {
    ...first, 'commune land 07-05': { moved: 1 }, 'commune land 08-10': { became_overdue: 1, due: 1 }
  })
  const again = { ...first, 'commune land 07-05': { moved: 1 }, 'commune land 07-20': { resolved_early: 1 } }
  t.match(counts(ended('05-20 09:00'), version('07-05 09:00'), ended('07-20 09:00')), again)
  t.match(counts(ended('05-20 09:00'), ended('07-20 09:00')), {
    ...first, 'commune land 07-20': { moved: 1, resolved_early: 1 }
  }, 'also when only its second end is sent')
})

t.test('an end that is another day in the past is a correction, and so is one of the same day', async t => {
  t.match(counts(ended('05-20 09:00'), version('07-05 09:00', { status: 10, finished_at: at('05-21 09:00') })), {
    'commune land 05-21': { resolved_early: 1 }
  })
  t.same(counts(ended('05-20 09:00'), version('05-20 10:00')), counts(version('05-20 10:00')))
})

t.test('the return of a result is no second end', async t => {
  t.match(counts(ended('05-20 09:00'), version('07-05 09:00', { status: 10, returned_at: at('07-05 09:00') })), {
    'commune land 07-05': { resolved_early: 1 }
  })
})

t.test('a result that is finished and then handed over has one end, also where a system says the second only', async t => {
  const processed = version('05-20 09:00', { status: 9, finished_at: at('05-20 09:00') })
  t.match(counts(processed, ended('05-22 09:00')), { 'commune land 05-22': { resolved_early: 1 } })
  t.equal(Object.values(counts(processed, ended('05-22 09:00'))).filter(({ received_direct: received }) => received).length, 1)
})

t.test('what moves is received once, also if it gets a date of reception of its own there', async t => {
  const received = { ...AT_DEPARTMENT, received_at: at('07-05 08:00') }
  t.same(counts(version('05-03 08:05'), version('07-05 09:00', received)), {
    ...RECEIVED, 'commune land 07-05': { moved: -1 }, 'department land 07-05': { moved: 1 },
    'department land 08-10': { became_overdue: 1, due: 1 }
  })
  t.match(counts(version('05-03 08:05'), version('07-05 09:00', received), version('07-20 09:00', { ...received, unit: 'other' })), {
    'department land 07-20': { moved: -1 }, 'other land 07-20': { moved: 1, received_direct: undefined }
  })
})

t.test('an end before the move that becomes known with it counts on the day of the move', async t => {
  t.match(counts(version('05-03 08:05'), version('07-05 09:00', { ...AT_DEPARTMENT, status: 10, finished_at: at('06-01 09:00') })), {
    ...RECEIVED, 'commune land 07-05': { moved: -1 }, 'department land 07-05': { moved: 1, resolved_early: 1 }
  })
})

t.test('what has ended passes nothing on, also if nobody says when it was withdrawn', async t => {
  const first = { ...RECEIVED, 'commune land 05-20': { resolved_early: 1 }, 'commune land 08-10': undefined }
  t.same(counts(ended('05-20 09:00'), ended('05-20 09:00', { ...AT_DEPARTMENT, updated_at: at('07-05 09:00') })), {
    ...RECEIVED, 'commune land 05-20': first['commune land 05-20'], 'department land 08-10': { due: 1, due_in_time: 1 }
  })
  const withdrawn = (updated: string, given = {}) => version(updated, { status: 7, due_at: null, ...given })
  const moved = [withdrawn('05-20 09:00'), withdrawn('07-05 09:00', AT_DEPARTMENT)]
  t.same(counts(...moved), { ...RECEIVED, 'commune land 05-20': { resolved_on_time: 1 } })
  t.same(counts(...moved, withdrawn('07-09 09:00', AT_DEPARTMENT)), counts(...moved))
  t.match(counts(...moved, withdrawn('07-09 09:00', { unit: 'other' })), counts(...moved), 'wherever it is sent later')
  const again = withdrawn('07-05 09:00', { ...AT_DEPARTMENT, received_at: at('07-05 08:00') })
  t.match(counts(withdrawn('05-20 09:00'), again), {
    'department land 07-05': { received_direct: 1, resolved_on_time: 1 }
  }, 'unless it was received once more')
})

t.test('a place that a dossier had for no whole day was a mistake', async t => {
  t.same(counts(version('05-03 08:05'), version('05-03 16:00', AT_DEPARTMENT)), counts(version('05-03 16:00', AT_DEPARTMENT)))
  const [first, wrong, right] = [version('05-03 08:05'), version('07-05 08:00', { unit: 'other' }), version('07-05 09:00', AT_DEPARTMENT)]
  t.same(counts(first, wrong, right), counts(first, right))
  t.same(counts(first, version('05-03 08:05', AT_DEPARTMENT)), counts(version('05-03 08:05', AT_DEPARTMENT)), 'nor at another time')
})

t.test('what is no dossier in between has no past', async t => {
  const [first, refused, moved] = [version('05-03 08:05'), version('06-01 08:00', { status: 3 }), version('07-05 09:00', AT_DEPARTMENT)]
  t.same(counts(first, refused), {})
  t.same(counts(first, refused, moved), counts(moved))
  t.same(counts(first, moved, version('07-06 09:00', { ...AT_DEPARTMENT, status: 0 })), {})
})

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { parseDay, dayOf } from '../../../src/time/business-day.ts'
import { countEvents, type Countable } from '../../../src/dossiers/rules/events.ts'
import { daysByHand, type Days, type Figures } from '../by-hand.ts'
import { countables, lives } from '../arbitrary.ts'

/** `2021-03-05 16:00`, at the place. */
function at (text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}:00+07:00`)
}

function open (dossier: Partial<Countable>): Countable {
  return {
    channel: 'direct', status: 4, received_at: at('2021-03-01 08:00'), due_at: at('2021-03-10 17:00'), finished_at: null,
    returned_at: null, updated_at: at('2021-03-01 08:05'), supplements: [], details: null,
    ...dossier
  }
}

function ended (finished: string, dossier: Partial<Countable> = {}): Countable {
  return open({ status: 9, finished_at: at(finished), updated_at: at(finished), ...dossier })
}

function supplement (
  requested: string, completed: string | null, oldDue: string | null = null, newDue: string | null = null
) {
  return {
    requested_at: at(requested), completed_at: completed && at(completed), old_due_at: oldDue && at(oldDue),
    new_due_at: newDue && at(newDue)
  } as Countable['supplements'][number]
}

function daysOf (dossier: Countable): Days {
  const days: Days = new Map()
  countEvents(dossier, (day, measure) => {
    const figures = days.get(day) ?? {}
    days.set(day, { ...figures, [measure]: (figures[measure] ?? 0) + 1 })
  })
  return days
}

function named (days: Days): Record<string, Figures> {
  return Object.fromEntries([...days].sort(([a], [b]) => a - b)
    .map(([day, figures]) => [new Date(day * 86_400_000).toISOString().slice(0, 10), figures]))
}

function counts (t: Test, dossier: Countable, expected: Record<string, Figures>) {
  t.same(named(daysOf(dossier)), expected)
}

const RECEIVED = { received_direct: 1 }

t.test('a dossier is received on the day of the place, whatever the day of the machine', async t => {
  const received = (received: string) => open({ received_at: at(received), due_at: null })
  counts(t, received('2021-03-01 00:00'), { '2021-03-01': RECEIVED })
  counts(t, received('2021-03-01 06:59'), { '2021-03-01': RECEIVED })
  counts(t, received('2021-03-01 23:59'), { '2021-03-01': RECEIVED })
})

t.test('post is received directly, and told apart as a part of it', async t => {
  counts(t, open({ due_at: null, channel: 'postal' }), { '2021-03-01': { received_direct: 1, received_postal: 1 } })
  counts(t, open({ due_at: null, channel: 'online' }), { '2021-03-01': { received_online: 1 } })
})

t.test('what is only registered, not accepted, or deleted, is no dossier', async t => {
  for (const status of [0, 1, 3]) counts(t, open({ status, finished_at: at('2021-03-05 10:00') }), {})
})

t.test('what is cancelled leaves without being resolved, and its due date was met or not', async t => {
  const cancelled = (end: string) => open({ status: 7, finished_at: at(end), details: { cancelled: true } })
  counts(t, cancelled('2021-03-05 10:00'), { '2021-03-01': RECEIVED, '2021-03-05': { cancelled: 1 }, '2021-03-10': { due: 1, due_in_time: 1 } })
  counts(t, cancelled('2021-03-12 10:00'), {
    '2021-03-01': RECEIVED, '2021-03-10': { became_overdue: 1, due: 1 }, '2021-03-12': { cancelled: 1, no_longer_overdue: 1 }
  })
})

t.test('an end in time is not after the due date, to the minute', async t => {
  const due = { '2021-03-10': { resolved_on_time: 1, due: 1, due_in_time: 1 } }
  counts(t, ended('2021-03-10 17:00'), { '2021-03-01': RECEIVED, ...due })
  counts(t, ended('2021-03-10 17:01'), { '2021-03-01': RECEIVED, '2021-03-10': { resolved_overdue: 1, due: 1 } })
})

t.test('an end is early on a day before that of the due date, and only with a result', async t => {
  const due = { '2021-03-10': { due: 1, due_in_time: 1 } }
  counts(t, ended('2021-03-09 23:59'), { '2021-03-01': RECEIVED, '2021-03-09': { resolved_early: 1 }, ...due })
  counts(t, ended('2021-03-09 23:59', { status: 10 }), { '2021-03-01': RECEIVED, '2021-03-09': { resolved_early: 1 }, ...due })
  for (const status of [7, 8]) {
    counts(t, ended('2021-03-09 23:59', { status }), { '2021-03-01': RECEIVED, '2021-03-09': { resolved_on_time: 1 }, ...due })
  }
})

t.test('without a due date an end is in time, and is never due', async t => {
  counts(t, ended('2021-09-09 09:09', { due_at: null }), { '2021-03-01': RECEIVED, '2021-09-09': { resolved_on_time: 1 } })
})

t.test('the end is when processing finished, else when the result was returned, else when a withdrawal was noted', async t => {
  const endOf = (dossier: Partial<Countable>) => named(daysOf(ended('2021-03-04 10:00', { due_at: null, ...dossier })))
  t.match(endOf({ status: 10, returned_at: at('2021-03-05 10:00') }), { '2021-03-04': { resolved_on_time: 1 } })
  t.match(endOf({ status: 10, finished_at: null, returned_at: at('2021-03-05 10:00') }), { '2021-03-05': { resolved_on_time: 1 } })
  t.match(endOf({ status: 7, finished_at: null, updated_at: at('2021-03-06 10:00') }), { '2021-03-06': { resolved_on_time: 1 } })
  t.same(endOf({ status: 4 }), { '2021-03-01': RECEIVED }, 'the dates of an end that its status denies are ignored')
})

t.test('what is open after its due date is overdue from the end of that day until it ends', async t => {
  counts(t, open({}), { '2021-03-01': RECEIVED, '2021-03-10': { became_overdue: 1, due: 1 } })
  counts(t, ended('2021-04-02 09:00'), {
    '2021-03-01': RECEIVED, '2021-03-10': { became_overdue: 1, due: 1 }, '2021-04-02': { resolved_overdue: 1, no_longer_overdue: 1 }
  })
})

t.test('what ends after its due date on the same day is late without ever being pending and overdue', async t => {
  counts(t, ended('2021-03-10 18:00'), { '2021-03-01': RECEIVED, '2021-03-10': { resolved_overdue: 1, due: 1 } })
})

t.test('a due date before the receipt is reached with the receipt', async t => {
  counts(t, open({ due_at: at('2021-02-01 17:00') }), { '2021-03-01': { ...RECEIVED, became_overdue: 1, due: 1 } })
})

t.test('while a supplement is waited for, a dossier is not overdue and not due', async t => {
  const waits = [supplement('2021-03-08 09:00', null)]
  counts(t, open({ status: 5, supplements: waits }), { '2021-03-01': RECEIVED })
  const waited = [supplement('2021-03-08 09:00', '2021-03-20 09:00', '2021-03-10 17:00', '2021-03-24 17:00')]
  counts(t, open({ supplements: waited, due_at: at('2021-03-24 17:00') }), {
    '2021-03-01': RECEIVED, '2021-03-24': { became_overdue: 1, due: 1 }
  })
})

t.test('a due date that was missed before the supplement stays missed, whatever came after', async t => {
  const waits = supplement('2021-03-12 09:00', '2021-03-20 09:00', '2021-03-10 17:00', '2021-03-24 17:00')
  counts(t, ended('2021-03-24 16:00', { supplements: [waits], due_at: at('2021-03-24 17:00') }), {
    '2021-03-01': RECEIVED,
    '2021-03-10': { became_overdue: 1, due: 1 },
    '2021-03-12': { no_longer_overdue: 1 },
    '2021-03-24': { resolved_on_time: 1, due: 1, due_in_time: 1 }
  })
})

t.test('a due date on the day of the request is not reached: its day is not over', async t => {
  const waits = supplement('2021-03-10 18:00', '2021-03-20 09:00', '2021-03-10 17:00')
  counts(t, open({ supplements: [waits], due_at: at('2021-03-24 17:00') }), {
    '2021-03-01': RECEIVED, '2021-03-24': { became_overdue: 1, due: 1 }
  })
})

t.test('a due date that no supplement moved counts once', async t => {
  counts(t, open({ supplements: [supplement('2021-03-12 09:00', '2021-03-20 09:00')] }), {
    '2021-03-01': RECEIVED, '2021-03-10': { became_overdue: 1, due: 1 }, '2021-03-12': { no_longer_overdue: 1 },
    '2021-03-20': { became_overdue: 1 }
  })
})

t.test('a due date that passed while a supplement was waited for is reached with its completion, not in the past', async t => {
  counts(t, open({ supplements: [supplement('2021-03-08 09:00', '2021-03-20 09:00')] }), {
    '2021-03-01': RECEIVED, '2021-03-20': { became_overdue: 1, due: 1 }
  })
})

t.test('each of several supplements has the due date that the one before it set', async t => {
  const supplements = [
    supplement('2021-03-05 09:00', '2021-03-08 09:00', '2021-03-10 17:00', null),
    supplement('2021-03-16 09:00', '2021-03-18 09:00', '2021-03-14 17:00', '2021-03-22 17:00'),
    supplement('2021-03-19 09:00', '2021-03-20 09:00')
  ]
  counts(t, open({ supplements, due_at: at('2021-03-30 17:00') }), {
    '2021-03-01': RECEIVED,
    '2021-03-14': { became_overdue: 1, due: 1 },
    '2021-03-16': { no_longer_overdue: 1 },
    '2021-03-30': { became_overdue: 1, due: 1 }
  })
})

t.test('a supplement that was never completed ends with the dossier', async t => {
  const supplements = [supplement('2021-03-08 09:00', null)]
  counts(t, ended('2021-03-15 09:00', { status: 7, supplements }), {
    '2021-03-01': RECEIVED, '2021-03-15': { resolved_on_time: 1, due: 1, due_in_time: 1 }
  })
  counts(t, ended('2021-03-15 09:00', { supplements, due_at: at('2021-03-20 17:00') }), {
    '2021-03-01': RECEIVED, '2021-03-15': { resolved_early: 1 }, '2021-03-20': { due: 1, due_in_time: 1 }
  })
})

t.test('what is withdrawn or stopped while it waits in time is in time, and with a result only by its due date', async t => {
  const waits = [supplement('2021-03-08 09:00', null)]
  const endOf = (dossier: Partial<Countable>) => named(daysOf(ended('2021-03-15 09:00', dossier)))['2021-03-15']
  for (const status of [7, 8]) {
    t.match(endOf({ status, supplements: waits }), { resolved_on_time: 1, due: 1, due_in_time: 1 })
    t.match(endOf({ status, supplements: [supplement('2021-03-08 09:00', '2021-03-16 09:00')] }), { resolved_on_time: 1 })
    t.match(endOf({ status, supplements: [supplement('2021-03-10 17:01', null)] }), { resolved_overdue: 1 }, 'asked too late')
    t.match(endOf({ status, supplements: [supplement('2021-03-08 09:00', '2021-03-14 09:00')] }), { resolved_overdue: 1 })
    t.match(endOf({ status, supplements: [supplement('2021-03-08 09:00', null, '2021-03-07 17:00')] }), { resolved_overdue: 1 })
    t.match(endOf({ status, supplements: waits, due_at: null }), { resolved_on_time: 1 })
  }
  t.match(endOf({ status: 9, supplements: waits }), { resolved_overdue: 1, due: 1 })
})

t.test('a dossier that waits is not overdue, although no supplement says since when', async t => {
  const waits = (updated: string, others: Partial<Countable> = {}) => (
    named(daysOf(open({ status: 5, updated_at: at(updated), ...others }))))
  t.same(waits('2021-03-08 09:00'), { '2021-03-01': RECEIVED })
  t.same(waits('2021-03-12 09:00'), {
    '2021-03-01': RECEIVED, '2021-03-10': { became_overdue: 1, due: 1 }, '2021-03-12': { no_longer_overdue: 1 }
  }, 'what was overdue before it was asked stays so')
  const complete = [supplement('2021-03-02 09:00', '2021-03-09 09:00')]
  t.same(waits('2021-03-08 09:00', { supplements: complete }), { '2021-03-01': RECEIVED }, 'one more is awaited')
})

t.test('the supplement completed last sets the due date, whatever the dossier says', async t => {
  const moved = [supplement('2021-03-05 09:00', '2021-03-08 09:00', null, '2021-03-20 17:00')]
  counts(t, ended('2021-03-15 09:00', { supplements: moved }), {
    '2021-03-01': RECEIVED, '2021-03-15': { resolved_early: 1 }, '2021-03-20': { due: 1, due_in_time: 1 }
  })
  counts(t, ended('2021-03-21 09:00', { supplements: moved }), {
    '2021-03-01': RECEIVED, '2021-03-20': { became_overdue: 1, due: 1 }, '2021-03-21': { resolved_overdue: 1, no_longer_overdue: 1 }
  })
  const sooner = [supplement('2021-03-02 09:00', '2021-03-03 09:00', null, '2021-03-05 17:00')]
  t.match(named(daysOf(ended('2021-03-08 09:00', { supplements: sooner }))), { '2021-03-08': { resolved_overdue: 1 } })
  const waits = [...moved, supplement('2021-03-12 09:00', null, null, '2021-03-30 17:00')]
  t.match(named(daysOf(ended('2021-03-21 09:00', { supplements: waits }))), { '2021-03-21': { resolved_overdue: 1 } },
    'one that is not complete sets none')
})

t.test('a supplement that is requested and completed on one day leaves an overdue dossier overdue', async t => {
  counts(t, open({ supplements: [supplement('2021-03-15 09:00', '2021-03-15 16:00')] }), {
    '2021-03-01': RECEIVED, '2021-03-10': { became_overdue: 1, due: 1 }
  })
})

t.test('a supplement that is asked for after the end changes nothing', async t => {
  const late = [supplement('2021-03-09 09:00', '2021-03-19 09:00', '2021-03-05 17:00', '2021-03-10 17:00')]
  t.same(daysOf(ended('2021-03-08 09:00', { supplements: late })), daysOf(ended('2021-03-08 09:00')))
})

t.test('a dossier that is resolved in another period than it was received in counts as resolved all the same', async t => {
  t.match(named(daysOf(ended('2021-08-02 09:00'))), { '2021-08-02': { resolved_overdue: 1 } })
})

t.test('any dossier counts as a look at it at the end of each day says', async t => {
  fc.assert(fc.property(countables, dossier => {
    const byHand = daysByHand(dossier, { first: parseDay('2020-12-01'), last: parseDay('2021-04-01') })
    return isDeepStrictEqual(named(daysOf(dossier)), named(byHand))
  }), { numRuns: 3000 })
  t.pass()
})

t.test('days that are over count what they counted then, whatever becomes of the dossier', async t => {
  fc.assert(fc.property(lives, life => {
    const last = daysOf(life.at(-1)!)
    return life.every(then => {
      const today = dayOf(then.updated_at)
      const over = (days: Days) => named(new Map([...days].filter(([day]) => day < today)))
      return isDeepStrictEqual(over(daysOf(then)), over(last))
    })
  }), { numRuns: 2000 })
  t.pass()
})

import fc from 'fast-check'
import type { Details } from '../../src/dossiers/details/details.ts'
import type { Countable, Supplement } from '../../src/dossiers/rules/events.ts'

const HOUR = 3_600_000
const START = Date.parse('2021-01-01T00:00:00+07:00')
/** Instants of sixty days, few enough to meet. */
export const instants = fc.integer({ min: 0, max: 60 * 4 }).map(quarter => START + quarter * 6 * HOUR)

const maybe = fc.option(instants, { freq: 2 })

/** Supplements in order and without overlap, as they are kept; due dates can be anything. */
export const supplementLists: fc.Arbitrary<Supplement[]> = fc.tuple(
  fc.uniqueArray(instants, { maxLength: 7 }), fc.array(fc.tuple(maybe, maybe), { minLength: 4, maxLength: 4 })
).map(([times, dues]) => {
  const ordered = times.toSorted((a, b) => a - b)
  return Array.from({ length: Math.ceil(ordered.length / 2) }, (_, i) => ({
    requested_at: ordered[2 * i]!,
    completed_at: ordered[2 * i + 1] ?? null,
    old_due_at: dues[i]![0],
    new_due_at: dues[i]![1]
  }))
})

const part = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 2 })

/** Anything that may be said of any dossier, whether or not it fits together. */
const anything = fc.record({
  submitted_at: part(instants), refused_at: part(instants), refused_after_acceptance: part(fc.boolean()),
  cancelled: part(fc.boolean()), apology: part(fc.boolean()), apology_at: part(instants), promised_at: part(instants),
  online_service: part(fc.constantFrom('full', 'partial', 'other')), non_territorial: part(fc.boolean()),
  fee_due: part(fc.constantFrom(0, 50_000)), fee_paid: part(fc.constantFrom(0, 20_000, 50_000)),
  payment_channel: part(fc.constantFrom('online', 'direct')), parts: part(fc.integer({ min: 2, max: 5 })),
  digitised_parts: part(fc.integer({ min: 0, max: 2 })), electronic_result: part(fc.boolean()),
  data_reused: part(fc.boolean()), has_fee: part(fc.boolean()), paid_online: part(fc.boolean()),
  national_store_parts: part(fc.nat(1)), databases_used: part(fc.nat(1)), identity_verified: part(fc.boolean())
})

/** Most dossiers have none. */
const details: fc.Arbitrary<Details | null> = fc.option(anything.map(known), { freq: 2 })

/** A dossier with details, without those that would be refused. */
function withDetails<C extends Countable> (dossier: C, said: Details | null): C {
  if (said === null) return { ...dossier, details: null }
  const { status, channel, received_at: received } = dossier
  const { submitted_at: submitted = received, refused_at: refused, apology_at: apology = -Infinity } = said
  const fitting = known({
    ...said,
    submitted_at: said.submitted_at === undefined ? undefined : Math.min(submitted, received),
    refused_at: refused === undefined ? undefined : Math.max(refused, Math.min(submitted, received)),
    refused_after_acceptance: refused === undefined ? undefined : said.refused_after_acceptance,
    cancelled: said.cancelled === true && status !== 7 && status !== 8 ? false : said.cancelled,
    apology: said.apology_at === undefined ? said.apology : true,
    apology_at: said.apology_at === undefined ? undefined : Math.max(apology, received),
    promised_at: said.apology_at === undefined || said.promised_at === undefined
      ? undefined
      : Math.max(said.promised_at, apology, received),
    has_fee: said.fee_due === undefined ? said.has_fee : undefined,
    online_service: channel === 'online' ? said.online_service : undefined
  })
  return { ...dossier, details: Object.keys(fitting).length === 0 ? null : fitting }
}

function known (said: { [N in keyof Details]: Details[N] | undefined }): Details {
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
}

/** Any dossier that is taken in, senseless ones too. */
export const countables: fc.Arbitrary<Countable> = fc.record({
  channel: fc.constantFrom('online', 'direct', 'postal'),
  status: fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10),
  received_at: instants, due_at: maybe, finished_at: maybe, returned_at: maybe, updated_at: instants,
  supplements: supplementLists, details
}).map(({ details, ...dossier }) => withDetails({ ...dossier, details: null }, details)).filter(dossier => {
  const { status, received_at: received, finished_at: finished, returned_at: returned, updated_at: updated } = dossier
  if (status < 7) return true
  const end = finished ?? returned ?? (status < 9 ? updated : null)
  return end !== null && end >= received
})

type Kind = 'supplement' | 'completed' | 'touched' | 'ended'

/**
 * The versions of a dossier as an honest source sends them, one at each thing that happens: a supplement is asked for,
 * it comes and may move the due date, there is a result or a withdrawal.
 */
export const lives: fc.Arbitrary<Countable[]> = fc.record({
  steps: fc.array(fc.record({
    kind: fc.constantFrom<Kind>('supplement', 'touched', 'completed'),
    wait: fc.integer({ min: 1, max: 40 }),
    due: fc.option(fc.integer({ min: -10, max: 60 }), { freq: 3 })
  }), { maxLength: 7 }),
  due: fc.option(fc.integer({ min: 0, max: 60 })),
  received: instants,
  end: fc.constantFrom(null, 7, 8, 9, 10),
  cancelled: fc.boolean()
}).map(({ steps, due, received, end, cancelled }) => {
  let now = received
  let dossier: Countable = {
    channel: 'direct', status: 2, received_at: received, due_at: due === null ? null : received + due * 6 * HOUR,
    finished_at: null, returned_at: null, updated_at: received, supplements: [], details: null
  }
  const versions = [dossier]
  const last = { kind: 'ended' as Kind, wait: 5, due: null }
  for (const { kind, wait, due } of [...steps, ...end === null ? [] : [last]]) {
    now += wait * 6 * HOUR
    const newDue = due === null ? null : now + due * 6 * HOUR
    dossier = { ...dossier, updated_at: now, ...next(dossier, kind, now, newDue, end) }
    if (cancelled && (dossier.status === 7 || dossier.status === 8)) dossier.details = { cancelled }
    versions.push(dossier)
  }
  return versions
})

function next (
  { supplements, due_at: old }: Countable, kind: Kind, now: number, due: number | null, end: number | null
): Partial<Countable> {
  const waits = supplements.at(-1)?.completed_at === null ? supplements.at(-1)! : null
  if (kind === 'ended') return end! < 9 ? { status: end! } : { status: end!, finished_at: now }
  if (kind === 'supplement' && waits === null) {
    const asked = { requested_at: now, completed_at: null, old_due_at: old, new_due_at: null }
    return { status: 5, supplements: [...supplements, asked] }
  }
  if (kind === 'completed' && waits !== null) {
    // What had no due date gets none: days before it was set would then have none either.
    const newDue = old === null ? null : due ?? old
    const came = { ...waits, completed_at: now, new_due_at: newDue }
    return { status: 4, due_at: newDue, supplements: [...supplements.slice(0, -1), came] }
  }
  return { status: waits === null ? 4 : 5 }
}

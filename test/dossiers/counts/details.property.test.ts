import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { countedDossiers, countPlanOf, detailFilters } from '../../../src/dossiers/counts/index.ts'
import type { CountKey } from '../../../src/dossiers/counts/plan.ts'
import type { Details } from '../../../src/dossiers/details/details.ts'
import type { DetailFilters } from '../../../src/dossiers/details/schema.ts'
import { DETAIL_MEASURES } from '../../../src/form-ii06a/detail-measures.ts'
import { dayOf, parseDay, type DayNumber } from '../../../src/time/business-day.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { countables } from '../arbitrary.ts'
import { awaitsByHand, daysByHand, type Figures } from '../by-hand.ts'
import { nameOf, PATHS } from '../catalogue.ts'
import { forget, itemOf, send } from '../given.ts'

const ALL = { first: parseDay('2020-12-01'), last: parseDay('2021-06-30') }

const dossier = fc.record({ countable: countables, unit: fc.constantFrom(...Object.keys(PATHS)) })
  .map(({ countable, unit }) => ({ ...countable, unit, procedure: '1.001193' }))
type Dossier = typeof dossier extends fc.Arbitrary<infer D> ? D : never

const days = fc.integer({ min: parseDay('2020-12-28'), max: parseDay('2021-03-10') })
const questions = fc.record({
  dossiers: fc.array(dossier, { minLength: 1, maxLength: 12 }),
  span: fc.tuple(days, days, fc.boolean()).map(([a, b, runs]) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)]
    return { from, to, dueTo: runs ? to - 1 : to }
  }),
  keys: fc.constantFrom<CountKey[]>([], ['unit'], ['channel', 'period']),
  unit: fc.constantFrom(null, null, 'H56-380')
})

/** What a dossier counts for in a span: how much, or null if it is unknown. */
type Counts = Record<string, number | null>

function countedByHand (dossier: Dossier, { from, to, dueTo }: Record<'from' | 'to' | 'dueTo', DayNumber>): Counts {
  const { status } = dossier
  const said: Details = dossier.details ?? {}
  const all = [...daysByHand(dossier, ALL)]
  const sum = (count: (figures: Figures) => number, first = from, last = to) => (
    all.filter(([day]) => day >= first && day <= last).reduce((total, [, figures]) => total + count(figures), 0))
  const resolved = sum(({ resolved_early: early = 0, resolved_on_time: onTime = 0, resolved_overdue: late = 0 }) => (
    early + onTime + late))
  const received = sum(({ received_online = 0, received_direct = 0 }) => received_online + received_direct)
  const online = sum(({ received_online = 0 }) => received_online)
  const overdue = sum(({ resolved_overdue = 0 }) => resolved_overdue)
  const stock = sum(({ became_overdue = 0 }) => became_overdue, -Infinity, dueTo) -
    sum(({ no_longer_overdue = 0 }) => no_longer_overdue, -Infinity, to)
  const isOpen = sum(figures => (
    (figures.received_online ?? 0) + (figures.received_direct ?? 0) - (figures.resolved_early ?? 0) -
    (figures.resolved_on_time ?? 0) - (figures.resolved_overdue ?? 0) - (figures.cancelled ?? 0)), -Infinity) > 0
  const endedOn = all.find(([, { resolved_overdue = 0 }]) => resolved_overdue > 0)?.[0] ?? 0
  const apologised = (by: DayNumber) => said.apology_at === undefined ? said.apology : dayOf(said.apology_at) <= by
  const { fee_due: fee, has_fee: hasFee, fee_paid: paidFee, payment_channel: paidBy } = said
  const paid = fee === 0 ? false : paidFee === undefined ? (paidBy === undefined ? undefined : true) : paidFee > 0
  const paidIn = (channel: string) => (
    paid === undefined || (paid && paidBy === undefined) ? undefined : paid && paidBy === channel)
  const of = (number: number, is: boolean | undefined) => number === 0 ? 0 : is === undefined ? null : is ? number : 0
  const not = (is: boolean | undefined) => is === undefined ? undefined : !is
  const service = (which: string) => said.online_service === undefined ? undefined : said.online_service === which
  return {
    received_online_full: of(online, service('full')),
    received_online_partial: of(online, service('partial')),
    received_online_other: of(online, service('other')),
    received_non_territorial: of(received, said.non_territorial),
    resolved_overdue_with_apology: of(overdue, apologised(endedOn)),
    resolved_overdue_without_apology: of(overdue, not(apologised(endedOn))),
    resolved_withdrawn: of(resolved, status === 7),
    resolved_stopped: of(resolved, status === 8),
    resolved_with_fee: of(resolved, fee === undefined ? hasFee : fee > 0),
    resolved_paid: of(resolved, paid),
    resolved_paid_online: of(resolved, paidIn('online')),
    resolved_paid_direct: of(resolved, paidIn('direct')),
    resolved_digitised: of(resolved, said.digitised_parts === undefined ? undefined : said.digitised_parts > 0),
    resolved_electronic_result: of(resolved, said.electronic_result),
    resolved_data_reused: of(resolved, said.data_reused),
    cancelled: sum(({ cancelled = 0 }) => cancelled),
    pending_overdue_with_apology: of(stock, apologised(to)),
    pending_overdue_without_apology: of(stock, not(apologised(to))),
    pending_awaiting_supplement: isOpen && awaitsByHand(dossier, to) ? 1 : 0,
    reception_in_time: null, reception_overdue: null, reception_pending_in_time: null, reception_pending_overdue: null,
    not_received: null, results_differing: null,
    receipts_issued: null, enterprises_verified: null
  }
}

function added (all: Counts[]): Counts {
  return Object.fromEntries(DETAIL_MEASURES.map(name => [
    name, all.some(counts => counts[name] === null) ? null : all.reduce((sum, counts) => sum + counts[name]!, 0)
  ]))
}

async function given (db: Parameters<typeof send>[0], dossiers: readonly Dossier[]) {
  await forget(db)
  const { outcomes } = await send(db, dossiers.map((dossier, i) => itemOf({ ...dossier, code: `d-${i}` })))
  if (outcomes.includes('rejected')) throw new Error('rejected')
}

forEachDatabase('what sources say more of dossiers', async (t, { db }) => {
  t.test('counts the same by hand, for any days and groups, and is unknown where it is unknown of one', async t => {
    await fc.assert(fc.asyncProperty(questions, async ({ dossiers, span, keys, unit }) => {
      await given(db, dossiers)
      const [from, to, dueTo] = [span.from, span.to, span.dueTo].map(nameOf) as [string, string, string]
      const plan = countPlanOf({ keys, spans: [{ code: 'span', from, to, dueTo }], unit, details: true })
      const { rows } = await countedDossiers(plan).execute(db)
      const asked = dossiers.filter(dossier => unit === null || PATHS[dossier.unit]!.includes(unit))
      for (const row of rows) {
        const group = asked.filter(dossier => (
          (!keys.includes('unit') || dossier.unit === row.unit) &&
          (!keys.includes('channel') || dossier.channel === row.channel)))
        const found = Object.fromEntries(DETAIL_MEASURES.map(name => [name, (row as unknown as Counts)[name]]))
        const byHand = added(group.map(dossier => countedByHand(dossier, span)))
        const balances = row.received === row.resolved + row.cancelled + row.pending
        if (balances && (group.length === 0 || isDeepStrictEqual(found, byHand))) continue
        throw new Error(JSON.stringify({ row, byHand, span, group }))
      }
    }), { numRuns: runs(30) })
    t.pass()
  })

  t.test('can be filtered by, and a dossier of which it is unknown meets no filter', async t => {
    const isPaid = ({ fee_due: fee, fee_paid: paid, payment_channel: by }: Details) => (
      fee !== 0 && (paid === undefined ? by !== undefined : paid > 0))
    const FILTERS: [DetailFilters, (said: Details) => boolean | undefined][] = [
      [{ online_service: ['full', 'other'] }, ({ online_service: one }) => one === 'full' || one === 'other'],
      [{ non_territorial: false }, said => said.non_territorial === false],
      [{ apology: true }, said => said.apology === true || said.apology_at !== undefined],
      [{ apology: false }, said => said.apology === false],
      [{ paid: true }, isPaid],
      [{ paid: false }, ({ fee_due: fee, fee_paid: paid }) => fee === 0 || paid === 0],
      [{ payment_channel: ['direct'] }, said => said.payment_channel === 'direct'],
      [{ digitised: true }, said => (said.digitised_parts ?? 0) > 0],
      [
        { electronic_result: true, data_reused: false },
        said => said.electronic_result === true && said.data_reused === false
      ],
      [{ cancelled: true }, said => said.cancelled === true],
      [{ cancelled: false }, said => said.cancelled !== true]
    ]
    const dossiers = fc.array(dossier, { minLength: 1, maxLength: 30 })
    await fc.assert(fc.asyncProperty(dossiers, async dossiers => {
      await given(db, dossiers)
      for (const [asked, meets] of FILTERS) {
        const spans = [{ code: null, from: '2020-12-01', to: '2021-06-30', dueTo: '2021-06-30' }]
        const plan = countPlanOf({ keys: [], spans, unit: null, said: detailFilters(asked) })
        const counted = dossiers.filter(({ status }) => status !== 1 && status !== 3)
        const received = counted.filter(({ details }) => meets(details ?? {}) === true).length
        const { rows: [row] } = await countedDossiers(plan).execute(db)
        if (row!.received !== received) throw new Error(JSON.stringify({ asked, received, row }))
      }
    }), { numRuns: runs(10) })
    t.pass()
  })
})

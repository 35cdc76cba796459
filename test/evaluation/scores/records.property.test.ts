import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import type { Db } from '../../../src/database/connect.ts'
import { graceOf, seenBy, type TermDueOf } from '../../../src/dossiers/counting-rules/seen.ts'
import type { Details } from '../../../src/dossiers/details/details.ts'
import type { Countable } from '../../../src/dossiers/rules/events.ts'
import { NO_COMPARISON } from '../../../src/evaluation/scores/comparison.ts'
import { evaluation } from '../../../src/evaluation/scores/queries.ts'
import type { EvaluationRow } from '../../../src/evaluation/scores/schema.ts'
import { onTime } from '../../../src/statistics/on-time/queries.ts'
import { dayOf, nameOfDay, parseDay } from '../../../src/time/business-day.ts'
import { forEachDatabase } from '../../database.ts'
import { countables, instants } from '../../dossiers/arbitrary.ts'
import { daysByHand } from '../../dossiers/by-hand.ts'
import { FIELDS, LEVELS, PATHS } from '../../dossiers/catalogue.ts'
import { PORTAL, termsByHand } from '../../dossiers/counting-rules/given.ts'
import { forget, itemOf, send } from '../../dossiers/given.ts'
import { countedByHand } from '../../dossiers/timeline/by-hand.ts'
import { runs } from '../../property.ts'

const ALL = { first: parseDay('2020-12-01'), last: parseDay('2021-08-31') }
const NOW = Date.parse('2026-11-01T00:00:00+07:00')

const dossier = fc.record({
  countable: countables, unit: fc.constantFrom(...Object.keys(LEVELS)),
  procedure: fc.constantFrom(...Object.keys(FIELDS))
}).map(({ countable, unit, procedure }) => ({ ...countable, unit, procedure }))
type Given = Countable & { unit: string, procedure: string }

const UPDATED = Date.parse('2021-03-15T08:00:00+07:00')
/** Corrections of a dossier, of which the newest alone counts; or it is deleted in the end. */
const histories = fc.array(fc.record({
  versions: fc.array(dossier, { minLength: 1, maxLength: 3 }), deleted: fc.constantFrom(false, false, false, true)
}), { minLength: 1, maxLength: 10 }).map(all => all.map(({ versions, deleted }, i) => ({
  deleted, versions: versions.map((version, n) => (
    { ...version, code: `000.00.00.H56-210101-${i}`, updated_at: UPDATED + n * 1_000_000 }))
})))
type History = typeof histories extends fc.Arbitrary<(infer H)[]> ? H : never

/** Sends first versions, then second ones, and so on. */
async function sendAll (db: Db, all: History[]): Promise<void> {
  for (const n of [0, 1, 2]) {
    const versions = all.flatMap(({ versions }) => versions.slice(n, n + 1))
    const items = versions.map(version => ({ ...itemOf(version), correction: true }))
    const { issues } = await send(db, items)
    if (issues.size > 0) throw new Error(JSON.stringify([...issues]))
  }
  const last = all.filter(({ deleted }) => deleted).map(({ versions }) => versions.at(-1)!)
  await send(db, last.map(version => ({ ...itemOf({ ...version, updated_at: UPDATED + 9_000_000 }), deleted: true })))
}

const days = fc.integer({ min: parseDay('2020-12-28'), max: parseDay('2021-03-10') })
const spans = fc.oneof(
  fc.tuple(days, days).map(([a, b]) => ({ from: nameOfDay(Math.min(a, b)), to: nameOfDay(Math.max(a, b)) })),
  fc.constantFrom(
    { from: '2021-01-01', to: '2021-03-31' }, { from: '2021-02-01', to: '2021-02-28' }, { from: '2020-10-01', to: '2021-04-15' },
    { from: '2021-01-01', to: '2021-04-02' }, { from: '2020-12-30', to: '2021-03-31' }))

type Counts = [numerator: number, denominator: number]
type Answer = (detail: Details) => boolean | undefined

const isDigitised: Answer = ({ digitised_parts: parts }) => parts === undefined ? undefined : parts > 0
const ANSWERS: Record<string, Record<string, { of?: Answer, is: Answer }>> = {
  'qd-766-found-2026': {
    ORIGINAL_RESULT_AVAILABLE: { is: ({ electronic_result: result }) => result },
    SO_HOA_GIAY_TO_GIAI_QUYET: { is: isDigitised },
    REUSED_DIGITIZED_DATA: { is: ({ data_reused: reused }) => reused },
    PAYMENT_DOSSIERS: {
      of: ({ fee_due: due, has_fee: has }) => due === undefined ? has : due > 0,
      is: ({ paid_online: online, payment_channel: channel, fee_paid: paid }) => {
        if (online !== undefined) return online
        if (channel !== undefined) return channel === 'online'
        return paid === 0 ? false : undefined
      }
    }
  },
  'qd-766-document-2026': {
    SO_HOA_GIAY_TO_GIAI_QUYET: {
      is: details => {
        const [digitised, result] = [isDigitised(details), details.electronic_result]
        return digitised === undefined || result === undefined ? undefined : digitised && result
      }
    },
    SYNCED_WITH_DVCQG_PERSONAL_STORAGE: {
      is: ({ national_store_parts: parts }) => parts === undefined ? undefined : parts > 0
    }
  }
}
const POPULATION: Answer = ({ identity_verified: verified, databases_used: databases }) => {
  if (verified === undefined && databases === undefined) return undefined
  return verified === true || (databases ?? 0) > 0
}

function progressByHand (dossiers: Given[], span: { from: string, to: string }, termDueOf: TermDueOf): Counts {
  const days = dossiers.map(dossier => (
    daysByHand(seenBy(PORTAL, dossier, termDueOf(dossier)), ALL, undefined, graceOf(PORTAL))))
  const counts = countedByHand(days, { ...span, dueTo: span.to, overdueTo: span.to })
  return [counts.resolved_in_time + counts.pending_in_time, counts.resolved + counts.pending]
}

function saidByHand (dossiers: Given[], { from, to }: { from: string, to: string }, of: Answer, is: Answer): Counts {
  const results = dossiers.filter(({ status, finished_at: finished, returned_at: returned }) => {
    const end = finished ?? returned
    return status >= 9 && end !== null && dayOf(end) >= parseDay(from) && dayOf(end) <= parseDay(to)
  }).map(({ details }) => details ?? {}).filter(details => of(details) === true && is(details) !== undefined)
  return [results.filter(details => is(details) === true).length, results.length]
}

async function rowsOf (db: Db, formula: string, span: { from: string, to: string }, unit: string) {
  const { items } = await evaluation(db, { ...span, formula, unit, kind: ['criterion'] }, null, NOW)
  return new Map(items.map(row => [row.criterion!, row]))
}

forEachDatabase('points by Decision 766 from dossier records', async (t, { db }) => {
  const termDueOf = await termsByHand(db)

  t.test('are those of a count by hand, of each unit with all below it', async t => {
    await fc.assert(fc.asyncProperty(histories, spans, async (all, span) => {
      await forget(db)
      await sendAll(db, all)
      const dossiers = all.filter(({ deleted }) => !deleted).map(({ versions }) => versions.at(-1)!)
      for (const [formula, answers] of Object.entries(ANSWERS)) {
        for (const unit of ['H56', 'H56-380', 'H56-14755']) {
          const own = dossiers.filter(dossier => PATHS[dossier.unit]!.includes(unit))
          const byHand: Record<string, Counts> = { PROGRESS_ON_TIME: progressByHand(own, span, termDueOf) }
          for (const [code, { of = () => true, is }] of Object.entries(answers)) {
            byHand[code] = saidByHand(own, span, of, is)
          }
          if (unit === 'H56') byHand.CITIZEN_DATA_CONNECTED_DOSSIER = saidByHand(own, span, () => true, POPULATION)
          const rows = await rowsOf(db, formula, span, unit)
          for (const [code, [numerator, denominator]] of Object.entries(byHand)) {
            const row = rows.get(code)!
            const expected = denominator === 0 ? [null, null, null] : [numerator, denominator, 'records']
            if (isDeepStrictEqual([row.numerator, row.denominator, row.counts_from], expected)) continue
            throw new Error(JSON.stringify({ unit, code, span, expected, row }))
          }
          const [numerator, denominator] = byHand.PROGRESS_ON_TIME!
          const points = denominator === 0
            ? null
            : Math.floor((4_000 * numerator + denominator) / (2 * denominator)) / 100
          if (rows.get('PROGRESS_ON_TIME')!.points !== points) throw new Error(JSON.stringify({ unit, points }))
        }
      }
    }), { numRuns: runs(10) })
    t.pass()
  })

  t.test('are of several periods together what they are of each alone', async t => {
    const keys = fc.constantFrom<('unit' | 'field')[]>(['unit'], ['unit', 'field'])
    const periods = fc.subarray(['cal-2020-M12', 'cal-2021-M01', 'cal-2021-M02', 'cal-2021-Q1', '2021-Q1'], { minLength: 2 })
    await fc.assert(fc.asyncProperty(histories, periods, keys, async (all, period, group_by) => {
      await forget(db)
      await sendAll(db, all)
      const ask = async (period: string[], compare?: 'previous') => {
        const question = { period, formula: 'qd-766-found-2026', unit: 'H56', children: true, group_by, compare }
        return (await evaluation(db, question, null, NOW)).items
      }
      const keyOf = (row: EvaluationRow) => [row.unit, row.field, row.kind, row.group, row.criterion].join()
      const together = Map.groupBy(await ask(period, 'previous'), row => row.period!)
      for (const code of period) {
        const alone = await ask([code])
        const rows = together.get(code) ?? []
        const same = rows.map(row => ({ ...row, ...NO_COMPARISON }))
        if (!isDeepStrictEqual(same, alone)) throw new Error(JSON.stringify({ code, same, alone }))
        const compared = rows.filter(row => row.compared_period !== null)
        const before = compared.length === 0 ? [] : await ask([compared[0]!.compared_period!])
        const then = new Map(before.map(row => [keyOf(row), row]))
        for (const row of compared) {
          const { points, rate_percent: rate } = then.get(keyOf(row))!
          if (row.compared_points === points && row.compared_rate_percent === rate) continue
          throw new Error(JSON.stringify({ row, points, rate }))
        }
      }
    }), { numRuns: runs(10) })
    t.pass()
  })

  t.test('count what moves between units once for the unit above them', async t => {
    const moved = fc.tuple(dossier, fc.constantFrom(...Object.keys(LEVELS)), instants)
    const moving = fc.array(moved, { minLength: 1, maxLength: 6 })
    // From the dossiers, as no sums know procedures.
    const expectSameByProcedure = async (db: Db, span: { from: string, to: string }, unit: string) => {
      const question = { ...span, formula: 'qd-766-found-2026', unit, criterion: Object.keys(ANSWERS['qd-766-found-2026']!) }
      const sums = async (group_by: ('unit' | 'field' | 'procedure')[]) => {
        const { items } = await evaluation(db, { ...question, kind: ['criterion'], group_by }, null, NOW)
        const of = (code: string) => items.filter(({ criterion }) => criterion === code)
        return question.criterion.map(code => of(code).reduce<Counts>(([n, d], row) => (
          [n + (row.numerator ?? 0), d + (row.denominator ?? 0)]), [0, 0]))
      }
      const [whole, ...others] = await Promise.all([sums(['unit']), sums(['unit', 'field']), sums(['unit', 'procedure'])])
      if (others.every(other => isDeepStrictEqual(other, whole))) return
      throw new Error(JSON.stringify({ unit, span, whole, others }))
    }
    await fc.assert(fc.asyncProperty(moving, spans, async (moves, span) => {
      await forget(db)
      for (const [i, [dossier, unit, at]] of moves.entries()) {
        const code = `000.00.00.H56-210101-${i}`
        await send(db, [itemOf({ ...dossier, code })])
        await send(db, [itemOf({ ...dossier, code, unit, updated_at: Math.max(at, dossier.updated_at) + 1_000 })])
      }
      for (const unit of ['H56', 'H56-380']) {
        await expectSameByProcedure(db, span, unit)
        const question = { ...span, unit, basis: 'records', rules: 'portal-766', method: 'handled' } as const
        const [expected] = (await onTime(db, question, { limit: 1 }, null, NOW)).items
        const row = (await rowsOf(db, 'qd-766-found-2026', span, unit)).get('PROGRESS_ON_TIME')!
        const counts = [row.numerator ?? 0, row.denominator ?? 0]
        if (isDeepStrictEqual(counts, [expected!.numerator, expected!.denominator])) continue
        throw new Error(JSON.stringify({ unit, span, counts, expected }))
      }
    }), { numRuns: runs(10) })
    t.pass()
  })
})

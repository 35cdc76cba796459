import fc from 'fast-check'
import type { DossierItem } from '../../../../src/dossiers/schema.ts'
import { differenceDossiers, onTimeDifference } from '../../../../src/statistics/on-time/difference/queries.ts'
import { isUnreported } from '../../../../src/statistics/on-time/difference/schema.ts'
import { onTime } from '../../../../src/statistics/on-time/queries.ts'
import { forEachDatabase } from '../../../database.ts'
import { runs } from '../../../property.ts'
import { FIELDS, LEVELS } from '../../../dossiers/catalogue.ts'
import { rules } from '../../../dossiers/counting-rules/given.ts'
import { forget, forgetReports, item, itemOf, send } from '../../../dossiers/given.ts'
import { figureBy, givenRules, histories } from './given.ts'

interface Report { unit: string, field: string | undefined, inTime: number, overdue: number, isKnown: boolean }

/** Of a unit that resolved all that it received; how much of that late, it may not say. */
function reportOf ({ unit, field, inTime, overdue, isKnown }: Report) {
  return {
    source: 'a', period: 'cal-2021-M01', unit, ...field === undefined ? {} : { field }, received_online: 0, received_direct: inTime + overdue, carried_over: 0,
    resolved_early: 0, resolved_on_time: inTime, pending_in_time: 0, pending_overdue: 0,
    ...isKnown ? { resolved_overdue: overdue } : {}
  }
}

const FIELDS_ASKED = [...new Set(Object.values(FIELDS))]

const at = (day: number, time = '09:00:00') => `2021-01-${String(day).padStart(2, '0')}T${time}+07:00`

/** A dossier that is late for one of the causes, or in time, each in its versions. */
const late = fc.record({
  kind: fc.constantFrom('own', 'waiting', 'sync', 'inherited', 'in_time'),
  units: fc.tuple(fc.constantFrom(...Object.keys(LEVELS)), fc.constantFrom(...Object.keys(LEVELS))),
  end: fc.integer({ min: 13, max: 30 })
}).map(({ kind, units: [unit, next], end }): Partial<DossierItem>[] => {
  const sent = { unit, received_at: at(4), due_at: at(12), updated_at: at(5) }
  const ended = { ...sent, status: 10, finished_at: at(end), updated_at: at(end) }
  const waited = { requested_at: at(5), completed_at: at(end), old_due_at: null, new_due_at: null }
  switch (kind) {
    case 'own': return [ended]
    case 'waiting': return [{ ...ended, supplements: [waited] }]
    case 'sync': return [{ ...sent, status: 7, updated_at: at(end) }]
    case 'inherited': return [
      sent, { ...sent, unit: next, updated_at: at(13, '08:00:00') },
      { ...ended, unit: next, finished_at: at(end + 1), updated_at: at(end + 1) }
    ]
    default: return [{ ...ended, finished_at: at(11) }]
  }
})

forEachDatabase('why the figure of somebody else differs', async (t, { db, post }) => {
  t.test('of others adds up as well, with the lists of what is here', async t => {
    const others = fc.oneof(
      fc.record({ more: fc.integer({ min: -2, max: 8 }), fewer: fc.integer({ min: -2, max: 8 }) }), fc.constant('reported' as const)
    )
    const lateOnes = fc.array(late, { minLength: 3, maxLength: 8 })
    const reports = fc.uniqueArray(fc.record({
      unit: fc.constantFrom(...Object.keys(LEVELS)), field: fc.constantFrom(undefined, ...FIELDS_ASKED),
      inTime: fc.nat(4), overdue: fc.nat(4), isKnown: fc.boolean()
    }), { selector: ({ unit }) => unit })
    const asked = fc.record({
      method: fc.constantFrom('resolved', 'handled', 'received'), unit: fc.constantFrom(undefined, 'H56', 'H56-380'),
      hierarchy: fc.constantFrom(undefined, 'current'),
      field: fc.constantFrom(undefined, ...FIELDS_ASKED.map(field => [field]))
    }).map(given => ({
      period: ['cal-2021-M01'], ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    }))
    const worlds = fc.record({ histories, lateOnes, a: rules, reports })
    await fc.assert(fc.asyncProperty(worlds, others, asked, async (world, than, asked) => {
      const { histories, lateOnes, a, reports } = world
      await forget(db)
      await forgetReports(db)
      await givenRules(db, 'a', a)
      for (const versions of histories) for (const version of versions) await send(db, [itemOf(version)])
      for (const [i, versions] of lateOnes.entries()) {
        for (const version of versions) await send(db, [item({ code: `late-${i}`, ...version })])
      }
      const { status, text } = await post('/v1/dossier-statistics', { items: reports.map(reportOf) })
      if (status !== 200 && reports.length > 0) throw new Error(text)
      const now = Date.parse('2022-01-01T00:00:00Z')
      const figure = await figureBy(db, 'a', asked, now)
      const other = than === 'reported' ? { against: than } : publishedBeside(figure, than)
      const question = { ...asked, rules: ['a'], ...other }
      const rows = await onTimeDifference(db, question, null, now, reason => reason)
      const fail = (what: string): never => { throw new Error(JSON.stringify({ what, a, question, reports, rows })) }
      const total = rows.at(-1)!
      const { items: [reported] } = await onTime(db, { ...asked, basis: 'reported' } as never, { limit: 1 }, null, now)
      const theirs = 'against' in other
        ? [reported!.numerator, reported!.denominator]
        : [other.published_numerator, other.published_denominator]
      if (String([total.numerator_before, total.denominator_before]) !== String(figure)) fail('the first figure is that of records')
      if (String([total.numerator_after, total.denominator_after]) !== String(theirs)) fail('the last figure is that of the other')
      const ends = [figure, ...rows.slice(0, -1).map(row => [row.numerator_after, row.denominator_after])]
      const begins = [...rows.slice(0, -1).map(row => [row.numerator_before, row.denominator_before]), theirs]
      if (String(begins) !== String(ends)) fail('each row begins where the one above it ends')
      const left = rows.find(({ reason }) => reason === 'unexplained')!
      for (const row of rows) {
        const { reason, dossiers, numerator_change: change, denominator_change } = row
        if (row.dossiers_url === null) continue
        const listed = { ...asked, rules: ['a'], reason, ...'against' in other ? other : {} }
        const { items } = await differenceDossiers(db, listed as never, { limit: 100 }, null, now)
        const sumOf = (name: 'numerator_change' | 'denominator_change') => items.reduce((sum, item) => sum + item[name], 0)
        if (items.length !== dossiers) fail(`the number of ${reason}`)
        if (isUnreported(reason)) {
          if (sumOf('numerator_change') !== change || sumOf('denominator_change') !== denominator_change) fail('the list of units')
        } else if (change !== null) {
          if (change < 0 || change > sumOf('numerator_change') || denominator_change !== 0) fail(`the list of ${reason}`)
          if (change > 0 && left.numerator_change! < 0) fail('late dossiers explain more than there is')
          if (change > 0 && left.denominator_change! > left.numerator_change!) fail('late dossiers explain more than are not late')
        }
      }
    }), { numRuns: runs(25) })
    t.pass()
  })
})

/** A figure with so many more on time, and so many fewer that are not. */
function publishedBeside (
  [numerator, denominator]: readonly [number, number], { more, fewer }: { more: number, fewer: number }
) {
  const inTime = Math.max(0, Math.round(numerator) + more)
  const others = Math.max(0, Math.round(denominator - numerator) - fewer)
  return { published_numerator: inTime, published_denominator: inTime + others }
}

import fc from 'fast-check'
import { exactly } from '../../../src/catalogue/units/resolve.ts'
import { MEASURES } from '../../../src/form-ii06a/measures.ts'
import { dossierFigure, dossierSums } from '../../../src/reports/checks/trying/dossier-figures.ts'
import { onTime } from '../../../src/statistics/on-time/queries.ts'
import { item, send } from '../../dossiers/given.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'

const BELOW = ['H56-380', 'H56-14755', 'H56-14758', 'H56-14761', 'H56-SNV'] as const
const ASKED = ['H56', ...BELOW, 'H56-381']
const LEVELS = [null, 'province', 'district', 'commune']

const row = fc.record({
  unit: fc.constantFrom(...BELOW), source: fc.constantFrom('a', 'b'), isTotal: fc.boolean(),
  direct: fc.nat(50), carried: fc.nat(9), overdue: fc.nat(9), splits: fc.boolean()
})
const rows = fc.uniqueArray(row, { maxLength: 8, selector: one => `${one.unit} ${one.source} ${one.isTotal}` })

/** Periods of their own, so that each run has one. */
const PERIODS = [2022, 2023, 2024].flatMap(year => Array.from({ length: 12 }, (_, i) => `cal-${year}-M${String(i + 1).padStart(2, '0')}`))

forEachDatabase('dossiers added up along the paths of units', async (t, { db, post }) => {
  const now = Date.now()

  /** What a question about one unit alone comes to, of all levels or of one. */
  async function askedAlone (basis: 'reported' | 'records', period: string, unit: string, level: string | null) {
    const question = { basis, period: [period], unit: exactly(unit), group_by: level === null ? [] : ['level' as const] }
    const { items } = await onTime(db, question, { limit: 1_000 }, null, now)
    return items.find(one => level === null || one.level === level)
  }

  t.test('are what a question about each unit with all below it comes to', async t => {
    let used = 0
    await fc.assert(fc.asyncProperty(rows, async rows => {
      const period = PERIODS[used++ % PERIODS.length]!
      const items = rows.map(({ unit, source, isTotal, direct, carried, overdue, splits }) => ({
        unit, source, period, scope: isTotal ? 'total' : 'own', received_online: 0, received_direct: direct, carried_over: carried,
        resolved_in_time: direct, resolved_overdue: Math.min(overdue, carried), pending: Math.max(carried - overdue, 0),
        ...splits ? { pending_overdue: 0 } : {}
      }))
      const { status, text } = await post('/v1/dossier-statistics?replace=true', { items })
      if (status !== 200) throw new Error(text)
      const sums = await dossierSums(db, { of: 'dossiers', periods: [period] }, new Set(ASKED), 'H56', now)
      for (const unit of ASKED) {
        for (const level of LEVELS) {
          const alone = await askedAlone('reported', period, unit, level)
          const sum = sums.get(unit)?.get(level ?? '')
          t.equal(sum?.scope ?? null, alone?.scope ?? null, `${unit} ${level}`)
          if (sum === undefined) continue
          t.match({ ...sum.counts, ...sum }, pick(alone!, ['units_reported', 'units_expected', ...MEASURES]), `${unit} ${level}`)
        }
      }
    }), { numRuns: runs(20) })
  })

  t.test('are those of records, too, and 0 of a unit that sends records and had none', async t => {
    const record = fc.record({
      unit: fc.constantFrom(...BELOW), day: fc.integer({ min: 1, max: 28 }), isLate: fc.boolean(), isOpen: fc.boolean()
    })
    const month = (day: number) => `2021-05-${String(day).padStart(2, '0')}T08:00:00+07:00`
    await fc.assert(fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 6 }), async records => {
      await send(db, records.map(({ unit, day, isLate, isOpen }, i) => item({
        code: `sum-${unit}-${day}-${i}`, unit, received_at: month(day), due_at: month(Math.min(day + (isLate ? 0 : 2), 28)),
        ...isOpen ? {} : { status: 10, finished_at: month(Math.min(day + 1, 28)) }, updated_at: month(28)
      })))
      for (const period of ['cal-2021-M05', 'cal-2021-M06']) {
        const sums = await dossierSums(db, { of: 'records', periods: [period] }, new Set(ASKED), 'H56', now)
        for (const unit of ASKED) {
          const alone = await askedAlone('records', period, unit, null)
          const sum = sums.get(unit)?.get('')
          if (sum === undefined) t.equal(alone?.units_reported ?? 0, 0, unit)
          else t.match({ ...sum.counts, ...sum }, pick(alone!, ['units_reported', 'units_expected', ...MEASURES]), `${unit} ${period}`)
        }
      }
    }), { numRuns: runs(10) })
    const [first] = (await dossierSums(db, { of: 'records', periods: ['cal-2021-M07'] }, new Set(['H56']), 'H56', now)).values()
    t.not(first, undefined)
    t.same(dossierFigure(undefined, 'received'), { reason: 'no_dossiers' })
  })
})

function pick (row: Record<string, unknown>, names: readonly string[]) {
  return Object.fromEntries(names.map(name => [name, row[name]]))
}

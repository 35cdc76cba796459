import fc from 'fast-check'
import t from 'tap'
import { FORM_MEASURES } from '../../../src/form-ii06a/columns.ts'
import type { DossierForm, DossierFormRow } from '../../../src/reports/form-ii06a/schema.ts'
import { filledForm, type FormUnit } from '../../../src/reports/form-ii06a/sections.ts'
import type { Figures } from '../../../src/statistics/on-time/empty-rows.ts'
import type { Measure } from '../../../src/form-ii06a/measures.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { countables } from '../../dossiers/arbitrary.ts'
import { forget, itemOf, send } from '../../dossiers/given.ts'

const LEVELS = ['province', 'district', 'commune'] as const

/** A line with what its unit knows of each measure, if it has reported. */
const line = fc.record({
  level: fc.constantFrom(...LEVELS),
  is_expected: fc.boolean(),
  known: fc.option(fc.array(fc.option(fc.nat(1_000), { freq: 8 }), {
    minLength: FORM_MEASURES.length, maxLength: FORM_MEASURES.length
  }))
})

const lines = fc.array(line, { maxLength: 12 }).map(lines => lines
  .toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level))
  .map(({ is_expected, ...line }, i) => ({
    ...line, expected: Number(is_expected), reported: Number(is_expected && line.known !== null), unit: `U${i}`, name: `Đơn vị ${i}`, level_name: `Cấp ${line.level}`
  })))

function figuresOf (known: (number | null)[]): Figures {
  return Object.fromEntries([['scope', 'own'], ...FORM_MEASURES.flatMap((measure, i) => [
    [measure, known[i]], [`${measure}_unknown`, Number(known[i] === null)]
  ])])
}

/** The plain sum: nothing of nobody, nothing where one does not know. */
function sumOf (rows: DossierFormRow[], measure: Measure): number | null {
  const reported = rows.filter(({ scope }) => scope !== null).map(row => row[measure])
  if (reported.length === 0 || reported.includes(null)) return null
  return reported.reduce<number>((sum, value) => sum + value!, 0)
}

function addsUp ({ sections, grand_total: whole }: Pick<DossierForm, 'sections' | 'grand_total'>): boolean {
  const totals = sections.map(({ total }) => total)
  return FORM_MEASURES.every(measure => {
    const unknown = (rows: DossierFormRow[]) => rows.reduce((sum, row) => sum + row[`${measure}_unknown`]!, 0)
    return sections.every(({ rows, total }) => total[measure] === sumOf(rows, measure) &&
      total[`${measure}_unknown`] === unknown(rows)) &&
      whole[measure] === sumOf(totals, measure) && whole[`${measure}_unknown`] === unknown(totals)
  }) && (['units_reported', 'units_expected'] as const).every(coverage => (
    whole[coverage] === totals.reduce((sum, total) => sum + total[coverage], 0) &&
    sections.every(({ rows, total }) => total[coverage] === rows.reduce((sum, row) => sum + row[coverage], 0))))
}

t.test('sections are the sums of their lines, and the grand total that of the sections', async t => {
  fc.assert(fc.property(lines, lines => {
    const own = new Map(lines.flatMap(({ unit, known }) => known === null ? [] : [[unit, figuresOf(known)] as const]))
    const form = filledForm(lines satisfies FormUnit[], own, null, { unknown: true })
    const rows = form.sections.flatMap(({ rows }) => rows)
    return addsUp(form) && rows.length === lines.length && rows.every(({ unit, units_reported, units_expected }) => (
      units_reported === Number(own.has(unit!) && units_expected === 1)))
  }))
  t.pass()
})

const UNITS = ['H56-SNV', 'H56-STC', 'H56-380', 'H56-381', 'H56-14755', 'H56-14758'] as const
/** No column of the form has what was cancelled. */
const uncancelled = countables.map(dossier => ({ ...dossier, details: null }))
const dossiers = fc.array(fc.tuple(uncancelled, fc.constantFrom(...UNITS)), { minLength: 1, maxLength: 25 })

/** 3 = 4 + 5 + 6; 7 = 8 + 9 + 10; 11 = 12 + 13; 3 = 7 + 11. */
function holds (row: DossierFormRow): boolean {
  const sum = (...measures: Measure[]) => measures.reduce((sum, measure) => sum + row[measure]!, 0)
  return FORM_MEASURES.every(measure => row[measure] !== null && row[measure] >= 0) &&
    row.received === sum('received_online', 'received_direct', 'carried_over') &&
    row.resolved === sum('resolved_early', 'resolved_on_time', 'resolved_overdue') &&
    row.resolved_in_time === sum('resolved_early', 'resolved_on_time') &&
    row.pending === sum('pending_in_time', 'pending_overdue') && row.received === sum('resolved', 'pending')
}

forEachDatabase('form II.06a from any records', async (t, { db, get }) => {
  await t.test('keeps the identities of the form in every line, and over time', async t => {
    await fc.assert(fc.asyncProperty(dossiers, async dossiers => {
      await forget(db)
      await send(db, dossiers.map(([dossier, unit], i) => (
        itemOf({ ...dossier, code: `000.00.00.H56-210101-${i}`, unit, procedure: '1.001193' }))))
      let before: DossierForm | null = null
      for (const period of ['2021-M01', '2021-M02', '2021-M03', '2021-M04']) {
        const form = (await get(`/v1/forms/ii-06a/H56/${period}?basis=records&unknown=true`)).body as DossierForm
        const rows = [...form.sections.flatMap(({ rows, total }) => [...rows, total]), form.grand_total]
        if (!addsUp(form) || !rows.every(row => row.scope === null || holds(row))) return false
        if (before !== null && (before.grand_total.pending ?? 0) !== (form.grand_total.carried_over ?? 0)) return false
        before = form
      }
      return true
    }), { numRuns: runs(15) })
    t.pass()
  })
})

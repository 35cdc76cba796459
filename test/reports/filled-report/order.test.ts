import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import { reportedValues } from '../../../src/seed/catalogue/form.ts'
import type { ReportRow } from '../../../src/reports/filled-report/schema.ts'
import { units } from '../../../src/seed/catalogue/units.ts'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'

const values = reportedValues()
const districts = units().filter(({ level }) => level === 'district')

forEachDatabase('a report', async (t, { get, post }) => {
  /** What is derived is not the same for every unit. */
  const postedIn = async (unit: string) => {
    const { rows } = (await get(`/v1/reports/${unit}/2021-H1`)).body as { rows: ReportRow[] }
    return rows.map(({ code, state, number, numerator, denominator, choice, printed, note }) => (
      [code, state, number, numerator, denominator, choice, printed, note]))
  }
  const rows = await postedIn('H56')
  let run = 0

  t.test('is the same in whatever order and batches its values come, and however often', async t => {
    const posting = fc.tuple(
      fc.shuffledSubarray(values, { minLength: values.length }), fc.nat(values.length), fc.subarray(values))
    await t.resolves(fc.assert(fc.asyncProperty(posting, async ([shuffled, cut, again]) => {
      run += 1
      const key = { unit: districts[run]!.code, period: '2021-H1' }
      for (const part of [shuffled.slice(0, cut), shuffled.slice(cut), again]) {
        const { status } = await post('/v1/indicator-values', { items: part.map(value => ({ ...value, ...key })) })
        deepStrictEqual(status, 200)
      }
      deepStrictEqual(await postedIn(key.unit), rows)
    }), { numRuns: runs(20) }))
  })
})

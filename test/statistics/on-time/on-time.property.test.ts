import fc from 'fast-check'
import { forEachDatabase } from '../../database.ts'
import { runs } from '../../property.ts'
import { KINDS, type TestedKind } from '../kinds.ts'

const UNITS = ['H56-SNV', 'H56-STC', 'H56-380', 'H56-381', 'H56-14755', 'H56-14758', 'H56-14761'] as const
const LEVELS: Record<string, string> = { 'H56-SNV': 'province', 'H56-STC': 'province', 'H56-380': 'district', 'H56-381': 'district' }
const levelOf = (unit: string) => LEVELS[unit] ?? 'commune'

const rowOf = ({ fields }: TestedKind) => fc.record({
  unit: fc.constantFrom(...UNITS), field: fc.constantFrom(...fields),
  inTime: fc.nat(400), overdue: fc.oneof(fc.constant(0), fc.nat(30)), pending: fc.nat(50), known: fc.boolean()
})
type Row = ReturnType<typeof rowOf> extends fc.Arbitrary<infer R> ? R : never

const rowsOf = (kind: TestedKind) => (
  fc.uniqueArray(rowOf(kind), { minLength: 1, maxLength: 15, selector: ({ unit, field }) => `${unit} ${field}` }))

const itemIn = ({ received }: TestedKind) => (
  { unit, field, inTime, overdue, pending, known }: Row, period: string
) => ({
  unit, ...(field === null ? {} : { field }), period, source: 'property', ...received(inTime + overdue + pending),
  carried_over: 0, resolved_in_time: inTime, resolved_overdue: overdue,
  ...(known ? { pending_overdue: Math.min(pending, 3) } : {})
})

/** The plain count: sums, and one division in whole numbers, half up. */
function counted (rows: Row[]) {
  const numerator = rows.reduce((sum, { inTime }) => sum + inTime, 0)
  const denominator = rows.reduce((sum, { inTime, overdue }) => sum + inTime + overdue, 0)
  const received = rows.reduce((sum, { inTime, overdue, pending }) => sum + inTime + overdue + pending, 0)
  // Where nothing is pending the split follows, so it is known all the same.
  const unsplit = rows.filter(({ known, pending }) => !known && pending > 0).length
  const hundredths = (20_000n * BigInt(numerator) + BigInt(denominator)) / (2n * BigInt(denominator || 1))
  return {
    numerator, denominator, received, resolved: denominator,
    on_time_percent: denominator === 0 ? null : Number(hundredths) / 100,
    pending_overdue: unsplit > 0 ? null : rows.reduce((sum, { pending }) => sum + Math.min(pending, 3), 0),
    pending_overdue_unknown: unsplit, units_reported: new Set(rows.map(({ unit }) => unit)).size
  }
}

const KEYS = {
  level: ({ unit }: Row) => levelOf(unit), unit: ({ unit }: Row) => unit as string, field: ({ field }: Row) => field!
}
type Key = keyof typeof KEYS

for (const kind of KINDS) forEachDatabase(`on-time percentages of ${kind.name}`, async (t, { get, post }) => {
  const [rows, itemOf] = [rowsOf(kind), itemIn(kind)]
  const groups: Key[][] = [
    [], ['level'], ['unit'], ...kind.fields[0] === null ? [] : [['field'], ['level', 'field'], ['unit', 'field']] as Key[][]
  ]
  const periods = Array.from({ length: 8 }, (_, i) => 2020 + i).flatMap(year =>
    Array.from({ length: 12 }, (_, i) => `cal-${year}-M${String(i + 1).padStart(2, '0')}`))
  let used = 0
  /** Every run of a property has a period of its own. */
  const nextPeriod = () => periods[used++ % periods.length]!
  const report = async (items: object[], query = '?replace=true') => {
    const { status, text } = await post(`${kind.statistics}${query}`, { items })
    if (status !== 200) throw new Error(text)
  }
  const answers = async (period: string, keys: Key[]) =>
    (await get(`${kind.onTime}?unknown=true&period=${period}${keys.length > 0 ? `&group_by=${keys.join()}` : ''}`)).body.items as Record<string, unknown>[]

  const matches = async (period: string, rows: Row[]) => {
    for (const keys of groups) {
      const grouped = Map.groupBy(rows, row => keys.map(key => KEYS[key](row)).join(' '))
      const items = await answers(period, keys)
      if (items.length !== grouped.size) return false
      for (const item of items) {
        const expected: Record<string, unknown> = counted(grouped.get(keys.map(key => item[key]).join(' '))!)
        if (Object.keys(expected).some(name => item[name] !== expected[name])) return false
      }
    }
    return true
  }

  t.test('equal a plain count of the rows, in whatever way units are grouped', async t => {
    await fc.assert(fc.asyncProperty(rows, async rows => {
      const period = nextPeriod()
      await report(rows.map(row => itemOf(row, period)))
      return matches(period, rows)
    }), { numRuns: runs(30) })
    t.pass()
  })

  t.test('are the same in whatever order and however often the rows are posted', async t => {
    const twice = rows.chain(rows => fc.tuple(
      fc.constant(rows), fc.shuffledSubarray([...rows, ...rows], { minLength: rows.length * 2 })))
    await fc.assert(fc.asyncProperty(twice, async ([rows, posted]) => {
      const period = nextPeriod()
      for (const row of posted) await report([itemOf(row, period)], '')
      return matches(period, rows)
    }), { numRuns: runs(15) })
    t.pass()
  })

  t.test('hold nothing of a row that breaks an identity', async t => {
    const one = fc.record({ off: fc.integer({ min: 1, max: 9 }), measure: fc.constantFrom('received', 'resolved', 'pending') })
    await fc.assert(fc.asyncProperty(rows, one, async (rows, { off, measure }) => {
      const period = nextPeriod()
      const [first, ...others] = rows
      const broken = { ...itemOf(first!, period), received: 0, resolved: 0, pending: 0 }
      const { inTime, overdue, pending } = first!
      Object.assign(broken, { received: inTime + overdue + pending, resolved: inTime + overdue, pending })
      broken[measure] += off
      const items = [broken, ...others.map(row => itemOf(row, period))]
      const atomic = await post(kind.statistics, { items })
      const partial = await post(`${kind.statistics}?mode=partial`, { items })
      if (atomic.status !== 422 || partial.body.rejected !== 1) return false
      return others.length === 0 || matches(period, others)
    }), { numRuns: runs(15) })
    t.pass()
  })
})

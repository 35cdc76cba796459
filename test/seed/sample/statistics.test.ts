import t from 'tap'
import { FIELDS } from '../../../src/seed/catalogue/fields.ts'
import { reportedStatistics, syntheticStatistics } from '../../../src/seed/sample/statistics.ts'
import { units } from '../../../src/seed/catalogue/units.ts'

const all = syntheticStatistics(units())
const levelOf = new Map(units().map(unit => [unit.code, unit.level]))

function sum (rows: typeof all, measure: 'received' | 'resolved' | 'resolved_in_time') {
  return rows.reduce((total, row) => total + row[measure], 0)
}

t.test('the reported dossiers are those of the paper and obey its identities', async t => {
  const row = reportedStatistics()
  t.equal(row.received, row.received_online + row.received_direct + row.carried_over)
  t.equal(row.resolved, row.resolved_in_time + row.resolved_overdue)
  t.equal(row.received, row.resolved + row.pending)
})

t.test('synthetic dossiers obey every identity of the form', async t => {
  t.ok(all.every(row =>
    row.received === row.received_online + row.received_direct + row.carried_over), '3 = 4+5+6')
  t.ok(all.every(row => row.received_postal <= row.received_direct), 'post is a part of direct')
  t.ok(all.every(row => row.resolved_in_time === row.resolved_early + row.resolved_on_time), '8+9')
  t.ok(all.every(row => row.resolved === row.resolved_in_time + row.resolved_overdue), '7 = 8+9+10')
  t.ok(all.every(row => row.pending === row.pending_in_time + row.pending_overdue), '11 = 12+13')
  t.ok(all.every(row => row.received === row.resolved + row.pending), '3 = 7+11')
})

t.test('synthetic dossiers are whole numbers, none below zero', async t => {
  const counts = all.flatMap(row => Object.values(row)).filter(value => typeof value === 'number')
  t.equal(counts.length, all.length * 13)
  t.ok(counts.every(count => Number.isSafeInteger(count) && count >= 0))
})

t.test('every unit that handles dossiers has some, once for each of its fields', async t => {
  t.equal(new Set(all.map(row => row.unit)).size, 606)
  t.equal(new Set(all.map(row => `${row.unit} ${row.field}`)).size, all.length)
  t.ok(all.every(row => FIELDS.some(field => field.code === row.field)))
})

t.test('a unit has the same dossiers whatever is asked before it', async t => {
  const key = (row: typeof all[number]) => `${row.unit} ${row.field}`
  const byKey = (rows: typeof all) => rows.toSorted((a, b) => key(a) < key(b) ? -1 : 1)
  t.strictSame(byKey(syntheticStatistics(units().reverse())), byKey(all))
})

t.test('a quarter is about as large as half of the reported half year', async t => {
  const { received } = reportedStatistics()
  t.ok(sum(all, 'received') > 0.3 * received && sum(all, 'received') < 0.6 * received)
})

t.test('communes are more punctual than districts, and districts than departments', async t => {
  const share = (level: string) => {
    const rows = all.filter(row => levelOf.get(row.unit) === level)
    return sum(rows, 'resolved_in_time') / sum(rows, 'resolved')
  }
  t.ok(share('commune') > share('district'))
  t.ok(share('district') > share('province'))
  t.ok(share('province') > 0.92)
})

t.test('most units are punctual, a few are not', async t => {
  const large = all.filter(row => row.resolved >= 30)
  const punctual = large.filter(row => row.resolved_in_time >= 0.92 * row.resolved)
  t.ok(punctual.length > 0.85 * large.length && punctual.length < large.length)
})

import t from 'tap'
import { FIELDS } from '../../../src/seed/catalogue/fields.ts'
import { communesOfToday } from '../../../src/seed/reform/event-sets.ts'
import { reportedStatistics, syntheticStatistics, syntheticStatisticsOfToday } from '../../../src/seed/sample/statistics.ts'
import { units } from '../../../src/seed/catalogue/units.ts'

const all = syntheticStatistics(units())
const ofToday = syntheticStatisticsOfToday(communesOfToday())
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

for (const [quarter, rows] of [['2021-Q3', all], ['2026-Q1', ofToday]] as const) {
  t.test(`synthetic dossiers of ${quarter} obey every identity of the form`, async t => {
    t.ok(rows.every(row => row.period === quarter && row.source === 'sample'))
    t.ok(rows.every(row => row.received === row.received_online + row.received_direct + row.carried_over), '3 = 4+5+6')
    t.ok(rows.every(row => row.received_postal <= row.received_direct), 'post is a part of direct')
    t.ok(rows.every(row => row.resolved_in_time === row.resolved_early + row.resolved_on_time), '8+9')
    t.ok(rows.every(row => row.resolved === row.resolved_in_time + row.resolved_overdue), '7 = 8+9+10')
    t.ok(rows.every(row => row.pending === row.pending_in_time + row.pending_overdue), '11 = 12+13')
    t.ok(rows.every(row => row.received === row.resolved + row.pending), '3 = 7+11')
  })

  t.test(`synthetic dossiers of ${quarter} are whole numbers, none below zero`, async t => {
    const counts = rows.flatMap(row => Object.values(row)).filter(value => typeof value === 'number')
    t.equal(counts.length, rows.length * 13)
    t.ok(counts.every(count => Number.isSafeInteger(count) && count >= 0))
  })
}

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

t.test('every department and commune of today has dossiers, in the fields of those that it took over', async t => {
  t.equal(new Set(ofToday.map(row => row.unit)).size, 15 + 166)
  t.equal(new Set(ofToday.map(row => `${row.unit} ${row.field}`)).size, ofToday.length)
  const fieldsOf = (unit: string) => ofToday.filter(row => row.unit === unit).map(({ field }) => field)
  t.same(fieldsOf('H56-SNNMT'), ['agriculture', 'environment', 'land'])
  t.same(fieldsOf('H56-STC'), ['finance', 'business-registration', 'investment'])
  t.ok(fieldsOf('H56-14758').includes('business-registration'), 'which districts did before')
})

t.test('a quarter of 2026 is about as large as one of 2021, and more of it comes online', async t => {
  const share = sum(ofToday, 'received') / sum(all, 'received')
  t.ok(share > 0.8 && share < 1.25, String(share))
  const online = (rows: typeof all) => rows.reduce((total, row) => total + row.received_online, 0) / sum(rows, 'received')
  t.ok(online(ofToday) > 3 * online(all))
})

t.test('a code that another unit had before has other figures', async t => {
  const figures = (rows: typeof all) => rows.filter(row => row.unit === 'H56-14758').map(({ received }) => received)
  t.notMatch(figures(ofToday), figures(all))
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

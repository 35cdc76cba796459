import t from 'tap'
import type { Reach } from '../../../src/contract/caller.ts'
import { pageQuery } from '../../../src/database/sql/keyset.ts'
import { prepared } from '../../../src/database/sql/prepared.ts'
import { DOSSIERS, FEEDBACK } from '../../../src/statistics/kinds/index.ts'
import { OnTimeCaches } from '../../../src/statistics/on-time/caches.ts'
import { orderOf } from '../../../src/statistics/on-time/page-sql.ts'
import { recordsQuery } from '../../../src/statistics/on-time/records/records-sql.ts'
import { reportedQuery } from '../../../src/statistics/on-time/reported/reported-sql.ts'
import { nameOfDay, parseDay } from '../../../src/time/business-day.ts'
import { METHODS, type OnTimeQuery } from '../../../src/statistics/on-time/schema.ts'
import { compiler } from '../../compiler.ts'
import { pageOf, recordsPlan, reportedPlan } from './golden.ts'

const MARK = '/* prepared */'
const methods = METHODS.filter(method => method !== 'due')

const REPORTED = methods.flatMap(method => [[], ['level'], ['period'], ['level', 'period'], ['period', 'level']].flatMap(keys => [false, true].map(unknown => (
  { method, unknown, group_by: keys, period: ['2021-Q3'] } as OnTimeQuery))))

// Reception is counted from the dossiers, by limits of its day: its statements are not cached.
const RECORDS = METHODS.filter(method => method !== 'reception').flatMap(method => [
  ...[[], ['level'], ['channel'], ['channel', 'level'], ['period', 'channel'], ['field'], ['level', 'field'], ['unit'],
    ['unit', 'level'], ['unit', 'field'], ['procedure'], ['procedure', 'field']].flatMap(keys => ['2021-Q3', 'cal-2021-M07'].map(period => ({ group_by: keys, period: [period] }))),
  ...[[], ['level'], ['level', 'channel']].flatMap(keys => [false, true].map(unknown => (
    { group_by: keys, unknown, from: '2021-07-05', to: '2021-07-16' })))
].map(question => ({ basis: 'records', method, ...question }) as OnTimeQuery))

function daysFrom (first: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => nameOfDay(parseDay(first) + i))
}

const unmarked = (sql: string) => sql.replace(MARK, '').trim()

/** The same statement, built for this question alone. */
function plain (question: OnTimeQuery, reach: Reach = null, kind = DOSSIERS) {
  const query = question.basis === 'records'
    ? recordsQuery(recordsPlan(question, reach))
    : reportedQuery(reportedPlan(question, reach, kind))
  return prepared(pageQuery(query, orderOf(kind, question), { limit: question.limit ?? 1_000 })).compile(compiler)
}

t.test('a cached statement is the one that would be built for the question alone', async t => {
  const caches = new OnTimeCaches()
  for (const round of [1, 2]) {
    for (const asked of [...REPORTED, ...RECORDS]) {
      const question = { ...asked, limit: 10 * round }
      const { sql, parameters } = pageOf(question, caches)
      const expected = plain(question)
      t.equal(sql, expected.sql, JSON.stringify(question))
      t.same(parameters, expected.parameters, JSON.stringify(question))
    }
  }
})

t.test('feedback shares no statement with dossiers', async t => {
  const caches = new OnTimeCaches()
  const question = { period: ['2021-Q3'], group_by: ['level'] } as OnTimeQuery
  for (const kind of [DOSSIERS, FEEDBACK, DOSSIERS]) {
    t.equal(pageOf(question, caches, null, kind).sql, plain(question, null, kind).sql, kind.resource)
  }
})

t.test('only the days and the limit differ from one question to the next of a cached statement', async t => {
  const caches = new OnTimeCaches()
  const pages = (question: OnTimeQuery, other: OnTimeQuery) => [pageOf(question, caches), pageOf(other, caches)]
  const [third, fourth] = pages({ period: ['2021-Q3'] }, { period: ['2021-Q4'], limit: 5 })
  t.equal(third!.sql, fourth!.sql)
  t.same([third, fourth].map(page => page!.parameters), [
    [['2021-Q3'], ['2021-Q3'], ['2021-Q3'], '2021-Q3', '2021-Q3', ['2021-Q3'], ['2021-Q3'], 'resolved', 'reported'],
    [['2021-Q4'], ['2021-Q4'], ['2021-Q4'], '2021-Q4', '2021-Q4', ['2021-Q4'], ['2021-Q4'], 'resolved', 'reported']
  ])
  const days = { basis: 'records', group_by: ['level'] } as const
  const [first, second] = pages(
    { ...days, group_by: ['level'], from: '2021-07-05', to: '2021-07-16' },
    { ...days, group_by: ['level'], from: '2021-07-06', to: '2021-07-06', limit: 5 })
  t.equal(first!.sql, second!.sql)
  t.same(second!.parameters, [
    null, '2021-07-06', '2021-07-06', '2021-07-06', ['2021-07-01'], daysFrom('2021-07-01', 14), '2021-07-06',
    null, '2021-07-06', '2021-07-06', '2021-07-06', null, '2021-07-06', '2021-07-06', '2021-07-06', 'resolved', 'records', 5
  ])
})

t.test('a caller that is bound to a unit shares no statement with others, even for a question without filters', async t => {
  const caches = new OnTimeCaches()
  for (const [basis, keys] of [['records', ['level']], ['records', []], ['reported', ['level']], ['reported', []]] as const) {
    const question: OnTimeQuery = { basis, period: ['2021-Q3'], group_by: [...keys], hierarchy: 'current' }
    for (const reach of [null, 'H56-380', 'H56-381']) {
      const { sql, parameters } = pageOf(question, caches, reach)
      const expected = plain(question, reach)
      t.equal(unmarked(sql), unmarked(expected.sql))
      t.same(parameters, expected.parameters)
      t.equal(parameters.includes(reach) && sql.includes('reached_by'), reach !== null, `${basis} by ${keys.join()} for ${reach}`)
    }
  }
})

t.test('a question with filters, another order or a cursor, and one about the dossiers themselves, is not cached', async t => {
  const isCached = (question: OnTimeQuery) => pageOf(question).sql.startsWith(MARK)
  const cursor = Buffer.from(JSON.stringify(['level', 'district'])).toString('base64url')
  const byLevel: OnTimeQuery = { period: ['2021-Q3'], group_by: ['level'] }
  for (const basis of ['reported', 'records'] as const) {
    const question = { ...byLevel, basis }
    t.ok(isCached(question))
    t.notOk(isCached({ ...question, unit: 'H56-380' }))
    t.notOk(isCached({ ...question, level: ['district'] }))
    t.notOk(isCached({ ...question, sort: ['-level'] }))
    t.notOk(isCached({ ...question, cursor }))
    t.notOk(isCached({ ...question, period: ['2021-Q3', '2021-Q4'], group_by: ['period'] }))
  }
  t.notOk(isCached({ ...byLevel, group_by: ['unit'] }), 'of which there is one row for each unit')
  t.ok(isCached({ ...byLevel, basis: 'records', group_by: ['procedure'] }))
  t.notOk(isCached({ ...byLevel, basis: 'records', group_by: ['procedure', 'channel'] }))
  t.notOk(isCached({ ...byLevel, basis: 'records', group_by: ['level', 'unit', 'period'] }), 'of so many keys there are too many')
})

import type { CompiledQuery } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { PageRequest } from '../../contract/paging.ts'
import { pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { prepared } from '../../database/sql/prepared.ts'
import { nameOfReading, readingsOf } from '../../dossiers/counts/index.ts'
import type { OnTimeCaches } from './caches.ts'
import type { CountedRow } from './percentage-sql.ts'
import type { RecordsPlan } from './records/plan.ts'
import { recordsQuery } from './records/records-sql.ts'
import type { ReportedPlan } from './reported/plan.ts'
import { reportedQuery } from './reported/reported-sql.ts'
import { hasFilters } from './resolve-query.ts'
import { DOSSIERS } from '../kinds/index.ts'
import type { StatisticsKind } from '../kinds/kind.ts'
import type { GroupKey, OnTimeQuery } from './schema.ts'

/** The statement of a page of a question about what is reported. */
export function reportedPage (
  db: Db, question: OnTimeQuery, plan: ReportedPlan, page: PageRequest, { statements }: OnTimeCaches
): CompiledQuery<CountedRow> {
  const { kind, table, method, keys, unknown, periods: [period, ...others] } = plan
  const order = orderOf(kind, question)
  const isFrequent = table === 'levels' && others.length === 0 && isUsual(question, page)
  if (!isFrequent) return pageQuery(reportedQuery(plan), order, page).compile(db)
  const values = { period: period!, limit: page.limit }
  return statements.compiled(db, [kind.resource, method, unknown, ...keys].join(), values, ({ period, limit }) => (
    pageQuery(reportedQuery({ ...plan, periods: [period] }), order, { limit })))
}

/** The statement of a page of a question about records. */
export function recordsPage (
  db: Db, question: OnTimeQuery, plan: RecordsPlan, page: PageRequest, { statements }: OnTimeCaches
): CompiledQuery<CountedRow> {
  const order = orderOf(DOSSIERS, question)
  const { cuts, carried, unitsOf = null, method, keys, unknown, spans: [span, ...others] } = plan
  const readings = readingsOf(plan).map(nameOfReading)
  const isFrequent = !readings.includes('dossiers') && plan.reception === undefined && others.length === 0 && keys.length <= 2 && isUsual(question, page)
  if (!isFrequent) {
    const query = pageQuery(recordsQuery(plan), order, page)
    return (isOfKeptRules(question, plan, page) ? prepared(query) : query).compile(db)
  }
  const values = { ...span!, ...cuts, unitsOfDay: unitsOf?.day, limit: page.limit }
  const key = JSON.stringify(['records', ...readings, carried, unitsOf?.reach, method, unknown, ...keys])
  return statements.compiled(db, key, values, ({ unitsOfDay: day, limit, code, from, to, dueTo, ...cuts }) => {
    const asked = { ...plan, unitsOf: unitsOf && { ...unitsOf, day: day! }, spans: [{ code, from, to, dueTo }], cuts }
    return pageQuery(recordsQuery(asked), order, { limit })
  })
}

/**
 * The first page by rules of which sums are kept, of all units or those below one: to plan it takes longer than to
 * count, and its text differs by few keys.
 */
function isOfKeptRules (question: OnTimeQuery, { reading, reception, keys, spans }: RecordsPlan, page: PageRequest) {
  const { unit: _, rules: __, ...others } = question
  return reading !== 'dossiers' && reading.differences !== undefined && reception === undefined && keys.length <= 2 &&
    spans.length === 1 && isUsual(others, page)
}

/** The first page of all units, fields and sources in the default order: only days and limit differ. */
function isUsual (question: OnTimeQuery, page: PageRequest): boolean {
  return !hasFilters(question) && question.details !== true && question.sort === undefined && page.cursor === undefined
}

/** The columns asked for, then the group keys that make a row unique. */
export function orderOf (
  { answer: { row } }: StatisticsKind, { sort = [], group_by: keys = [] }: OnTimeQuery
): OrderColumn[] {
  const names = [...sort, ...keys.filter((key: GroupKey) => !sort.includes(key) && !sort.includes(`-${key}`))]
  return names.map(name => {
    const column = name.replace('-', '')
    const { type } = row.properties[column] as { type?: string | string[] }
    const kind = [type].flat().some(one => one === 'integer' || one === 'number') ? 'number' : 'text'
    return { name: column, kind, descending: name.startsWith('-') }
  })
}

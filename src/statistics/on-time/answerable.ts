import { DomainError, type Issue } from '../../contract/errors.ts'
import { DETAIL_FILTERS } from '../../dossiers/counts/index.ts'
import { isDetailColumn } from '../../form-ii06a/detail-measures.ts'
import { isUnknownColumn } from '../../measures/unknown.ts'
import { isComparedColumn } from './comparison/columns/schema.ts'
import type { OnTimeQuery } from './schema.ts'

/**
 * @throws DomainError `invalid_request` for what the basis does not know, for not exactly one way to say when, and for
 *   an order by columns that the answer lacks
 */
export function assertAnswerable (question: OnTimeQuery): void {
  refuse([...needingRecords(question), ...unclearDays(question), ...needingColumns(question)])
}

/** A cursor holds the values of the columns that rows are sorted by, so rows must have them. */
function needingColumns ({ sort = [], unknown = false, details = false, compare }: OnTimeQuery): Issue[] {
  return sort.flatMap((name): Issue[] => {
    const column = name.replace('-', '')
    const needs = (what: 'unknown' | 'details' | 'compare', asked: string) => (
      { pointer: '/query/sort', code: `needs_${what}` as const, detail: `${name} needs ${asked}: otherwise rows do not have it` })
    return [
      ...compare === undefined && isComparedColumn(column) ? [needs('compare', 'compare')] : [],
      ...!unknown && isUnknownColumn(column) ? [needs('unknown', 'unknown=true')] : [],
      ...!details && isDetailColumn(column) ? [needs('details', 'details=true')] : []
    ]
  })
}

function needingRecords (question: OnTimeQuery): Issue[] {
  const { basis, from, to, procedure, channel, rules, method, group_by: keys } = question
  if (basis === 'records') return []
  const asked = {
    from, to, procedure, channel, rules, ...Object.fromEntries(DETAIL_FILTERS.map(name => [name, question[name]])), method: method === 'due' || method === 'reception' ? method : undefined,
    group_by: keys?.includes('channel') === true ? keys : undefined
  }
  return Object.entries(asked).filter(([, value]) => value !== undefined).map(([name]) => ({
    pointer: `/query/${name}`, code: 'needs_records', detail: `${name} needs basis=records: what is reported does not know it`
  }))
}

// No dossier outside of these days is accepted.
const FIRST_DAY = '1900-01-01'
const LAST_DAY = '2199-12-31'

function unclearDays ({ period, from, to, group_by: keys }: OnTimeQuery): Issue[] {
  if (period !== undefined) {
    return Object.entries({ from, to }).filter(([, day]) => day !== undefined).map(([name]) => (
      { pointer: `/query/${name}`, code: 'period_or_days', detail: `${name} and period exclude one another` }))
  }
  if (from === undefined && to === undefined) return [missing('period')]
  if (from === undefined || to === undefined) return [missing(from === undefined ? 'from' : 'to')]
  const beyond = Object.entries({ from, to }).filter(([, day]) => day < FIRST_DAY || day > LAST_DAY)
  const issues = beyond.map(([name, day]): Issue => (
    { pointer: `/query/${name}`, code: 'out_of_range', detail: `${name} (${day}) is not between ${FIRST_DAY} and ${LAST_DAY}` }))
  if (from > to) issues.push({ pointer: '/query/to', code: 'out_of_range', detail: `to (${to}) is before from (${from})` })
  if (keys?.includes('period') === true) {
    issues.push({ pointer: '/query/group_by', code: 'period_or_days', detail: 'from and to are one span, which group_by=period cannot split' })
  }
  return issues
}

function missing (name: string): Issue {
  return { pointer: `/query/${name}`, code: 'missing', detail: `query must have required property '${name}'` }
}

/** @throws DomainError `invalid_request`, if there are any issues */
export function refuse (issues: Issue[]) {
  if (issues.length > 0) throw new DomainError('invalid_request', issues.map(({ detail }) => detail).join('; '), issues)
}

import type { Reach } from '../../../contract/caller.ts'
import type { Db } from '../../../database/connect.ts'
import { ranksOf, type Score } from './points.ts'
import type { ParIndexCriterionQuery, ParIndexCriterionRow, ParIndexQuery, ParIndexRow } from './schema.ts'
import { peersOf, scored, subjectOf } from './scored.ts'
import { criterionRowOf, rowOf } from './shown.ts'

interface Answer<Row> {
  items: Row[]
  next_cursor: null
  province: string | null
}

const MAX_ROWS = 50_000

/**
 * The PAR index of units, with their places among all units of their form or level.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes; `too_many_rows`
 */
export async function parIndex (
  db: Db, question: ParIndexQuery, reach: Reach, now: number
): Promise<Answer<ParIndexRow>> {
  const subject = await subjectOf(db, question, reach, now)
  const { span, judged } = subject
  const peers = await scored(db, span, await peersOf(db, subject), now)
  const ranks = ranksOf(peers)
  const asked = new Set(judged.map(({ unit }) => unit))
  const rows = peers.filter(({ unit }) => asked.has(unit)).map(one => rowOf(one, ranks.get(one)!, span))
  // A place is among units of any province.
  return { items: sorted(rows, question.sort), next_cursor: null, province: null }
}

function sorted (rows: ParIndexRow[], by: ParIndexQuery['sort']): ParIndexRow[] {
  const last = Number.MAX_SAFE_INTEGER
  if (by === 'rank') return rows.toSorted((a, b) => (a.rank ?? last) - (b.rank ?? last))
  return by === '-points' ? rows.toSorted((a, b) => (b.points ?? -last) - (a.points ?? -last)) : rows
}

/**
 * The points of units by criterion.
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes; `too_many_rows`
 */
export async function parIndexCriteria (
  db: Db, question: ParIndexCriterionQuery, reach: Reach, now: number
): Promise<Answer<ParIndexCriterionRow>> {
  const { span, judged, province } = await subjectOf(db, question, reach, now)
  const units = await scored(db, span, judged, now, MAX_ROWS)
  const items = units.flatMap(one => (
    one.scores.filter(score => isAsked(score, question)).map(score => criterionRowOf(one, score, span))
      .filter(({ kind }) => question.kind?.includes(kind) ?? true)))
  return { items, next_cursor: null, province }
}

function isAsked (
  { criterion, isLeaf, changed }: Score, { criterion: codes, changed: onlyChanged }: ParIndexCriterionQuery
): boolean {
  return (codes === undefined || (criterion !== null && codes.includes(criterion.code))) &&
    (onlyChanged !== true || (isLeaf && changed > 0))
}

import { DomainError, type Issue, type IssueCode } from '../contract/errors.ts'

/** What is wrong with one row of a batch. Pointers are relative to its item. */
export interface RowIssues {
  index: number
  issues: readonly Issue[]
}

/** The issues of all rows at fault, by the index of their item. */
export type IssuesByRow = Map<number, Issue[]>

const FORBIDDEN: readonly IssueCode[] = ['forbidden_unit', 'forbidden_source', 'own_self_score']

/** @param property null: the item as a whole */
export function issueAt (property: string | null, code: IssueCode, detail: string): Issue {
  return { pointer: property === null ? '' : `/${property}`, code, detail }
}

/** The issue of an item that names something which does not exist. */
export function unknownReference (property: 'unit' | 'level' | 'field' | 'period' | 'procedure', code: string): Issue {
  return issueAt(property, `unknown_${property}`, `there is no ${property} ${code}`)
}

export function addIssues (all: IssuesByRow, found: Iterable<RowIssues>): void {
  for (const { index, issues } of found) {
    if (issues.length === 0) continue
    const known = all.get(index)
    if (known === undefined) all.set(index, [...issues])
    else known.push(...issues)
  }
}

/** Issues that an answer lists: one for each row that a batch may have. A row alone can have a hundred. */
const MAX_LISTED = 10_000

/** The issues in the order of the items, with pointers into the body. Of many the first, and a last that says so. */
export function issuesOfBatch (all: IssuesByRow): Issue[] {
  const listed: Issue[] = []
  for (const [index, issues] of [...all].sort(([a], [b]) => a - b)) {
    for (const issue of issues) {
      if (listed.length === MAX_LISTED) {
        return [...listed, { pointer: '/items', code: 'too_many', detail: 'more errors follow, which are not listed' }]
      }
      listed.push({ ...issue, pointer: `/items/${index}${issue.pointer}` })
    }
  }
  return listed
}

/**
 * Refuses a batch of which all rows are written or none.
 * @throws DomainError `invalid_rows`, `forbidden_rows` when the caller may not write some of them, or `period_locked`
 */
export function assertSound (all: IssuesByRow, received: number, so = 'nothing was written'): void {
  if (all.size === 0) return
  const isForbidden = [...all.values()].some(issues => issues.some(({ code }) => FORBIDDEN.includes(code)))
  const isLocked = [...all.values()].some(issues => issues.some(({ code }) => code === 'period_locked'))
  const detail = `${all.size} of ${received} rows are at fault; ${so}`
  throw new DomainError(isForbidden ? 'forbidden_rows' : isLocked ? 'period_locked' : 'invalid_rows', detail, issuesOfBatch(all))
}

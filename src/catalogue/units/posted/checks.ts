import { governs, type Caller } from '../../../contract/caller.ts'
import type { Issue } from '../../../contract/errors.ts'
import type { Prepared, Rule } from '../../../writes/ingest-batch.ts'
import { issueAt, unknownReference, type RowIssues } from '../../../writes/row-issues.ts'
import { daysInOrder } from '../../post-rows.ts'
import { severalProvinces } from '../batch-rules.ts'
import type { UnitItem } from '../schema.ts'
import type { PostedUnit, StoredUnit, UnitTree } from './tree.ts'

interface Lookups {
  tree: UnitTree
  /** Ids of units whose code another one has. */
  taken: ReadonlySet<string>
  /** By the id of the unit. */
  figures: ReadonlyMap<string, Issue[]>
  by: Caller
}

/** What is wrong with a unit alone, and where it stands. */
export function preparedUnit (
  unit: PostedUnit, given: UnitItem, { tree, taken, figures, by }: Lookups
): Prepared<StoredUnit> {
  const { id, code, level, valid_from, valid_to } = unit
  const before = tree.stored.get(id)
  // First, as what else is wrong would say something of a unit out of reach.
  if (before !== undefined && !governs(by.unit, before)) return { row: null, issues: [outOfReach(id, by)] }
  const issues = [
    ...tree.hasLevel(level) ? [] : [unknownReference('level', level)],
    ...isOther(unit, given, before) ? [issueAt('id', 'unknown_unit', `there is no unit ${id} with the code ${code}`)] : [],
    ...taken.has(id) ? [issueAt('code', 'code_taken', `another unit has the code ${code} on some of these days`)] : [],
    ...before === undefined ? [] : historyIssues(before, unit),
    ...daysInOrder(['valid_from', 'valid_to'], valid_from, valid_to),
    ...figures.get(id) ?? []
  ]
  const misfit = tree.misfitOf(unit)
  if (misfit !== null) issues.push(misfit)
  const path = tree.pathOf(id)
  if (!Array.isArray(path)) return { row: null, issues: [...issues, path] }
  const { has_history = false, history_below = false } = before ?? {}
  const row = { ...unit, province_code: path[0]!, path, has_history, history_below }
  if (before !== undefined && before.province_code !== row.province_code) {
    issues.push(issueAt('parent', 'several_provinces', `a unit stays in its province, ${before.province_code}`))
  }
  const forbidden = reachIssues(row, before, by)
  return { row, issues: forbidden.length > 0 ? forbidden : issues }
}

/** A new unit may have the id that is its code alone. */
function isOther ({ id, code }: PostedUnit, given: UnitItem, before: StoredUnit | undefined): boolean {
  return given.id !== undefined && (before === undefined ? id !== code : before.code !== code)
}

const HISTORY = ['code', 'name', 'kind', 'level', 'parent', 'valid_from', 'valid_to'] as const

/** What event sets have changed, or build on, is not overwritten. */
function historyIssues (before: StoredUnit, after: PostedUnit): Issue[] {
  const changed = HISTORY.filter(property => before[property] !== after[property])
  if (before.has_history && changed.length > 0) {
    const detail = `event sets have changed ${after.id} or made it a successor: correct it with PUT /v1/units/{code}, or change it by an event`
    return [issueAt(changed[0]!, 'unit_has_history', detail)]
  }
  if (!before.history_below || before.parent === after.parent) return []
  return [issueAt('parent', 'unit_has_history', `event sets have changed units below ${after.id}: move it by an event`)]
}

/** A bound key hangs no unit up outside of its reach. */
function reachIssues ({ id, path, parent }: StoredUnit, before: StoredUnit | undefined, by: Caller): Issue[] {
  const isMoved = before?.parent !== parent
  const touched = [path, ...isMoved ? [path.slice(0, -1)] : []]
  return touched.every(one => governs(by.unit, { path: one })) ? [] : [outOfReach(id, by)]
}

function outOfReach (id: string, { unit: reach }: Caller): Issue {
  return issueAt(null, 'forbidden_unit', `unit ${id} is not within ${reach}, which this key may write for`)
}

/** The rule of a batch, said of the unit as a whole. */
export const oneProvince: Rule<StoredUnit> = batch => severalProvinces(batch)
  .map(({ index, issues }) => ({ index, issues: issues.map(issue => ({ ...issue, pointer: '' })) }))

/**
 * Rejects units below one that is rejected, and those that stored units below them, which do not come with the batch or
 * are rejected, could not stay with. Each can be a reason to reject another.
 */
export function withoutRejected (tree: UnitTree, idOf: (item: unknown) => string | undefined): Rule<StoredUnit> {
  const children = Map.groupBy(tree.stored.values(), ({ parent }) => parent)
  return ({ sound, rejected }) => {
    const found: RowIssues[] = []
    const refused = new Set(rejected.map(idOf))
    let left = sound
    for (let before = -1; before !== found.length;) {
      before = found.length
      const ids = new Set(left.map(({ row }) => row.id))
      for (const { index, row } of left) {
        // Its path leads through a unit that stays as it was, so it may be another.
        const above = row.path.slice(0, -1).filter(id => refused.has(id))
        const orphans = tree.orphansOf(row, children.get(row.id) ?? [], id => ids.has(id))
        const issues: Issue[] = [
          ...above.map(id => issueAt('parent', 'parent_rejected', `${id}, which it is below, is rejected`)).slice(0, 1),
          ...orphans.length === 0 ? [] : [issueAt(null, 'units_depend', `${orphans[0]} could not stay below it`)]
        ]
        if (issues.length > 0) found.push({ index, issues })
      }
      const rejectedNow = new Set(found.map(({ index }) => index))
      for (const { index, row } of left) if (rejectedNow.has(index)) refused.add(row.id)
      left = left.filter(({ index }) => !rejectedNow.has(index))
    }
    return found
  }
}

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
  /** By the code of the unit. */
  figures: ReadonlyMap<string, Issue[]>
  by: Caller
}

export function unitOfItem ({ code, name, kind, level, reports_dossiers, valid_from, ...item }: UnitItem): PostedUnit {
  const { parent = null, valid_to = null, aliases = [] } = item
  return {
    code, name: name.normalize('NFC'), kind, level, parent, reports_dossiers, valid_from, valid_to, aliases: aliases.toSorted()
  }
}

/** What is wrong with a unit alone, and where it stands. */
export function preparedUnit (item: UnitItem, { tree, figures, by }: Lookups): Prepared<StoredUnit> {
  const unit = unitOfItem(item)
  const { code, level, valid_from, valid_to } = unit
  const before = tree.stored.get(code)
  // First, as what else is wrong would say something of a unit out of reach.
  if (before !== undefined && !governs(by.unit, before)) return { row: null, issues: [outOfReach(code, by)] }
  const issues = [
    ...tree.hasLevel(level) ? [] : [unknownReference('level', level)],
    ...item.id === undefined || item.id === code ? [] : [issueAt('id', 'unknown_unit', `there is no unit ${item.id} with the code ${code}`)],
    ...daysInOrder(['valid_from', 'valid_to'], valid_from, valid_to),
    ...figures.get(code) ?? []
  ]
  const misfit = tree.misfitOf(unit)
  if (misfit !== null) issues.push(misfit)
  const path = tree.pathOf(code)
  if (!Array.isArray(path)) return { row: null, issues: [...issues, path] }
  const row = { ...unit, province_code: path[0]!, path }
  if (before !== undefined && before.province_code !== row.province_code) {
    issues.push(issueAt('parent', 'several_provinces', `a unit stays in its province, ${before.province_code}`))
  }
  const forbidden = reachIssues(row, before, by)
  return { row, issues: forbidden.length > 0 ? forbidden : issues }
}

/** A bound key hangs no unit up outside of its reach. */
function reachIssues ({ code, path, parent }: StoredUnit, before: StoredUnit | undefined, by: Caller): Issue[] {
  const isMoved = before?.parent !== parent
  const touched = [path, ...isMoved ? [path.slice(0, -1)] : []]
  return touched.every(one => governs(by.unit, { path: one })) ? [] : [outOfReach(code, by)]
}

function outOfReach (code: string, { unit: reach }: Caller): Issue {
  return issueAt(null, 'forbidden_unit', `unit ${code} is not within ${reach}, which this key may write for`)
}

/** The rule of a batch, said of the unit as a whole. */
export const oneProvince: Rule<StoredUnit> = batch => severalProvinces(batch)
  .map(({ index, issues }) => ({ index, issues: issues.map(issue => ({ ...issue, pointer: '' })) }))

/**
 * Rejects units below one that is rejected, and those that stored units below them, which do not come with the batch or
 * are rejected, could not stay with. Each can be a reason to reject another.
 */
export function withoutRejected (tree: UnitTree): Rule<StoredUnit> {
  const children = Map.groupBy(tree.stored.values(), ({ parent }) => parent)
  return ({ sound, rejected }) => {
    const found: RowIssues[] = []
    const refused = new Set(rejected.map(item => (item as Partial<UnitItem> | null)?.code))
    let left = sound
    for (let before = -1; before !== found.length;) {
      before = found.length
      const codes = new Set(left.map(({ row }) => row.code))
      for (const { index, row } of left) {
        // Its path leads through a unit that stays as it was, so it may be another.
        const above = row.path.slice(0, -1).filter(code => refused.has(code))
        const orphans = tree.orphansOf(row, children.get(row.code) ?? [], code => codes.has(code))
        const issues: Issue[] = [
          ...above.map(code => issueAt('parent', 'parent_rejected', `${code}, which it is below, is rejected`)).slice(0, 1),
          ...orphans.length === 0 ? [] : [issueAt(null, 'units_depend', `${orphans[0]} could not stay below it`)]
        ]
        if (issues.length > 0) found.push({ index, issues })
      }
      const rejectedNow = new Set(found.map(({ index }) => index))
      for (const { index, row } of left) if (rejectedNow.has(index)) refused.add(row.code)
      left = left.filter(({ index }) => !rejectedNow.has(index))
    }
    return found
  }
}

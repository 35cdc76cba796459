// Whether the units of the day fit together.
import { governs, type Caller } from '../../../contract/caller.ts'
import type { Issue, IssueCode } from '../../../contract/errors.ts'
import { MAX_DEPTH } from '../../units/posted/tree.ts'
import { nodesOn, type Node, type Plan } from './plan.ts'
import type { Province } from './province.ts'

/**
 * Fills in the paths of all units of the day, adds those that move with what is above them to the changed ones, and
 * says what does not fit.
 */
export function settle (province: Province, plan: Plan, by: Caller): Issue[] {
  const issues: Issue[] = []
  const refuse = (pointer: string, code: IssueCode, detail: string) => { issues.push({ pointer, code, detail }) }
  const nodes = nodesOn(province, plan)
  const placeOf = (id: string) => plan.created.get(id)?.pointer ?? plan.changed.get(id)?.pointer ?? null
  for (const { id, level, parent } of nodes.values()) {
    const pointer = placeOf(id)
    const above = parent === null ? undefined : nodes.get(parent)
    const ended = parent === null ? undefined : plan.ended.get(parent)
    if (ended !== undefined) {
      refuse(pointer ?? ended.pointer, 'units_depend', `${id} stands below ${parent}, which ends: end it or move it on the same day`)
    }
    if (pointer !== null && above !== undefined && positionOf(province, above.level) > positionOf(province, level)) {
      refuse(pointer, 'not_allowed', `level ${level} of ${id} is above that of its parent ${parent}, ${above.level}`)
    }
  }
  for (const { id, pointer, unit: { level } } of plan.created.values()) {
    const known = province.levels.get(level)
    if (known === undefined) refuse(`${pointer}/level`, 'unknown_level', `there is no level ${level}`)
    else if (known.valid_from > plan.day || (known.valid_to !== null && known.valid_to < plan.day)) {
      refuse(`${pointer}/level`, 'not_allowed', `level ${level} of ${id} is not in use on ${plan.day}`)
    }
  }
  if (issues.length > 0) return issues
  issues.push(...setPaths(province, plan, nodes))
  return issues.length > 0 ? issues : [...outOfReach(plan, by), ...changedOtherwise(province, plan)]
}

function positionOf ({ levels }: Province, level: string): number {
  return levels.get(level)?.position ?? NaN
}

function setPaths (province: Province, plan: Plan, nodes: ReadonlyMap<string, Node>): Issue[] {
  const issues: Issue[] = []
  for (const { id } of nodes.values()) {
    const path = pathOf(nodes, id)
    const place = plan.created.get(id) ?? plan.changed.get(id)
    if (typeof path === 'string') {
      if (place !== undefined) issues.push({ pointer: place.pointer!, code: 'parent_cycle', detail: path })
      continue
    }
    const created = plan.created.get(id)
    if (created !== undefined) {
      created.path = path
      continue
    }
    const was = province.units.get(id)!
    const changed = plan.changed.get(id)
    if (changed !== undefined) changed.now.path = path
    else if (path.join() !== was.on!.path.join()) {
      const { name, kind, parent } = was.on!
      plan.changed.set(id, { pointer: null, was: { ...was, on: was.on! }, now: { name, kind, parent, path } })
    }
  }
  return issues
}

/** From the top down; a sentence where it has no end. */
function pathOf (nodes: ReadonlyMap<string, Node>, id: string): string[] | string {
  const path = [id]
  for (let node = nodes.get(id)!; node.parent !== null;) {
    if (path.includes(node.parent)) return `${[...path, node.parent].join(' is below ')}, which is a cycle`
    path.push(node.parent)
    if (path.length > MAX_DEPTH) return `a unit stands below at most ${MAX_DEPTH - 1} others`
    node = nodes.get(node.parent)!
  }
  return path.reverse()
}

/** A bound key changes units at or below its own, and puts nothing elsewhere. */
function outOfReach ({ created, changed }: Plan, { unit: reach }: Caller): Issue[] {
  const touched = [
    ...[...created.values()].map(({ id, pointer, path }) => ({ id, pointer, path: path.slice(0, -1) })),
    ...[...changed.values()].flatMap(({ pointer, was: { id, on }, now: { parent, path } }) => (
      pointer === null || parent === on.parent ? [] : [{ id, pointer, path: path.slice(0, -1) }]))
  ]
  return touched.filter(({ path }) => !governs(reach, { path })).map(({ id, pointer }): Issue => (
    { pointer, code: 'forbidden_unit', detail: `${id} would not stand within ${reach}, which this key may write for` }))
}

/** What changes on that day or later already is not changed before: what is built on it would not fit any more. */
function changedOtherwise ({ units }: Province, { day, ended, changed }: Plan): Issue[] {
  const later = (id: string, pointer: string, what: string): Issue => (
    { pointer, code: 'changed_later', detail: `${id} ${what}, so it cannot change on ${day}` })
  const first = [...ended.values(), ...changed.values()].find(({ pointer }) => pointer !== null)
  const issues = [...ended.values(), ...changed.values()].flatMap(({ pointer, was: { id, on, later: then } }) => {
    const at = pointer ?? first!.pointer!
    if (then !== null) return [later(id, at, `changes after ${day}`)]
    return on?.valid_from === day ? [later(id, at, `changes on ${day} already`)] : []
  })
  const hasMoved = (id: string) => changed.get(id)?.was.on.path.join() !== changed.get(id)?.now.path.join()
  const touched = [...units.values()].filter(({ id, later: above }) => (
    !ended.has(id) && !changed.has(id) && above?.some(one => ended.has(one) || hasMoved(one))))
  return [...issues, ...touched.map(({ id }) => later(id, first!.pointer!, `stands below a unit of this set after ${day}`))]
}

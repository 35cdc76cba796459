// What an event set comes to: units that end, that begin, and that go on otherwise.
import type { Issue, IssueCode } from '../../../contract/errors.ts'
import type { NewUnit, UnitState } from '../schema.ts'
import type { Effects, Named } from './events.ts'
import type { Names } from './names.ts'
import type { Province, Standing, Version } from './province.ts'

export interface Succession {
  successor: string
  share: number | null
  procedures: string[]
  dossiers: string[]
}

export interface Ended {
  pointer: string
  was: Standing & { before: Version }
  successors: Succession[]
}

export interface Created {
  pointer: string
  id: string
  unit: NewUnit
  /** null: it could not be resolved. */
  parent: string | null
  path: string[]
}

export interface Changed {
  /** null: only what is above it changes. */
  pointer: string | null
  was: Standing & { on: Version }
  now: Pick<Version, 'name' | 'kind' | 'parent' | 'path'>
}

export interface Plan {
  day: string
  dayBefore: string
  province: string
  ended: Map<string, Ended>
  created: Map<string, Created>
  changed: Map<string, Changed>
}

/** A unit on the day. */
export interface Node { id: string, level: string, parent: string | null }

type Days = Pick<Plan, 'day' | 'dayBefore'>

/** Applies the events. What does not fit is an issue and left out. */
export function planOf (
  province: Province, effects: Effects, names: Names, days: Days
): { plan: Plan, issues: Issue[] } {
  const issues: Issue[] = []
  const refuse = (pointer: string, code: IssueCode, detail: string) => { issues.push({ pointer, code, detail }) }
  const plan: Plan = { ...days, province: province.code, ended: new Map(), created: new Map(), changed: new Map() }
  for (const { pointer, unit } of effects.creates) {
    const id = names.on({ pointer, unit })!
    if (plan.created.has(id)) refuse(pointer, 'duplicate_key', `${unit.code} is created twice`)
    const parent = names.on({ pointer: `${pointer}/parent`, name: unit.parent })
    plan.created.set(id, { pointer, id, unit: { ...unit, name: unit.name.normalize('NFC') }, parent, path: [] })
  }
  const takers: { pointer: string, successor: string }[] = []
  for (const { unit, successors } of effects.ends) {
    const id = names.before(unit)
    const to = successors.map(({ target, ...rest }) => (
      { ...rest, successor: names.on(target), pointer: target.pointer }))
    if (id === null) continue
    if (plan.ended.has(id)) refuse(unit.pointer, 'duplicate_key', `${id} ends twice; a unit that becomes several is split`)
    const twice = to.filter(({ successor }, n) => (
      successor !== null && to.findIndex(other => other.successor === successor) < n))
    for (const { pointer, successor } of twice) refuse(pointer, 'duplicate_key', `${successor} is named twice`)
    const known = to.flatMap(({ successor, pointer, ...rest }) => {
      if (successor === null) return []
      takers.push({ pointer, successor })
      return [{ successor, ...rest }]
    })
    plan.ended.set(id, { pointer: unit.pointer, was: province.units.get(id) as Ended['was'], successors: known })
  }
  for (const { pointer, successor } of takers.filter(({ successor }) => plan.ended.has(successor))) {
    refuse(pointer, 'not_allowed', `${successor} ends itself: leave it out of the units that end if it goes on, or make a new unit`)
  }
  const change = (unit: Named, what: 'name' | 'parent', to: Partial<Changed['now']>) => {
    const id = names.before(unit)
    if (id === null) return
    const was = province.units.get(id)!
    if (plan.ended.has(id) || was.on === null) return refuse(unit.pointer, 'unit_not_valid', `${id} ends on ${days.dayBefore}`)
    const { name, kind, parent, path } = was.on
    const before = plan.changed.get(id)
    if (before !== undefined && before.now[what] !== was.on[what]) return refuse(unit.pointer, 'duplicate_key', `the ${what} of ${id} changes twice`)
    const now = { ...before?.now ?? { name, kind, parent, path }, ...to }
    plan.changed.set(id, { pointer: unit.pointer, was: was as Changed['was'], now })
  }
  for (const { unit, name, kind } of effects.renames) change(unit, 'name', { name, ...kind === undefined ? {} : { kind } })
  for (const { unit, parent } of effects.moves) {
    const to = names.on(parent)
    if (to !== null) change(unit, 'parent', { parent: to })
  }
  return { plan, issues }
}

/** The units of the day, each with where it stands. */
export function nodesOn (province: Province, { ended, created, changed }: Plan): Map<string, Node> {
  const stay = [...province.units.values()].flatMap(({ id, level, on }): Node[] => (
    on === null || ended.has(id) ? [] : [{ id, level, parent: changed.get(id)?.now.parent ?? on.parent }]))
  const begin = [...created.values()].map(({ id, unit: { level }, parent }): Node => ({ id, level, parent }))
  return new Map([...stay, ...begin].map(node => [node.id, node]))
}

/** The units that an event set changes, as they are on the day before and as they are on the day. */
export function statesOf ({ day, ended, created, changed }: Plan): { before: UnitState[], after: UnitState[] } {
  const state = (
    { id, code, level, valid_from, valid_to }: Standing, { name, kind, parent, path }: Changed['now']
  ): UnitState => (
    { id, code, name, kind, level, parent, path, valid_from, valid_to })
  const before = [...ended.values()].map(({ was }) => state(was, was.before))
    .concat([...changed.values()].map(({ was }) => state(was, was.on)))
  const after = [...changed.values()].map(({ was, now }) => state(was, now))
    .concat([...created.values()].map(({ id, unit: { code, name, kind, level }, parent, path }) => (
      { id, code, name, kind, level, parent, path, valid_from: day, valid_to: null })))
  const byId = (a: UnitState, b: UnitState) => a.id < b.id ? -1 : 1
  return { before: before.sort(byId), after: after.sort(byId) }
}

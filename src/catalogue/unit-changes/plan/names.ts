// What the names in an event set mean: units that end or go on as they are named on the day before, and units that take
// over as they are named on the day, which may be new.
import { governs, type Caller } from '../../../contract/caller.ts'
import type { Issue } from '../../../contract/errors.ts'
import type { Trx } from '../../../database/connect.ts'
import { unitNotValid } from '../../units/lifetime.ts'
import { resolveUnits } from '../../units/resolve.ts'
import type { Effects, Named, Target } from './events.ts'

export interface Names {
  /** The id of a unit that is named on the day before, or null with an issue. */
  before: (named: Named) => string | null
  /** The id of one that is named on the day, or null with an issue. */
  on: (target: Target) => string | null
  province: string | null
  issues: Issue[]
  /** Ids of the units that each event names, by its index. */
  named: Map<number, Set<string>>
}

interface Days { day: string, dayBefore: string }

/** Resolves all names of an event set. */
export async function resolveNames (
  trx: Trx, effects: Effects, { day, dayBefore }: Days, by: Caller
): Promise<Names> {
  const created = effects.creates.map(({ unit }) => unit)
  const asked = namesIn(effects)
  const all = [...asked, ...created.map(({ code }) => code)]
  const unitOf = await resolveUnits(trx, all.map(name => ({ name, source: null })))
  const issues: Issue[] = []
  const newIds = new Map(created.map(({ code }) => {
    const first = unitOf({ name: code, source: null }, day)
    return [code, first?.code === code ? `${code}@${day}` : code]
  }))
  const concerned = new Map<number, Set<string>>()
  const note = ({ pointer }: Pick<Named, 'pointer'>, id: string): string => {
    const event = Number(pointer.split('/')[2])
    concerned.set(event, (concerned.get(event) ?? new Set()).add(id))
    return id
  }
  const found = (named: Named, when: string): string | null => {
    const unit = unitOf({ name: named.name, source: null }, when)
    const refuse = (issue: Omit<Issue, 'pointer'>) => { issues.push({ ...issue, pointer: named.pointer }) }
    if (unit === undefined) refuse({ code: 'unknown_unit', detail: `there is no unit ${named.name} on ${when}` })
    else if (!governs(by.unit, unit)) {
      refuse({ code: 'forbidden_unit', detail: `unit ${unit.id} is not within ${by.unit}, which this key may write for` })
    } else if (unit.valid_from > when || (unit.valid_to !== null && unit.valid_to < when)) refuse(unitNotValid(unit, `on ${when}`))
    else if (unit.province_code !== province) {
      refuse({ code: 'several_provinces', detail: `an event set is for one province; this one is for ${province}` })
    } else return note(named, unit.id)
    return null
  }
  const first = asked.map(name => unitOf({ name, source: null }, dayBefore)).find(unit => unit !== undefined)
  const province = first?.province_code ?? null
  const newOne = (name: string) => newIds.get(name) ?? [...newIds.values()].find(id => id === name)
  return {
    province,
    issues,
    named: concerned,
    before: named => found(named, dayBefore),
    on: target => {
      const id = 'unit' in target ? newIds.get(target.unit.code) : newOne(target.name)
      return id === undefined ? found(target as Named, day) : note(target, id)
    }
  }
}

function namesIn ({ creates, ends, renames, moves }: Effects): string[] {
  return [
    ...ends.flatMap(({ unit, successors }) => [
      unit.name, ...successors.flatMap(({ target }) => 'name' in target ? [target.name] : [])]),
    ...renames.map(({ unit }) => unit.name),
    ...moves.flatMap(({ unit, parent }) => [unit.name, parent.name]),
    ...creates.map(({ unit }) => unit.parent)
  ]
}

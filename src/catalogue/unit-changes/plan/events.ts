// What is posted, event by event: anything at first, then events of one of six shapes.
import type { TSchema } from 'typebox'
import { issueAt } from '../../../writes/row-issues.ts'
import type { Issue } from '../../../contract/errors.ts'
import { plainText } from '../../../text/plain-text.ts'
import { UnitCode } from '../../../contract/fields.ts'
import { checkOf, type Check } from '../../../contract/validation.ts'
import { EVENTS, NewUnit, Part, type EventType } from '../schema.ts'

/** A unit that events name, or a new one that they describe, with where it stands in the body. */
export type Target = { pointer: string, name: string } | { pointer: string, unit: NewUnit }

export interface Named { pointer: string, name: string }

export interface Successor {
  target: Target
  /** null: nothing says how much passes to it. */
  share: number | null
  procedures: string[]
  dossiers: string[]
}

/** An event in the terms of what it does: units begin, end, or go on otherwise. */
export interface Effects {
  creates: { pointer: string, unit: NewUnit }[]
  ends: { unit: Named, successors: Successor[] }[]
  renames: { unit: Named, name: string, kind: string | undefined }[]
  moves: { unit: Named, parent: Named }[]
}

const anything = {} as TSchema
const checkNew = checkOf(NewUnit)
const checkName = checkOf(UnitCode(''))
const checkPart = checkOf({ ...Part, properties: { ...Part.properties, unit: anything } })
const CHECKS = new Map(Object.entries(EVENTS).map(([type, schema]) => {
  const { properties } = schema as { properties: Record<string, TSchema> }
  const loose = {
    ...properties,
    ...type === 'create' ? { unit: anything } : {},
    ...type === 'merge' ? { into: anything } : {},
    ...type === 'split' ? { into: { type: 'array', items: anything, minItems: 2, maxItems: 100 } as TSchema } : {}
  }
  return [type, checkOf({ ...schema, properties: loose })]
}))

/** What is wrong with the shape of an event, which can be anything. */
export const checkEvent: Check = (event, at) => {
  const check = CHECKS.get((event as { type?: string } | null)?.type ?? '')
  if (check === undefined) {
    return [{ ...issueAt(null, 'not_allowed', `type must be one of ${[...CHECKS.keys()].join(', ')}`), pointer: `${at}/type` }]
  }
  const issues = check(event, at)
  if (issues.length > 0) return issues
  const { type, unit, into } = event as { type: EventType, unit: unknown, into: unknown }
  if (type === 'create') return checkNew(unit, `${at}/unit`)
  if (type === 'merge') return checkTarget(into, `${at}/into`)
  return type === 'split' ? (into as unknown[]).flatMap((part, i) => checkOfPart(part, `${at}/into/${i}`)) : []
}

function checkOfPart (part: unknown, at: string): Issue[] {
  const issues = checkPart(part, at)
  return issues.length > 0 ? issues : checkTarget((part as Part).unit, `${at}/unit`)
}

function checkTarget (target: unknown, at: string): Issue[] {
  return typeof target === 'object' ? checkNew(target, at) : checkName(target, at)
}

/** An event as it is posted, once its shape is checked. */
interface PostedEvent {
  type: EventType
  unit: string & NewUnit
  units: string[]
  name: string
  kind?: string
  parent: string
  into: (string | NewUnit) & Part[]
  successor?: string | null
}

/** What the events do, and where their shares and assignments contradict each other. */
export function effectsOf (events: readonly unknown[]): { effects: Effects, issues: Issue[] } {
  const effects: Effects = { creates: [], ends: [], renames: [], moves: [] }
  const issues: Issue[] = []
  const targetOf = (target: string | NewUnit, pointer: string): Target => {
    if (typeof target === 'string') return { pointer, name: target }
    effects.creates.push({ pointer, unit: target })
    return { pointer, unit: target }
  }
  for (const [i, event] of (events as PostedEvent[]).entries()) {
    const at = `/events/${i}`
    const unit = { pointer: `${at}/unit`, name: event.unit }
    switch (event.type) {
      case 'create': effects.creates.push({ pointer: `${at}/unit`, unit: event.unit }); break
      case 'rename': effects.renames.push({ unit, name: event.name.normalize('NFC'), kind: event.kind }); break
      case 'move': effects.moves.push({ unit, parent: { pointer: `${at}/parent`, name: event.parent } }); break
      case 'abolish': {
        const { successor = null } = event
        const target = { pointer: `${at}/successor`, name: successor! }
        effects.ends.push({ unit, successors: successor === null ? [] : [whole(target)] })
        break
      }
      case 'merge': {
        const target = targetOf(event.into, `${at}/into`)
        effects.ends.push(...event.units.map((name, n) => (
          { unit: { pointer: `${at}/units/${n}`, name }, successors: [whole(target)] })))
        break
      }
      case 'split': {
        const parts = event.into.map(plainPart)
        issues.push(...issuesOfParts(parts, at))
        effects.ends.push({
          unit,
          successors: parts.map(({ unit: target, share = null, procedures = [], dossiers = [] }, n) => (
            { target: targetOf(target, `${at}/into/${n}/unit`), share, procedures, dossiers }))
        })
      }
    }
  }
  return { effects, issues }
}

/** Codes of dossiers as dossiers have them. Those of procedures are written in one way only. */
function plainPart ({ dossiers, ...part }: Part): Part {
  return dossiers === undefined ? part : { ...part, dossiers: dossiers.map(plainText) }
}

function whole (target: Target): Successor {
  return { target, share: 1, procedures: [], dossiers: [] }
}

/** Of a share nine decimals count. Rounding is left to the caller, who knows which part it belongs to. */
const PRECISION = 1e9

function issuesOfParts (parts: readonly Part[], at: string): Issue[] {
  const refuse = (property: string, code: 'missing' | 'out_of_range' | 'duplicate_key', detail: string): Issue => (
    { pointer: `${at}${property}`, code, detail })
  const shares = parts.flatMap(({ share }) => share ?? [])
  const sum = shares.reduce((sum, share) => sum + Math.round(share * PRECISION), 0)
  const issues: Issue[] = []
  const isAssigned = parts.some(({ procedures, dossiers }) => procedures !== undefined || dossiers !== undefined)
  if (shares.length === 0 && !isAssigned) {
    issues.push(refuse('/into', 'missing', 'a split says which part passes to whom: by share, or by procedures or dossiers'))
  } else if (shares.length > 0 && shares.length < parts.length) {
    issues.push(...parts.flatMap(({ share }, n) => (
      share !== undefined ? [] : [refuse(`/into/${n}/share`, 'missing', 'if one part has a share, all have one')])))
  } else if (shares.length > 0 && sum !== PRECISION) {
    issues.push(refuse('/into', 'out_of_range', `the shares add to ${sum / PRECISION}, not to 1; nine decimals of each count`))
  }
  for (const name of ['procedures', 'dossiers'] as const) {
    const seen = new Set<string>()
    for (const [n, part] of parts.entries()) {
      for (const [k, code] of (part[name] ?? []).entries()) {
        if (seen.has(code)) issues.push(refuse(`/into/${n}/${name}/${k}`, 'duplicate_key', `${code} is there twice`))
        seen.add(code)
      }
    }
  }
  return issues
}

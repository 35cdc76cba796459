// The versions of a procedure follow from what happened to it, in the order of days, then of posting. So a decision may
// arrive after later ones, and one that is withdrawn leaves nothing behind.
import type { IssueCode } from '../../../contract/errors.ts'
import { nameOfDay, parseDay } from '../../../time/business-day.ts'
import type { Content } from './content.ts'

export interface ProcedureChange {
  /** null: not stored yet, and after what is. */
  id: number | null
  procedure: string
  effective_on: string
  kind: 'new' | 'amended' | 'replaced' | 'repealed'
  /** All properties of a new procedure, and of an amended one those that are set. */
  content: Partial<Content>
  successor: string | null
  /** null: it was posted without a decision. */
  decision: number | null
}

export interface ProcedureVersion extends Content {
  procedure: string
  valid_from: string
  valid_to: string | null
  kind: 'new' | 'amended'
  decision: number | null
  end_kind: 'replaced' | 'repealed' | null
  end_decision: number | null
  successor: string | null
}

/** The first change that does not fit to what was before. */
export interface Fault {
  change: ProcedureChange
  code: IssueCode
  detail: string
}

export type Replayed = { versions: ProcedureVersion[], fault: null } | { versions: null, fault: Fault }

/** @param changes of one procedure */
export function replay (changes: readonly ProcedureChange[]): Replayed {
  const versions: ProcedureVersion[] = []
  for (const change of inOrder(changes)) {
    const fault = change.kind === 'new' ? begin(versions, change) : goOn(versions, change)
    if (fault !== null) return { versions: null, fault }
  }
  return { versions, fault: null }
}

export function inOrder (changes: readonly ProcedureChange[]): ProcedureChange[] {
  const place = ({ id }: ProcedureChange) => id ?? Number.MAX_SAFE_INTEGER
  return changes.toSorted((a, b) => (
    a.effective_on === b.effective_on ? place(a) - place(b) : a.effective_on < b.effective_on ? -1 : 1))
}

function begin (versions: ProcedureVersion[], change: ProcedureChange): Fault | null {
  const { procedure, effective_on: day, content, decision } = change
  if (versions.length > 0) return { change, code: 'code_taken', detail: `there is a procedure ${procedure} already` }
  versions.push({ ...content as Content, procedure, valid_from: day, valid_to: null, kind: 'new', decision, ...NO_END })
  return null
}

const NO_END = { end_kind: null, end_decision: null, successor: null }

function goOn (versions: ProcedureVersion[], change: ProcedureChange): Fault | null {
  const { procedure, effective_on: day, kind, content, successor, decision } = change
  const last = versions.at(-1)
  if (last === undefined || last.valid_to !== null) {
    const detail = `procedure ${procedure} is not in force on ${day}`
    return { change, code: 'procedure_not_in_force', detail }
  }
  const begins = last.valid_from === day
  const dayBefore = nameOfDay(parseDay(day) - 1)
  if (kind === 'amended') {
    if (begins) Object.assign(last, content, last.kind === 'new' ? {} : { decision })
    else {
      versions.push({ ...last, ...content, valid_from: day, kind, decision })
      last.valid_to = dayBefore
    }
    return null
  }
  // What would have begun on the day of the end never was.
  if (begins) versions.pop()
  const ending = versions.at(-1)
  if (ending === undefined) {
    return { change, code: 'procedure_not_in_force', detail: `procedure ${procedure} would end on ${day} before it begins` }
  }
  Object.assign(ending, { valid_to: dayBefore, end_kind: kind, end_decision: decision, successor })
  return null
}

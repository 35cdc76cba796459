// What a procedure that is posted without a decision does to its versions.
import { issueAt } from '../../../writes/row-issues.ts'
import type { Issue } from '../../../contract/errors.ts'
import { nameOfDay, parseDay } from '../../../time/business-day.ts'
import type { Procedure } from '../schema.ts'
import { CONTENT_COLUMNS, contentOf, differing, onlineLevelIssues, type Content } from './content.ts'
import { inOrder, replay, type ProcedureChange, type ProcedureVersion } from './replay.ts'

export interface PostedTerms {
  /** It says what always was, or was since the decision that says otherwise. */
  correction: boolean
  today: string
}

export interface PostedPlan {
  changes: ProcedureChange[]
  versions: ProcedureVersion[]
}

/**
 * The changes of a procedure when it is as it is posted. What differs holds from today on; as a correction, from the
 * beginning. What decisions say of days to come stays.
 * @param stored its changes so far; none: it is new
 */
export function planPosted (
  row: Procedure, stored: readonly ProcedureChange[], terms: PostedTerms
): PostedPlan | Issue[] {
  const life = stored.length === 0 ? begun(row) : livingAs(row, stored)
  if (isIssues(life)) return life
  const before = replay(life)
  if (before.fault !== null) {
    const { change, detail } = before.fault
    return [issueAt(change.effective_on < row.valid_from ? 'valid_from' : 'valid_to', 'changed_later', detail)]
  }
  const { versions } = before
  const { today } = terms
  const inForce = versions.find(({ valid_from: from, valid_to: to }) => from <= today && (to ?? today) >= today)
  // One that has ended, or is to come, is meant as a whole.
  const meant = inForce ?? versions.at(-1)!
  const day = inForce === undefined ? meant.valid_from : today
  const changes = terms.correction ? corrected(row, life, meant) : changed(row, life, meant, day)
  const known = new Map(stored.map(change => [change.id, change]))
  const issues = changes.flatMap(change => levelIssues(change, known.get(change.id)))
  if (issues.length > 0) return issues
  // Only contents differ from what was replayed above.
  return { changes, versions: replay(changes).versions! }
}

export function isIssues (plan: PostedPlan | ProcedureChange[] | Issue[]): plan is Issue[] {
  return Array.isArray(plan) && plan.length > 0 && 'pointer' in plan[0]!
}

function begun (row: Procedure): ProcedureChange[] {
  return withEnd(row, [{ ...ofNone(row.code), effective_on: row.valid_from, kind: 'new', content: contentOf(row) }])
}

function ofNone (procedure: string): Pick<ProcedureChange, 'id' | 'procedure' | 'successor' | 'decision'> {
  return { id: null, procedure, successor: null, decision: null }
}

function withEnd ({ code, valid_to: last }: Procedure, changes: ProcedureChange[]): ProcedureChange[] {
  if (last === null) return changes
  return [...changes, { ...ofNone(code), effective_on: dayAfter(last), kind: 'repealed', content: {} }]
}

function dayAfter (day: string): string {
  return nameOfDay(parseDay(day) + 1)
}

/** The changes with the first and the last day that are posted. */
function livingAs (row: Procedure, stored: readonly ProcedureChange[]): ProcedureChange[] | Issue[] {
  const { valid_from: from, valid_to: to } = row
  const first = stored.find(({ kind }) => kind === 'new')!
  const end = stored.find(({ kind }) => kind === 'replaced' || kind === 'repealed')
  if (first.decision !== null && first.effective_on !== from) return [decided('valid_from', first)]
  const isEndAsPosted = (end?.effective_on ?? null) === (to === null ? null : dayAfter(to))
  if (end !== undefined && end.decision !== null && !isEndAsPosted) return [decided('valid_to', end)]
  // What nobody decided, and would be outside of its life, never was.
  const isWithin = ({ decision, effective_on: day }: ProcedureChange) => (
    decision !== null || (day >= from && (to === null || day <= to)))
  const others = stored.filter(change => change !== first && change !== end && isWithin(change))
  const moved = first.effective_on === from ? first : { ...first, effective_on: from }
  const living = [moved, ...others]
  return isEndAsPosted && end !== undefined ? [...living, end] : withEnd(row, living)
}

function decided (property: 'valid_from' | 'valid_to', { effective_on: day, decision, procedure }: ProcedureChange): Issue {
  const what = property === 'valid_from' ? 'begins' : 'ends'
  const detail = `procedure ${procedure} ${what} on ${day} by decision ${decision}, which can be withdrawn`
  return issueAt(property, 'set_by_decision', detail)
}

/** Adds what differs from a version, from a day of it on. */
function changed (row: Procedure, life: ProcedureChange[], meant: ProcedureVersion, day: string): ProcedureChange[] {
  const content = differing(contentOf(row), meant)
  if (Object.keys(content).length === 0) return life
  return [...life, { ...ofNone(row.code), effective_on: day, kind: 'amended', content }]
}

/**
 * Sets each property of a version where a decision has set it last by then, or at the beginning. Later it is as it was
 * set there.
 */
function corrected (row: Procedure, life: ProcedureChange[], meant: ProcedureVersion): ProcedureChange[] {
  const content = contentOf(row)
  const changes = inOrder(life)
  const lastSetter = (name: keyof Content) => changes.findLast(({ kind, decision, content, effective_on: day }) => (
    kind === 'new' || (decision !== null && day <= meant.valid_from && name in content)))
  const setters = new Map(CONTENT_COLUMNS.map(name => [name, lastSetter(name)]))
  return changes.flatMap(change => {
    const kept = CONTENT_COLUMNS.filter(name => name in change.content && (change.decision !== null || change.kind === 'new'))
    const set = Object.fromEntries(kept.map(name => (
      [name, setters.get(name) === change ? content[name] : change.content[name]])))
    const isEmpty = change.kind === 'amended' && change.decision === null
    return isEmpty ? [] : [{ ...change, content: set }]
  })
}

/** Issues of levels of online service that are said for other days, or otherwise, than is stored. */
function levelIssues (change: ProcedureChange, before: ProcedureChange | undefined): Issue[] {
  const level = change.content.online_service_level
  if (before?.effective_on === change.effective_on && before.content.online_service_level === level) return []
  return onlineLevelIssues(level, change.effective_on, '/online_service_level')
}

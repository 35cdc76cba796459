// What a decision does to procedures, and what stands against it.
import type { Issue } from '../../contract/errors.ts'
import { CONTENT_COLUMNS, onlineLevelIssues, type Content } from '../procedures/versions/content.ts'
import { replay, type ProcedureChange, type ProcedureVersion } from '../procedures/versions/replay.ts'
import type { Plan } from '../procedures/versions/store.ts'
import type { ProcedureDecisionBody } from './schema.ts'

export type Decision = Required<ProcedureDecisionBody>

/** A change with where it stands in the body. */
export interface Posted {
  pointer: string
  change: ProcedureChange
}

/** The changes that a decision makes. Their decision is not known yet. */
export function changesIn ({ effective_on, ...lists }: Decision): Posted[] {
  const posted = (list: string, i: number, given: Pick<ProcedureChange, 'procedure' | 'kind'> & Partial<ProcedureChange>): Posted => {
    const change = { id: null, effective_on, content: {}, successor: null, decision: null, ...given }
    return { pointer: `/${list}/${i}`, change }
  }
  return [
    ...lists.new.map(({ code: procedure, ...given }, i) => (
      posted('new', i, { procedure, kind: 'new', content: { ...UNKNOWN, ...given } }))),
    ...lists.amended.map(({ code: procedure, ...given }, i) => (
      posted('amended', i, { procedure, kind: 'amended', content: given }))),
    ...lists.replaced.map(({ code: procedure, successor }, i) => posted('replaced', i, { procedure, kind: 'replaced', successor })),
    ...lists.repealed.map((procedure, i) => posted('repealed', i, { procedure, kind: 'repealed' }))
  ]
}

const UNKNOWN = Object.fromEntries(CONTENT_COLUMNS.map(name => [name, null])) as unknown as Partial<Content>

/** What the catalogue has that a decision names. */
export interface Known {
  fields: ReadonlySet<string>
  levels: ReadonlySet<string>
  /** By procedure; none: there is no such procedure. */
  changes: ReadonlyMap<string, ProcedureChange[]>
}

/** What is wrong with the changes one by one, and beside one another. */
export function issuesOf (posted: readonly Posted[], { fields, levels, changes }: Known): Issue[] {
  if (posted.length === 0) return [{ pointer: '', code: 'missing', detail: 'the decision names no procedure' }]
  const byCode = Map.groupBy(posted, ({ change }) => change.procedure)
  return posted.flatMap(({ pointer, change: { procedure, kind, content, effective_on: day } }): Issue[] => {
    const { field, level, online_service_level: online } = content
    const [first] = byCode.get(procedure)!
    const isUnknown = kind !== 'new' && !changes.has(procedure)
    return [
      ...first!.pointer === pointer ? [] : [
        { pointer, code: 'duplicate_key' as const, detail: `procedure ${procedure} stands at ${first!.pointer} already` }],
      ...isUnknown ? [
        { pointer, code: 'unknown_procedure' as const, detail: `there is no procedure ${procedure}` }] : [],
      ...field === undefined || fields.has(field) ? [] : [
        { pointer: `${pointer}/field`, code: 'unknown_field' as const, detail: `there is no field ${field}` }],
      ...level === undefined || levels.has(level) ? [] : [
        { pointer: `${pointer}/level`, code: 'unknown_level' as const, detail: `there is no level ${level}` }],
      ...onlineLevelIssues(online, day, `${pointer}/online_service_level`)
    ]
  })
}

/**
 * The versions of the procedures that a decision names, with what is stored of them.
 * @param posted with which nothing else is wrong
 */
export function planned (posted: readonly Posted[], changes: Known['changes']): { plans: Plan[], issues: Issue[] } {
  const plans: Plan[] = []
  const issues: Issue[] = []
  for (const { pointer, change } of posted) {
    const before = changes.get(change.procedure) ?? []
    const after = [...before, change]
    const { versions, fault } = replay(after)
    if (fault === null) plans.push({ code: change.procedure, before, changes: after, versions })
    else if (fault.change === change) issues.push({ pointer, code: fault.code, detail: fault.detail })
    else {
      const by = fault.change.decision === null ? 'what was posted for' : `decision ${fault.change.decision} of`
      const detail = `${by} ${fault.change.effective_on} would not fit any more: ${fault.detail}`
      issues.push({ pointer, code: 'changed_later', detail })
    }
  }
  return { plans, issues }
}

/** Issues of successors that are not in force on the day. */
export function successorIssues (
  posted: readonly Posted[], plans: readonly Plan[], stored: ReadonlyMap<string, readonly ProcedureVersion[]>
): Issue[] {
  const planned = new Map(plans.map(({ code, versions }) => [code, versions]))
  return posted.flatMap(({ pointer, change: { successor, effective_on: day } }): Issue[] => {
    if (successor === null) return []
    const versions = planned.get(successor) ?? stored.get(successor)
    const at = `${pointer}/successor`
    if (versions === undefined) return [{ pointer: at, code: 'unknown_procedure', detail: `there is no procedure ${successor}` }]
    if (versions.some(({ valid_from: from, valid_to: to }) => from <= day && (to ?? day) >= day)) return []
    return [{ pointer: at, code: 'procedure_not_in_force', detail: `procedure ${successor} is not in force on ${day}` }]
  })
}

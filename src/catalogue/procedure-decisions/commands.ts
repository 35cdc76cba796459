import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import { DomainError, notFound, type Issue } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { auditRowsOf } from '../../writes/changes.ts'
import type { Write } from '../../writes/write.ts'
import { assertForAllUnits } from '../post-rows.ts'
import { proceduresOf } from '../procedures/queries.ts'
import type { Procedure } from '../procedures/schema.ts'
import { changesOf, lockProcedures, rowOf, storePlans, type Plan } from '../procedures/versions/store.ts'
import type { ProcedureChange } from '../procedures/versions/replay.ts'
import { changesIn, issuesOf, planned, successorIssues, type Decision } from './plan.ts'
import type { ProcedureDecisionAnswer, ProcedureDecisionBody } from './schema.ts'
import { codesIn, findDecision, knownOf, storeDecision, successionsTo, versionsOf, type StoredDecision } from './store.ts'
import { dependents, withdrawalOf } from './withdrawal.ts'

/**
 * Lets procedures begin, change and end from a day on by a decision, all of it or nothing. What they were before stays.
 * A decision may come after later ones, as far as those still fit.
 * @throws DomainError `invalid_rows`, `forbidden_rows`
 */
export async function postProcedureDecision (
  write: Write, body: ProcedureDecisionBody, { dry_run: dryRun }: { dry_run: boolean }
): Promise<ProcedureDecisionAnswer> {
  assertForAllUnits(write, 'procedures')
  const { trx, by } = write
  const decision = complete(body)
  await allowSlowStatements(trx)
  await lockProcedures(trx)
  const stored = await findDecision(trx, decision)
  if (stored !== undefined) {
    assertSame(stored, decision)
    return { ...answerOf(stored.id, decision), outcome: 'unchanged', correction: null }
  }
  const posted = changesIn(decision)
  const known = await knownOf(trx, codesIn(decision))
  refuse(issuesOf(posted, known))
  const id = await storeDecision(trx, decision, await write.writeId())
  for (const { change } of posted) change.decision = id
  const { plans, issues } = planned(posted, known.changes)
  refuse(issues)
  const successions = await successionsTo(trx, plans.map(({ code }) => code))
  refuse([...successorIssues(posted, plans, await versionsOf(trx, posted)), ...endedSuccessors(plans, successions)])
  const before = await proceduresOf(trx, plans.map(({ code }) => code))
  const correction = await storePlans(trx, plans, by.client)
  const after = plans.map(rowShown)
  audit(write, { id, ...decision }, 'created', { before, after })
  const shown = dryRun ? { before, after } : {}
  return { ...answerOf(dryRun ? null : id, decision), outcome: 'created', correction: dryRun ? null : correction, ...shown }
}

/** With all of its lists, and texts as they are stored. */
function complete (body: ProcedureDecisionBody): Decision {
  const { new: begun = [], amended = [], replaced = [], repealed = [], ...decided } = body
  return normalized({ ...decided, new: begun, amended, replaced, repealed })
}

function normalized (decision: Decision): Decision {
  return JSON.parse(JSON.stringify(decision).normalize('NFC')) as Decision
}

function assertSame ({ id, body }: StoredDecision, decision: Decision): void {
  if (isDeepStrictEqual(body, decision)) return
  const { number, date, issuer } = decision.document
  const detail = `decision ${number} of ${date} by ${issuer} is stored already, as ${id}, and says otherwise; withdraw that first`
  throw new DomainError('invalid_rows', detail, [{ pointer: '/document', code: 'other_content', detail }])
}

function answerOf (id: number | null, decision: Decision) {
  const { new: begun, amended, replaced, repealed } = decision
  return {
    id, effective_on: decision.effective_on, new: begun.length, amended: amended.length, replaced: replaced.length,
    repealed: repealed.length
  }
}

/** Issues of procedures that would have ended before they take the place of others. */
function endedSuccessors (plans: readonly Plan[], successions: readonly ProcedureChange[]): Issue[] {
  return successions.flatMap(({ procedure, successor, effective_on: day }): Issue[] => {
    const { versions } = plans.find(({ code }) => code === successor)!
    if (versions.some(({ valid_from: from, valid_to: to }) => from <= day && (to ?? day) >= day)) return []
    const detail = `procedure ${successor} takes the place of ${procedure} on ${day}, and would not be in force then`
    return [{ pointer: '', code: 'changed_later', detail }]
  })
}

const MAX_LISTED = 1_000

function refuse (issues: readonly Issue[]): void {
  if (issues.length === 0) return
  throw new DomainError('invalid_rows', detailOf(issues), issues.slice(0, MAX_LISTED))
}

function detailOf (issues: readonly Issue[]): string {
  return issues.slice(0, 3).map(({ detail }) => detail).join('; ')
}

function rowShown (plan: Plan): Procedure {
  const { search_name: _, ...row } = rowOf(plan)
  return row
}

interface Audited extends Pick<Decision, 'effective_on' | 'document'> {
  id: number
}

function audit (
  write: Write, { id, effective_on, document }: Audited, outcome: 'created' | 'deleted',
  { before, after }: { before: readonly Procedure[], after: readonly Procedure[] }
): void {
  const { number: document_number, date: document_date, issuer: document_issuer } = document
  const row = { id, effective_on, document_number, document_date, document_issuer }
  const decided = outcome === 'created' ? { outcome, before: null, after: row } : { outcome, before: row, after: null }
  const was = new Map(before.map(procedure => [procedure.code, procedure]))
  const left = new Set(after.map(({ code }) => code))
  const changes = after.map(procedure => ({
    outcome: was.has(procedure.code) ? 'updated' as const : 'created' as const,
    before: was.get(procedure.code) ?? null, after: procedure
  }))
  const gone = before.filter(({ code }) => !left.has(code))
    .map(procedure => ({ outcome: 'deleted' as const, before: procedure, after: null }))
  write.auditRows.push(
    ...auditRowsOf('procedure-decisions', [decided], { key: ['id'] }),
    ...auditRowsOf<Procedure>('procedures', [...changes, ...gone], { key: ['code'] }))
}

/**
 * Takes a decision back as a whole, while nothing later builds on it.
 * @throws DomainError `not_found`, `change_in_use`, `forbidden_rows`
 */
export async function withdrawProcedureDecision (write: Write, id: number): Promise<ProcedureDecisionAnswer> {
  assertForAllUnits(write, 'procedures')
  const { trx, by } = write
  await allowSlowStatements(trx)
  // Dossiers are checked against their procedure without a lock on it. Only one that is gone concerns them.
  if ((await decisionById(trx, id)).body.new.length > 0) await lock(trx, 'dossiers', 'exclusive')
  await lockProcedures(trx)
  const stored = await decisionById(trx, id)
  const { body, procedures } = stored
  const { made, plans, issues } = withdrawalOf(id, procedures, await changesOf(trx, procedures))
  refuseUse([...issues, ...await dependents(trx, id, made)])
  const before = await proceduresOf(trx, procedures)
  await sql`delete from procedure_versions where procedure = any(${made})`.execute(trx)
  await sql`delete from procedure_changes where procedure = any(${made})`.execute(trx)
  const correction = await storePlans(trx, plans, by.client)
  await sql`delete from procedures where code = any(${made})`.execute(trx)
  await sql`update procedure_decisions set withdrawn_by = ${await write.writeId()} where id = ${id}`.execute(trx)
  audit(write, { id, ...body }, 'deleted', { before, after: plans.map(rowShown) })
  return { ...answerOf(id, body), outcome: 'deleted', correction }
}

async function decisionById (trx: Trx, id: number): Promise<StoredDecision> {
  const { rows: [stored] } = await sql<StoredDecision>`
    select id, body, procedures, withdrawn_by from procedure_decisions where id = ${id}`.execute(trx)
  if (stored === undefined) throw notFound('decision', String(id))
  if (stored.withdrawn_by === null) return stored
  const detail = `decision ${id} was withdrawn before`
  throw new DomainError('change_in_use', detail, [{ pointer: '/path/id', code: 'already_withdrawn', detail }])
}

function refuseUse (issues: readonly Issue[]): void {
  if (issues.length === 0) return
  throw new DomainError('change_in_use', detailOf(issues), issues.slice(0, MAX_LISTED))
}

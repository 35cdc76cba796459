import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { changesOf } from '../procedures/versions/store.ts'
import type { ProcedureChange, ProcedureVersion } from '../procedures/versions/replay.ts'
import type { Decision, Known, Posted } from './plan.ts'

export interface StoredDecision {
  id: number
  body: Decision
  procedures: string[]
  withdrawn_by: number | null
}

/** The decision of the same document, unless it was withdrawn. */
export async function findDecision (
  trx: Trx, { document: { number, date, issuer } }: Decision
): Promise<StoredDecision | undefined> {
  const { rows: [found] } = await sql<StoredDecision>`
    select id, body, procedures, withdrawn_by from procedure_decisions
    where document_issuer = ${issuer} and document_number = ${number} and document_date = ${date} and withdrawn_by is null
  `.execute(trx)
  return found
}

/** @returns its id */
export async function storeDecision (trx: Trx, decision: Decision, write: number): Promise<number> {
  const { effective_on, document: { number, date, issuer } } = decision
  const { id } = await trx.insertInto('procedure_decisions').values({
    effective_on, document_number: number, document_date: date, document_issuer: issuer, body: JSON.stringify(decision),
    procedures: codesIn(decision), write
  }).returning('id').executeTakeFirstOrThrow()
  return id
}

/** The procedures that begin, change or end by a decision. */
export function codesIn ({ new: begun, amended, replaced, repealed }: Decision): string[] {
  return [...[...begun, ...amended, ...replaced].map(({ code }) => code), ...repealed]
}

export async function knownOf (trx: Trx, codes: readonly string[]): Promise<Known> {
  const codesOf = async (table: 'fields' | 'levels') => (
    new Set((await trx.selectFrom(table).select('code').execute()).map(({ code }) => code)))
  return { fields: await codesOf('fields'), levels: await codesOf('levels'), changes: await changesOf(trx, codes) }
}

/** The versions of successors that are stored. */
export async function versionsOf (trx: Trx, posted: readonly Posted[]): Promise<Map<string, ProcedureVersion[]>> {
  const codes = posted.flatMap(({ change: { successor } }) => successor ?? [])
  const { rows } = await sql<ProcedureVersion>`select * from procedure_versions where procedure = any(${codes})`.execute(trx)
  return Map.groupBy(rows, ({ procedure }) => procedure)
}

/** Stored changes by which procedures take the place of others. */
export async function successionsTo (trx: Trx, codes: readonly string[]): Promise<ProcedureChange[]> {
  const { rows } = await sql<ProcedureChange>`
    select procedure, successor, effective_on from procedure_changes where successor = any(${codes}) order by id`.execute(trx)
  return rows
}

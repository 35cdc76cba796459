// What is left of procedures without a decision, and what stands against taking it back.
import { sql } from 'kysely'
import type { Issue, IssueCode } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { inOrder, replay, type ProcedureChange } from '../procedures/versions/replay.ts'
import type { Plan } from '../procedures/versions/store.ts'
import { PROVINCES } from '../units/reach-sql.ts'

interface Withdrawal {
  /** Procedures that are gone with it, and all that was posted for them. */
  made: string[]
  plans: Plan[]
  issues: Issue[]
}

export function withdrawalOf (
  id: number, procedures: readonly string[], changes: ReadonlyMap<string, ProcedureChange[]>
): Withdrawal {
  const withdrawal: Withdrawal = { made: [], plans: [], issues: [] }
  for (const code of procedures) {
    const before = inOrder(changes.get(code)!)
    const place = before.findIndex(({ decision }) => decision === id)
    const later = before.slice(place + 1).find(({ decision }) => decision !== null)
    if (later !== undefined) {
      const detail = `decision ${later.decision} of ${later.effective_on} concerns ${code} as well`
      withdrawal.issues.push({ pointer: '/path/id', code: 'changed_later', detail })
    } else if (before[place]!.kind === 'new') withdrawal.made.push(code)
    else {
      const left = before.filter(({ decision }) => decision !== id)
      withdrawal.plans.push({ code, before, changes: left, versions: replay(left).versions! })
    }
  }
  return withdrawal
}

/** What builds on procedures that a decision made. Nothing else is stored for them meanwhile. */
export async function dependents (trx: Trx, id: number, made: readonly string[]): Promise<Issue[]> {
  if (made.length === 0) return []
  // Waits for figures that name one of them: their foreign key locks it.
  await sql`select from procedures where code = any(${made}) order by code for update`.execute(trx)
  const { rows } = await sql<{ code: IssueCode, detail: string }>`
    select 'changed_later' as code, 'decision ' || decision || ' names ' || successor || ' as a successor' as detail
    from procedure_changes where successor = any(${made}) and decision <> ${id}
    union
    select 'procedure_in_use', 'dossiers are or were of procedure ' || procedure
    from unnest(${await withDossiers(trx, made)}::text[]) as used (procedure)
    union
    select 'procedure_in_use', 'figures of ' || min(period) || ' are stored for procedure ' || procedure
    from dossier_statistics where province_code = any(${PROVINCES}) and procedure = any(${made}) group by procedure
    union
    select 'procedure_in_use', 'a review of ' || min(period) || ' is stored for procedure ' || procedure
    from procedure_reviews where province_code = any(${PROVINCES}) and procedure = any(${made}) group by procedure
    union
    select 'procedure_in_use', 'event set ' || min(change) || ' assigns dossiers of procedure ' || code
    from unit_assignments where kind = 'procedure' and code = any(${made}) group by code
    order by 1, 2`.execute(trx)
  return rows.map(({ code, detail }) => ({ pointer: '/path/id', code, detail }))
}

/**
 * Which of some procedures dossiers are of, or were. The dossiers are read only where a version named one of them,
 * which may have been refused, or older than the one that is stored; then it is named no more. No dossiers are stored
 * meanwhile.
 */
async function withDossiers (trx: Trx, made: readonly string[]): Promise<string[]> {
  const named = await trx.selectFrom('procedures_of_dossiers').select('procedure').distinct().where('procedure', 'in', made).execute()
  if (named.length === 0) return []
  const codes = named.map(({ procedure }) => procedure)
  const read = (table: 'dossiers' | 'dossier_states' | 'dossier_versions') => (
    sql`select procedure from ${sql.table(table)} where procedure = any(${codes})`)
  const { rows } = await sql<{ procedure: string }>`
    ${read('dossiers')} union ${read('dossier_states')} union ${read('dossier_versions')}`.execute(trx)
  const used = rows.map(({ procedure }) => procedure)
  await sql`delete from procedures_of_dossiers where procedure = any(${codes}) and procedure <> all(${used})`.execute(trx)
  return used
}

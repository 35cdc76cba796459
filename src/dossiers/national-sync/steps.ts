// Steps in the processing of dossiers (CapNhatTienDoHoSoMC). A sender reports them apart from the dossiers, which it
// need not send again meanwhile. The newest step of each dossier is kept: when it was, and the status since then.
import { sql } from 'kysely'
import { isReachedBy } from '../../catalogue/units/reach-sql.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { array, unnested } from '../../database/sql/bulk-binary.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { inTransaction } from '../../database/transaction.ts'
import { detailsShown, type DetailsRead } from '../details/details.ts'
import type { Supplement } from '../rules/events.ts'
import { IS_OPEN, isOpen, isWaiting } from '../rules/status.ts'
import type { IngestContext, Version } from '../ingest/validate.ts'
import type { DossierItem } from '../schema.ts'
import type { Step } from './format/step.ts'

/** Whose steps they are. Those of others do not count. */
export interface StepsOwner {
  client: string
  source: string
}

/** Remembers steps of different dossiers that are newer than what is remembered. @returns their codes */
export async function storeSteps (
  trx: Trx, province: string, { client, source }: StepsOwner, steps: readonly Step[]
): Promise<ReadonlySet<string>> {
  await lock(trx, 'dossiers', 'shared')
  await lock(trx, `steps ${client}`, 'exclusive')
  const columns = unnested<Step>({
    code: { type: 'text', of: ({ code }) => code }, at: { type: 'timestamptz', of: ({ at }) => at },
    status: { type: 'int2', of: ({ status }) => status }
  }, steps)
  const { rows } = await sql<{ code: string }>`
    insert into dossier_steps as stored (province_code, client, source, code, at, status)
    select ${province}, ${client}, ${source}, code, at, status from ${columns} as given
    on conflict (province_code, client, source, code) do update set at = excluded.at, status = excluded.status
      where (excluded.at, excluded.status) > (stored.at, stored.status)
    returning stored.code`.execute(trx)
  return new Set(rows.map(({ code }) => code))
}

/** What ingest does with the steps that are remembered: a dossier in process has the status of a step that is newer. */
export function stepsApplied ({ client, source }: StepsOwner): NonNullable<IngestContext['adjust']> {
  return async (trx, province, versions) => {
    const codes = versions.flatMap(({ dossier: { code, status } }) => isOpen(status) ? [code] : [])
    if (codes.length === 0) return versions
    await lock(trx, `steps ${client}`, 'shared')
    const { rows } = await sql<Step>`
      select code, round(date_part('epoch', at) * 1000) as at, status from dossier_steps
      where province_code = ${province} and client = ${client} and source = ${source}
        and code = any(${array('text', codes)})`.execute(trx)
    const steps = new Map(rows.map(step => [step.code, step]))
    return rows.length === 0 ? versions : versions.map(version => afterStep(version, steps.get(version.dossier.code)))
  }
}

function afterStep (version: Version, step: Step | undefined): Version {
  const { dossier } = version
  if (step === undefined || !isOpen(dossier.status) || step.at <= dossier.updated_at) return version
  return { ...version, dossier: { ...dossier, status: step.status, supplements: supplementsAfter(dossier, step) } }
}

/**
 * A step that asks for a supplement begins a wait, unless the dossier itself says since when it waits. Otherwise the
 * wait would begin when the dossier was sent, and what was late before the step would not be. A wait that a step has
 * begun is the only one that begins after the dossier was sent. It ends without a trace when a later step says
 * something else: only the newest step is kept, so that the order in which they arrive makes no difference.
 */
function supplementsAfter ({ supplements, updated_at: sent }: Version['dossier'], { status, at }: Step): Supplement[] {
  const own = supplements.filter(({ requested_at: requested, completed_at: completed }) => (
    completed !== null || requested <= sent))
  const last = own.at(-1)
  if (!isWaiting(status) || last?.completed_at === null) return own
  const requested = Math.max(at, last?.completed_at ?? 0)
  return [...own, { requested_at: requested, completed_at: null, old_due_at: null, new_due_at: null }]
}

type Stored = Omit<DossierItem, 'source'> & { details: DetailsRead | null }

/** The dossiers of some codes that are in process, as their source sent them but for the status. */
export async function dossiersInProcess (
  trx: Trx, province: string, { source }: StepsOwner, reach: IngestContext['reach'], codes: Iterable<string>
): Promise<DossierItem[]> {
  const { rows } = await sql<Stored>`
    select code, unit, procedure, channel, status, received_at, due_at, finished_at, returned_at, updated_at,
      coalesce(supplements, '[]') as supplements, details
    from dossiers
    where province_code = ${province} and code = any(${array('text', [...codes])}) and source = ${source}
      and ${IS_OPEN} and ${isReachedBy('unit', reach)}`.execute(trx)
  return rows.map(({ details, ...item }) => ({ ...item, ...detailsShown(details) }))
}

const PRUNED_AT_ONCE = 10_000

/**
 * Forgets steps that can change nothing any more, in small batches: those that are not later than the version of the
 * dossier that is stored, as no version that replaces it is older; after 30 days those of dossiers that have ended; and
 * after a year those of dossiers that never came.
 */
export async function pruneSteps (db: Db): Promise<void> {
  const ofStep = sql`province_code = steps.province_code and code = steps.code and source = steps.source`
  for (;;) {
    const { numAffectedRows } = await inTransaction(db, async trx => {
      await allowSlowStatements(trx)
      return sql`
        delete from dossier_steps where ctid = any(array(
          select ctid from dossier_steps as steps
          where exists (select from dossiers where ${ofStep}
              and (steps.at <= updated_at or (steps.at < now() - interval '30 days' and not (${IS_OPEN}))))
            or (steps.at < now() - interval '1 year' and not exists (select from dossiers where ${ofStep}))
          limit ${PRUNED_AT_ONCE}))`.execute(trx)
    })
    if (Number(numAffectedRows) < PRUNED_AT_ONCE) return
  }
}

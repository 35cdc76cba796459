// Steps in the processing of dossiers (CapNhatTienDoHoSoMC). A sender reports them apart from the dossiers, which it
// need not send again meanwhile. Kept of each is when it was, and the status since then; what follows: waits.ts.
import { sql } from 'kysely'
import { isReachedBy } from '../../catalogue/units/reach-sql.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { array, unnested } from '../../database/sql/bulk-binary.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { inTransaction } from '../../database/transaction.ts'
import { detailsShown, type DetailsRead } from '../details/details.ts'
import { IS_COUNTED, IS_OPEN, isCounted, isOpen, WAITS } from '../rules/status.ts'
import type { IngestContext, Version } from '../ingest/validate.ts'
import type { DossierItem } from '../schema.ts'
import type { StoredSupplement } from '../storage/columns.ts'
import type { Step } from './format/step.ts'
import { supplementsListed, withWaits } from './waits.ts'

/** Whose steps they are. Those of others do not count. */
export interface StepsOwner {
  client: string
  source: string
}

/** Steps of dossiers by code, each in their order. */
export type StepsOf = ReadonlyMap<string, readonly Step[]>

/**
 * Remembers steps. Of two at the same time the one of the higher status counts.
 * @returns the codes of dossiers of which any is new, and what was remembered of them before
 */
export async function storeSteps (
  trx: Trx, province: string, owner: StepsOwner, steps: readonly Step[]
): Promise<{ codes: ReadonlySet<string>, before: StepsOf }> {
  await lock(trx, 'dossiers', 'shared')
  await lock(trx, `steps ${owner.client}`, 'exclusive')
  const before = await stepsStored(trx, province, owner, steps.map(({ code }) => code))
  const latest = new Map(steps.toSorted((a, b) => a.status - b.status).map(step => [`${step.at} ${step.code}`, step]))
  const columns = unnested<Step>({
    code: { type: 'text', of: ({ code }) => code }, at: { type: 'timestamptz', of: ({ at }) => at },
    status: { type: 'int2', of: ({ status }) => status }
  }, [...latest.values()])
  const { rows } = await sql<{ code: string }>`
    insert into dossier_steps as stored (province_code, client, source, code, at, status)
    select ${province}, ${owner.client}, ${owner.source}, code, at, status from ${columns} as given
    on conflict (province_code, client, source, code, at) do update set status = excluded.status
      where excluded.status > stored.status
    returning stored.code`.execute(trx)
  return { codes: new Set(rows.map(({ code }) => code)), before }
}

async function stepsStored (
  trx: Trx, province: string, { client, source }: StepsOwner, codes: readonly string[]
): Promise<StepsOf> {
  if (codes.length === 0) return new Map()
  const { rows } = await sql<Step>`
    select code, round(date_part('epoch', at) * 1000) as at, status from dossier_steps
    where province_code = ${province} and client = ${client} and source = ${source}
      and code = any(${array('text', [...new Set(codes)])})
    order by code, at`.execute(trx)
  return Map.groupBy(rows, ({ code }) => code)
}

/** Many send none, and there are none to look for, dossier by dossier. */
async function hasSteps (trx: Trx, province: string, { client, source }: StepsOwner): Promise<boolean> {
  const { rows: [found] } = await sql<{ any: boolean }>`
    select exists (
      select from dossier_steps where province_code = ${province} and client = ${client} and source = ${source}) as any`.execute(trx)
  return found!.any
}

/** What ingest does with the steps that are remembered. */
export function stepsApplied (owner: StepsOwner): NonNullable<IngestContext['adjust']> {
  return async (trx, province, versions) => {
    await lock(trx, `steps ${owner.client}`, 'shared')
    if (!await hasSteps(trx, province, owner)) return versions
    const stored = await stepsStored(trx, province, owner, versions.map(({ dossier: { code } }) => code))
    return versions.map(version => afterSteps(version, stored.get(version.dossier.code)))
  }
}

/** A dossier in process has the status of a step that is newer. */
function afterSteps (version: Version, steps: readonly Step[] | undefined): Version {
  const { dossier } = version
  if (steps === undefined || !isCounted(dossier.status)) return version
  const newest = steps.at(-1)!
  const isNewer = isOpen(dossier.status) && newest.at > dossier.updated_at
  const status = isNewer ? newest.status : dossier.status
  return { ...version, dossier: { ...dossier, status, supplements: withWaits(dossier, dossier.supplements, steps) } }
}

type Stored = Omit<DossierItem, 'source' | 'supplements'> & { supplements: StoredSupplement[], details: DetailsRead | null }

/**
 * The dossiers of some codes that steps can change, as their source sent them but for the status.
 * @param before the steps that were known when they were stored
 */
export async function dossiersWithSteps (
  trx: Trx, province: string, { client, source }: StepsOwner, reach: IngestContext['reach'], codes: ReadonlySet<string>,
  before: StepsOf
): Promise<DossierItem[]> {
  const { rows } = await sql<Stored>`
    select code, unit, procedure, channel, status, received_at, due_at, finished_at, returned_at, updated_at,
      coalesce(supplements, '[]') as supplements, details
    from dossiers
    where province_code = ${province} and code = any(${array('text', [...codes])}) and source = ${source}
      and (${IS_OPEN} or (${IS_COUNTED} and (supplements is not null or exists (select from dossier_steps as steps
        where steps.province_code = ${province} and steps.client = ${client} and steps.source = ${source}
          and steps.code = dossiers.code and steps.${WAITS}))))
      and ${isReachedBy('unit', reach)}`.execute(trx)
  return rows.map(({ details, ...item }) => ({
    ...item, supplements: supplementsListed(item.supplements, before.get(item.code) ?? []), ...detailsShown(details)
  }))
}

const PRUNED_AT_ONCE = 10_000

/**
 * Forgets steps in small batches: after 30 days those that are not later than the version of the dossier that is
 * stored, and those of dossiers that have ended, unless a supplement was asked for, as a version that replaces it would
 * lose the wait or its end; after a year those of dossiers that have ended or never came.
 */
export async function pruneSteps (db: Db): Promise<void> {
  const ofStep = sql`province_code = steps.province_code and code = steps.code and source = steps.source`
  for (;;) {
    const { numAffectedRows } = await inTransaction(db, async trx => {
      await allowSlowStatements(trx)
      return sql`
        delete from dossier_steps where ctid = any(array(
          select ctid from dossier_steps as steps
          where (steps.at < now() - interval '30 days'
              and exists (select from dossiers where ${ofStep} and supplements is null and (steps.at <= updated_at or not (${IS_OPEN})))
              and not exists (select from dossier_steps as waits where waits.province_code = steps.province_code
                and waits.client = steps.client and waits.source = steps.source and waits.code = steps.code and waits.${WAITS}))
            or (steps.at < now() - interval '1 year'
              and not exists (select from dossiers where ${ofStep} and ${IS_OPEN}))
          limit ${PRUNED_AT_ONCE}))`.execute(trx)
    })
    if (Number(numAffectedRows) < PRUNED_AT_ONCE) return
  }
}

import type { Trx } from '../../database/connect.ts'
import type { Write } from '../../writes/unit-of-work.ts'
import { DELETED } from '../rules/status.ts'
import type { StoredDossier } from './normalise.ts'
import { draftsOf, newestOf, Results, type Draft, type IngestContext, type Ingested } from './validate.ts'
import { lookUp, lookUpUnits } from './lookups.ts'
import { recordChanges, insertNew, findChanged, lockForUpdate, replaceVersions, type DossierChange, type Target } from './store.ts'
import { RollupDeltas } from '../rollups/deltas.ts'

/**
 * Takes in dossiers of one province: keeps the newest version of each, what it was before, and the sums. An item can be
 * anything. Those at fault are left out; whoever wants all or nothing rolls back.
 * @param write with no other chunk in it: two that lock rows in turn could wait for each other
 */
export async function ingestDossiers (
  write: Write, items: readonly unknown[], context: IngestContext
): Promise<Ingested> {
  const { trx } = write
  const results = new Results(items.length)
  const wellFormed = results.wellFormed(items)
  const references = await lookUp(trx, context.source, wellFormed.map(({ item }) => item))
  const { province, drafts } = draftsOf(results, wellFormed, references, context)
  const newest = newestOf(results, drafts)
  if (newest.length === 0) return results

  const target = { province, source: context.source, write: await write.writeId() }
  const { differences, changes, stored } = await keep(trx, results, newest, target, context)
  // Also where nothing counts as changed: a deletion of what was not there leaves a row, which says who wrote it.
  if (stored) write.ownAuditRows = { province, rows: changes.length }
  await recordChanges(trx, target, changes, write.auditRows.length)
  await differences.apply(trx, province)
  return results
}

interface Kept {
  /** In the sums. */
  differences: RollupDeltas
  changes: DossierChange[]
  /** Whether any row is not as it was. */
  stored: boolean
}

async function keep (
  trx: Trx, results: Results, drafts: Draft[], target: Target, context: IngestContext
): Promise<Kept> {
  const differences = new RollupDeltas()
  const changes: DossierChange[] = []
  const existing = new Set(await insertNew(trx, target, drafts.map(({ dossier }) => dossier)))
  drafts.forEach(({ index, dossier }, position) => {
    if (existing.has(position) || dossier.status === DELETED) return
    results.outcomes[index] = 'created'
    differences.add(dossier)
    changes.push({ action: 'created', code: dossier.code, unit: dossier.unit, left_unit: null })
  })
  const known = drafts.filter((_, position) => existing.has(position))
  const replacing = await lockChanged(trx, results, known, target, context)
  const stored = existing.size < drafts.length || replacing.length > 0
  if (replacing.length === 0) return { differences, changes, stored }

  await replaceVersions(trx, target, replacing.map(({ draft }) => draft.dossier))
  for (const { draft: { index, dossier }, before } of replacing) {
    const outcome = outcomeOf(before, dossier)
    results.outcomes[index] = outcome
    differences.remove(before)
    differences.add(dossier)
    if (outcome === 'unchanged') continue
    const moved = before.status !== DELETED && before.unit !== dossier.unit
    changes.push({ action: outcome, code: dossier.code, unit: dossier.unit, left_unit: moved ? before.unit : null })
  }
  return { differences, changes, stored }
}

function outcomeOf (before: StoredDossier, after: StoredDossier): DossierChange['action'] | 'unchanged' {
  if (after.status === DELETED) return before.status === DELETED ? 'unchanged' : 'deleted'
  return before.status === DELETED ? 'created' : 'updated'
}

interface Replacing {
  draft: Draft
  before: StoredDossier
}

/** Finds what really changes, and locks that alone: most of what is sent again is as it was. */
async function lockChanged (
  trx: Trx, results: Results, drafts: Draft[], { province }: Target, context: IngestContext
): Promise<Replacing[]> {
  if (drafts.length === 0) return []
  const different = await findChanged(trx, province, drafts.map(({ dossier }) => dossier))
  for (const { position, stale } of different) {
    if (stale) results.outcomes[drafts[position]!.index] = 'stale'
  }
  const positions = new Set(different.filter(({ stale }) => !stale).map(({ position }) => position))
  const changed = drafts.filter((_, position) => positions.has(position))
  if (changed.length === 0) return []

  const rows = await lockForUpdate(trx, province, changed.map(({ dossier }) => dossier))
  const stored = rows.filter(({ before }) => before.status !== DELETED).map(({ before }) => before.unit)
  const units = await lookUpUnits(trx, context.source, stored)
  return rows.flatMap(({ position, stale, same, before }) => {
    const draft = changed[position]!
    // Somebody else was faster.
    if (stale) results.outcomes[draft.index] = 'stale'
    if (stale || same) return []
    const unit = before.status === DELETED ? undefined : units.get(before.unit)!
    if (unit === undefined || context.mayWrite(unit)) return [{ draft, before }]
    results.rejecterOf(draft.index)('unit', 'forbidden_unit', `this key may not take dossiers out of unit ${unit.code}`)
    return []
  })
}

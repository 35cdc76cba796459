import type { Reach } from '../../contract/caller.ts'
import type { Trx } from '../../database/connect.ts'
import type { Outcome } from '../../writes/outcomes.ts'
import { addIssues, type IssuesByRow, type RowIssues } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { lockDossiers } from '../corrections/lock.ts'
import { RollupDeltas } from '../rollups/deltas.ts'
import { DELETED } from '../rules/status.ts'
import { recordConflicts, type SourcesInConflict } from '../source-conflicts/record.ts'
import { compareWithStored, type Compared, type Replacement } from './compare.ts'
import { lookUp } from './lookups.ts'
import { newestVersions } from './newest.ts'
import type { StoredDossier } from './normalise.ts'
import { insertBeside, insertNew, recordChanges, replaceVersions, type DossierChange, type Target } from './store.ts'
import { validVersions, wellFormedItems, type IngestContext, type Version } from './validate.ts'

export interface Ingested {
  /** One for each item. A deletion of what is not there is `unchanged`. */
  outcomes: Outcome[]
  /** What is wrong with those that are rejected. */
  issues: IssuesByRow
  /** Codes that another source sends as well. */
  conflicts: SourcesInConflict[]
}

/**
 * Stores dossiers of one province: the newest version of each, what it was before, and what follows in the rollups. An
 * item can be anything. Those at fault are left out; a caller that wants all or nothing rolls back.
 * @param write with no other chunk in it: two chunks that lock rows in turn could deadlock
 */
export async function ingestDossiers (
  write: Write, items: readonly unknown[], context: IngestContext
): Promise<Ingested> {
  const { trx } = write
  await lockDossiers(trx, 'shared')
  const { wellFormed, malformed } = wellFormedItems(items)
  const lookups = await lookUp(trx, context.source, wellFormed.map(({ item }) => item))
  const { province, versions, invalid } = validVersions(wellFormed, lookups, context)
  const { newest, older } = newestVersions(versions)
  if (newest.length === 0) return ingestedOf(items.length, [], [], [...malformed, ...invalid], [])

  const target = { province, source: context.source, write: await write.writeId() }
  const { inserted, replaced, stale, refused, conflicts } = await storeVersions(trx, target, newest, context.reach)
  const changes = changesOf(inserted, replaced)
  // Also where nothing counts as changed: a deletion of what was not there leaves a row, which says who wrote it.
  if (inserted.length + replaced.length > 0) write.ownAuditRows = { province, rows: changes.length }
  await recordChanges(trx, target, changes, write.auditRows.length)
  await recordConflicts(trx, conflicts)
  await deltasOf(inserted, replaced).apply(trx, province)
  return ingestedOf(items.length, changes, [...older, ...stale], [...malformed, ...invalid, ...refused], conflicts)
}

/** What became of each item; one that no stage says anything about is unchanged. */
function ingestedOf (
  received: number, changes: DossierChange[], stale: Version[], rejected: RowIssues[], conflicts: SourcesInConflict[]
): Ingested {
  const outcomes = Array<Outcome>(received).fill('unchanged')
  for (const { index, action } of changes) outcomes[index] = action
  for (const { index } of stale) outcomes[index] = 'stale'
  for (const { index } of rejected) outcomes[index] = 'rejected'
  const issues: IssuesByRow = new Map()
  addIssues(issues, rejected)
  return { outcomes, issues, conflicts }
}

async function storeVersions (
  trx: Trx, target: Target, newest: readonly Version[], reach: Reach
): Promise<Compared & { inserted: Version[] }> {
  const existing = new Set(await insertNew(trx, target, newest.map(({ dossier }) => dossier)))
  const known = newest.filter((_, position) => existing.has(position))
  const compared = await compareWithStored(trx, target, known, reach)
  const { replaced, beside } = compared
  await replaceVersions(trx, target, replaced.map(({ dossier }) => dossier))
  await insertBeside(trx, target, beside.map(({ dossier }) => dossier))
  return { inserted: [...newest.filter((_, position) => !existing.has(position)), ...beside], ...compared }
}

/** What the audit says of each dossier. A deletion of what is not there changes nothing. */
function changesOf (inserted: readonly Version[], replaced: readonly Replacement[]): DossierChange[] {
  const changes: DossierChange[] = []
  for (const { index, dossier: { code, unit, status } } of inserted) {
    if (status !== DELETED) changes.push({ index, action: 'created', code, unit, left_unit: null })
  }
  for (const { index, dossier, before } of replaced) {
    const action = actionOf(before, dossier)
    if (action === null) continue
    const { code, unit } = dossier
    const hasMoved = before.status !== DELETED && before.unit !== unit
    changes.push({ index, action, code, unit, left_unit: hasMoved ? before.unit : null })
  }
  return changes
}

function actionOf (before: StoredDossier, after: StoredDossier): DossierChange['action'] | null {
  if (after.status === DELETED) return before.status === DELETED ? null : 'deleted'
  return before.status === DELETED ? 'created' : 'updated'
}

function deltasOf (inserted: readonly Version[], replaced: readonly Replacement[]): RollupDeltas {
  const deltas = new RollupDeltas()
  for (const { dossier } of inserted) deltas.add(dossier)
  for (const { before, dossier } of replaced) deltas.replace(before, dossier)
  return deltas
}

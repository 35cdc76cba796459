import type { Trx } from '../../database/connect.ts'
import type { Outcome } from '../../writes/outcomes.ts'
import { addIssues, issueAt, type IssuesByRow, type RowIssues } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import { RollupDeltas } from '../rollups/deltas.ts'
import { DELETED } from '../rules/status.ts'
import { lookUp, lookUpUnits } from './lookups.ts'
import { newestVersions } from './newest.ts'
import type { StoredDossier } from './normalise.ts'
import {
  findChanged, insertNew, lockForUpdate, recordChanges, replaceVersions, type DossierChange, type Target
} from './store.ts'
import { validVersions, wellFormedItems, type IngestContext, type Version } from './validate.ts'

export interface Ingested {
  /** One for each item. A deletion of what is not there is `unchanged`. */
  outcomes: Outcome[]
  /** What is wrong with those that are rejected. */
  issues: IssuesByRow
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
  const { wellFormed, malformed } = wellFormedItems(items)
  const lookups = await lookUp(trx, context.source, wellFormed.map(({ item }) => item))
  const { province, versions, invalid } = validVersions(wellFormed, lookups, context)
  const { newest, older } = newestVersions(versions)
  if (newest.length === 0) return ingestedOf(items.length, [], [], [...malformed, ...invalid])

  const target = { province, source: context.source, write: await write.writeId() }
  const { inserted, replaced, stale, forbidden } = await storeVersions(trx, target, newest, context)
  const changes = changesOf(inserted, replaced)
  // Also where nothing counts as changed: a deletion of what was not there leaves a row, which says who wrote it.
  if (inserted.length + replaced.length > 0) write.ownAuditRows = { province, rows: changes.length }
  await recordChanges(trx, target, changes, write.auditRows.length)
  await deltasOf(inserted, replaced).apply(trx, province)
  return ingestedOf(items.length, changes, [...older, ...stale], [...malformed, ...invalid, ...forbidden])
}

/** What became of each item; one that no stage says anything about is unchanged. */
function ingestedOf (
  received: number, changes: DossierChange[], stale: Version[], rejected: RowIssues[]
): Ingested {
  const outcomes = Array<Outcome>(received).fill('unchanged')
  for (const { index, action } of changes) outcomes[index] = action
  for (const { index } of stale) outcomes[index] = 'stale'
  for (const { index } of rejected) outcomes[index] = 'rejected'
  const issues: IssuesByRow = new Map()
  addIssues(issues, rejected)
  return { outcomes, issues }
}

interface Replaced extends Version {
  before: StoredDossier
}

interface Compared {
  replaced: Replaced[]
  /** Older than what is stored. */
  stale: Version[]
  /** Of units that the client may not take dossiers from. */
  forbidden: RowIssues[]
}

async function storeVersions (
  trx: Trx, target: Target, newest: readonly Version[], context: IngestContext
): Promise<Compared & { inserted: Version[] }> {
  const existing = new Set(await insertNew(trx, target, newest.map(({ dossier }) => dossier)))
  const inserted = newest.filter((_, position) => !existing.has(position))
  const known = newest.filter((_, position) => existing.has(position))
  const compared = await lockChanged(trx, target, known, context)
  const { replaced } = compared
  if (replaced.length > 0) await replaceVersions(trx, target, replaced.map(({ dossier }) => dossier))
  return { inserted, ...compared }
}

/** Compares with what is stored, and locks only what changes: most of what is sent again is as it was. */
async function lockChanged (
  trx: Trx, { province }: Target, known: readonly Version[], context: IngestContext
): Promise<Compared> {
  const compared: Compared = { replaced: [], stale: [], forbidden: [] }
  const { replaced, stale, forbidden } = compared
  if (known.length === 0) return compared
  const different = await findChanged(trx, province, known.map(({ dossier }) => dossier))
  stale.push(...different.filter(({ stale }) => stale).map(({ position }) => known[position]!))
  const positions = new Set(different.filter(({ stale }) => !stale).map(({ position }) => position))
  const changed = known.filter((_, position) => positions.has(position))
  if (changed.length === 0) return compared

  const rows = await lockForUpdate(trx, province, changed.map(({ dossier }) => dossier))
  const names = rows.filter(({ before }) => before.status !== DELETED).map(({ before }) => before.unit)
  const units = await lookUpUnits(trx, context.source, names)
  for (const { position, stale: isStale, same, before } of rows) {
    const version = changed[position]!
    // Another transaction may have committed between the comparison and the lock.
    if (isStale) stale.push(version)
    if (isStale || same) continue
    const unit = before.status === DELETED ? undefined : units.get(before.unit)!
    if (unit === undefined || context.mayWrite(unit)) {
      replaced.push({ ...version, before })
    } else {
      const detail = `this key may not take dossiers out of unit ${unit.code}`
      forbidden.push({ index: version.index, issues: [issueAt('unit', 'forbidden_unit', detail)] })
    }
  }
  return compared
}

/** What the audit says of each dossier. A deletion of what is not there changes nothing. */
function changesOf (inserted: readonly Version[], replaced: readonly Replaced[]): DossierChange[] {
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

function deltasOf (inserted: readonly Version[], replaced: readonly Replaced[]): RollupDeltas {
  const deltas = new RollupDeltas()
  for (const { dossier } of inserted) deltas.add(dossier)
  for (const { before, dossier } of replaced) {
    deltas.remove(before)
    deltas.add(dossier)
  }
  return deltas
}

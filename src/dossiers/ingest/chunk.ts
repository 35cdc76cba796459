import type { Reach } from '../../contract/caller.ts'
import type { DossierOutcome } from '../../writes/outcomes.ts'
import { addIssues, type IssuesByRow, type RowIssues } from '../../writes/row-issues.ts'
import type { AuditRow } from '../../writes/changes.ts'
import type { Write } from '../../writes/write.ts'
import { nameOfDay } from '../../time/business-day.ts'
import type { Trx } from '../../database/connect.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import { DELETED, isCounted } from '../rules/status.ts'
import { recordConflicts, type SourcesInConflict } from '../source-conflicts/record.ts'
import {
  compareLocked, compareWithStored, nothingCompared, type Compared, type Replacement
} from './compare/compare.ts'
import { standingOf } from './compare/pairs.ts'
import { deltasOf, type StoredRound } from './deltas.ts'
import { lookUp } from './lookups/lookups.ts'
import type { RecordList } from './records/record-list.ts'
import { roundsOf } from './rounds.ts'
import { areAllStored, guessOf } from './sample.ts'
import {
  insertBeside, insertIfAllNew, insertMissing, keepProcedures, recordChanges, replaceVersions, type DossierChange,
  type Target
} from './store.ts'
import { validVersions, wellFormedItems, type IngestContext, type Version } from './validate.ts'
import { settleWaiting } from './waiting/settle.ts'
import { warningsOf, type Warnings } from './warnings.ts'
import type { DossierRecord, StoredDossier } from '../storage/columns.ts'
import { storeStates } from '../storage/states.ts'

export interface Ingested {
  /** One for each item. A deletion of what is not there is `unchanged`. */
  outcomes: DossierOutcome[]
  /** What is wrong with those that are rejected. */
  issues: IssuesByRow
  /** What those wait for that are kept waiting. */
  waits: IssuesByRow
  /** Codes that another source sends as well. */
  conflicts: SourcesInConflict[]
  warnings: Warnings
}

/**
 * Stores dossiers of one province: the newest version of each, what it was before, and what follows in the rollups. An
 * item can be anything. Those at fault are left out; a caller that wants all or nothing rolls back.
 * @param write with no other chunk in it: two chunks that lock rows in turn could deadlock
 */
export async function ingestDossiers (
  write: Write, items: readonly unknown[] | RecordList, context: IngestContext
): Promise<Ingested> {
  const { trx } = write
  await lock(trx, 'dossiers', 'shared')
  const { wellFormed, malformed } = wellFormedItems(items, context.isWellFormed)
  const lookups = await lookUp(trx, context, wellFormed)
  const { province, versions: sent, invalid } = validVersions(wellFormed, lookups, context)
  const versions = context.adjust === undefined ? sent : await context.adjust(trx, province, sent)
  await keepProcedures(trx, province, versions.map(({ dossier }) => dossier))
  const areOfOneRequest = context.waitedAs === undefined
  const { rounds, older, surplus } = await roundsOf(trx, province, versions, lookups.successorOf, areOfOneRequest)
  const later = new Set(rounds.slice(1).flatMap(round => round.map(({ dossier: { code } }) => code)))
  const stored: Stored[] = []
  for (const round of rounds) {
    // Under an id of its own, as the audit has one change of a dossier under an id.
    const own = stored.length === 0 ? write : write.continued()
    const { source, ignoresRepeats = false } = context
    const target = { province, source, write: await own.writeId(), ignoresRepeats }
    stored.push(await storeRound(own, target, round, context.reach, later))
  }
  const conflicts = stored.flatMap(round => round.conflicts)
  await recordConflicts(trx, conflicts)
  const refused = [...surplus, ...stored.flatMap(({ refused }) => refused)]
  const changes = stored.flatMap(({ changes }) => changes)
  const stale = stored.flatMap(({ stale }) => stale)
  const kept = await settleWaiting(write, context, {
    versions, changes, stale, refused, invalid, wellFormed, lookups, province
  })
  // Last, so that the rollups that all chunks write are locked for as short as possible.
  if (stored.length > 0) await deltasOf(stored).apply(trx, province)
  const rejected = [...malformed, ...kept.rejected, ...refused]
  const outcomes = outcomesOf(items.length, {
    changes, rejected, waiting: kept.waiting,
    stale: [...older, ...kept.stale, ...stale]
  })
  const [issues, waits] = [new Map(), new Map()] as [IssuesByRow, IssuesByRow]
  addIssues(issues, rejected)
  addIssues(waits, kept.waiting)
  return { outcomes, issues, waits, conflicts, warnings: warningsOf(versions, outcomes, lookups) }
}

interface Became {
  changes: readonly DossierChange[]
  stale: readonly { index: number }[]
  rejected: readonly RowIssues[]
  waiting: readonly RowIssues[]
}

/** What became of each item; one that no stage says anything about is unchanged. */
function outcomesOf (received: number, { changes, stale, rejected, waiting }: Became): DossierOutcome[] {
  const outcomes = Array<DossierOutcome>(received).fill('unchanged')
  for (const { index, action } of changes) outcomes[index] = action
  for (const { index } of stale) outcomes[index] = 'stale'
  for (const { index } of rejected) outcomes[index] = 'rejected'
  for (const { index } of waiting) outcomes[index] = 'waiting'
  return outcomes
}

interface Stored extends Compared, StoredRound {
  beside: Version[]
  replaced: Replacement[]
  changes: DossierChange[]
}

/** @param later codes of which more versions follow in further rounds */
async function storeRound (
  write: Write, target: Target, versions: readonly Version[], reach: Reach, later: ReadonlySet<string>
): Promise<Stored> {
  const { trx } = write
  const { inserted, ...compared } = await insertOrCompare(trx, target, versions, reach, later)
  const { replaced, beside } = compared
  await replaceVersions(trx, target, replaced)
  await insertBeside(trx, target, beside.map(({ dossier }) => dossier))
  await storeStates(trx, target.province, [...recordsOf(inserted, 0), ...recordsOf(beside, target.write)])
  const changes = changesOf([...inserted, ...beside], replaced)
  write.auditRows.push(...correctionsOf(target.province, replaced))
  // Also where nothing counts as changed: a deletion of what was not there leaves a row, which says who wrote it.
  const hasWritten = inserted.length + beside.length + replaced.length > 0
  if (hasWritten) write.ownAuditRows = { province: target.province, rows: changes.length }
  await recordChanges(trx, target, changes, write.auditRows.length)
  return { ...compared, inserted, changes, write: target.write }
}

type Taken = Compared & Pick<Stored, 'inserted'>

/** Inserts the versions whose codes are not stored, and compares the others. */
async function insertOrCompare (
  trx: Trx, target: Target, versions: readonly Version[], reach: Reach, later: ReadonlySet<string>
): Promise<Taken> {
  const dossiers = versions.map(({ dossier }) => dossier)
  const guess = await guessOf(trx, target.province, dossiers)
  // Looking for a dossier before it is inserted costs a third of inserting it.
  if (guess === 'new' && await insertIfAllNew(trx, target, dossiers)) return { ...nothingCompared(), inserted: versions }
  if (guess !== 'newer' || !await areAllStored(trx, target.province, dossiers)) {
    return insertAndCompare(trx, target, versions, reach, later)
  }
  const compared = nothingCompared()
  await compareLocked(trx, target, versions, reach, compared)
  return { ...compared, inserted: [] }
}

async function insertAndCompare (
  trx: Trx, target: Target, versions: readonly Version[], reach: Reach, later: ReadonlySet<string>
): Promise<Taken> {
  const { absent, pairs } = await standingOf(trx, target, versions, reach)
  // Another transaction has stored these since they were looked for.
  const stored = new Set(await insertMissing(trx, target, absent.map(position => versions[position]!.dossier)))
  const { inserted = [], taken = [] } = Object.groupBy(absent, (_, i) => stored.has(i) ? 'taken' : 'inserted')
  // Of codes that come again all are locked here, so that locks are taken in the order of the codes.
  const isInserted = new Set(inserted)
  const comingAgain = later.size === 0 ? [] : [...versions.keys()].filter(position => (
    later.has(versions[position]!.dossier.code) && !isInserted.has(position)))
  const compared = await compareWithStored(trx, target, versions, reach, pairs, [...taken, ...comingAgain])
  return { ...compared, inserted: inserted.map(position => versions[position]!) }
}

/** Those with former states, as records. */
function recordsOf (versions: readonly Version[], record: number): { dossier: DossierRecord }[] {
  const moved = versions.filter(({ dossier: { history } }) => history.length > 0)
  return moved.map(({ dossier }) => ({ dossier: { ...dossier, record } }))
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

/** What the audit says of former states that a correction has rewritten. */
function correctionsOf (province: string, replaced: readonly Replacement[]): AuditRow[] {
  return replaced.filter(({ corrects, before }) => corrects && isCounted(before.status)).map(({ before, dossier }) => ({
    province_code: province, resource: 'dossier-corrections', action: 'updated', key: { code: dossier.code }, unit: dossier.unit,
    before: {
      unit: before.unit, field: before.field,
      history: before.history.map(({ unit, field, until }) => ({ unit, field, until: nameOfDay(until) }))
    },
    after: { unit: dossier.unit, field: dossier.field, history: [] }
  }))
}

function actionOf (before: StoredDossier, after: StoredDossier): DossierChange['action'] | null {
  if (after.status === DELETED) return before.status === DELETED ? null : 'deleted'
  return before.status === DELETED ? 'created' : 'updated'
}

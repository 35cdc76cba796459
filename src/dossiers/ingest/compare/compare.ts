import type { Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import { successorsOfDossiers, type SuccessorOf } from '../../../catalogue/units/lineage/successors.ts'
import { issueAt, type RowIssues } from '../../../writes/row-issues.ts'
import { asSent } from '../../rules/passing.ts'
import { DELETED } from '../../rules/status.ts'
import { unitsEverAt } from '../../rules/timeline.ts'
import type { SourcesInConflict } from '../../source-conflicts/record.ts'
import { precedences, type Precedences } from '../lookups/lookups.ts'
import type { DossierRecord, StoredDossier } from '../../storage/columns.ts'
import { dossierStored, isStoredAs } from '../../storage/states.ts'
import type { Target } from '../store.ts'
import type { Version } from '../validate.ts'
import { withHistory } from './history.ts'
import { beforeDeletion, lockedPairs, storedBefore, type LockedPair, type Pair } from './pairs.ts'
import { closestOf, verdictOf, type Candidate } from './verdict.ts'

export interface Replacement extends Version {
  dossier: DossierRecord
  before: DossierRecord
  /** Of the row of `before`. */
  ctid: string
}

export interface Compared {
  replaced: Replacement[]
  /** Their codes are stored, but out of the reach of the sender. */
  beside: Version[]
  /** Older than what is stored. */
  stale: Version[]
  /** Of dossiers that belong to another source. */
  refused: RowIssues[]
  /** Also those that this source takes over. */
  conflicts: SourcesInConflict[]
}

export function nothingCompared (): Compared {
  return { replaced: [], beside: [], stale: [], refused: [], conflicts: [] }
}

/**
 * Compares versions with what is stored under their codes, and locks only what changes: most of what is sent again is
 * as it was.
 * @param pairs as they were read without a lock
 * @param certain positions of versions that are locked in any case
 */
export async function compareWithStored (
  trx: Trx, target: Target, versions: readonly Version[], reach: Reach, pairs: readonly Pair[],
  certain: readonly number[]
): Promise<Compared> {
  const compared = nothingCompared()
  const locked = new Set(certain)
  for (const { position, record } of pairs) if (record !== 0) locked.add(position)
  const isSettled = settlerOf(target, compared, await precedencesOf(trx, target, pairs))
  for (const pair of pairs) {
    if (locked.has(pair.position)) continue
    if (!pair.reached || !isSettled(pair, versions[pair.position]!)) locked.add(pair.position)
  }
  // Most of what is sent again.
  if (locked.size === 0) return compared
  const changed = versions.filter((_, position) => locked.has(position))
  await compareLocked(trx, target, changed, reach, compared)
  return compared
}

/**
 * Compares with what is stored, under locks. Where it was compared before, another transaction may have committed
 * between the comparison and the lock.
 * @param changed versions whose codes are stored
 * @param compared gets what becomes of them
 */
export async function compareLocked (
  trx: Trx, target: Target, changed: readonly Version[], reach: Reach, compared: Compared
): Promise<void> {
  const pairs = await lockedPairs(trx, target, changed, reach)
  const isSettled = settlerOf(target, compared, await precedencesOf(trx, target, pairs))
  const candidates = pairs.map((pair): Candidate => ({ pair, before: dossierStored(pair) }))
  const successorOf = await successorsOfDossiers(trx, unitsEverAt([
    ...candidates.map(({ before }) => before), ...changed.map(({ dossier }) => dossier),
    ...changed.flatMap(({ earlier }) => earlier).map(({ dossier }) => dossier)
  ]))
  const was = await contentsBeforeDeletion(trx, target, pairs)
  const repeated = target.ignoresRepeats === true ? await repeatedPairs(trx, target, changed, pairs) : NONE
  const reached = candidates.filter(({ pair }) => pair.reached)
  const byPosition = Map.groupBy(reached, ({ pair: { position } }) => position)
  for (const [position, version] of changed.entries()) {
    const closest = closestOf(byPosition.get(position) ?? [], version, target.source)
    if (closest === undefined) {
      compared.beside.push(version)
      continue
    }
    const { pair, before } = closest
    if (repeated.has(pair)) compared.stale.push(version)
    else if (!isSettled(pair, version)) {
      const { source, ctid } = pair
      replace({ source, ctid, before, was: was.get(pair) }, version, target, successorOf, compared)
    }
  }
}

const NONE: ReadonlySet<LockedPair> = new Set()

/** Pairs of which the version says what was stored before at the same `updated_at`, and says something else now. */
async function repeatedPairs (
  trx: Trx, target: Target, changed: readonly Version[], pairs: readonly LockedPair[]
): Promise<ReadonlySet<LockedPair>> {
  const open = pairs.filter(({ position, source, status, same, updated_at: at }) => (
    source === target.source && status !== DELETED && !same && at === changed[position]!.dossier.updated_at))
  const versions = open.map(({ position, record }) => ({ ...asSent(changed[position]!.dossier), record }))
  const positions = await storedBefore(trx, target, versions)
  return new Set(positions.map(position => open[position]!))
}

type LastContent = Pick<StoredDossier, 'procedure' | 'field' | 'received_at'>

/** A deletion has no field, and a dossier that comes back keeps that which it had. */
async function contentsBeforeDeletion (
  trx: Trx, target: Target, pairs: readonly LockedPair[]
): Promise<ReadonlyMap<LockedPair, LastContent>> {
  const deleted = pairs.filter(({ status }) => status === DELETED)
  const rows = await beforeDeletion(trx, target, deleted.map(dossierStored))
  return new Map(rows.map(({ position, ...content }) => [deleted[position]!, content]))
}

/** @returns a function that notes what becomes of a version that changes nothing, and says whether it is such a one */
function settlerOf ({ province, source }: Target, { stale, refused, conflicts }: Compared, precedenceOf: Precedences) {
  return (pair: Pair, version: Version): boolean => {
    const verdict = verdictOf(pair, version, source, precedenceOf)
    if (verdict === 'stale') stale.push(version)
    if (verdict === 'other_source') {
      const { index, dossier: { code } } = version
      const detail = `dossier ${code} belongs to source ${pair.source}`
      refused.push({ index, issues: [issueAt('code', 'other_source', detail)] })
      conflicts.push({ province_code: province, code, unit: pair.unit, source: pair.source, other_source: source, other: 'refused' })
    }
    return verdict !== 'newer'
  }
}

interface Replaced {
  source: string
  ctid: string
  before: DossierRecord
  /** What a deleted dossier was; undefined: it is not deleted, or never was anything else. */
  was: LastContent | undefined
}

function replace (
  { source, ctid, before, was }: Replaced, version: Version, target: Target, successorOf: SuccessorOf,
  compared: Compared
): void {
  const { record, code } = before
  const isDeleted = before.status === DELETED
  const earlier = version.earlier.filter(({ dossier: { updated_at: at } }) => (
    source !== target.source || at >= before.updated_at))
  const last = version.dossier.status === DELETED ? deletionOf(version, before) : version
  const after = {
    ...withHistory([...earlier, last], successorOf, was === undefined ? before : { ...before, ...was }), record
  }
  // As sent it may name a unit that has ended, and says the same.
  if (source === target.source && isStoredAs(before, after)) return
  compared.replaced.push({ ...version, dossier: after, before, ctid })
  if (isDeleted || source === target.source) return
  compared.conflicts.push({
    province_code: target.province, code, unit: after.unit, source: target.source, other_source: source, other: 'taken over'
  })
}

/** A deletion stays where the dossier was, for those who reach that. */
function deletionOf (version: Version, before: StoredDossier): Version {
  const { unit, received_at: received, updated_at: updated } = before
  const deletion = { unit, received_at: before.status === DELETED ? received : updated }
  return { ...version, dossier: { ...version.dossier, ...deletion } }
}

function precedencesOf (trx: Trx, { source }: Target, pairs: readonly Pair[]): Promise<Precedences> {
  const others = pairs.map(pair => pair.source).filter(other => other !== source)
  return precedences(trx, others.length === 0 ? [] : [source, ...others])
}

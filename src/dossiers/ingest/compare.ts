import { sql, type RawBuilder } from 'kysely'
import { isAtOrBelow } from '../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Trx } from '../../database/connect.ts'
import type { Dossiers } from '../../database/tables.ts'
import { columns } from '../../database/sql/bulk-json.ts'
import { issueAt, type RowIssues } from '../../writes/row-issues.ts'
import type { SourcesInConflict } from '../source-conflicts/record.ts'
import { DELETED } from '../rules/status.ts'
import type { Supplement } from '../rules/events.ts'
import { precedences, type Precedences } from './lookups.ts'
import type { StoredDossier } from './normalise.ts'
import { CONTENT, given, type Successor, type Target } from './store.ts'
import type { Version } from './validate.ts'

export interface Replacement extends Version {
  dossier: Successor
  before: StoredDossier
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

/** What is stored under the code of a version. */
interface Pair extends Pick<Dossiers, 'unit' | 'source' | 'status' | 'received_at' | 'updated_at'> {
  position: number
  /** Both say the same. */
  same: boolean
  /** Within the reach of the sender. Otherwise it neither decides nor shows. */
  reached: boolean
  record: number
}
type LockedPair = Pair & Dossiers

/**
 * Compares versions of which the codes are stored with what is stored there, and locks only what changes: most of what
 * is sent again is as it was.
 * @param later codes that are locked in any case, so that all locks are taken in the order of the codes
 */
export async function compareWithStored (
  trx: Trx, target: Target, known: readonly Version[], reach: Reach, later: ReadonlySet<string>
): Promise<Compared> {
  const compared: Compared = { replaced: [], beside: [], stale: [], refused: [], conflicts: [] }
  if (known.length === 0) return compared
  const certain = new Set((await pairsOf(trx, target, known, reach, IS_FURTHER)).map(({ position }) => position))
  known.forEach(({ dossier: { code } }, position) => { if (later.has(code)) certain.add(position) })
  const asSent = sql`${SAME} and source = ${target.source} and ${isReached(reach)}`
  const different = await pairsOf(trx, target, known, reach, sql`not (${asSent})`)
  const isSettled = settlerOf(target, compared, await precedencesOf(trx, target, different))
  const unsettled = new Set(different
    .filter(pair => !certain.has(pair.position) && !(pair.reached && isSettled(pair, known[pair.position]!)))
    .map(({ position }) => position))
  const changed = known.filter((_, position) => certain.has(position) || unsettled.has(position))
  if (changed.length > 0) await compareLocked(trx, target, changed, reach, compared)
  return compared
}

/** Compares again: another transaction may have committed between the comparison and the lock. */
async function compareLocked (
  trx: Trx, target: Target, changed: readonly Version[], reach: Reach, compared: Compared
): Promise<void> {
  // All who change anything under a code lock its first dossier: what is read next is up to date. The record is no
  // condition of the query: without statistics the planner expects it to leave one row of the table.
  const first = (await lockedPairs(trx, target, changed, reach, sql`true`)).filter(({ record }) => record === 0)
  const pairs = [...first, ...await lockedPairs(trx, target, changed, reach, IS_FURTHER)]
  const isSettled = settlerOf(target, compared, await precedencesOf(trx, target, pairs))
  const byPosition = Map.groupBy(pairs.filter(({ reached }) => reached), ({ position }) => position)
  for (const [position, version] of changed.entries()) {
    const pair = closestOf(byPosition.get(position) ?? [], version, target.source)
    if (pair === undefined) compared.beside.push(version)
    else if (!isSettled(pair, version)) replace(pair, version, target, compared)
  }
}

/** Of several dossiers of a code that a sender reaches, the one of the unit, then of the source, then the first. */
function closestOf (pairs: readonly LockedPair[], { dossier }: Version, source: string): LockedPair | undefined {
  const distance = (pair: LockedPair) => Number(pair.unit !== dossier.unit) * 2 + Number(pair.source !== source)
  return pairs.toSorted((a, b) => distance(a) - distance(b) || a.record - b.record)[0]
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

/** What a version is beside what is stored. */
function verdictOf (
  stored: Pair, { dossier, restores }: Version, source: string, precedenceOf: Precedences
): 'same' | 'stale' | 'other_source' | 'newer' {
  const isDeletion = dossier.status === DELETED
  const isDeleted = stored.status === DELETED
  if (stored.source !== source) {
    // What its source deleted belongs to none. Another deletes nothing of it.
    if (isDeleted) return isDeletion ? 'same' : 'newer'
    const isHigher = precedenceOf.get(source)! > precedenceOf.get(stored.source)!
    return isHigher && !isDeletion ? 'newer' : 'other_source'
  }
  // Of a deletion, `received_at` is the `updated_at` of what it deleted.
  if (isDeleted && restores) return dossier.updated_at < Date.parse(stored.received_at) ? 'stale' : 'newer'
  const age = dossier.updated_at - Date.parse(stored.updated_at)
  if (isDeleted && age === 0) return isDeletion ? 'same' : 'stale'
  if (age < 0) return 'stale'
  return stored.same ? 'same' : 'newer'
}

function replace (stored: LockedPair, { dossier, ...version }: Version, target: Target, compared: Compared): void {
  const { record, unit, source, status, received_at: received, updated_at: updated, code } = stored
  const isDeleted = status === DELETED
  // A deletion stays where the dossier was, for those who reach that.
  const deletion = { unit, received_at: Date.parse(isDeleted ? received : updated) }
  const before = dossierStored(stored)
  const after = { ...dossier, ...(dossier.status === DELETED ? deletion : storedField(dossier, before)), record }
  compared.replaced.push({ ...version, dossier: after, before })
  if (isDeleted || source === target.source) return
  compared.conflicts.push({
    province_code: target.province, code, unit: after.unit, source: target.source, other_source: source, other: 'taken over'
  })
}

/** A dossier stays in the field that its procedure had when it was first stored, and figures of past days with it. */
function storedField ({ procedure }: StoredDossier, before: StoredDossier): Partial<StoredDossier> {
  return procedure === before.procedure ? { field: before.field } : {}
}

function precedencesOf (trx: Trx, { source }: Target, pairs: readonly Pair[]): Promise<Precedences> {
  const others = pairs.map(pair => pair.source).filter(other => other !== source)
  return precedences(trx, others.length === 0 ? [] : [source, ...others])
}

const IS_FURTHER = sql<boolean>`record <> 0`
const COMPARED = ['updated_at', ...Object.keys(CONTENT)]
// Not by `=`, for which null is never the same.
const SAME = sql<boolean>`(${columns(COMPARED, 'given')}) is not distinct from (${columns(COMPARED, 'stored')})`
const PAIR = ['record', 'unit', 'source', 'status', 'received_at', 'updated_at']

async function pairsOf (
  trx: Trx, { province }: Target, versions: readonly Version[], reach: Reach, condition: RawBuilder<unknown>
): Promise<Pair[]> {
  const { rows } = await sql<Pair>`
    select position, ${SAME} as same, ${isReached(reach)} as reached, ${columns(PAIR, 'stored')}
    from ${given(versions.map(({ dossier }) => dossier))}
    join dossiers as stored on province_code = ${province} and stored.code = given.code
    where ${condition}`.execute(trx)
  return rows
}

/** In the order of the codes, in which all lock. */
async function lockedPairs (
  trx: Trx, { province }: Target, versions: readonly Version[], reach: Reach, condition: RawBuilder<unknown>
): Promise<LockedPair[]> {
  const { rows } = await sql<LockedPair>`
    select position, ${SAME} as same, ${isReached(reach)} as reached, stored.*
    from ${given(versions.map(({ dossier }) => dossier))}
    join dossiers as stored on province_code = ${province} and stored.code = given.code
    where ${condition} order by stored.code, record for update of stored`.execute(trx)
  return rows
}

function isReached (reach: Reach): RawBuilder<boolean> {
  return reach === null ? sql`true` : isAtOrBelow('stored.unit', reach)
}

function dossierStored (stored: Dossiers): StoredDossier {
  const supplements = stored.supplements as unknown as Record<keyof Supplement, string | null>[] | null
  return {
    ...stored,
    received_at: Date.parse(stored.received_at),
    updated_at: Date.parse(stored.updated_at),
    due_at: milliseconds(stored.due_at),
    finished_at: milliseconds(stored.finished_at),
    returned_at: milliseconds(stored.returned_at),
    supplements: (supplements ?? []).map(supplement => ({
      requested_at: milliseconds(supplement.requested_at)!,
      completed_at: milliseconds(supplement.completed_at),
      old_due_at: milliseconds(supplement.old_due_at),
      new_due_at: milliseconds(supplement.new_due_at)
    }))
  }
}

function milliseconds (text: string | null): number | null {
  return text === null ? null : Date.parse(text)
}

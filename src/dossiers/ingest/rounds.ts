import { sql } from 'kysely'
import { array } from '../../database/sql/bulk-binary.ts'
import type { Trx } from '../../database/connect.ts'
import { issueAt, type RowIssues } from '../../writes/row-issues.ts'
import { DELETED } from '../rules/status.ts'
import type { SuccessorOf } from '../../catalogue/units/lineage/successors.ts'
import { withHistory } from './compare/history.ts'
import type { StoredDossier } from '../storage/columns.ts'
import type { Version } from './validate.ts'

interface Rounds {
  /** To be stored one round after the other. Each has at most one version of a code, in the order of the codes. */
  rounds: Version[][]
  /** Older versions. A repetition of the newest is in neither list: it changes nothing. */
  older: Version[]
  /** Versions beyond the last round that there may be. */
  surplus: RowIssues[]
}

/**
 * Each round costs some statements for however few rows. No dossier comes and goes that often; what does is at fault.
 */
export const MAX_ROUNDS = 100

/**
 * Splits a chunk into rounds, of which there is nearly always one: a stream often holds the whole history of a
 * dossier, of which the newest version alone is stored, with the places that the others say it had. Where versions
 * depend on stored ones, there are more.
 * @param areOfOneRequest false: they waited, and came in several; then deletions count in the order in which they came
 */
export async function roundsOf (
  trx: Trx, province: string, versions: readonly Version[], successorOf: SuccessorOf, areOfOneRequest: boolean
): Promise<Rounds> {
  const sorted = versions.toSorted(byCodeNewestFirst)
  const comesAgain = (version: Version, i: number) => i > 0 && hasSameCode(version, sorted[i - 1]!)
  // Nearly always.
  if (!sorted.some(comesAgain)) return { rounds: sorted.length === 0 ? [] : [sorted], older: [], surplus: [] }
  const histories = historiesOf(sorted)
  const shared = await codesOfSeveral(trx, province, histories.filter(hasSeveralUnits).map(codeOf))
  const rounds: Version[][] = []
  const older: Version[] = []
  const surplus: RowIssues[] = []
  for (const history of histories) {
    const isInOrder = areOfOneRequest ? hasRestoreBelow(history) : history.some(version => weightOf(version) > 0)
    const runs = isInOrder || shared.has(codeOf(history)) ? runsOf(history) : [history]
    surplus.push(...runs.splice(MAX_ROUNDS).flat().map(surplusVersion))
    runs.forEach(([newest, ...others], i) => {
      (rounds[i] ??= []).push(others.length === 0 ? newest : withEarlier(newest, others.toReversed(), successorOf))
      older.push(...others.filter(({ dossier }) => !isSame(newest.dossier, dossier)))
    })
  }
  return { rounds, older, surplus }
}

function surplusVersion ({ index, dossier: { code } }: Version): RowIssues {
  const detail = `${MAX_ROUNDS} versions of dossier ${code} come before it that depend on one another, such as deletions ` +
    'and returns in turn; send it in a later request'
  return { index, issues: [issueAt('code', 'too_many_versions', detail)] }
}

/** As if it were new; beside a stored dossier it is looked at once more. */
function withEarlier (newest: Version, earlier: readonly Version[], successorOf: SuccessorOf): Version {
  return { ...newest, dossier: withHistory([...earlier, newest], successorOf), earlier }
}

/** Versions of one code, newest first. */
type History = [Version, ...Version[]]

/** @param sorted by code, newest first */
function historiesOf (sorted: readonly Version[]): History[] {
  const histories: History[] = []
  for (const version of sorted) {
    const last = histories.at(-1)
    if (last !== undefined && hasSameCode(last[0], version)) last.push(version)
    else histories.push([version])
  }
  return histories
}

function hasSameCode (a: Version, b: Version): boolean {
  return a.dossier.code === b.dossier.code
}

function codeOf ([{ dossier: { code } }]: History): string {
  return code
}

function byCodeNewestFirst (a: Version, b: Version): number {
  if (a.dossier.code < b.dossier.code) return -1
  if (a.dossier.code > b.dossier.code) return 1
  return byNewestFirst(a, b)
}

function byNewestFirst (a: Version, b: Version): number {
  return b.dossier.updated_at - a.dossier.updated_at || weightOf(b) - weightOf(a) || b.index - a.index
}

/** Of versions of one time in a request one that takes back a deletion wins, then a deletion, then the later one. */
export function weightOf (version: Version): 0 | 1 | 2 {
  if (version.restores) return 2
  return isDeletion(version) ? 1 : 0
}

function isDeletion ({ dossier: { status } }: Version): boolean {
  return status === DELETED
}

/** What takes a deletion back may be older than it, and than a version that follows. */
function hasRestoreBelow (history: History): boolean {
  return !history[0].restores && history.some(({ restores }) => restores)
}

function hasSeveralUnits (history: History): boolean {
  return history.some(({ dossier }) => dossier.unit !== history[0].dossier.unit)
}

/** Of these codes those with several dossiers: the unit of a version says which of them it is about. */
async function codesOfSeveral (trx: Trx, province: string, codes: readonly string[]): Promise<ReadonlySet<string>> {
  if (codes.length === 0) return new Set()
  const { rows } = await sql<{ code: string }>`
    select code from dossiers
    where province_code = ${province} and code = any(${array('text', codes)}) and record <> 0`.execute(trx)
  return new Set(rows.map(({ code }) => code))
}

/** In the order in which they came, versions that follow one another and of which the newest alone counts. */
function runsOf (history: History): History[] {
  const runs: History[] = []
  for (const version of history.toSorted((a, b) => a.index - b.index)) {
    const last = runs.at(-1)
    if (last !== undefined && isAlike(last[0], version)) last.push(version)
    else runs.push([version])
  }
  for (const run of runs) run.sort(byNewestFirst)
  return runs
}

function isAlike (a: Version, b: Version): boolean {
  return a.dossier.unit === b.dossier.unit && isDeletion(a) === isDeletion(b) && a.restores === b.restores
}

function isSame (a: StoredDossier, b: StoredDossier): boolean {
  return a.updated_at === b.updated_at && JSON.stringify(a) === JSON.stringify(b)
}

// Which rows are kept beside what waits of the same dossiers: of many versions few tell all.
import type { Issue } from '../../../contract/errors.ts'
import { isOpen } from '../../rules/status.ts'
import type { DossierItem } from '../../schema.ts'

/** Versions of one dossier that wait at most. No dossier comes and goes that often; what does is at fault. */
export const MOST_VERSIONS = 100

/** A version that waits. */
export interface WaitingRow {
  /** Of its item. */
  index: number
  code: string
  line: number
  /** Milliseconds since 1970. */
  updated_at: number
  /** Takes a deletion back, which may be newer. */
  restores: boolean
  /** The unit, or of an unknown one that of the key; null: all units. */
  owner: string | null
  missing_unit: string | null
  missing_procedure: string | null
  issues: Issue[]
  item: DossierItem
}

/** What waits beside a row, under the same source and code. */
export interface Beside {
  /** How many. */
  versions: number
  has_newer: boolean
  /** How many are of the same time. */
  of_time: number
  /** The id of the last of them; null: there is none. */
  last_of_time: number | null
  /** It says the same as the row. */
  is_same: boolean
  /** One of them does. */
  is_repeat: boolean
  /** Every dossier that is stored is newer. */
  is_outdated: boolean
  /** The newest, and the one before it. */
  last_two: readonly Waiting[]
}

interface Waiting extends State {
  id: number
}

interface State {
  /** Milliseconds since 1970. */
  updated_at: number
  /** Unit and procedure, as they are named. */
  place: string
  /** It counts, and has not ended. */
  open: boolean
}

interface Sorted {
  fresh: WaitingRow[]
  /** With the id under which it waits. */
  again: (WaitingRow & { id: number })[]
  stale: WaitingRow[]
  /** There are too many versions of their dossier. */
  excess: WaitingRow[]
  /** Ids of those that leave no trace in the history of a dossier any more. */
  dropped: number[]
}

/**
 * @param beside of each row
 * @param ignoresRepeats see `IngestContext`
 */
export function sorted (
  rows: readonly WaitingRow[], beside: readonly Beside[], ignoresRepeats: boolean
): Sorted {
  const found: Sorted = { fresh: [], again: [], stale: [], excess: [], dropped: [] }
  const timeOf = ({ code, updated_at: at }: WaitingRow) => `${at} ${code}`
  const lastOf = new Map(rows.map((row, position) => [timeOf(row), position]))
  const versionsOf = new Map(rows.map(({ code }, position) => [code, beside[position]!.versions]))
  const fresh = new Map<WaitingRow, Beside>()
  for (const [position, row] of rows.entries()) {
    const others = beside[position]!
    const { last_of_time: last } = others
    // Of versions of the same time the last one counts, and the first says when it came to where it is.
    if (last !== null && lastOf.get(timeOf(row)) !== position) continue
    if (last !== null && others.is_same) found.again.push({ ...row, id: last })
    else if (ignoresRepeats && others.is_repeat) found.stale.push(row)
    else if (!row.restores && (others.has_newer || others.is_outdated)) found.stale.push(row)
    else fresh.set(row, others)
  }
  const kept = withoutBetween([...fresh.keys()])
  const next = nextOnes(kept)
  for (const row of kept) {
    const others = fresh.get(row)!
    const versions = versionsOf.get(row.code)!
    if (versions >= MOST_VERSIONS) {
      found.excess.push(row)
      continue
    }
    versionsOf.set(row.code, versions + 1)
    found.fresh.push(row)
    if (others.of_time > 1 && !ignoresRepeats) found.dropped.push(others.last_of_time!)
    if (next.has(row)) found.dropped.push(...inBetween(others.last_two, row))
  }
  return found
}

/** Of each dossier the row that follows what waits: between that and a later row there are others. */
function nextOnes (rows: readonly WaitingRow[]): Set<WaitingRow> {
  const next = new Set<WaitingRow>()
  for (const versions of Map.groupBy(rows, ({ code }) => code).values()) {
    const first = Math.min(...versions.map(({ updated_at: at }) => at))
    const ofFirst = versions.filter(({ updated_at: at }) => at === first)
    if (ofFirst.length === 1) next.add(ofFirst[0]!)
  }
  return next
}

/** Of open versions in one place, one after the other, the first and the last tell all. */
function inBetween ([middle, before]: readonly Waiting[], { updated_at: at, item }: WaitingRow): number[] {
  if (middle === undefined || before === undefined) return []
  const place = placeOf(item)
  const isOneRun = [middle, before].every(other => other.open && other.place === place)
  return isOneRun && before.updated_at < middle.updated_at && middle.updated_at < at ? [middle.id] : []
}

/** The same of rows that come together, in their order. */
function withoutBetween (rows: readonly WaitingRow[]): WaitingRow[] {
  const between = new Set<WaitingRow>()
  for (const versions of Map.groupBy(rows, ({ code }) => code).values()) {
    const byTime = versions.toSorted((a, b) => a.updated_at - b.updated_at)
    // What takes a deletion back may be older than what it is between.
    if (versions.some(({ restores }) => restores)) continue
    for (let i = 1; i < byTime.length - 1; i++) {
      const [before, middle, after] = byTime.slice(i - 1, i + 2).map(stateOf) as [State, State, State]
      const isOneRun = [before, middle, after].every(({ open, place }) => open && place === middle.place)
      const isBetween = before.updated_at < middle.updated_at && middle.updated_at < after.updated_at
      if (isOneRun && isBetween) between.add(byTime[i]!)
    }
  }
  return rows.filter(row => !between.has(row))
}

function stateOf ({ item, updated_at }: WaitingRow): State {
  const open = item.deleted === undefined && item.correction === undefined && isOpen(item.status)
  return { updated_at, place: placeOf(item), open }
}

/** As `PLACE` says it in SQL: a deleted dossier names no procedure. */
function placeOf ({ unit, procedure }: DossierItem): string {
  return [unit, procedure].join(' ')
}

// Which rows are kept beside what waits of the same dossiers: of many versions few tell all.
import { isDeepStrictEqual } from 'node:util'
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
  /** One is newer, and none that came after it takes a deletion back. */
  has_newer: boolean
  /** The ids of those of the same time, in the order in which they came. */
  of_time: readonly number[]
  /** That of the last of them; null: there is none. */
  last_class: string | null
  /** One of them takes a deletion back, which may be newer. */
  is_restored: boolean
  /** One of them deletes, and none that came after it takes that back. */
  is_deleted: boolean
  /** The last of the same time says the same as the row, and none that came after it takes a deletion back. */
  is_same: boolean
  /** One of the same time does. */
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
  /** Of a fresh row the ids of those that leave no trace any more once it is kept. */
  replaced: Map<WaitingRow, readonly number[]>
}

/**
 * What waits is taken in as if it came then, in its order.
 * @param sent in the order in which they came
 * @param besideSent of each row
 * @param ignoresRepeats see `IngestContext`
 */
export function sorted (
  sent: readonly WaitingRow[], besideSent: readonly Beside[], ignoresRepeats: boolean
): Sorted {
  const found: Sorted = { fresh: [], again: [], stale: [], excess: [], replaced: new Map() }
  const beside = new Map(sent.map((row, position) => [row, besideSent[position]!]))
  const rows = arranged(sent)
  const lastOf = new Map(rows.map(row => [timeOf(row), row]))
  const fresh = new Set<WaitingRow>()
  /** The last row of each time that is kept, and follows what waits. */
  const before = new Map<string, WaitingRow>()
  for (const row of rows) {
    const others = beside.get(row)!
    const [last, previous] = [others.of_time.at(-1), before.get(timeOf(row))]
    // Of plain versions of the same time the last one counts, and the first says when it came to where it is.
    if (last !== undefined && lastOf.get(timeOf(row)) !== row && classOf(row) === PLAIN) continue
    if (previous !== undefined && isDeepStrictEqual(previous.item, row.item)) continue
    if (last !== undefined && previous === undefined && others.is_same) found.again.push({ ...row, id: last })
    else if (ignoresRepeats && others.is_repeat) found.stale.push(row)
    else if (!restores(row) && (others.has_newer || others.is_outdated)) found.stale.push(row)
    else if (weightOfRow(row) === 0 && previous === undefined && others.is_deleted) found.stale.push(row)
    else {
      fresh.add(row)
      before.set(timeOf(row), row)
    }
  }
  const kept = withoutBetween([...fresh])
  const next = nextOnes(kept)
  const versionsOf = new Map(rows.map(row => [row.code, beside.get(row)!.versions]))
  const followed = new Set<string>()
  for (const row of kept) {
    const others = beside.get(row)!
    const dropped = followed.has(timeOf(row)) || ignoresRepeats ? [] : replacedBy(row, others)
    followed.add(timeOf(row))
    if (next.has(row)) dropped.push(...inBetween(others.last_two, row))
    const versions = versionsOf.get(row.code)! - dropped.length
    if (versions >= MOST_VERSIONS) {
      found.excess.push(row)
      continue
    }
    versionsOf.set(row.code, versions + 1)
    found.fresh.push(row)
    found.replaced.set(row, dropped)
  }
  return found
}

/** What versions of one time of one dossier have in common. */
export function timeOf ({ code, updated_at: at }: Pick<WaitingRow, 'code' | 'updated_at'>): string {
  return `${at} ${code}`
}

/** The order in which rows that came together count, as in `roundsOf`. */
function arranged (rows: readonly WaitingRow[]): WaitingRow[] {
  return [...Map.groupBy(rows, ({ code }) => code).values()].flatMap(versions => {
    if (versions.length === 1) return versions
    const inTime = versions.toSorted((a, b) => a.updated_at - b.updated_at || weightOfRow(a) - weightOfRow(b))
    return versions.some(restores) && !restores(inTime.at(-1)!) ? versions : inTime
  })
}

/** Ids of those of the same time that tell nothing any more once a row follows them. */
function replacedBy (row: WaitingRow, { of_time: ids, last_class: last, is_restored: isRestored }: Beside): number[] {
  // A correction forgets what was before. What takes a deletion back may do so for one that is newer.
  if (row.item.correction === true && weightOfRow(row) === 0 && !isRestored) return [...ids]
  return ids.length > 1 && last === classOf(row) ? ids.slice(-1) : []
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
    if (versions.some(restores)) continue
    for (let i = 1; i < byTime.length - 1; i++) {
      const [before, middle, after] = byTime.slice(i - 1, i + 2).map(stateOf) as [State, State, State]
      const isOneRun = [before, middle, after].every(({ open, place }) => open && place === middle.place)
      const isBetween = before.updated_at < middle.updated_at && middle.updated_at < after.updated_at
      if (isOneRun && isBetween) between.add(byTime[i]!)
    }
  }
  return rows.filter(row => !between.has(row))
}

function stateOf (row: WaitingRow): State {
  const { item, updated_at } = row
  return { updated_at, place: placeOf(item), open: classOf(row) === PLAIN && isOpen(item.status) }
}

/** Whether it says that the dossier is deleted or is not, and whether it corrects. */
function classOf ({ item: { deleted, correction = false } }: WaitingRow): string {
  return `${deleted ?? ''} ${correction}`
}

/** That of a version that says neither. */
export const PLAIN = ' false'

/** As `weightOf` of a version. */
export function weightOfRow ({ item: { deleted } }: WaitingRow): 0 | 1 | 2 {
  return deleted === undefined ? 0 : deleted ? 1 : 2
}

const restores = (row: WaitingRow) => weightOfRow(row) === 2

/** As `PLACE` says it in SQL: a deleted dossier names no procedure. */
function placeOf ({ unit, procedure }: DossierItem): string {
  return [unit, procedure].join(' ')
}

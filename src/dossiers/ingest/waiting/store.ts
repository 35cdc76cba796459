import { sql } from 'kysely'
import { isReachedBy } from '../../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Issue } from '../../../contract/errors.ts'
import type { Trx } from '../../../database/connect.ts'
import { array, unnested, type Columns } from '../../../database/sql/bulk-binary.ts'
import { assignments, columns } from '../../../database/sql/bulk-json.ts'
import type { DossierItem } from '../../schema.ts'
import { CODE, UPDATED } from '../../storage/columns.ts'
import type { Keeping, Version } from '../validate.ts'

/** Versions of one source that wait at most: the disk takes no more. Chunks side by side may exceed it a little. */
export const MOST_WAITING = 100_000

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

interface Sender {
  source: string
  reach: Reach
}

interface Keeper extends Sender, Keeping {
  /** See `IngestContext`. */
  ignoresRepeats: boolean
}

const KEPT: Columns<WaitingRow> = {
  code: { type: 'text', of: ({ code }) => code },
  line: { type: 'int4', of: ({ line }) => line },
  updated_at: { type: 'timestamptz', of: ({ updated_at: at }) => at },
  owner: { type: 'text', of: ({ owner }) => owner },
  missing_unit: { type: 'text', of: ({ missing_unit: unit }) => unit },
  missing_procedure: { type: 'text', of: ({ missing_procedure: procedure }) => procedure },
  issues: { type: 'jsonb', of: ({ issues }) => JSON.stringify(issues) },
  item: { type: 'jsonb', of: ({ item }) => JSON.stringify(item) }
}
const { code, updated_at, item, ...AGAIN } = KEPT
const SENT_AGAIN = Object.keys(AGAIN)

/**
 * Forgets versions that wait of dossiers of which these are newer, or as new. Nearly always none of the source waits.
 * @returns how many
 */
export async function dropOutdated (
  trx: Trx, { source, reach }: Sender, versions: readonly Version[]
): Promise<number> {
  const { rows: [found] } = await sql<{ any: boolean }>`
    select exists (select from waiting_dossiers where source = ${source}) as any`.execute(trx)
  if (!found!.any) return 0
  const { numAffectedRows } = await sql`
    delete from waiting_dossiers as stored
    using ${unnested({ ...CODE, ...UPDATED }, versions.map(({ dossier }) => dossier))} as given
    where stored.source = ${source} and stored.code = given.code and stored.updated_at <= given.updated_at
      and ${isReachedBy('stored.owner', reach)}`.execute(trx)
  return Number(numAffectedRows)
}

/** A version of the same dossier that waits. */
interface Beside {
  position: number
  id: number
  /** Both say the same. */
  same: boolean
  /** Milliseconds since 1970. */
  updated_at: number
  /** Unit and procedure, as they are named. */
  place: string
  /** It counts, and has not ended. */
  open: boolean
}

const PLACE = sql`concat(stored.item ->> 'unit', ' ', stored.item ->> 'procedure')`
const IS_OPEN = sql`not stored.item ? 'deleted' and not stored.item ? 'correction'
  and stored.item -> 'status' in ('2', '4', '5', '6')`

/** @returns those that are older than what waits, and those for which there is no room */
export async function keepRows (
  trx: Trx, sender: Keeper, rows: readonly WaitingRow[]
): Promise<{ surplus: WaitingRow[], stale: WaitingRow[] }> {
  const { source, reach, province, client, import: id, ignoresRepeats } = sender
  const { rows: stored } = await sql<Beside>`
    select position, id, stored.item = given.item as same, ${PLACE} as place, ${IS_OPEN} as open,
      (extract(epoch from stored.updated_at) * 1000)::bigint as updated_at
    from ${unnested(KEPT, rows)} as given
      join waiting_dossiers as stored on stored.source = ${source} and stored.code = given.code
    where ${isReachedBy('stored.owner', reach)}
    order by stored.updated_at, id`.execute(trx)
  const { fresh, again, stale, dropped } = sorted(rows, Map.groupBy(stored, ({ position }) => position), ignoresRepeats)
  await sql`delete from waiting_dossiers where id = any(${array('int8', dropped)})`.execute(trx)
  await sql`
    update waiting_dossiers as stored set ${assignments(SENT_AGAIN, 'given')}, import = ${id}, client = ${client},
      reach = ${reach}, failed = false, sent_at = clock_timestamp()
    from ${unnested({ ...AGAIN, id: { type: 'int8', of: ({ id }) => id } }, again)} as given
    where stored.id = given.id`.execute(trx)
  const room = await roomOf(trx, source)
  const names = columns(Object.keys(KEPT))
  await sql`
    insert into waiting_dossiers (province_code, source, client, reach, import, ${names})
    select ${province}, ${source}, ${client}, ${reach}, ${id}::bigint, ${names}
    from ${unnested(KEPT, fresh.slice(0, room))} as given order by position`.execute(trx)
  return { surplus: fresh.slice(room), stale }
}

interface Sorted {
  fresh: WaitingRow[]
  /** With the id under which it waits. */
  again: (WaitingRow & { id: number })[]
  stale: WaitingRow[]
  /** Ids of those that leave no trace in the history of a dossier any more. */
  dropped: number[]
}

/** @param beside by the position of the row, in the order of their time */
function sorted (
  rows: readonly WaitingRow[], beside: ReadonlyMap<number, readonly Beside[]>, ignoresRepeats: boolean
): Sorted {
  const found: Sorted = { fresh: [], again: [], stale: [], dropped: [] }
  const timeOf = ({ code, updated_at: at }: WaitingRow) => `${at} ${code}`
  const lastOf = new Map(rows.map((row, position) => [timeOf(row), position]))
  for (const [position, row] of rows.entries()) {
    const others = beside.get(position) ?? []
    const ofSameTime = others.filter(({ updated_at: at }) => at === row.updated_at)
    const last = ofSameTime.at(-1)
    // Of versions of the same time the last one counts, and the first says when it came to where it is.
    if (last !== undefined && lastOf.get(timeOf(row)) !== position) continue
    if (last?.same === true) found.again.push({ ...row, id: last.id })
    else if (ignoresRepeats && ofSameTime.some(({ same }) => same)) found.stale.push(row)
    else if (!row.restores && others.some(({ updated_at: at }) => at > row.updated_at)) found.stale.push(row)
    else {
      found.fresh.push(row)
      if (ofSameTime.length > 1 && !ignoresRepeats) found.dropped.push(last!.id)
      found.dropped.push(...inBetween(others, row))
    }
  }
  return found
}

/** Of open versions in one place, one after the other, the first and the last tell all. */
function inBetween (others: readonly Beside[], { updated_at: at, item: { unit, procedure } }: WaitingRow): number[] {
  const [middle, before] = others.toReversed()
  if (middle === undefined || before === undefined) return []
  const place = `${unit} ${procedure ?? ''}`
  const isOneRun = [middle, before].every(other => other.open && other.place === place)
  return isOneRun && before.updated_at < middle.updated_at && middle.updated_at < at ? [middle.id] : []
}

async function roomOf (trx: Trx, source: string): Promise<number> {
  const { rows: [found] } = await sql<{ waiting: number }>`
    select count(*)::integer as waiting from waiting_dossiers where source = ${source}`.execute(trx)
  return Math.max(0, MOST_WAITING - found!.waiting)
}

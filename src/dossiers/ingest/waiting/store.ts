import { sql } from 'kysely'
import { isReachedBy } from '../../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Issue } from '../../../contract/errors.ts'
import type { Trx } from '../../../database/connect.ts'
import { array, unnested, type Columns } from '../../../database/sql/bulk-binary.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import type { DossierItem } from '../../schema.ts'
import { CODE, UPDATED } from '../../storage/columns.ts'
import type { Keeping, Version } from '../validate.ts'

/** Versions of one source that wait at most: whatever is sent, the disk takes no more. Chunks side by side may exceed it. */
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
const SENT_AGAIN = ['line', 'owner', 'missing_unit', 'missing_procedure', 'issues']

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

interface Beside {
  position: number
  id: number
  /** Both say the same. */
  same: boolean
  /** What waits is newer. */
  newer: boolean
  /** What waits is older, and leaves no trace once the other is there. */
  replaced: boolean
}

/** An open dossier of the same unit and procedure: where it was, and for how long, follows from the newer version. */
const LEAVES_NO_TRACE = sql<boolean>`stored.item -> 'unit' = given.item -> 'unit'
  and stored.item -> 'procedure' = given.item -> 'procedure' and not stored.item ? 'deleted' and not stored.item ? 'correction'
  and case when jsonb_typeof(stored.item -> 'status') = 'number' then (stored.item ->> 'status')::numeric < 7 else false end`

/** @returns those that are older than what waits, and those for which there is no room */
export async function keepRows (
  trx: Trx, sender: Sender & Keeping, rows: readonly WaitingRow[]
): Promise<{ surplus: WaitingRow[], stale: WaitingRow[] }> {
  const { source, reach, province, client } = sender
  const { rows: pairs } = await sql<Beside>`
    select position, id, stored.item = given.item as same, stored.updated_at > given.updated_at as newer,
      stored.updated_at <= given.updated_at and ${LEAVES_NO_TRACE} as replaced
    from ${unnested(KEPT, rows)} as given
      join waiting_dossiers as stored on stored.source = ${source} and stored.code = given.code
    where ${isReachedBy('stored.owner', reach)}
    order by id`.execute(trx)
  const beside = Map.groupBy(pairs, ({ position }) => position)
  const again = new Map<number, WaitingRow>()
  const fresh = new Map<string, WaitingRow>()
  const stale: WaitingRow[] = []
  const replaced: number[] = []
  for (const [position, row] of rows.entries()) {
    const others = beside.get(position) ?? []
    const same = others.find(({ same }) => same)
    if (same !== undefined) again.set(same.id, row)
    else if (!row.restores && others.some(({ newer }) => newer)) stale.push(row)
    else {
      fresh.set(JSON.stringify(row.item), row)
      replaced.push(...others.filter(({ replaced }) => replaced).map(({ id }) => id))
    }
  }
  await sql`delete from waiting_dossiers where id = any(${array('int8', replaced)})`.execute(trx)
  const ids = [...again.keys()]
  await sql`
    update waiting_dossiers as stored set ${sql.join(SENT_AGAIN.map(name => sql`${sql.ref(name)} = ${sql.ref(`given.${name}`)}`))},
      import = ${sender.import}, client = ${client}, reach = ${reach}, failed = false, sent_at = clock_timestamp()
    from ${unnested({ ...KEPT, id: { type: 'int8', of: (_, position) => ids[position]! } }, [...again.values()])} as given
    where stored.id = given.id`.execute(trx)
  const room = await roomOf(trx, source)
  const distinct = [...fresh.values()]
  const [kept, surplus] = [distinct.slice(0, room), distinct.slice(room)]
  const names = Object.keys(KEPT)
  await sql`
    insert into waiting_dossiers (province_code, source, client, reach, import, ${columns(names)})
    select ${province}, ${source}, ${client}, ${reach}, ${sender.import}::bigint, ${columns(names)}
    from ${unnested(KEPT, kept)} as given order by position`.execute(trx)
  return { surplus, stale }
}

async function roomOf (trx: Trx, source: string): Promise<number> {
  const { rows: [found] } = await sql<{ waiting: number }>`
    select count(*)::integer as waiting from waiting_dossiers where source = ${source}`.execute(trx)
  return Math.max(0, MOST_WAITING - found!.waiting)
}

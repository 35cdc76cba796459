import { sql } from 'kysely'
import { isReachedBy, PROVINCES } from '../../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import { arrayOf, unnested, type Columns } from '../../../database/sql/bulk-binary.ts'
import { assignments, columns } from '../../../database/sql/bulk-json.ts'
import { OPEN_IN_JSON } from '../../rules/status.ts'
import { CODE, UPDATED, type StoredDossier } from '../../storage/columns.ts'
import type { WellFormed } from '../records/record.ts'
import { weightOf } from '../rounds.ts'
import type { IngestContext, Keeping, Version } from '../validate.ts'
import { PLAIN, sorted, type Beside, type WaitingRow } from './thin.ts'

/** Versions of one source that wait at most: the disk takes no more. Chunks side by side may exceed it a little. */
const MOST_WAITING = 300_000

/** Of them those of one client, so that one of several that share a source leaves room for the others. */
const MOST_OF_CLIENT = 100_000

interface Sender {
  source: string
  reach: Reach
}

interface Keeper extends Sender, Keeping {
  /** See `IngestContext`. */
  ignoresRepeats: boolean
}

const KEPT: Columns<WaitingRow> = {
  ...CODE,
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
 * Locks what waits of these codes, always in the same order: two chunks of one source with the same dossiers would
 * otherwise change them in turn, and deadlock. Nearly always none of the source waits.
 * @returns whether some do
 */
export async function lockWaiting (trx: Trx, { source }: Sender, { indexes, recordAt }: WellFormed): Promise<boolean> {
  const { rows: [found] } = await sql<{ any: boolean }>`
    select exists (select from waiting_dossiers where source = ${source}) as any`.execute(trx)
  if (!found!.any) return false
  const { rows } = await sql`
    select id from waiting_dossiers where source = ${source} and code = any(${arrayOf('text', indexes, (_, position) => recordAt(position).code)})
    order by id for update`.execute(trx)
  return rows.length > 0
}

/**
 * Forgets versions that wait of dossiers of which these are newer, or as new and later, and deletions that these take
 * back. They must be locked. A deletion that still stands is not forgotten for what has its time: it will delete that.
 * @param isLater whether a version counts as later than one of the same time that waits
 * @param isStale whether a version has changed nothing, as what is stored is newer or deleted
 * @returns how many
 */
export async function dropOutdated (
  trx: Trx, { source, reach, waitedAs }: IngestContext, versions: readonly Version[],
  isLater: (version: Version) => boolean, isStale: (version: Version) => boolean
): Promise<number> {
  const outdating = versions.map(version => ({
    ...version.dossier, is_later: isLater(version), is_stale: isStale(version), weight: weightOf(version),
    waited_as: waitedAs?.[version.index] ?? null
  }))
  const isRestored = sql`exists (
    select from waiting_dossiers as later
    where later.source = stored.source and later.code = stored.code and later.id > stored.id and ${restores('later')})`
  const { numAffectedRows } = await sql`
    delete from waiting_dossiers as stored using ${unnested(OUTDATING, outdating)} as given
    where stored.source = ${source} and stored.code = given.code and stored.id <= coalesce(given.waited_as, stored.id)
      and case
        when given.is_stale and ${restores('stored')} then false
        when stored.updated_at > given.updated_at then given.weight = 2 and not given.is_stale and ${deletes('stored')}
        else stored.updated_at < given.updated_at
          or (given.is_later and (given.weight > 0 or not ${deletes('stored')} or ${isRestored}))
      end
      and ${isReachedBy('stored.owner', reach)}`.execute(trx)
  return Number(numAffectedRows)
}

interface Outdating extends StoredDossier {
  is_later: boolean
  is_stale: boolean
  /** See `weightOf`. */
  weight: number
  waited_as: number | null
}

const OUTDATING: Columns<Outdating> = {
  ...CODE, ...UPDATED, is_later: { type: 'bool', of: ({ is_later: isLater }) => Number(isLater) },
  is_stale: { type: 'bool', of: ({ is_stale: isStale }) => Number(isStale) },
  weight: { type: 'int2', of: ({ weight }) => weight },
  waited_as: { type: 'int8', of: ({ waited_as: id }) => id }
}

const deletes = (table: string) => sql`coalesce((${sql.ref(`${table}.item`)} -> 'deleted')::boolean, false)`
const restores = (table: string) => sql`coalesce(not (${sql.ref(`${table}.item`)} -> 'deleted')::boolean, false)`
const PLACE = sql`concat(stored.item ->> 'unit', ' ', stored.item ->> 'procedure')`
/** As `classOf` says it. */
const CLASS = sql`concat(stored.item ->> 'deleted', ' ', coalesce(stored.item ->> 'correction', 'false'))`
const IS_OPEN = sql`${CLASS} = ${PLAIN} and stored.item -> 'status' in (${OPEN_IN_JSON})`

/**
 * Keeps rows; what waits of the same dossiers must be locked, and sound versions that came along be stored.
 * @returns those that are older than what waits or is stored, those beyond what may wait of one dossier, and those for
 * which there is no room
 */
export async function keepRows (
  trx: Trx, sender: Keeper, rows: readonly WaitingRow[]
): Promise<{ surplus: WaitingRow[], excess: WaitingRow[], stale: WaitingRow[] }> {
  const { source, province, client, import: id, ignoresRepeats, national = false } = sender
  const beside = await besideRows(trx, sender, rows)
  const { fresh, again, stale, excess, replaced } = sorted(rows, beside, ignoresRepeats)
  await sql`
    update waiting_dossiers as stored set ${assignments(SENT_AGAIN, 'given')}, import = ${id}, client = ${client},
      national = ${national}, reach = ${sender.reach}, failed = false, sent_at = clock_timestamp()
    from ${unnested({ ...AGAIN, id: { type: 'int8', of: ({ id }) => id } }, again)} as given
    where stored.id = given.id`.execute(trx)
  const room = fresh.length === 0 ? 0 : await roomOf(trx, sender)
  const kept = fresh.slice(0, room)
  const dropped = kept.flatMap(row => replaced.get(row)!.map(id => ({ code: row.code, id })))
  if (dropped.length > 0) {
    await sql`
      delete from waiting_dossiers as stored
      using ${unnested({ ...CODE, id: { type: 'int8', of: ({ id }) => id } }, dropped)} as given
      where stored.source = ${source} and stored.code = given.code and stored.id = given.id`.execute(trx)
  }
  const names = columns(Object.keys(KEPT))
  await sql`
    insert into waiting_dossiers (province_code, source, client, national, reach, import, ${names})
    select ${province}, ${source}, ${client}, ${national}, ${sender.reach}, ${id}::bigint, ${names}
    from ${unnested(KEPT, kept)} as given order by position`.execute(trx)
  return { surplus: fresh.slice(room), excess, stale }
}

/** What waits beside each row, and is stored: one row for each, however many versions there are. */
async function besideRows (
  trx: Trx, { source, reach }: Sender, rows: readonly WaitingRow[]
): Promise<Beside[]> {
  const ofCode = sql`stored.source = ${source} and stored.code = given.code`
  const ofTime = sql`stored.updated_at = given.updated_at`
  const waits = sql`waiting_dossiers as stored where ${ofCode} and ${isReachedBy('stored.owner', reach)}`
  const { rows: found } = await sql<Beside>`
    select versions, has_newer, of_time, last_class, coalesce(is_restored, false) as is_restored,
      coalesce(is_deleted, false) as is_deleted, coalesce(is_same, false) as is_same,
      coalesce(is_repeat, false) as is_repeat, coalesce(is_outdated, false) as is_outdated, coalesce(last_two, '[]') as last_two
    from ${unnested(KEPT, rows)} as given
      cross join lateral (
        select count(*)::integer as versions,
          coalesce(bool_or(stored.updated_at > given.updated_at and id >= last_restored), false) as has_newer,
          coalesce(json_agg(id order by id) filter (where ${ofTime}), '[]') as of_time,
          (array_agg(${CLASS} order by id desc) filter (where ${ofTime}))[1] as last_class,
          bool_or(${restores('stored')}) filter (where ${ofTime}) as is_restored,
          (array_agg(${deletes('stored')} order by id desc) filter (where ${restores('stored')} or (${deletes('stored')} and ${ofTime})))[1]
            as is_deleted,
          (array_agg(stored.item = given.item and id >= last_restored order by id desc) filter (where ${ofTime}))[1] as is_same,
          bool_or(stored.item = given.item) filter (where ${ofTime}) as is_repeat
        from (
          select stored.*, coalesce(max(id) filter (where ${restores('stored')}) over (), 0) as last_restored from ${waits}
        ) as stored) as beside
      cross join lateral (
        select json_agg(json_build_object('id', id, 'place', ${PLACE}, 'open', ${IS_OPEN},
          'updated_at', (extract(epoch from stored.updated_at) * 1000)::bigint) order by updated_at desc, id desc) as last_two
        from (select stored.* from ${waits} order by stored.updated_at desc, id desc limit 2) as stored) as latest
      cross join lateral (
        select bool_and(stored.updated_at > given.updated_at) as is_outdated from dossiers as stored
        where province_code = any(${PROVINCES}) and ${ofCode} and ${isReachedBy('stored.unit', reach)}) as dossier
    order by position`.execute(trx)
  return found
}

async function roomOf (trx: Trx, { source, client }: Sender & Keeping): Promise<number> {
  const { rows: [found] } = await sql<{ all: number, own: number }>`
    select count(*)::integer as all, (count(*) filter (where client = ${client}))::integer as own
    from waiting_dossiers where source = ${source}`.execute(trx)
  return Math.max(0, Math.min(MOST_WAITING - found!.all, MOST_OF_CLIENT - found!.own))
}

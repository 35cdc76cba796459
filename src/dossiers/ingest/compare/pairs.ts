// Versions of a chunk beside what is stored under their codes.
import { sql, type RawBuilder } from 'kysely'
import { isReachedBy } from '../../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import { array, unnested, type Columns } from '../../../database/sql/bulk-binary.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import { DELETED } from '../../rules/status.ts'
import { CODE, CONTENT, RECORD, UPDATED, type DossierRecord, type StoredDossier } from '../../storage/columns.ts'
import { instants, storedColumns, withFormer, type StoredRow } from '../../storage/states.ts'
import type { Target } from '../store.ts'
import type { Version } from '../validate.ts'

/** What is stored under the code of a version. */
export interface Pair extends Pick<StoredRow, 'record' | 'unit' | 'source' | 'status' | 'received_at' | 'updated_at'> {
  position: number
  /** Both say the same. */
  same: boolean
  /** Within the reach of the sender. Otherwise it neither decides nor shows. */
  reached: boolean
  /** The dossier has former states. */
  has_history: boolean
}
export type LockedPair = Pair & StoredRow & {
  /** Where the row is, which finds it without an index for as long as it is locked. */
  ctid: string
}

const IS_FURTHER = sql<boolean>`record <> 0`
const COMPARED = { ...UPDATED, ...CONTENT }
const NAMES = Object.keys(COMPARED)
// Not by `=`, for which null is never the same.
const SAME = sql<boolean>`(${columns(NAMES, 'given')}) is not distinct from (${columns(NAMES, 'stored')})`

/** What of the dossiers is compared, as a table. */
function given (dossiers: readonly StoredDossier[]): RawBuilder<unknown> {
  return sql`${unnested({ ...CODE, ...COMPARED }, dossiers)} as given`
}

/** Versions beside what is stored under their codes. */
export interface Standing {
  /** The positions of those whose codes are not there, in order. */
  absent: number[]
  /** But for what is stored once, is reached, and says the same. */
  pairs: Pair[]
}

/** Reads, without a lock, what is stored under the codes of versions. */
export async function standingOf (
  trx: Trx, { province, source }: Target, versions: readonly Version[], reach: Reach
): Promise<Standing> {
  const reached = isReached(reach)
  const { rows } = await sql<Pair & { record: number | null }>`
    select position, ${SAME} as same, ${reached} as reached, ${HAS_HISTORY} as has_history,
      ${columns(['record', 'unit', 'source', 'status'], 'stored')}, ${instants('stored', ['received_at', 'updated_at'])}
    from ${given(versions.map(({ dossier }) => dossier))}
    left join dossiers as stored on province_code = ${province} and stored.code = given.code
    where stored.code is null or ${IS_FURTHER}
      or not (${SAME} and held_from is null and source = ${source} and ${reached})`.execute(trx)
  const absent = rows.filter(({ record }) => record === null).map(({ position }) => position)
  return { absent: absent.sort((a, b) => a - b), pairs: rows.filter(({ record }) => record !== null) }
}

const HAS_HISTORY = sql<boolean>`held_from is not null`

/**
 * Locks the first dossier of each code, in the order of the codes, in which all lock. All who change anything under
 * a code do so: what is read afterwards is up to date.
 */
export async function lockedPairs (
  trx: Trx, { province }: Target, versions: readonly Version[], reach: Reach
): Promise<LockedPair[]> {
  const dossiers = versions.map(({ dossier }) => dossier)
  const read = async (condition: RawBuilder<unknown>) => (await sql<Omit<LockedPair, 'former'>>`
    select position, ${SAME} as same, ${isReached(reach)} as reached, ${HAS_HISTORY} as has_history,
      ${storedColumns('stored')}, stored.ctid
    from ${given(dossiers)}
    join dossiers as stored on province_code = ${province} and stored.code = given.code
    where ${condition} order by stored.code, record for update of stored`.execute(trx)).rows
  // The record is no condition of the first: without statistics the planner expects it to leave one row of the table.
  const first = (await read(sql`true`)).filter(({ record }) => record === 0)
  const further = await areAnyFurther(trx, province, dossiers) ? await read(IS_FURTHER) : []
  // Not in the same statement: it sees the rows as they are once they are locked, but other tables as they were before.
  return withFormer(trx, province, [...first, ...further])
}

async function areAnyFurther (trx: Trx, province: string, dossiers: readonly StoredDossier[]): Promise<boolean> {
  const { rows: [found] } = await sql<{ any: boolean }>`
    select exists (
      select from dossiers where province_code = ${province} and ${IS_FURTHER}
        and code = any(${array('text', dossiers.map(({ code }) => code))})
    ) as any`.execute(trx)
  return found!.any
}

const KEY: Columns<DossierRecord> = { ...CODE, ...RECORD }

interface BeforeDeletion extends Pick<StoredDossier, 'procedure' | 'field' | 'received_at'> {
  position: number
}

/** What dossiers were before they were deleted: what the last version says that was not a deletion. */
export async function beforeDeletion (
  trx: Trx, { province }: Target, deleted: readonly DossierRecord[]
): Promise<BeforeDeletion[]> {
  if (deleted.length === 0) return []
  const { rows } = await sql<BeforeDeletion>`
    select position, last.procedure, last.field, ${instants('last', ['received_at'])}
    from ${unnested(KEY, deleted)} as given cross join lateral (
      select procedure, field, received_at from dossier_versions as stored
      where province_code = ${province} and stored.code = given.code and stored.record = given.record
        and status <> ${DELETED}
      order by id desc limit 1
    ) as last`.execute(trx)
  return rows
}

const { status: _, supplements: __, ...COMPARED_WITH_PAST } = { ...UPDATED, ...CONTENT }
const PAST = Object.keys(COMPARED_WITH_PAST)

/** The supplements that a version lists itself, without what steps say of them. */
function listed (table: string): RawBuilder<unknown> {
  return sql`(
    select jsonb_agg(case supplement ->> 'by_steps' when 'completion' then supplement - 'by_steps' || '{"completed_at": null}'
      else supplement end order by n)
    from jsonb_array_elements(${sql.ref(`${table}.supplements`)}) with ordinality as each (supplement, n)
    where supplement ->> 'by_steps' is distinct from 'request')`
}

/**
 * Which versions were stored before, with whatever status and supplements by steps: those follow from what else is
 * known of a dossier.
 * @returns their positions
 */
export async function storedBefore (
  trx: Trx, { province }: Target, versions: readonly DossierRecord[]
): Promise<number[]> {
  if (versions.length === 0) return []
  const { rows } = await sql<{ position: number }>`
    select position from ${unnested({ ...KEY, ...COMPARED_WITH_PAST, supplements: CONTENT['supplements']! }, versions)} as given
    where exists (
      select from dossier_versions as stored
      where province_code = ${province} and stored.code = given.code and stored.record = given.record
        and (${columns(PAST, 'stored')}) is not distinct from (${columns(PAST, 'given')})
        and ${listed('stored')} is not distinct from ${listed('given')})`.execute(trx)
  return rows.map(({ position }) => position)
}

function isReached (reach: Reach): RawBuilder<boolean> {
  return isReachedBy('stored.unit', reach)
}

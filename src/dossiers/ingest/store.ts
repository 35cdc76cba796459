import { sql, type RawBuilder } from 'kysely'
import { array, unnested, type Columns } from '../../database/sql/bulk-binary.ts'
import type { Trx } from '../../database/connect.ts'
import { assignments, columns } from '../../database/sql/bulk-json.ts'
import { attempt } from '../../database/transaction.ts'
import type { Dossiers } from '../../database/tables.ts'
import { DELETED } from '../rules/status.ts'
import type { StoredDossier } from './normalise.ts'
import type { Supplement } from '../rules/events.ts'

/** Where a chunk goes, and what is the same for all of its rows. */
export interface Target {
  province: string
  source: string
  write: number
}

const CONTENT: Columns<StoredDossier> = {
  unit: { type: 'text', of: ({ unit }) => unit },
  procedure: { type: 'text', of: ({ procedure }) => procedure },
  channel: { type: 'text', of: ({ channel }) => channel },
  status: { type: 'int2', of: ({ status }) => status },
  received_at: { type: 'timestamptz', of: ({ received_at: at }) => at },
  due_at: { type: 'timestamptz', of: ({ due_at: at }) => at },
  finished_at: { type: 'timestamptz', of: ({ finished_at: at }) => at },
  returned_at: { type: 'timestamptz', of: ({ returned_at: at }) => at },
  supplements: { type: 'jsonb', of: ({ supplements }) => jsonOf(supplements) }
}
const CODE: Columns<StoredDossier> = { code: { type: 'text', of: ({ code }) => code } }
const SENT: Columns<StoredDossier> = {
  ...CODE,
  updated_at: { type: 'timestamptz', of: ({ updated_at: at }) => at },
  ...CONTENT,
  level: { type: 'text', of: ({ level }) => level },
  field: { type: 'text', of: ({ field }) => field }
}
const SENT_NAMES = Object.keys(SENT)
const STORED = [...SENT_NAMES, 'province_code', 'source', 'write']

/** Smaller chunks are inserted by one statement, whatever exists already. */
const FEW = 100
/** Of larger chunks one in so many dossiers is looked up first, to guess whether all are new. */
const SAMPLED = 32

/**
 * Inserts the dossiers that do not exist yet. They must be ordered by code: two transactions that insert the same
 * dossiers in different orders would deadlock.
 * @returns the positions of those that exist already
 */
export async function insertNew (trx: Trx, target: Target, dossiers: readonly StoredDossier[]): Promise<number[]> {
  if (dossiers.length < FEW) return insertMissing(trx, target, dossiers)
  const sample = dossiers.filter((_, position) => position % SAMPLED === 0)
  // Looking for a dossier before it is inserted costs a third of inserting it.
  const seemNew = (await findExisting(trx, target.province, sample)).length === 0
  if (seemNew && await attempt(trx, UNIQUE_VIOLATION, () => insertAll(trx, target, dossiers))) return []

  const existing = new Set(await findExisting(trx, target.province, dossiers))
  const absent = [...dossiers.keys()].filter(position => !existing.has(position))
  if (absent.length === 0) return [...existing]
  const taken = await insertMissing(trx, target, absent.map(position => dossiers[position]!))
  return [...existing, ...taken.map(i => absent[i]!)]
}

const UNIQUE_VIOLATION = '23505'

/** @returns the positions of those that exist */
async function findExisting (trx: Trx, province: string, dossiers: readonly StoredDossier[]): Promise<number[]> {
  const { rows: [found] } = await sql<{ positions: number[] | null }>`
    select json_agg(position) as positions
    from ${unnested(CODE, dossiers)} as given
    where exists (select from dossiers as stored where province_code = ${province} and stored.code = given.code)`.execute(trx)
  return found!.positions ?? []
}

/** @throws DatabaseError of a unique violation, when one exists */
async function insertAll (
  trx: Trx, { province, source, write }: Target, dossiers: readonly StoredDossier[]
): Promise<void> {
  await sql`
    insert into dossiers (${columns(STORED)})
    select ${columns(SENT_NAMES)}, ${province}, ${source}, ${write}
    from ${given(dossiers)}`.execute(trx)
}

/** @returns the positions of those that exist already */
async function insertMissing (
  trx: Trx, { province, source, write }: Target, dossiers: readonly StoredDossier[]
): Promise<number[]> {
  const { rows: [added] } = await sql<{ existing: number[] | null }>`
    with added as (
      insert into dossiers (${columns(STORED)})
      select ${columns(SENT_NAMES)}, ${province}, ${source}, ${write}
      from ${given(dossiers)}
      on conflict (province_code, code) do nothing
      returning code
    )
    select json_agg(position) as existing
    from ${unnested(CODE, dossiers)} as given
    where code not in (select code from added)`.execute(trx)
  return added!.existing ?? []
}

export interface Difference {
  position: number
  /** What is stored is newer. */
  stale: boolean
}

/** Which of the dossiers differ from those that are stored. All must exist. */
export async function findChanged (
  trx: Trx, province: string, dossiers: readonly StoredDossier[]
): Promise<Difference[]> {
  const { rows } = await sql<Difference>`
    select position, ${STALE} as stale
    from ${given(dossiers)} join dossiers as stored on province_code = ${province} and stored.code = given.code
    where not ${SAME}`.execute(trx)
  return rows
}

export interface Locked extends Difference {
  same: boolean
  before: StoredDossier
}

/** Locks the stored dossiers in the order of their codes, and compares again. */
export async function lockForUpdate (
  trx: Trx, province: string, dossiers: readonly StoredDossier[]
): Promise<Locked[]> {
  const { rows } = await sql<Difference & { same: boolean } & Dossiers>`
    select position, ${STALE} as stale, ${SAME} as same, stored.*
    from ${given(dossiers)} join dossiers as stored on province_code = ${province} and stored.code = given.code
    order by stored.code for update of stored`.execute(trx)
  return rows.map(({ position, stale, same, ...stored }) => ({ position, stale, same, before: dossierStored(stored) }))
}

/** Replaces locked dossiers; what they were becomes a version of their history. */
export async function replaceVersions (
  trx: Trx, { province, source, write }: Target, dossiers: readonly StoredDossier[]
): Promise<void> {
  const changing = SENT_NAMES.filter(name => name !== 'code')
  await sql`
    with kept as (
      insert into dossier_versions (${columns(STORED)})
      select ${columns(STORED, 'stored')}
      from ${unnested(CODE, dossiers)} as given
      join dossiers as stored on province_code = ${province} and stored.code = given.code
    )
    update dossiers as stored set source = ${source}, write = ${write}, ${assignments(changing, 'given')}
    from ${given(dossiers)}
    where province_code = ${province} and stored.code = given.code`.execute(trx)
}

export interface DossierChange {
  /** Of the item that changes it. */
  index: number
  action: 'created' | 'updated' | 'deleted'
  code: string
  unit: string
  /** The unit that it was taken out of; null: it stayed, or was not there. */
  left_unit: string | null
}

/** Adds to the audit what became of which dossier. @param n how many rows the audit of this write has so far */
export async function recordChanges (
  trx: Trx, { province, write }: Target, changes: readonly DossierChange[], n: number
): Promise<void> {
  for (const [action, alike] of Map.groupBy(changes, ({ action }) => action)) {
    const codes = array('text', alike.map(({ code }) => code))
    const units = array('text', alike.map(({ unit }) => unit))
    const left = alike.some(({ left_unit: unit }) => unit !== null)
      ? array('text', alike.map(({ left_unit: unit }) => unit))
      : sql`null`
    await sql`
      insert into dossier_changes (province_code, write, action, n, codes, units, left_units)
      values (${province}, ${write}, ${action}, ${n}, ${codes}, ${units}, ${left})`.execute(trx)
    n += alike.length
  }
}

// Of a deletion and a version of the same time the deletion wins, whichever comes first.
const STALE = sql<boolean>`(given.updated_at < stored.updated_at
  or given.updated_at = stored.updated_at and stored.status = ${sql.lit(DELETED)} and given.status <> ${sql.lit(DELETED)})`

const COMPARED = ['updated_at', ...Object.keys(CONTENT)]
// Not by `=`, for which null is never the same.
const SAME = sql<boolean>`(${columns(COMPARED, 'given')}) is not distinct from (${columns(COMPARED, 'stored')})`

function given (dossiers: readonly StoredDossier[]): RawBuilder<unknown> {
  return sql`${unnested(SENT, dossiers)} as given`
}

function jsonOf (supplements: readonly Supplement[]): string | null {
  if (supplements.length === 0) return null
  return JSON.stringify(supplements, (_, value: unknown) => typeof value === 'number' ? new Date(value).toISOString() : value)
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

import { sql, type RawBuilder } from 'kysely'
import { array, unnested, type Columns } from '../../database/sql/bulk-binary.ts'
import type { Trx } from '../../database/connect.ts'
import { assignments, columns } from '../../database/sql/bulk-json.ts'
import { attempt } from '../../database/transaction.ts'
import type { StoredDossier } from './normalise.ts'
import { nameOfDay } from '../../time/business-day.ts'
import type { Supplement } from '../rules/events.ts'
import { asSent } from '../rules/passing.ts'
import type { FormerState } from '../rules/timeline.ts'

/** Where a chunk goes, and what is the same for all of its rows. */
export interface Target {
  province: string
  source: string
  write: number
}

/** What a source says of a dossier. */
export const CONTENT: Columns<StoredDossier> = {
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
const HISTORY: Columns<StoredDossier> = { history: { type: 'jsonb', of: ({ history }) => historyJson(history) } }
const SENT_NAMES = Object.keys(SENT)
const STORED = [...SENT_NAMES, 'province_code', 'source', 'write']
/** Apart from where it was. */
const SAID_BEFORE = [...STORED.filter(name => name !== 'unit' && name !== 'level'), 'record']

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
    insert into dossiers (${columns([...STORED, 'history'])})
    select ${columns(SENT_NAMES)}, ${province}, ${source}, ${write}, history
    from ${insertable(dossiers)}`.execute(trx)
}

/** Inserts dossiers beside others of the same codes, which the sender does not reach. The others must be locked. */
export async function insertBeside (
  trx: Trx, { province, source, write }: Target, dossiers: readonly StoredDossier[]
): Promise<void> {
  if (dossiers.length === 0) return
  await sql`
    insert into dossiers (${columns([...STORED, 'record', 'history'])})
    select ${columns(SENT_NAMES)}, ${province}, ${source}, ${write}, ${write}, history
    from ${insertable(dossiers)}`.execute(trx)
}

/** @returns the positions of those that exist already */
async function insertMissing (
  trx: Trx, { province, source, write }: Target, dossiers: readonly StoredDossier[]
): Promise<number[]> {
  const { rows: [added] } = await sql<{ existing: number[] | null }>`
    with added as (
      insert into dossiers (${columns([...STORED, 'history'])})
      select ${columns(SENT_NAMES)}, ${province}, ${source}, ${write}, history
      from ${insertable(dossiers)}
      on conflict (province_code, code, record) do nothing
      returning code
    )
    select json_agg(position) as existing
    from ${unnested(CODE, dossiers)} as given
    where code not in (select code from added)`.execute(trx)
  return added!.existing ?? []
}

/** Whether a dossier is stored already as it would be now. */
export function isStoredAs (before: StoredDossier, after: StoredDossier): boolean {
  return Object.values({ ...SENT, ...HISTORY }).every(({ of }) => of(before) === of(after))
}

/** A dossier that takes the place of a stored one. */
export interface Successor extends StoredDossier {
  record: number
}

/** Replaces locked dossiers; what their source said of them before becomes a version. */
export async function replaceVersions (
  trx: Trx, { province, source, write }: Target, replaced: readonly { before: StoredDossier, dossier: Successor }[]
): Promise<void> {
  if (replaced.length === 0) return
  const dossiers = replaced.map(({ dossier }) => dossier)
  const kept = replaced.map(({ before, dossier: { record } }) => ({ ...asSent(before), record }))
  const changing = SENT_NAMES.filter(name => name !== 'code')
  const ofGiven = sql`province_code = ${province} and stored.code = given.code and stored.record = given.record`
  await sql`
    with kept as (
      insert into dossier_versions (${columns([...SAID_BEFORE, 'unit', 'level'])})
      select ${columns(SAID_BEFORE, 'stored')}, given.unit, given.level
      from ${unnested(PLACES, kept)} as given join dossiers as stored on ${ofGiven}
    )
    update dossiers as stored set source = ${source}, write = ${write}, ${assignments([...changing, 'history'], 'given')}
    from ${unnested({ ...SENT, ...RECORD, ...HISTORY }, dossiers)} as given
    where ${ofGiven}`.execute(trx)
}

const RECORD: Columns<Successor> = { record: { type: 'int8', of: ({ record }) => record } }
/** Where a dossier is and was. */
export const PLACES: Columns<Successor> = { ...CODE, ...RECORD, unit: SENT['unit']!, level: SENT['level']!, ...HISTORY }

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

/** The dossiers as a table, with their former states. */
function insertable (dossiers: readonly StoredDossier[]): RawBuilder<unknown> {
  return sql`${unnested({ ...SENT, ...HISTORY }, dossiers)} as given`
}

/** The dossiers as a table. */
export function given (dossiers: readonly StoredDossier[]): RawBuilder<unknown> {
  return sql`${unnested(SENT, dossiers)} as given`
}

function jsonOf (supplements: readonly Supplement[]): string | null {
  return supplements.length === 0 ? null : JSON.stringify(supplements.map(supplementJson))
}

function supplementJson (supplement: Supplement): Record<keyof Supplement, string | null> {
  const { requested_at: requested, completed_at: completed, old_due_at: oldDue, new_due_at: newDue } = supplement
  return {
    requested_at: text(requested), completed_at: text(completed), old_due_at: text(oldDue), new_due_at: text(newDue)
  }
}

function historyJson (history: readonly FormerState[]): string | null {
  return history.length === 0 ? null : JSON.stringify(history.map(formerJson))
}

/** A former state as it is stored. */
function formerJson (state: FormerState): object {
  const { unit, level, procedure, field, channel, status, supplements, closed, change, named } = state
  return {
    until: nameOfDay(state.until),
    ...closed ? { closed } : {}, ...change === null ? {} : { change }, ...named === null ? {} : { named },
    unit, level, procedure, field, channel, status,
    received_at: text(state.received_at), due_at: text(state.due_at), finished_at: text(state.finished_at),
    returned_at: text(state.returned_at), updated_at: text(state.updated_at),
    ...supplements.length === 0 ? {} : { supplements: supplements.map(supplementJson) }
  }
}

function text (instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}

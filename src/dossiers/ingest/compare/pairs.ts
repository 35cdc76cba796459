// Versions of a chunk beside what is stored under their codes.
import { sql, type RawBuilder } from 'kysely'
import { isReachedBy } from '../../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import { unnested, type Columns } from '../../../database/sql/bulk-binary.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import type { Dossiers } from '../../../database/tables.ts'
import type { Supplement } from '../../rules/events.ts'
import { DELETED } from '../../rules/status.ts'
import { NO_HISTORY, type DossierState, type FormerState, type Place } from '../../rules/timeline.ts'
import { parseDay } from '../../../time/business-day.ts'
import type { StoredDossier } from '../normalise.ts'
import { CONTENT, given, type Successor, type Target } from '../store.ts'
import type { Version } from '../validate.ts'

/** What is stored under the code of a version. */
export interface Pair extends Pick<Dossiers, 'unit' | 'source' | 'status' | 'received_at' | 'updated_at'> {
  position: number
  /** Both say the same. */
  same: boolean
  /** Within the reach of the sender. Otherwise it neither decides nor shows. */
  reached: boolean
  /** The dossier has former states. */
  has_history: boolean
  record: number
}
export type LockedPair = Pair & Dossiers

export const IS_FURTHER = sql<boolean>`record <> 0`
const COMPARED = ['updated_at', ...Object.keys(CONTENT)]
// Not by `=`, for which null is never the same.
export const SAME = sql<boolean>`(${columns(COMPARED, 'given')}) is not distinct from (${columns(COMPARED, 'stored')})`
const PAIR = ['record', 'unit', 'source', 'status', 'received_at', 'updated_at']

export async function pairsOf (
  trx: Trx, { province }: Target, versions: readonly Version[], reach: Reach, condition: RawBuilder<unknown>
): Promise<Pair[]> {
  const { rows } = await sql<Pair>`
    select position, ${SAME} as same, ${isReached(reach)} as reached, history is not null as has_history,
      ${columns(PAIR, 'stored')}
    from ${given(versions.map(({ dossier }) => dossier))}
    join dossiers as stored on province_code = ${province} and stored.code = given.code
    where ${condition}`.execute(trx)
  return rows
}

/** In the order of the codes, in which all lock. */
export async function lockedPairs (
  trx: Trx, { province }: Target, versions: readonly Version[], reach: Reach, condition: RawBuilder<unknown>
): Promise<LockedPair[]> {
  const { rows } = await sql<LockedPair>`
    select position, ${SAME} as same, ${isReached(reach)} as reached, history is not null as has_history, stored.*
    from ${given(versions.map(({ dossier }) => dossier))}
    join dossiers as stored on province_code = ${province} and stored.code = given.code
    where ${condition} order by stored.code, record for update of stored`.execute(trx)
  return rows
}

const RESTORED: Columns<Successor> = {
  code: { type: 'text', of: ({ code }) => code },
  record: { type: 'int8', of: ({ record }) => record },
  procedure: { type: 'text', of: ({ procedure }) => procedure }
}

/** The fields that deleted dossiers were in before, of those that come back with the same procedure. */
export async function fieldsBeforeDeletion (
  trx: Trx, { province }: Target, restored: readonly Successor[]
): Promise<{ position: number, field: string }[]> {
  if (restored.length === 0) return []
  const { rows } = await sql<{ position: number, field: string }>`
    select position, deleted.field
    from ${unnested(RESTORED, restored)} as given cross join lateral (
      select procedure, field from dossier_versions as stored
      where province_code = ${province} and stored.code = given.code and stored.record = given.record
        and status <> ${DELETED}
      order by id desc limit 1
    ) as deleted
    where deleted.procedure = given.procedure`.execute(trx)
  return rows
}

export function isReached (reach: Reach): RawBuilder<boolean> {
  return isReachedBy('stored.unit', reach)
}

type Instants = 'received_at' | 'updated_at' | 'due_at' | 'finished_at' | 'returned_at'
/** A state as JSON has it. */
type StateText = Omit<DossierState, Instants | 'supplements'> & Record<'received_at' | 'updated_at', string> &
  Record<'due_at' | 'finished_at' | 'returned_at', string | null> &
  { supplements?: Record<keyof Supplement, string | null>[] | null }
type FormerText = StateText & { until: string, closed?: boolean, change?: number | null, named?: Place | null }

export function dossierStored (stored: Dossiers): StoredDossier {
  const history = stored.history as FormerText[] | null
  return {
    ...stateOf(stored as unknown as StateText & Dossiers),
    history: history === null ? NO_HISTORY : history.map(formerOf)
  }
}

function formerOf ({ until, closed = false, change = null, named = null, ...state }: FormerText): FormerState {
  return { ...stateOf(state), until: parseDay(until), closed, change, named }
}

function stateOf<S extends StateText> (state: S): S & DossierState {
  return {
    ...state,
    received_at: Date.parse(state.received_at),
    updated_at: Date.parse(state.updated_at),
    due_at: milliseconds(state.due_at),
    finished_at: milliseconds(state.finished_at),
    returned_at: milliseconds(state.returned_at),
    supplements: (state.supplements ?? []).map(supplement => ({
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

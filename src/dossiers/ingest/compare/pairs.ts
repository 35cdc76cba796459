// Versions of a chunk beside what is stored under their codes.
import { sql, type RawBuilder } from 'kysely'
import { isReachedBy } from '../../../catalogue/units/reach-sql.ts'
import type { Reach } from '../../../contract/caller.ts'
import type { Trx } from '../../../database/connect.ts'
import { unnested, type Columns } from '../../../database/sql/bulk-binary.ts'
import { columns } from '../../../database/sql/bulk-json.ts'
import type { Dossiers } from '../../../database/tables.ts'
import { DELETED } from '../../rules/status.ts'
import { CODE, CONTENT, given, RECORD, type DossierRecord } from '../../storage/columns.ts'
import { withFormer, type StoredRow } from '../../storage/states.ts'
import type { Target } from '../store.ts'
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
export type LockedPair = Pair & StoredRow

export const IS_FURTHER = sql<boolean>`record <> 0`
const COMPARED = ['updated_at', ...Object.keys(CONTENT)]
// Not by `=`, for which null is never the same.
export const SAME = sql<boolean>`(${columns(COMPARED, 'given')}) is not distinct from (${columns(COMPARED, 'stored')})`
const PAIR = ['record', 'unit', 'source', 'status', 'received_at', 'updated_at']

export async function pairsOf (
  trx: Trx, { province }: Target, versions: readonly Version[], reach: Reach, condition: RawBuilder<unknown>
): Promise<Pair[]> {
  const { rows } = await sql<Pair>`
    select position, ${SAME} as same, ${isReached(reach)} as reached, held_from is not null as has_history,
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
  const { rows } = await sql<Omit<LockedPair, 'former'>>`
    select position, ${SAME} as same, ${isReached(reach)} as reached, held_from is not null as has_history, stored.*
    from ${given(versions.map(({ dossier }) => dossier))}
    join dossiers as stored on province_code = ${province} and stored.code = given.code
    where ${condition} order by stored.code, record for update of stored`.execute(trx)
  // Not in the same statement: it sees the rows as they are once they are locked, but other tables as they were before.
  return withFormer(trx, province, rows)
}

const KEY: Columns<DossierRecord> = { ...CODE, ...RECORD }

/** What dossiers were before they were deleted: the procedure and field of the last version that was not a deletion. */
export async function beforeDeletion (
  trx: Trx, { province }: Target, deleted: readonly DossierRecord[]
): Promise<{ position: number, procedure: string, field: string }[]> {
  if (deleted.length === 0) return []
  const { rows } = await sql<{ position: number, procedure: string, field: string }>`
    select position, last.procedure, last.field
    from ${unnested(KEY, deleted)} as given cross join lateral (
      select procedure, field from dossier_versions as stored
      where province_code = ${province} and stored.code = given.code and stored.record = given.record
        and status <> ${DELETED}
      order by id desc limit 1
    ) as last`.execute(trx)
  return rows
}

export function isReached (reach: Reach): RawBuilder<boolean> {
  return isReachedBy('stored.unit', reach)
}

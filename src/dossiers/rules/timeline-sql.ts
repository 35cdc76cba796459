import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'

/** Conditions on dossiers. Nearly all have been in one state, that of their row. */
export const IN_ONE_STATE = sql`held_from is null`
export const IN_SEVERAL_STATES = sql`held_from is not null`

/** What a state has of its own. */
const STATE = columns([
  'province_code', 'code', 'record', 'source', 'unit', 'level', 'procedure', 'field', 'channel', 'status',
  'received_at', 'due_at', 'finished_at', 'returned_at', 'updated_at', 'supplements', 'details',
  'held_from', 'received_on', 'ends_on'
])

/**
 * The states of dossiers that were in several, one row for each: the columns of a dossier that decide for what it
 * counts and where, as the state has them; `state`, its number; `held_from` and `held_until`, its days; `received_on`
 * and `ends_on`, the days on which the dossier counts as received and as ended. timeline.ts decides them when a dossier
 * is written.
 * @param which a condition on the columns of a state
 */
export function dossierStates (which: RawBuilder<unknown> = sql`true`): RawBuilder<unknown> {
  return sql`(
    select ${STATE}, ${LAST_STATE} as state, 'infinity'::date as held_until from dossiers where ${IN_SEVERAL_STATES} and ${which}
    union all
    select ${STATE}, state, held_until from dossier_states where ${which})`
}

/** A number above that of any former state. */
export const LAST_STATE = sql.raw('32767::smallint')

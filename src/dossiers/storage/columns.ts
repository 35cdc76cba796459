// The columns of dossiers, as many rows are written at once.
import type { Columns } from '../../database/sql/bulk-binary.ts'
import { detailsJson } from '../details/details.ts'
import type { Supplement } from '../rules/events.ts'
import { tenuresOf, type Tenure, type Timeline } from '../rules/timeline.ts'

/** A dossier as it is stored, with instants in milliseconds since 1970. */
export interface StoredDossier extends Timeline {
  code: string
}

/** Which of the dossiers of a code it is. */
export interface DossierRecord extends StoredDossier {
  record: number
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
  supplements: { type: 'jsonb', of: ({ supplements }) => supplementsJson(supplements) },
  details: { type: 'jsonb', of: ({ details }) => detailsJson(details) }
}
export const CODE: Columns<Pick<StoredDossier, 'code'>> = { code: { type: 'text', of: ({ code }) => code } }
export const UPDATED: Columns<StoredDossier> = { updated_at: { type: 'timestamptz', of: ({ updated_at: at }) => at } }
/** With what follows from it. */
export const SENT: Columns<StoredDossier> = {
  ...CODE,
  ...UPDATED,
  ...CONTENT,
  level: { type: 'text', of: ({ level }) => level },
  field: { type: 'text', of: ({ field }) => field }
}
/** The days of the state that it is in, of one that was in others before. */
const HELD: Columns<StoredDossier> = {
  held_from: { type: 'date', of: dossier => lastTenure(dossier)?.from ?? null },
  received_on: { type: 'date', of: dossier => lastTenure(dossier)?.receivedOn ?? null },
  ends_on: { type: 'date', of: dossier => lastTenure(dossier)?.endDay ?? null }
}
export const SENT_AND_HELD: Columns<StoredDossier> = { ...SENT, ...HELD }
export const RECORD: Columns<DossierRecord> = { record: { type: 'int8', of: ({ record }) => record } }
/** Where a dossier is. */
export const PLACE: Columns<DossierRecord> = { ...CODE, ...RECORD, unit: SENT['unit']!, level: SENT['level']!, ...HELD }

function lastTenure (dossier: StoredDossier): Tenure | null {
  return dossier.history.length === 0 ? null : tenuresOf(dossier).at(-1)!
}

/** Supplements as they are stored; null: there are none. */
export function supplementsJson (supplements: readonly Supplement[]): string | null {
  return supplements.length === 0 ? null : JSON.stringify(supplements.map(supplementJson))
}

/** A supplement as it is stored. */
export interface StoredSupplement extends Pick<Supplement, 'by_steps'> {
  requested_at: string
  completed_at: string | null
  old_due_at: string | null
  new_due_at: string | null
}

function supplementJson (supplement: Supplement): StoredSupplement {
  const { requested_at: requested, completed_at: completed, old_due_at: oldDue, new_due_at: newDue } = supplement
  return {
    requested_at: text(requested)!, completed_at: text(completed), old_due_at: text(oldDue), new_due_at: text(newDue),
    by_steps: supplement.by_steps
  }
}

function text (instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString()
}

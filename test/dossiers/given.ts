import { ANYONE } from '../../src/contract/caller.ts'
import { sql } from 'kysely'
import type { Db } from '../../src/database/connect.ts'
import { runOwnWrite } from '../../src/writes/unit-of-work.ts'
import type { Countable } from '../../src/dossiers/rules/events.ts'
import type { IngestContext } from '../../src/dossiers/ingest/validate.ts'
import { ingestDossiers, type Ingested } from '../../src/dossiers/ingest/chunk.ts'
import type { DossierItem } from '../../src/dossiers/schema.ts'
import { ROLLUPS } from '../../src/dossiers/rollups/families.ts'
import { mergeLogs } from '../../src/dossiers/rollups/log.ts'

export const CONTEXT: IngestContext = { source: 'one-stop', reach: null }

/** Whoever may do anything. */
export const BY = { ...ANYONE, client: 'tests', scopes: ['admin'] }

/** Sends items as one chunk. */
export async function send (db: Db, items: unknown[], context: Partial<IngestContext> = {}): Promise<Ingested> {
  return runOwnWrite(db, 'tests', 'send', write => ingestDossiers(write, items, { ...CONTEXT, ...context }))
}

/** A record that is as good as any other, but for what is given. */
export function item (given: Partial<DossierItem> = {}): DossierItem {
  return {
    code: '000.17.22.H56-210531-0001', unit: 'H56-380', procedure: '1.001612', channel: 'direct', status: 4,
    received_at: '2021-05-31T08:00:00+07:00', due_at: '2021-06-10T17:00:00+07:00', updated_at: '2021-05-31T08:05:00+07:00',
    ...given
  }
}

/** The record that says what a dossier is. */
export function itemOf (dossier: Countable & { code: string, unit: string, procedure: string }): DossierItem {
  const { supplements, details, ...others } = dossier
  const text = (instant: number | null) => (
    instant === null ? null : new Date(instant + 7 * 3_600_000).toISOString().replace('Z', '+07:00'))
  return {
    ...others,
    channel: dossier.channel as 'direct',
    received_at: text(dossier.received_at)!,
    due_at: text(dossier.due_at),
    finished_at: text(dossier.finished_at),
    returned_at: text(dossier.returned_at),
    updated_at: text(dossier.updated_at)!,
    ...Object.fromEntries(Object.entries(details ?? {}).map(([name, value]) => (
      [name, name.endsWith('_at') ? text(value as number) : value]))),
    supplements: supplements.map(supplement => ({
      requested_at: text(supplement.requested_at)!,
      completed_at: text(supplement.completed_at),
      old_due_at: text(supplement.old_due_at),
      new_due_at: text(supplement.new_due_at)
    }))
  }
}

/** What is stored, by code, and without what is the same for all. */
export async function storedDossiers (db: Db) {
  return db.selectFrom('dossiers').selectAll().orderBy('code').orderBy('record').execute()
}

/** The states that dossiers were in before, without the number of their event set. */
export async function formerStates (db: Db) {
  const rows = await db.selectFrom('dossier_states').selectAll().orderBy('code').orderBy('record').orderBy('state').execute()
  return rows.map(({ change, ...state }) => ({ ...state, passed: change !== null }))
}

/** Takes away the reports of the sample, which are of days after the ends of units that tests merge. */
export async function forgetReports (db: Db) {
  for (const table of [
    'dossier_statistics', 'statistics_sets', 'feedback_statistics', 'feedback_sets', 'indicator_values'
  ]) await sql`delete from ${sql.table(table)}`.execute(db)
}

/** Merges what the logs of rollups hold into their tables. */
export async function mergeRollups (db: Db) {
  await mergeLogs(db)
}

export async function forget (db: Db) {
  for (const table of ['dossiers', 'dossier_states', 'dossier_versions', 'dossier_desks', 'procedures_of_dossiers', 'source_conflicts', 'dossier_sums_log', 'backlog_sums', 'backlog_sums_by_month', 'backlog_sums_log', ...Object.keys(ROLLUPS)]) await sql`delete from ${sql.table(table)}`.execute(db)
}

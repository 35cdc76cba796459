// The states of a dossier before the one that its row holds.
import { sql, type RawBuilder } from 'kysely'
import { columns } from '../../database/sql/bulk-json.ts'
import { array, unnested, type Columns } from '../../database/sql/bulk-binary.ts'
import type { Trx } from '../../database/connect.ts'
import { parseDay } from '../../time/business-day.ts'
import { detailsJson, detailsOf, type DetailsRead } from '../details/details.ts'
import type { Supplement } from '../rules/events.ts'
import { NO_HISTORY, tenuresOf, type DossierState, type FormerState, type Tenure } from '../rules/timeline.ts'
import { SENT, supplementsJson, type DossierRecord, type StoredDossier, type StoredSupplement } from './columns.ts'

/** A former state, as the number `state` of those of its dossier. */
interface StateRow extends FormerState, Pick<Tenure, 'receivedOn' | 'endDay'> {
  code: string
  record: number
  state: number
  from: number
}

const STATE: Columns<StateRow> = {
  state: { type: 'int2', of: ({ state }) => state },
  held_from: { type: 'date', of: ({ from }) => from },
  held_until: { type: 'date', of: ({ until }) => until },
  received_on: { type: 'date', of: ({ receivedOn }) => receivedOn },
  ends_on: { type: 'date', of: ({ endDay }) => endDay },
  said_until: { type: 'date', of: ({ said }) => said },
  closed: { type: 'bool', of: ({ closed }) => Number(closed) },
  change: { type: 'int4', of: ({ change }) => change },
  named_unit: { type: 'text', of: ({ named }) => named?.unit ?? null },
  named_level: { type: 'text', of: ({ named }) => named?.level ?? null },
  unit: { type: 'text', of: ({ unit }) => unit },
  level: { type: 'text', of: ({ level }) => level },
  procedure: { type: 'text', of: ({ procedure }) => procedure },
  field: { type: 'text', of: ({ field }) => field },
  channel: { type: 'text', of: ({ channel }) => channel },
  status: { type: 'int2', of: ({ status }) => status },
  received_at: { type: 'timestamptz', of: ({ received_at: at }) => at },
  due_at: { type: 'timestamptz', of: ({ due_at: at }) => at },
  finished_at: { type: 'timestamptz', of: ({ finished_at: at }) => at },
  returned_at: { type: 'timestamptz', of: ({ returned_at: at }) => at },
  updated_at: { type: 'timestamptz', of: ({ updated_at: at }) => at },
  supplements: { type: 'jsonb', of: ({ supplements }) => supplementsJson(supplements) },
  details: { type: 'jsonb', of: ({ details }) => detailsJson(details) }
}
const KEY: Columns<{ code: string, record: number }> = {
  code: { type: 'text', of: ({ code }) => code }, record: { type: 'int8', of: ({ record }) => record }
}

/** Dossiers that take the place of stored ones, or are new. */
export interface Change {
  /** undefined: it was not there. */
  before?: StoredDossier
  dossier: DossierRecord
}

/** Replaces the former states of some dossiers. Call it when their rows are stored. */
export async function storeStates (trx: Trx, province: string, changes: readonly Change[]): Promise<void> {
  const had = changes.filter(({ before }) => (before?.history.length ?? 0) > 0).map(({ dossier }) => dossier)
  const rows = changes.flatMap(({ dossier }) => rowsOf(dossier))
  if (had.length > 0) {
    await sql`
      delete from dossier_states as states using ${unnested(KEY, had)} as given
      where province_code = ${province} and states.code = given.code and states.record = given.record`.execute(trx)
  }
  if (rows.length === 0) return
  const names = Object.keys(STATE)
  await sql`
    insert into dossier_states (province_code, source, ${columns([...Object.keys(KEY), ...names])})
    select ${province}, source, given.code, given.record, ${columns(names, 'given')}
    from ${unnested({ ...KEY, ...STATE }, rows)} as given join dossiers as stored
      on province_code = ${province} and stored.code = given.code and stored.record = given.record`.execute(trx)
}

function rowsOf (dossier: DossierRecord): StateRow[] {
  const { code, record, history } = dossier
  // Of nearly all.
  if (history.length === 0) return []
  const tenures = tenuresOf(dossier)
  return history.map((former, i) => {
    const { from, receivedOn, endDay } = tenures[i]!
    return { ...former, code, record, state: i, from, receivedOn, endDay }
  })
}

/** Whether a dossier is stored already as it would be now. */
export function isStoredAs (before: StoredDossier, after: StoredDossier): boolean {
  return SENT_COLUMNS.every(({ of }) => of(before, 0) === of(after, 0)) &&
    JSON.stringify(statesAsText(before)) === JSON.stringify(statesAsText(after))
}

const SENT_COLUMNS = Object.values(SENT)

function statesAsText (dossier: StoredDossier): unknown[] {
  return rowsOf({ ...dossier, record: 0 }).map(row => Object.values(STATE).map(({ of }) => of(row, 0)))
}

const INSTANTS = ['received_at', 'due_at', 'finished_at', 'returned_at', 'updated_at'] as const
type Instant = typeof INSTANTS[number]
const PLAIN = ['code', 'record', 'unit', 'level', 'procedure', 'field', 'channel', 'status', 'supplements', 'details'] as const

function stateColumns (table: string): RawBuilder<unknown> {
  return sql`${columns(PLAIN, table)}, ${instants(table, INSTANTS)}`
}

/** Instants in milliseconds since 1970, as whole numbers: texts and fractions take several times as long to write. */
export function instants (table: string, names: readonly Instant[]): RawBuilder<unknown> {
  return sql.join(names.map(name => (
    sql`(date_part('epoch', ${sql.ref(`${table}.${name}`)}) * 1000)::bigint as ${sql.ref(name)}`)))
}

/** The columns of a `StoredRow` but for its former states. */
export function storedColumns (table: string): RawBuilder<unknown> {
  return sql`${stateColumns(table)}, ${columns(['source', 'held_from'], table)}`
}

/** A state as the database gives it. */
interface StateRead extends Omit<DossierState, 'supplements' | 'details'> {
  code: string
  record: number
  details: DetailsRead | null
  supplements: StoredSupplement[] | null
}
interface FormerRead extends StateRead {
  held_until: string
  closed: boolean
  change: number | null
  said_until: string | null
  named_unit: string | null
  named_level: string | null
}

/** A row of `dossiers` with its former states; null: it has none. */
export interface StoredRow extends StateRead {
  source: string
  held_from: string | null
  former: FormerRead[] | null
}

/** Adds the former states to dossiers of a province. */
export async function withFormer<R extends Omit<StoredRow, 'former'>> (
  trx: Trx, province: string, stored: readonly R[]
): Promise<(R & StoredRow)[]> {
  const codes = stored.filter(({ held_from: from }) => from !== null).map(({ code }) => code)
  const states = codes.length === 0 ? new Map<string, FormerRead[]>() : await readStates(trx, province, codes)
  // Not as copies, which are slow to make of rows of many columns.
  return stored.map(row => Object.assign(row, { former: row.held_from === null ? null : states.get(keyOf(row))! }))
}

async function readStates (trx: Trx, province: string, codes: readonly string[]): Promise<Map<string, FormerRead[]>> {
  const { rows } = await sql<FormerRead>`
    select ${stateColumns('dossier_states')}, ${columns(HELD)} from dossier_states
    where province_code = ${province} and code = any(${array('text', codes)})
    order by state`.execute(trx)
  return Map.groupBy(rows, keyOf)
}

const HELD = ['held_until', 'closed', 'change', 'said_until', 'named_unit', 'named_level']

function keyOf ({ code, record }: { code: string, record: number }): string {
  return `${record} ${code}`
}

export function dossierStored (stored: StoredRow): DossierRecord {
  const { code, record, former } = stored
  return { code, record, ...stateOf(stored), history: former === null ? NO_HISTORY : former.map(formerOf) }
}

function formerOf (row: FormerRead): FormerState {
  const { held_until: until, said_until: said, closed, change, named_unit: unit, named_level: level } = row
  return {
    ...stateOf(row), until: parseDay(until), closed, change, said: said === null ? null : parseDay(said),
    named: unit === null ? null : { unit, level: level! }
  }
}

function stateOf (row: StateRead): DossierState {
  const { unit, level, procedure, field, channel, status } = row
  const { received_at, due_at, finished_at, returned_at, updated_at } = row
  return {
    unit, level, procedure, field, channel, status, received_at, due_at, finished_at, returned_at, updated_at,
    supplements: row.supplements === null ? NO_SUPPLEMENTS : row.supplements.map(supplement => ({
      requested_at: milliseconds(supplement.requested_at)!,
      completed_at: milliseconds(supplement.completed_at),
      old_due_at: milliseconds(supplement.old_due_at),
      new_due_at: milliseconds(supplement.new_due_at),
      by_steps: supplement.by_steps
    })),
    details: detailsOf(row.details)
  }
}

const NO_SUPPLEMENTS: readonly Supplement[] = []

function milliseconds (text: string | null): number | null {
  return text === null ? null : Date.parse(text)
}

import { sql, type RawBuilder } from 'kysely'
import { array, unnested, type Columns } from '../../database/sql/bulk-binary.ts'
import { copyRows } from '../../database/sql/copy.ts'
import { takesCopy, type Trx } from '../../database/connect.ts'
import { assignments, columns } from '../../database/sql/bulk-json.ts'
import { attempt } from '../../database/transaction.ts'
import { asSent } from '../rules/passing.ts'
import {
  CODE, SENT, SENT_AND_HELD, type DossierRecord, type StoredDossier
} from '../storage/columns.ts'
import { storeStates } from '../storage/states.ts'

/** Where a chunk goes, and what is the same for all of its rows. */
export interface Target {
  province: string
  source: string
  write: number
  /** As of `IngestContext`. */
  ignoresRepeats?: boolean
}

const SENT_NAMES = Object.keys(SENT)
const OF_TARGET = ['province_code', 'source', 'write']
const STORED = [...SENT_NAMES, ...OF_TARGET]
/** Apart from where it was. */
const SAID_BEFORE = [...STORED.filter(name => name !== 'unit' && name !== 'level'), 'record']

/**
 * Keeps in mind that dossiers of a province are of these procedures, which then are not taken back. Call it before
 * dossiers are locked: one that waits for another here has nothing that the other waits for.
 */
export async function keepProcedures (trx: Trx, province: string, dossiers: readonly StoredDossier[]): Promise<void> {
  const codes = [...new Set(dossiers.map(({ procedure }) => procedure))].filter(code => code !== '')
  if (codes.length === 0) return
  await sql`
    insert into procedures_of_dossiers (province_code, procedure)
    select ${province}, code from unnest(${codes}::text[]) as given (code)
    where not exists (select from procedures_of_dossiers where province_code = ${province} and procedure = code)
    order by code collate "C"
    on conflict do nothing`.execute(trx)
}

/**
 * Inserts dossiers if none of their codes is stored. They must be ordered by code: two transactions that insert the
 * same dossiers in different orders would deadlock.
 * @returns whether it did
 */
export async function insertIfAllNew (trx: Trx, target: Target, dossiers: readonly StoredDossier[]): Promise<boolean> {
  return attempt(trx, UNIQUE_VIOLATION, () => insertAll(trx, target, dossiers))
}

const UNIQUE_VIOLATION = '23505'

/** @throws DatabaseError of a unique violation, when one exists */
async function insertAll (
  trx: Trx, { province, source, write }: Target, dossiers: readonly StoredDossier[]
): Promise<void> {
  if (takesCopy(trx)) {
    return copyRows(trx, 'dossiers', {
      ...writtenOf(dossiers),
      province_code: { type: 'text', of: () => province }, source: { type: 'text', of: () => source },
      write: { type: 'int8', of: () => write }
    }, dossiers)
  }
  const { names, rows } = insertable(dossiers)
  await sql`
    insert into dossiers (${columns([...names, ...OF_TARGET])})
    select ${columns(names)}, ${province}, ${source}, ${write}
    from ${rows} as given`.execute(trx)
}

/** Inserts dossiers beside others of the same codes, which the sender does not reach. The others must be locked. */
export async function insertBeside (
  trx: Trx, { province, source, write }: Target, dossiers: readonly StoredDossier[]
): Promise<void> {
  if (dossiers.length === 0) return
  const { names, rows } = insertable(dossiers)
  await sql`
    insert into dossiers (${columns([...names, ...OF_TARGET, 'record'])})
    select ${columns(names)}, ${province}, ${source}, ${write}, ${write}
    from ${rows} as given`.execute(trx)
}

/** Inserts dossiers, in the order of their codes. @returns the positions of those whose codes are stored already */
export async function insertMissing (
  trx: Trx, { province, source, write }: Target, dossiers: readonly StoredDossier[]
): Promise<number[]> {
  if (dossiers.length === 0) return []
  const { names, rows } = insertable(dossiers)
  const { rows: [added] } = await sql<{ existing: number[] | null }>`
    with added as (
      insert into dossiers (${columns([...names, ...OF_TARGET])})
      select ${columns(names)}, ${province}, ${source}, ${write}
      from ${rows} as given
      on conflict (province_code, code, record) do nothing
      returning code
    )
    select json_agg(position) as existing
    from ${unnested(CODE, dossiers)} as given
    where code not in (select code from added)`.execute(trx)
  return added!.existing ?? []
}

/** The dossiers as a table. */
function insertable (dossiers: readonly StoredDossier[]): { names: string[], rows: RawBuilder<unknown> } {
  const written = writtenOf(dossiers)
  return { names: Object.keys(written), rows: unnested(written, dossiers) }
}

/** The days of former states and details are left out where there are none, as nearly always. */
function writtenOf (dossiers: readonly StoredDossier[]): Columns<StoredDossier> {
  const { details, ...others } = dossiers.some(({ history }) => history.length > 0) ? SENT_AND_HELD : SENT
  return dossiers.some(dossier => dossier.details !== null) ? { ...others, details: details! } : others
}

interface Replaced {
  before: DossierRecord
  /** Where the row of `before` is. */
  ctid: string
  dossier: DossierRecord
}

const WHERE: Columns<Replaced> = { ctid: { type: 'text', of: ({ ctid }) => ctid } }
/** Where the source says that the dossier was. */
const SAID_PLACE: Columns<Replaced> = {
  unit: { type: 'text', of: ({ before }) => asSent(before).unit }, level: { type: 'text', of: ({ before }) => asSent(before).level }
}
const { code: _, ...CHANGING } = SENT_AND_HELD

/** Replaces locked dossiers; what their source said of them before becomes a version. */
export async function replaceVersions (
  trx: Trx, { province, source, write }: Target, replaced: readonly Replaced[]
): Promise<void> {
  if (replaced.length === 0) return
  const after = Object.entries(CHANGING).map(([name, { type, of }]) => (
    [name, { type, of: ({ dossier }: Replaced, i: number) => of(dossier, i) }] as const))
  // Rows that are locked stay where they are. To find them by their keys again costs a fourth of replacing them.
  const ofGiven = sql`province_code = ${province} and stored.ctid = given.ctid::tid`
  await sql`
    with kept as (
      insert into dossier_versions (${columns([...SAID_BEFORE, 'unit', 'level'])})
      select ${columns(SAID_BEFORE, 'stored')}, given.unit, given.level
      from ${unnested({ ...WHERE, ...SAID_PLACE }, replaced)} as given join dossiers as stored on ${ofGiven}
    )
    update dossiers as stored set source = ${source}, write = ${write}, ${assignments(Object.keys(CHANGING), 'given')}
    from ${unnested({ ...WHERE, ...Object.fromEntries(after) }, replaced)} as given
    where ${ofGiven}`.execute(trx)
  await storeStates(trx, province, replaced)
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

// Coverage: `dossier_desks` has each unit with a dossier that counts, and the day on which the first of them was
// received, or came from another unit. It follows the dossiers both ways, so a unit that a dossier was posted for by
// mistake has reported nothing once that is corrected.
import { sql, type RawBuilder } from 'kysely'
import { array, unnested, type Columns } from '../../database/sql/bulk-binary.ts'
import { lock } from '../../database/sql/advisory-lock.ts'
import type { Db, Trx } from '../../database/connect.ts'
import { dayOf, type DayNumber } from '../../time/business-day.ts'
import { dayIn, startOfDate } from '../../time/business-day-sql.ts'
import { IS_COUNTED, isCounted } from '../rules/status.ts'
import { dossierStates, IN_ONE_STATE } from '../rules/timeline-sql.ts'
import { tenuresOf, type Timeline } from '../rules/timeline.ts'

/** Since when units send dossiers, counted from these: `province_code`, `unit`, `since`. */
export function countedDesks (which: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select province_code, unit, min(day) as since
    from (
      select province_code, unit, ${dayIn('received_at')} as day from dossiers where ${IN_ONE_STATE} and ${IS_COUNTED} and ${which}
      union all
      select province_code, unit, ${FIRST_DAY} from ${dossierStates(which)} as states
    ) as presences group by province_code, unit`
}

/** Of a state: a unit has no dossier before it came. */
const FIRST_DAY = sql`greatest(received_on, held_from)`

/** The earliest day of each unit. */
type Earliest = Map<string, DayNumber>

/** What a transaction adds to the dossiers of units, and takes from them. */
export class DeskDeltas {
  readonly #gained: Earliest = new Map()
  readonly #lost: Earliest = new Map()

  add (dossier: Timeline) {
    if (dossier.history.length > 0) noteAll(this.#gained, presenceOf(dossier))
    else if (isCounted(dossier.status)) note(this.#gained, dossier.unit, dayOf(dossier.received_at))
  }

  replace (before: Timeline, after: Timeline) {
    if (isSamePresence(before, after)) return
    const [was, is] = [presenceOf(before), presenceOf(after)]
    noteAll(this.#lost, [...was].filter(([unit, day]) => is.get(unit) !== day))
    noteAll(this.#gained, [...is].filter(([unit, day]) => was.get(unit) !== day))
  }

  /** Call it when the dossiers are written, and lock nothing but rollups afterwards. */
  async apply (trx: Trx, province: string): Promise<void> {
    if (this.#gained.size + this.#lost.size === 0) return
    const lost = [...this.#lost]
    await lock(trx, `desks ${province}`, await losesFirst(trx, province, lost) ? 'exclusive' : 'shared')
    // Asked again, since another transaction may have taken away the first before the lock was given.
    if (await losesFirst(trx, province, lost)) {
      await lock(trx, `desks ${province}`, 'exclusive')
      await moveSince(trx, province, lost.map(([unit]) => unit))
    }
    await saveSince(trx, province, [...this.#gained])
  }
}

function noteAll (earliest: Earliest, days: Iterable<readonly [string, DayNumber]>) {
  for (const [unit, day] of days) note(earliest, unit, day)
}

function note (earliest: Earliest, unit: string, day: DayNumber) {
  if (day < (earliest.get(unit) ?? Infinity)) earliest.set(unit, day)
}

/** The units that have or had a dossier, each with the first day on which it did. */
function presenceOf (dossier: Timeline): Earliest {
  const presence: Earliest = new Map()
  if (isCounted(dossier.status)) {
    const tenures = tenuresOf(dossier)
    noteAll(presence, tenures.map(({ state: { unit }, receivedOn, from }) => [unit, Math.max(receivedOn, from)]))
  }
  return presence
}

/** Without a look at its states: of nearly all. */
function isSamePresence (before: Timeline, after: Timeline): boolean {
  return before.unit === after.unit && isCounted(before.status) === isCounted(after.status) &&
    dayOf(before.received_at) === dayOf(after.received_at) && before.history.length + after.history.length === 0
}

const SINCE: Columns<readonly [string, DayNumber]> = {
  unit: { type: 'text', of: ([unit]) => unit }, since: { type: 'date', of: ([, since]) => since }
}

async function losesFirst (trx: Trx, province: string, lost: readonly [string, DayNumber][]): Promise<boolean> {
  if (lost.length === 0) return false
  const { rows: [first] } = await sql<{ lost: boolean }>`
    select exists (
      select from ${unnested(SINCE, lost)} as given join dossier_desks as desks
        on desks.province_code = ${province} and desks.unit = given.unit and desks.since >= given.since
    ) as lost`.execute(trx)
  return first!.lost
}

/**
 * Looks for the first dossier from the stored day on: those before it are gone, and are not read again and again.
 * `is true` leaves the index by unit the only one: a planner without statistics, as while the first dossiers come in,
 * would look up all those of the province beside it.
 */
async function moveSince (trx: Trx, province: string, units: readonly string[]): Promise<void> {
  const asked = sql`province_code = ${province} and unit = any(${array('text', units)})`
  await sql`
    with moved as (
      select unit, min(${FIRST_DAY}) as since from ${dossierStates(asked)} as states group by unit
    ),
    counted as (
      select unit, least(first.since, moved.since) as since from dossier_desks as desks left join lateral (
        select ${dayIn('received_at')} as since from dossiers
        where (province_code = ${province}) is true and unit = desks.unit
          and received_at >= ${startOfDate('desks.since')} and ${IN_ONE_STATE} and ${IS_COUNTED}
        order by received_at limit 1
      ) as first on true left join moved using (unit)
      where ${asked}
    ),
    gone as (
      delete from dossier_desks where province_code = ${province}
        and unit in (select unit from counted where since is null)
    )
    update dossier_desks as desks set since = counted.since from counted
    where province_code = ${province} and desks.unit = counted.unit and desks.since < counted.since`.execute(trx)
}

/** The day is nearly always stored already; then no row is locked. */
async function saveSince (trx: Trx, province: string, gained: readonly [string, DayNumber][]): Promise<void> {
  await sql`
    insert into dossier_desks as kept (province_code, unit, since)
    select ${province}, unit, since from ${unnested(SINCE, gained)} as given
    where not exists (
      select from dossier_desks as known
      where known.province_code = ${province} and known.unit = given.unit and known.since <= given.since)
    order by unit
    on conflict (province_code, unit) do update set since = least(kept.since, excluded.since)`.execute(trx)
}

/** A unit whose stored day is not that of its first dossier. null: it is not stored, or has no dossier. */
export interface WrongDesk {
  province_code: string
  unit: string
  stored: string | null
  counted: string | null
}

/** @param which units, of dossiers and of desks */
export async function wrongDesks (db: Db, which: RawBuilder<unknown> = sql`true`): Promise<WrongDesk[]> {
  const { rows } = await sql<WrongDesk>`
    select province_code, unit, stored.since as stored, counted.since as counted
    from (${countedDesks(which)}) as counted
      full join (select * from dossier_desks where ${which}) as stored using (province_code, unit)
    where stored.since is distinct from counted.since order by province_code, unit`.execute(db)
  return rows
}

/** Corrects the desks of these that are still wrong once no one can change them. @returns these */
export async function correctDesks (trx: Trx, suspects: readonly WrongDesk[]): Promise<WrongDesk[]> {
  const corrected = []
  for (const [province, ofOne] of Map.groupBy(suspects, ({ province_code: province }) => province)) {
    await lock(trx, `desks ${province}`, 'exclusive')
    const units = array('text', ofOne.map(({ unit }) => unit))
    const which = sql`province_code = ${province} and unit = any(${units})`
    corrected.push(...await wrongDesks(trx, which))
    await sql`delete from dossier_desks where ${which}`.execute(trx)
    await sql`insert into dossier_desks (province_code, unit, since) ${countedDesks(which)}`.execute(trx)
  }
  return corrected
}

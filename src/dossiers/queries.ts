import { sql, type RawBuilder } from 'kysely'
import { isReachedBy, isCovered, PROVINCES } from '../catalogue/units/reach-sql.ts'
import type { Reach } from '../contract/caller.ts'
import type { Db, Trx } from '../database/connect.ts'
import { inSlowRead } from '../database/time-limits.ts'
import { notFound } from '../contract/errors.ts'
import type { Page, PageRequest } from '../contract/paging.ts'
import { instantSql, settledAudit } from '../database/sql/as-known-at.ts'
import { pageOf, pageQuery, type OrderColumn } from '../database/sql/keyset.ts'
import { subtreeFor } from '../catalogue/units/resolve.ts'
import { detailsShown, type DetailsRead } from './details/details.ts'
import type { DetailName } from './details/schema.ts'
import { DELETED, IS_OPEN, isNotAccepted } from './rules/status.ts'
import { dayOf, nameOfDay } from '../time/business-day.ts'
import { startOfDay } from '../time/business-day-sql.ts'
import { dayAfter } from '../time/calendar.ts'
import { dayBounds } from './backlog/day-bounds.ts'
import { AWAITS_NOW, REACHED_AT_NOW } from './rules/open-sql.ts'
import type { StoredSupplement } from './storage/columns.ts'
import type { Dossier, DossierQuery, DossierVersion, DossierWithHistory, ListQuery } from './schema.ts'

const text = (name: string): OrderColumn => ({ name, kind: 'text', required: true })
const BY_CODE: OrderColumn[] = [
  text('province_code'), text('code'), { name: 'record', kind: 'number', required: true }
]
const BY_RECEIPT: OrderColumn[] = [{ name: 'received_at', kind: 'instant', required: true }, ...BY_CODE]

const SHOWN = sql`province_code, code, unit, procedure, channel, status, received_at, due_at, finished_at, returned_at, updated_at,
  coalesce(supplements, '[]') as supplements, details, field, source, record`
const IS_THERE = sql`status <> ${sql.lit(DELETED)}`

/**
 * Dossiers as they are now: by code; of a unit, or of some days, in the order in which they were received.
 * @param now milliseconds since 1970
 * @throws DomainError `unknown_unit`, `calendar_year_missing`
 */
export async function dossiers (
  db: Db, filters: ListQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<Dossier>> {
  const unit = await subtreeFor(db, filters.unit, reach, { source: filters.source, day: filters.received_to })
  // A whole province is read in the order of its key; some units, or days, by an index in the order of reception.
  const { received_from: from, received_to: to } = filters
  const isPart = (unit !== null && unit.path.length > 1) || from !== undefined || to !== undefined
  const order = isPart ? BY_RECEIPT : BY_CODE
  const conditions = [
    IS_THERE, unit === null ? sql`true` : sql`province_code = ${unit.province_code}`,
    isPart ? sql`unit = any(array(select id from units where ${unit === null ? sql`true` : isCovered(unit)}))` : sql`true`,
    ...conditionsOf(filters), ...await dueConditions(db, filters, unit?.province_code ?? null, nameOfDay(dayOf(now)))
  ]
  const query = sql<Stored>`select ${SHOWN} from dossiers where ${sql.join(conditions, sql` and `)}`
  // A filter that no index serves reads all rows.
  const { rows } = await inSlowRead(db, trx => pageQuery(query, order, page).execute(trx))
  const { items, next_cursor } = pageOf(rows, order, page.limit)
  return { items: items.map(shownDossier), next_cursor }
}

interface DetailsColumn {
  details: DetailsRead | null
}
interface SupplementsColumn {
  supplements: StoredSupplement[]
}
type Stored = Omit<Dossier, DetailName | 'supplements'> & DetailsColumn & SupplementsColumn & {
  province_code: string
  record: number
}

export function shownDossier ({ province_code: _, record: __, details, ...dossier }: Stored): Dossier {
  const [received_at, supplements] = [receptionShown(dossier, details), supplementsShown(dossier.supplements)]
  return { ...dossier, received_at, supplements, ...detailsShown(details) }
}

/** As they can be sent. */
function supplementsShown (stored: readonly StoredSupplement[]): Dossier['supplements'] {
  return stored.map(({ by_steps: _, ...supplement }) => supplement)
}

/** What was filed and not received is stored as received when it was filed. */
export function receptionShown (
  { status, received_at: received }: { status: number | null, received_at: string | null }, details: DetailsRead | null
): string | null {
  const submitted = details?.submitted_at ?? null
  const isFiledOnly = isNotAccepted(status!) && submitted !== null && Date.parse(submitted) === Date.parse(received!)
  return isFiledOnly ? null : received
}

function conditionsOf (filters: ListQuery): RawBuilder<unknown>[] {
  const { procedure, field, channel, status, source, received_from: from, received_to: to } = filters
  const conditions = []
  if (from !== undefined) conditions.push(sql`received_at >= ${startOfDay(from)}`)
  if (to !== undefined) conditions.push(sql`received_at < ${startOfDay(to)} + interval '1 day'`)
  for (const [name, values] of Object.entries({ procedure, field, channel, status })) {
    if (values !== undefined) conditions.push(sql`${sql.ref(name)} = any(${values})`)
  }
  if (source !== undefined) conditions.push(sql`source = ${source}`)
  return conditions
}

/** Open dossiers by the day on which they are due: a due date is missed when its day is over. */
async function dueConditions (
  db: Db, { overdue, due_within: within }: ListQuery, province: string | null, today: string
): Promise<RawBuilder<unknown>[]> {
  if (overdue === undefined && within === undefined) return []
  const isOverdue = sql`(not ${AWAITS_NOW} and coalesce(${REACHED_AT_NOW} < ${startOfDay(today)}, false))`
  const begun = sql`received_at < ${startOfDay(dayAfter(today))}`
  if (within === undefined) return [IS_OPEN, begun, overdue === true ? isOverdue : sql`not ${isOverdue}`]
  const distance = Number(within.slice(0, -1))
  const { days } = await dayBounds(db, province, today, [distance], '/query/due_within')
  const isNear = sql`not ${AWAITS_NOW} and ${REACHED_AT_NOW} < ${startOfDay(dayAfter(days.get(distance)!))}`
  return [IS_OPEN, begun, isNear, ...overdue === true ? [] : [sql`not ${isOverdue}`]]
}

/**
 * @param asked whose dossier, if several of the code are within reach, and as it was known when
 * @throws DomainError `not_found`, for one out of reach as well, and for one that was not there at the instant;
 *   `out_of_range` for the instant
 */
export async function dossierByCode (
  db: Db, code: string, { unit, as_known_at: asKnownAt }: DossierQuery, reach: Reach
): Promise<DossierWithHistory> {
  if (asKnownAt !== undefined) await settledAudit(db, asKnownAt)
  const dossier = asKnownAt === undefined
    ? await storedDossier(db, code, unit, reach)
    : await dossierKnownAt(db, code, unit, reach, asKnownAt)
  const { rows: history } = await sql<StoredVersion>`
    select * from ${versionsWritten(asKnownAt)} as versions
    where province_code = ${dossier.province_code} and code = ${code} and record = ${dossier.record} and ${isWithin(reach)}
    order by id desc nulls first`.execute(db)
  return { ...shownDossier(dossier), history: history.map(versionShown) }
}

/** All versions of dossiers, with when each was written; the last one has no `id`. Or those that were known by then. */
function versionsWritten (asKnownAt: string | undefined): RawBuilder<unknown> {
  return sql`(
    select versions.*, at as written_at
    from (
      select ${SHOWN}, write, id from dossier_versions
      union all
      select ${SHOWN}, write, null from dossiers
    ) as versions left join writes on writes.province_code = versions.province_code and writes.id = write
    where ${asKnownAt === undefined ? sql`true` : sql`at <= ${instantSql(asKnownAt)}`})`
}

async function dossierKnownAt (
  db: Db, code: string, unit: string | undefined, reach: Reach, asKnownAt: string
): Promise<Stored> {
  const { rows: [dossier] } = await sql<Stored>`
    select ${SHOWN} from (
      select distinct on (province_code, record) * from ${versionsWritten(asKnownAt)} as versions
      where province_code = any(${PROVINCES}) and code = ${code}
      order by province_code, record, id desc nulls first) as known
    where ${IS_THERE} and ${isWithin(reach)} and ${unit === undefined ? sql`true` : sql`unit = ${unit}`}
    order by province_code, record limit 1`.execute(db)
  if (dossier === undefined) throw notFound('dossier', code)
  return dossier
}

type StoredVersion = Omit<DossierVersion, 'deleted' | DetailName | 'supplements'> & DetailsColumn & SupplementsColumn

function versionShown (version: StoredVersion): DossierVersion {
  const { unit, updated_at, details, source, written_at } = version
  const { procedure, channel, status, due_at, finished_at, returned_at } = version
  const received_at = receptionShown(version, details)
  const content = { procedure, channel, status, received_at, due_at, finished_at, returned_at }
  const deleted = status === DELETED
  const nothing = Object.fromEntries(Object.keys(content).map(name => [name, null])) as unknown as typeof content
  const said = { ...(deleted ? nothing : content), ...detailsShown(details) }
  return { deleted, unit, ...said, updated_at, supplements: supplementsShown(version.supplements), source, written_at }
}

/**
 * Locks the first dossier of a code, as ingest does before it changes anything under the code: so neither deadlocks.
 */
export async function lockCode (trx: Trx, code: string): Promise<void> {
  await sql`
    select from dossiers where province_code = any(${PROVINCES}) and code = ${code}
      and record = 0
    order by province_code for update`.execute(trx)
}

/** @throws DomainError `not_found`, for one out of reach as well */
export async function storedDossier (
  db: Db, code: string, unit: string | undefined, reach: Reach
): Promise<Stored> {
  const { rows: [dossier] } = await sql<Stored>`
    select ${SHOWN} from dossiers
    where province_code = any(${PROVINCES}) and code = ${code} and ${IS_THERE}
      and ${isWithin(reach)} and ${unit === undefined ? sql`true` : sql`unit = ${unit}`}
    order by province_code, record limit 1`.execute(db)
  if (dossier === undefined) throw notFound('dossier', code)
  return dossier
}

function isWithin (reach: Reach): RawBuilder<boolean> {
  return isReachedBy('unit', reach)
}

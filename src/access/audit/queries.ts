import { sql, type RawBuilder } from 'kysely'
import { isReachedBy, isWithin } from '../../catalogue/units/reach-sql.ts'
import type { Db } from '../../database/connect.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import type { Reach } from '../../contract/caller.ts'
import { DomainError, invalid } from '../../contract/errors.ts'
import { DEFAULT_LIMIT, type Page, type PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'
import { LATEST, type AuditEntry, type AuditQuery, type ChangedKey, type ChangeQuery } from './schema.ts'

const NEWEST_FIRST: OrderColumn[] = [
  { name: 'position', kind: 'number', descending: true, required: true },
  { name: 'n', kind: 'number', descending: true, required: true }
]

/** Audit entries, newest first. */
export async function auditEntries (
  db: Db, filters: AuditQuery, page: PageRequest, reach: Reach
): Promise<Page<AuditEntry>> {
  const unit = await subtreeFor(db, filters.unit, reach)
  const { client, resource, request_id, from, to } = filters
  const writeConditions = [
    client === undefined ? [] : sql`client = ${client}`, request_id === undefined ? [] : sql`request_id = ${request_id}`,
    from === undefined ? [] : sql`at >= ${from}`, to === undefined ? [] : sql`at < ${to}`
  ].flat()
  const rowConditions = [
    unit === null ? [] : isOrWas(column => isWithin(column, unit)), resource === undefined ? [] : sql`resource = ${resource}`
  ].flat()
  const visible = changeVisibleTo(reach)
  const query = sql<AuditEntry>`
    select writes.province_code, write, position, n, at, resource, ${visible.action} as action, key, ${visible.unit} as unit,
      before, after,
      client, key_id, request_id, address, operation, reason
    from writes cross join ${rowsOf(rowConditions)}
    where ${sql.join([sql`true`, ...writeConditions], sql` and `)}`
  // A filter by unit may have to scan the writes of all other units.
  const { rows } = await inSlowRead(db, trx => withDossiers(pageQuery(query, NEWEST_FIRST, page)).execute(trx))
  return pageOf(rows, NEWEST_FIRST, page.limit)
}

/**
 * The rows of a write, looked up write by write. Without `offset 0` the planner may flatten the subquery into a join
 * that reads all rows ever written.
 */
function rowsOf (conditions: RawBuilder<unknown>[]): RawBuilder<unknown> {
  const ofWrite = sql`changed_rows.province_code = writes.province_code and write = writes.id`
  return sql`lateral (
    select * from changed_rows where ${sql.join([ofWrite, ...conditions], sql` and `)} offset 0
  ) as changed`
}

/**
 * Adds `before` and `after` of dossiers to one page, from the stored versions of the dossiers, which are looked up code
 * by code. Without `offset 0` the planner flattens the subquery, and reads the histories of all dossiers for each row.
 */
function withDossiers (page: RawBuilder<AuditEntry>): RawBuilder<AuditEntry> {
  return sql<AuditEntry>`
    select position, n, at, resource, action, key, unit,
      case resource when 'dossiers' then dossier.before else page.before end as before,
      case resource when 'dossiers' then dossier.after else page.after end as after,
      client, key_id, request_id, address, operation, reason
    from (${page}) as page left join lateral (
      select
        case when action = 'updated' then (select jsonb_object_agg(name, value) from jsonb_each(content_before) as was (name, value)
          where value is distinct from content -> name) when action = 'deleted' then content_before end as before,
        case when action = 'updated' then (select jsonb_object_agg(name, value) from jsonb_each(content) as now (name, value)
          where value is distinct from content_before -> name) when action = 'created' then content end as after
      from dossier_histories as versions
      where versions.province_code = page.province_code and versions.write = page.write and code = key ->> 'code'
      offset 0
    ) as dossier on resource = 'dossiers'
    order by position desc, n desc`
}

/** Not in the feed: only those who manage clients may see who has a key. */
const PRIVATE = ['clients', 'client-keys']

export interface Changes {
  items: ChangedKey[]
  /** Always present: the `since` of the next request. */
  next_cursor: string
  /** Whether there are more changes already. */
  more: boolean
}

/**
 * Keys of changed rows, in commit order. The next request continues where this answer ends. No change is missed or
 * repeated, however many transactions run at the same time and however long they take.
 * @param reach code of the unit that the caller reaches; null: all. Every caller sees rows that belong to no unit. A
 *   row that moved out of reach is reported as deleted, one that moved into reach as created.
 * @throws DomainError `invalid_cursor`, `cursor_of_another_history`
 */
export async function changesSince (db: Db, query: ChangeQuery, reach: Reach): Promise<Changes> {
  const { since, resource, limit = DEFAULT_LIMIT } = query
  const [position, n] = since === undefined || since === LATEST ? [0, LAST_ROW] : await placeOf(db, since)
  const end = await lastPosition(db)
  if (since === LATEST) return { items: [], next_cursor: await cursorOf(db, end, LAST_ROW), more: false }
  const conditions = [sql`resource <> all(${PRIVATE})`]
  if (reach !== null) conditions.push(sql`(unit is null or ${isOrWas(column => isReachedBy(column, reach))})`)
  if (resource !== undefined) conditions.push(sql`resource = ${resource}`)

  const rows: ChangedRow[] = []
  let scanned = position
  // Rows that the caller may not see are scanned as well, so both the size and the number of scans are limited.
  for (let scans = 0; scans < MAX_SCANS && rows.length <= limit && (scans === 0 || scanned < end); scans++) {
    const after: Place = scans === 0 ? [position, n] : [scanned, LAST_ROW]
    scanned = await endOfScan(db, after, end, limit)
    rows.push(...await changedRows(db, after, scanned, limit, conditions, reach))
  }
  const isCut = rows.length > limit
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(({ position: _, n: __, ...row }) => row),
    // After all that was scanned, so that rows that the caller may not see are not scanned again.
    next_cursor: await (isCut ? cursorOf(db, last!.position, last!.n) : cursorOf(db, scanned, LAST_ROW)),
    more: isCut || scanned < end
  }
}

/** Scans of the feed in one request. */
const MAX_SCANS = 10

/** The position of a write, and the number of a row in it. */
type Place = [position: number, n: number]
type ChangedRow = ChangedKey & { position: number, n: number }

/** The position up to which one scan reads: where the rows after a place exceed the limit, or the end. */
async function endOfScan (db: Db, [from, n]: Place, end: number, limit: number): Promise<number> {
  const writes = await db.selectFrom('writes').select(['position', 'row_count'])
    .where('position', '>=', from).where('position', '<=', end).orderBy('position').limit(limit + 2).execute()
  let rows = 0
  for (const { position, row_count } of writes) {
    if (position > from) rows += row_count
    else if (n !== LAST_ROW) rows += Math.max(0, row_count - n - 1)
    if (rows > limit) return position
  }
  return writes.length < limit + 2 ? end : writes.at(-1)!.position
}

async function changedRows (
  db: Db, [from, n]: Place, to: number, limit: number, conditions: RawBuilder<unknown>[], reach: Reach
): Promise<ChangedRow[]> {
  const visible = changeVisibleTo(reach)
  const { rows } = await sql<ChangedRow>`
    select position, n, at, resource, ${visible.action} as action, key, ${visible.unit} as unit
    from writes cross join ${rowsOf(conditions)}
    where position >= ${from} and position <= ${to} and (position, n) > (${from}, ${n})
    order by position, n limit ${limit + 1}`.execute(db)
  return rows
}

/** Above the number of any row in a write: a cursor that holds it continues after the whole write. */
const LAST_ROW = 2_147_483_647

/** A row that moved concerns the unit that it left as well as the one that it moved to. */
function isOrWas (isAsked: (column: string) => RawBuilder<boolean>) {
  return sql<boolean>`(${isAsked('unit')} or ${isAsked('left_unit')})`
}

/** As its reader sees a change: a row that moved out of reach is deleted, one that moved into reach is created. */
function changeVisibleTo (reach: Reach) {
  if (reach === null) return { action: sql`action`, unit: sql`unit` }
  const hasLeft = sql`left_unit is not null and not ${isReachedBy('unit', reach)}`
  const hasCome = sql`left_unit is not null and not ${isReachedBy('left_unit', reach)}`
  return {
    action: sql`case when ${hasLeft} then 'deleted' when ${hasCome} then 'created' else action end`,
    unit: sql`case when ${hasLeft} then left_unit else unit end`
  }
}

async function lastPosition (db: Db): Promise<number> {
  return (await db.selectFrom('change_feed').select('position').executeTakeFirstOrThrow()).position
}

async function cursorOf (db: Db, position: number, n: number): Promise<string> {
  return `${position}.${n}.${await markOf(db, position)}`
}

/** @throws DomainError `invalid_cursor`, `cursor_of_another_history` */
async function placeOf (db: Db, cursor: string): Promise<Place> {
  const [, position, n, mark] = /^(\d{1,15})\.(\d{1,10})(?:\.([0-9a-f]{12}))?$/.exec(cursor) ?? []
  if (position === undefined || Number(n) > LAST_ROW) throw invalid('/query/since', 'invalid_cursor', 'the cursor is not one that this list gave')
  // Cursors of earlier versions have no mark: their history is not known.
  if (mark === undefined || mark !== await markOf(db, Number(position))) {
    const detail = 'this database does not have the write that the cursor names; start again from a full read'
    throw new DomainError('cursor_of_another_history', detail, [{ pointer: '/query/since', code: 'invalid_cursor', detail }])
  }
  return [Number(position), Number(n)]
}

/**
 * A short hash of the write at a position. A database that was restored from a backup gives out positions again, to
 * writes with other marks; beyond the last position there is none. Position 0 is before the first write of any history.
 */
async function markOf (db: Db, position: number): Promise<string | undefined> {
  if (position === 0) return '0'.repeat(12)
  const { rows: [write] } = await sql<{ mark: string }>`
    select left(encode(sha256(convert_to(concat_ws(' ', province_code, id, client, request_id, extract(epoch from at)), 'UTF8')),
      'hex'), 12) as mark
    from writes where position = ${position}`.execute(db)
  return write?.mark
}

import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { inSlowRead } from '../../database/time-limits.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid } from '../../contract/errors.ts'
import { DEFAULT_LIMIT, type Page, type PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { subtreeFor } from '../../catalogue/units/resolve.ts'
import { LATEST, type AuditEntry, type AuditQuery, type ChangedKey, type ChangeQuery } from './schema.ts'

const LATEST_FIRST: OrderColumn[] = [
  { name: 'position', kind: 'number', descending: true, required: true },
  { name: 'n', kind: 'number', descending: true, required: true }
]

/** What was written, the latest first. */
export async function auditEntries (
  db: Db, filters: AuditQuery, page: PageRequest, reach: Reach
): Promise<Page<AuditEntry>> {
  const unit = await subtreeFor(db, filters.unit, reach)
  const { client, resource, request_id, from, to } = filters
  const ofWrites = [
    client === undefined ? [] : sql`client = ${client}`, request_id === undefined ? [] : sql`request_id = ${request_id}`,
    from === undefined ? [] : sql`at >= ${from}`, to === undefined ? [] : sql`at < ${to}`
  ].flat()
  const ofRows = [unit === null ? [] : isOrWasBelow(unit.code), resource === undefined ? [] : sql`resource = ${resource}`].flat()
  const seen = seenFrom(reach)
  const query = sql<AuditEntry>`
    select writes.province_code, write, position, n, at, resource, ${seen.action} as action, key, ${seen.unit} as unit,
      before, after,
      client, key_id, request_id, address, operation, reason
    from writes cross join ${rowsOf(ofRows)}
    where ${sql.join([sql`true`, ...ofWrites], sql` and `)}`
  // Who asks for a unit may wait until all that others wrote is passed over.
  const { rows } = await inSlowRead(db, trx => withDossiers(pageQuery(query, LATEST_FIRST, page)).execute(trx))
  return pageOf(rows, LATEST_FIRST, page.limit)
}

/** The rows of a write. Looked up write by write: joined otherwise, all rows that there ever were would be read. */
function rowsOf (conditions: RawBuilder<unknown>[]): RawBuilder<unknown> {
  const ofWrite = sql`changed_rows.province_code = writes.province_code and write = writes.id`
  return sql`lateral (
    select * from changed_rows where ${sql.join([ofWrite, ...conditions], sql` and `)} offset 0
  ) as changed`
}

/** With what of the dossiers was and is, for those of one page: their versions say so. */
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
    ) as dossier on resource = 'dossiers'
    order by position desc, n desc`
}

/** Not for all to see: who has a key is the business of those who manage clients. */
const PRIVATE = ['clients', 'client-keys']

export interface Changes {
  items: ChangedKey[]
  /** Always there: to go on from when there is more. */
  next_cursor: string
  /** Whether there is more already. */
  more: boolean
}

/**
 * Keys of rows in the order in which their writes took effect. The next question goes on where this answer ends;
 * nothing is missed or told twice, however many write at the same time and however long their transactions take.
 * @param reach what belongs to no unit is within every reach; what moved out of it is a deletion
 * @throws DomainError `invalid_cursor`, `unknown_unit`
 */
export async function changesSince (db: Db, question: ChangeQuery, reach: Reach): Promise<Changes> {
  const { since, resource, limit = DEFAULT_LIMIT } = question
  if (since === LATEST) return { items: [], next_cursor: cursorOf(await lastPosition(db), LAST_ROW), more: false }
  const [position, n] = since === undefined ? [0, LAST_ROW] : readCursor(since)
  const end = await lastPosition(db)
  const conditions = [sql`resource <> all(${PRIVATE})`]
  if (reach !== null) conditions.push(sql`(unit is null or ${isOrWasBelow(reach)})`)
  if (resource !== undefined) conditions.push(sql`resource = ${resource}`)

  const rows: ChangedRow[] = []
  let seen = position
  // What is not for the caller has to be looked at, too: a part at a time, and not without end.
  for (let looks = 0; looks < MAX_LOOKS && rows.length <= limit && (looks === 0 || seen < end); looks++) {
    const after: Place = looks === 0 ? [position, n] : [seen, LAST_ROW]
    seen = await lastOfPart(db, after, end, limit)
    rows.push(...await changedRows(db, after, seen, limit, conditions, reach))
  }
  const isCut = rows.length > limit
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    items: page.map(({ position: _, n: __, ...row }) => row),
    // Beyond all that was looked at, so that nobody reads what is not for him again and again.
    next_cursor: isCut ? cursorOf(last!.position, last!.n) : cursorOf(Math.max(seen, position), LAST_ROW),
    more: isCut || seen < end
  }
}

/** Parts of the feed that one question looks at. */
const MAX_LOOKS = 10

/** A write, and a row of it. */
type Place = [position: number, n: number]
type ChangedRow = ChangedKey & { position: number, n: number }

/** The position up to which the writes from a place on have more rows than asked for, or the end. */
async function lastOfPart (db: Db, [from, n]: Place, end: number, limit: number): Promise<number> {
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
  const seen = seenFrom(reach)
  const { rows } = await sql<ChangedRow>`
    select position, n, at, resource, ${seen.action} as action, key, ${seen.unit} as unit
    from writes cross join ${rowsOf(conditions)}
    where position >= ${from} and position <= ${to} and (position, n) > (${from}, ${n})
    order by position, n limit ${limit + 1}`.execute(db)
  return rows
}

/** Beyond any row of a write: the cursor stands behind all of it. */
const LAST_ROW = 2_147_483_647

function isBelow (column: 'unit' | 'left_unit', unit: string) {
  return sql<boolean>`${sql.ref(column)} in (select code from units where ${unit} = any(path))`
}

/** What moved concerns the unit that it left as well as the one that it came to. */
function isOrWasBelow (unit: string) {
  return sql<boolean>`(${isBelow('unit', unit)} or ${isBelow('left_unit', unit)})`
}

/** What happened to a row for who reaches one unit alone: what moved out of reach is there no more. */
function seenFrom (reach: Reach) {
  if (reach === null) return { action: sql`action`, unit: sql`unit` }
  const hasLeft = sql`left_unit is not null and not ${isBelow('unit', reach)}`
  return {
    action: sql`case when ${hasLeft} then 'deleted' else action end`,
    unit: sql`case when ${hasLeft} then left_unit else unit end`
  }
}

async function lastPosition (db: Db): Promise<number> {
  return (await db.selectFrom('change_feed').select('position').executeTakeFirstOrThrow()).position
}

function cursorOf (position: number, n: number): string {
  return `${position}.${n}`
}

function readCursor (cursor: string): [number, number] {
  const [, position, n] = /^(\d{1,15})\.(\d{1,10})$/.exec(cursor) ?? []
  if (position === undefined || Number(n) > LAST_ROW) throw invalid('/query/since', 'invalid_cursor', 'the cursor is not one that this list gave')
  return [Number(position), Number(n)]
}

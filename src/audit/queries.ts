import { sql, type RawBuilder } from 'kysely'
import type { Db } from '../database/connect.ts'
import { invalid } from '../fault.ts'
import { DEFAULT_LIMIT, pageOf, pageQuery, type OrderColumn, type Page, type PageRequest } from '../http/paging.ts'
import { subtreeFor } from '../units/resolve.ts'
import { LATEST, type AuditEntry, type AuditQuery, type ChangedKey, type ChangeQuery } from './schema.ts'

const LATEST_FIRST: OrderColumn[] = [
  { name: 'position', kind: 'number', descending: true }, { name: 'n', kind: 'number', descending: true }
]

/** What was written, the latest first. @param reach code of the unit that the caller reaches; null: all */
export async function auditEntries (
  db: Db, filters: AuditQuery, page: PageRequest, reach: string | null
): Promise<Page<AuditEntry>> {
  const unit = await subtreeFor(db, filters.unit, reach)
  let query = db.selectFrom('writes')
    .innerJoin('changed_rows', join => join.onRef('changed_rows.province_code', '=', 'writes.province_code').onRef('write', '=', 'id'))
    .select([
      'changed_rows.province_code', 'write', 'position', 'n', 'at', 'resource', 'action', 'key', 'unit', 'before', 'after',
      'client', 'key_id', 'request_id', 'address', 'operation', 'reason'
    ])
  if (unit !== null) query = query.where(isBelow(unit.code))
  if (filters.client !== undefined) query = query.where('client', '=', filters.client)
  if (filters.resource !== undefined) query = query.where('resource', '=', filters.resource)
  if (filters.request_id !== undefined) query = query.where('request_id', '=', filters.request_id)
  if (filters.from !== undefined) query = query.where('at', '>=', filters.from)
  if (filters.to !== undefined) query = query.where('at', '<', filters.to)
  const { rows } = await withDossiers(pageQuery(sql<AuditEntry>`${query}`, LATEST_FIRST, page)).execute(db)
  return pageOf(rows, LATEST_FIRST, page.limit)
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
 * @param reach code of the unit that the caller reaches; null: all. What belongs to no unit is told to everyone.
 * @throws Refusal `invalid_cursor`, `unknown_unit`
 */
export async function changesSince (db: Db, question: ChangeQuery, reach: string | null): Promise<Changes> {
  const { since, resource, limit = DEFAULT_LIMIT } = question
  if (since === LATEST) return { items: [], next_cursor: cursorOf(await lastPosition(db), LAST_ROW), more: false }
  const [position, n] = since === undefined ? [0, LAST_ROW] : readCursor(since)
  const end = await lastPosition(db)
  let query = db.selectFrom('writes')
    .innerJoin('changed_rows', join => join.onRef('changed_rows.province_code', '=', 'writes.province_code').onRef('write', '=', 'id'))
    .select(['position', 'n', 'at', 'resource', 'action', 'key', 'unit'])
    .where(sql<boolean>`position >= ${position} and (position, n) > (${position}, ${n}) and position <= ${end}`)
    .where('resource', 'not in', PRIVATE)
    .orderBy('position').orderBy('n').limit(limit + 1)
  if (reach !== null) query = query.where(eb => eb.or([eb('unit', 'is', null), isBelow(reach)]))
  if (resource !== undefined) query = query.where('resource', '=', resource)
  const rows = await query.execute()
  const page = rows.slice(0, limit)
  const more = rows.length > limit
  const last = page.at(-1)
  return {
    items: page.map(({ position: _, n: __, ...row }) => row as ChangedKey),
    // Beyond all that was looked at, so that nobody reads what is not for him again and again.
    next_cursor: more ? cursorOf(last!.position, last!.n!) : cursorOf(Math.max(end, position), LAST_ROW),
    more
  }
}

/** Beyond any row of a write: the cursor stands behind all of it. */
const LAST_ROW = 2_147_483_647

function isBelow (unit: string) {
  return sql<boolean>`unit in (select code from units where ${unit} = any(path))`
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

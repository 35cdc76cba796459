import { sql, type RawBuilder } from 'kysely'
import type { Reach } from '../../contract/caller.ts'
import { DomainError } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import { instantOf } from '../../time/rfc3339.ts'
import type { ReportKey } from '../stages/stage.ts'
import { reportNamed } from './named.ts'
import type { Publication, Revision, RevisionQuery } from './schema.ts'

const ORDER: OrderColumn[] = [{ name: 'revision', kind: 'number', required: true }]

/**
 * What was published of a report, oldest first.
 * @throws DomainError `not_found` for unit and period, `invalid_request` for the form
 */
export async function revisions (
  db: Db, path: { unit: string, period: string }, { form }: RevisionQuery, page: PageRequest, reach: Reach
): Promise<Page<Revision>> {
  const { key } = await reportNamed(db, path, form, reach)
  const query = sql<Revision>`
    select unit, period, form, id, revision, sha256, published_at, nothing_to_report, note, reason, submitted_at, approved_at
    from report_revisions where ${isOf(key)}`
  return pageOf((await pageQuery(query, ORDER, page).execute(db)).rows, ORDER, page.limit)
}

/** @throws DomainError `not_found` */
export async function publishedReport (
  db: Db, key: ReportKey, revision: number
): Promise<{ content: object, publication: Publication }> {
  const { rows: [row] } = await sql<Publication & { content: string }>`
    select id, revision, sha256, published_at, content from report_revisions
    where ${isOf(key)} and revision = ${revision}`.execute(db)
  if (row === undefined) {
    throw new DomainError('not_found', `there is no revision ${revision} of the report of ${key.unit} for ${key.period} by ${key.form}`)
  }
  const { content, ...publication } = row
  return { content: JSON.parse(content) as object, publication }
}

/** What of a report was published last at an instant, and whether a value was written since. */
export interface LastPublication {
  publication: Publication | null
  changed: boolean
}

/** @param asKnownAt RFC 3339; undefined: now */
export async function lastPublication (
  db: Db, key: ReportKey, asKnownAt: string | undefined
): Promise<LastPublication> {
  const until = asKnownAt === undefined ? sql`'infinity'` : sql`${new Date(instantOf(asKnownAt)).toISOString()}::timestamptz`
  const { rows: [row] } = await sql<Publication & { changed: boolean }>`
    select id, revision, sha256, published_at, exists(
      select from indicator_value_versions
      where ${isOf(key)} and known_from > report_revisions.published_at and known_from <= ${until}) as changed
    from report_revisions where ${isOf(key)} and published_at <= ${until} order by revision desc limit 1`.execute(db)
  if (row === undefined) return { publication: null, changed: false }
  const { changed, ...publication } = row
  return { publication, changed }
}

function isOf ({ province_code, unit, period, form }: ReportKey): RawBuilder<boolean> {
  return sql`province_code = ${province_code} and unit = ${unit} and period = ${period} and form = ${form}`
}

import { sql } from 'kysely'
import { changeOf } from '../../writes/batch.ts'
import type { Db } from '../../database/connect.ts'
import { allowSlowStatements } from '../../database/time-limits.ts'
import { auditRowsOf } from '../../writes/audit-log.ts'
import type { Write } from '../../writes/unit-of-work.ts'
import { notFound } from '../../contract/errors.ts'
import { pageOf, pageQuery, type OrderColumn, type Page, type PageRequest } from '../../database/sql/keyset.ts'
import { rollUpSource } from '../../statistics/reported/rollup.ts'
import type { Source, SourceBody } from './schema.ts'

const ORDER: OrderColumn[] = [{ name: 'code', kind: 'text' }]

export async function sources (db: Db, page: PageRequest): Promise<Page<Source>> {
  const { rows } = await pageQuery(sql<Source>`${db.selectFrom('sources').selectAll()}`, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/** @throws DomainError `not_found` */
export async function sourceByCode (db: Db, code: string): Promise<Source> {
  const source = await db.selectFrom('sources').selectAll().where('code', '=', code).executeTakeFirst()
  if (source === undefined) throw notFound('source', code)
  return source
}

/**
 * Describes a source, whether it has posted already or not. What it reported counts by its new rank at once.
 * @throws DomainError `precondition_failed`
 */
export async function putSource (write: Write, code: string, body: SourceBody): Promise<Source> {
  const { trx, auditRows } = write
  const described = { ...body, name: body.name.normalize('NFC') }
  // Who creates the same code at the same time waits here, and then finds it.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`source ${code}`}, 0))`.execute(trx)
  const before = await trx.selectFrom('sources').selectAll().where('code', '=', code).forUpdate().executeTakeFirst()
  write.requireVersion(before?.version)
  if (before !== undefined && changeOf(0, before, { ...before, ...described }).outcome === 'unchanged') return before
  const after = await trx.insertInto('sources').values({ code, ...described })
    .onConflict(conflict => conflict.column('code').doUpdateSet({ ...described, version: sql`sources.version + 1` }))
    .returningAll().executeTakeFirstOrThrow()
  if (before?.precedence !== body.precedence) {
    await allowSlowStatements(trx)
    await rollUpSource(trx, code)
  }
  auditRows.push(...auditRowsOf('sources', [changeOf(0, before, after)], { key: ['code'] }))
  return after
}

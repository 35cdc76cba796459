import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import type { Source } from './schema.ts'

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

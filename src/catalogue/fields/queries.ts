import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import type { Field } from './schema.ts'

const ORDER: OrderColumn[] = [{ name: 'position', kind: 'number' }, { name: 'code', kind: 'text' }]

export async function fields (db: Db, page: PageRequest): Promise<Page<Field>> {
  const { rows } = await pageQuery(sql<Field>`${db.selectFrom('fields').selectAll()}`, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import { pageOf, pageQuery, type OrderColumn } from '../../database/sql/keyset.ts'
import type { Level } from './schema.ts'

const FROM_THE_TOP: OrderColumn[] = [{ name: 'position', kind: 'number' }, { name: 'code', kind: 'text' }]

export async function levels (db: Db, page: PageRequest): Promise<Page<Level>> {
  const { rows } = await pageQuery(sql<Level>`${db.selectFrom('levels').selectAll()}`, FROM_THE_TOP, page).execute(db)
  return pageOf(rows, FROM_THE_TOP, page.limit)
}

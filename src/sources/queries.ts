import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { pageOf, pageQuery, type OrderColumn, type Page, type PageRequest } from '../http/paging.ts'
import { recountSource } from '../statistics/recount.ts'
import type { Source, SourceBody } from './schema.ts'

const ORDER: OrderColumn[] = [{ name: 'code', kind: 'text' }]

export async function sources (db: Db, page: PageRequest): Promise<Page<Source>> {
  const { rows } = await pageQuery(sql<Source>`${db.selectFrom('sources').selectAll()}`, ORDER, page).execute(db)
  return pageOf(rows, ORDER, page.limit)
}

/** Describes a source, whether it has posted already or not. What it reported counts by its new rank at once. */
export async function describedSource (db: Db, code: string, body: SourceBody): Promise<Source> {
  const described = { ...body, name: body.name.normalize('NFC') }
  return inTransaction(db, true, async trx => {
    const before = await trx.selectFrom('sources').select('precedence').where('code', '=', code).forUpdate().executeTakeFirst()
    const source = await trx.insertInto('sources').values({ code, ...described })
      .onConflict(conflict => conflict.column('code').doUpdateSet(described))
      .returningAll().executeTakeFirstOrThrow()
    if (before?.precedence !== body.precedence) await recountSource(trx, code)
    return source
  })
}

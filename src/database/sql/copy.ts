import { CompiledQuery } from 'kysely'
import type { Trx } from '../connect.ts'
import { MARKS } from '../service-client.ts'
import type { DB } from '../tables.ts'
import { copyBytes, type Columns } from './bulk-binary.ts'
import { quoted } from './bulk-json.ts'

/** Inserts rows by COPY, which costs a server half as much as an insert of many rows. Only where `takesCopy`. */
export async function copyRows<R> (
  trx: Trx, table: keyof DB, columns: Columns<R>, rows: readonly R[]
): Promise<void> {
  const names = Object.keys(columns).map(quoted).join()
  const text = `${MARKS.copy} copy ${quoted(table)} (${names}) from stdin (format binary)`
  await trx.executeQuery(CompiledQuery.raw(text, [copyBytes(columns, rows)]))
}

import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { assignments, columns, recordset, same } from '../../database/sql/bulk-json.ts'
import { VALUE_COLUMNS } from './queries.ts'
import type { IndicatorValue } from './schema.ts'

export interface StoredValue extends IndicatorValue {
  province_code: string
}

const KEY = ['province_code', 'unit', 'period', 'form', 'indicator'] as const
const COLUMNS = [...KEY, ...VALUE_COLUMNS] as const

/**
 * Inserts the values whose key is new and locks the others. Both happen in key order, so that concurrent batches cannot
 * deadlock, and each sees what the other wrote.
 * @returns the values that were stored before
 */
export async function insertOrLock (trx: Trx, values: StoredValue[]): Promise<StoredValue[]> {
  const { rows: inserted } = await sql<StoredValue>`
    insert into indicator_values (${columns(COLUMNS)})
    select ${columns(COLUMNS)} from ${recordset('indicator_values', values, COLUMNS)} order by ${columns(KEY)}
    on conflict do nothing
    returning ${columns(KEY)}`.execute(trx)
  const isNew = new Set(inserted.map(valueKeyOf))
  const { rows: stored } = await sql<StoredValue>`
    select ${columns(COLUMNS, 'stored')}
    from ${recordset('indicator_values', values.filter(value => !isNew.has(valueKeyOf(value))), KEY)}
    join indicator_values as stored using (${columns(KEY)})
    order by ${columns(KEY, 'stored')} for update of stored`.execute(trx)
  return stored
}

export async function updateValues (trx: Trx, values: StoredValue[]): Promise<void> {
  await sql`
    update indicator_values as stored set ${assignments(VALUE_COLUMNS, 'asked')}, changed_at = clock_timestamp()
    from ${recordset('indicator_values', values, COLUMNS)}
    where ${same('stored', 'asked', KEY)}`.execute(trx)
}

export function valueKeyOf ({ unit, period, form, indicator }: StoredValue): string {
  return [unit, period, form, indicator].join(' ')
}

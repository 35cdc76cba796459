// Every value keeps its history: what was known of it, from when until when.
import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { columns, recordset, same } from '../../database/sql/bulk-json.ts'

const KEY = ['province_code', 'unit', 'period', 'form', 'indicator'] as const
const COLUMNS = [
  ...KEY, 'state', 'number', 'numerator', 'denominator', 'choice', 'printed', 'note'
] as const

type Version = Record<Exclude<typeof COLUMNS[number], 'note' | 'number' | 'numerator' | 'denominator' | 'choice'>, string> & {
  number: number | null
  numerator: number | null
  denominator: number | null
  choice: number | null
  note: string | null
}

/**
 * Adds versions of values that were written, and ends those before. Call it with their rows locked: then versions of a
 * value follow one another as its writers do, also where the clock of the server was put back.
 */
export async function addVersions (trx: Trx, values: readonly Version[]): Promise<void> {
  if (values.length === 0) return
  await sql`
    with ended as (
      update indicator_value_versions as stored set known_until = greatest(clock_timestamp(), known_from + interval '1 microsecond')
      from ${recordset('indicator_value_versions', values, KEY)}
      where ${same('stored', 'asked', KEY)} and known_until is null
      returning ${columns(KEY, 'stored')}, known_until)
    insert into indicator_value_versions (${columns(COLUMNS)}, known_from)
    select ${columns(COLUMNS, 'asked')}, coalesce(ended.known_until, clock_timestamp())
    from ${recordset('indicator_value_versions', values, COLUMNS)} left join ended using (${columns(KEY)})`.execute(trx)
}

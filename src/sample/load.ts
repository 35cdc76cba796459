import type { Db } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { periodsOf } from '../periods/calendar.ts'
import { FIELDS } from './fields.ts'
import { FORM, indicators } from './form.ts'
import { LEVELS } from './levels.ts'
import { SOURCES } from './sources.ts'
import { aliases, units } from './units.ts'
import { upsert } from '../database/upsert.ts'

const YEARS = [2020, 2021, 2022, 2023, 2024, 2025, 2026, 2027]

/** Brings the reference tables to what the service starts with. Doing it again changes nothing. */
export async function loadCatalogue (db: Db): Promise<void> {
  await inTransaction(db, true, async trx => {
    await upsert(trx, 'levels', ['code'], LEVELS)
    await upsert(trx, 'units', ['code'], units())
    await upsert(trx, 'unit_aliases', ['source', 'external_code'], aliases())
    await upsert(trx, 'fields', ['code'], FIELDS)
    await upsert(trx, 'periods', ['code'], YEARS.flatMap(periodsOf))
    await upsert(trx, 'sources', ['code'], SOURCES)
    await upsert(trx, 'forms', ['code'], [FORM])
    await upsert(trx, 'indicators', ['form', 'code'], indicators())
  })
}

import type { Db } from '../database/connect.ts'
import { inTransaction } from '../database/transaction.ts'
import { upsert } from '../database/upsert.ts'
import { importIndicatorValues } from '../indicators/import.ts'
import { periodsOf } from '../periods/calendar.ts'
import { importProcedures } from '../procedures/import.ts'
import { importDossierStatistics } from '../statistics/import.ts'
import { FIELDS } from './fields.ts'
import { FORM, indicators, reportedValues } from './form.ts'
import { LEVELS } from './levels.ts'
import { PROCEDURES } from './procedures.ts'
import { SOURCES } from './sources.ts'
import { reportedStatistics, syntheticStatistics } from './statistics.ts'
import { aliases, units } from './units.ts'

const YEARS = [2020, 2021, 2022, 2023, 2024, 2025, 2026, 2027]

const BATCH = { mode: 'atomic', dry_run: false } as const

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

/** Posts, as any client would, the real report of 2021-H1 and the synthetic figures of 2021-Q3. */
export async function loadSample (db: Db): Promise<void> {
  await importProcedures(db, PROCEDURES, BATCH)
  const values = reportedValues().map(value => ({ ...value, unit: 'H56', period: '2021-H1' }))
  await importIndicatorValues(db, values, BATCH)
  const statistics = [reportedStatistics(), ...syntheticStatistics(units())]
  await importDossierStatistics(db, statistics, { ...BATCH, replace: false })
}

/**
 * Fills a database that nobody has posted to yet: with all of it, with the catalogue alone, or with nothing.
 * Statistics are loaded last, so a start that was interrupted begins anew.
 */
export async function load (db: Db, what: 'true' | 'false' | 'catalogue'): Promise<void> {
  if (what === 'false') return
  if (await db.selectFrom('statistics_sets').select('unit').executeTakeFirst() !== undefined) return
  await loadCatalogue(db)
  if (what === 'true') await loadSample(db)
}

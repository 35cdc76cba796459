import { sql } from 'kysely'
import type { Db, Trx } from '../database/connect.ts'
import { allowSlowStatements } from '../database/time-limits.ts'
import { inTransaction } from '../database/transaction.ts'
import { upsert } from '../database/sql/bulk-json.ts'
import { runOwnWrite } from '../writes/unit-of-work.ts'
import type { Write } from '../writes/write.ts'
import { postIndicatorValues } from '../reports/indicators/commands.ts'
import { periodsOf } from '../time/calendar.ts'
import { postProcedures } from '../catalogue/procedures/commands.ts'
import { postDossierStatistics } from '../statistics/reported/commands.ts'
import { FIELDS } from './catalogue/fields.ts'
import { FORM, indicators, reportedValues } from './catalogue/form.ts'
import { LEVELS } from './catalogue/levels.ts'
import { PROCEDURES } from './catalogue/procedures.ts'
import { SOURCES } from './catalogue/sources.ts'
import { reportedStatistics, syntheticStatistics } from './sample/statistics.ts'
import { aliases, units } from './catalogue/units.ts'

const YEARS = [2020, 2021, 2022, 2023, 2024, 2025, 2026, 2027]

const BATCH = { mode: 'atomic', dry_run: false } as const

/** Brings the reference tables to what the service starts with. Doing it again changes nothing. */
export async function loadCatalogue (db: Db): Promise<void> {
  await inTransaction(db, async trx => {
    await waitForOthers(trx)
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

/**
 * Posts, as any client would, the real report of 2021-H1 and the synthetic figures of 2021-Q3. Each kind only where
 * nobody has posted any: a start that was interrupted goes on, and nothing is overwritten.
 */
export async function loadSample (db: Db): Promise<void> {
  if (await isEmpty(db, 'procedures')) await own(db, write => postProcedures(write, PROCEDURES, BATCH))
  if (await isEmpty(db, 'indicator_values')) {
    const values = reportedValues().map(value => ({ ...value, unit: 'H56', period: '2021-H1' }))
    await own(db, write => postIndicatorValues(write, values, BATCH))
  }
  if (await isEmpty(db, 'statistics_sets')) {
    const statistics = [reportedStatistics(), ...syntheticStatistics(units())]
    await own(db, write => postDossierStatistics(write, statistics, { ...BATCH, replace: false }))
  }
}

function own<T extends object> (db: Db, work: (write: Write) => Promise<T>): Promise<T> {
  return runOwnWrite(db, 'sample data', 'load', async write => {
    await waitForOthers(write.trx)
    return work(write)
  })
}

/** Processes that start together load together; nobody waits for them but who started them. */
async function waitForOthers (trx: Trx): Promise<void> {
  await allowSlowStatements(trx)
  await sql`set local lock_timeout = '20s'`.execute(trx)
}

/** Fills a database: with all of it, or with the catalogue alone. */
export async function load (db: Db, what: 'true' | 'catalogue'): Promise<void> {
  if (await isEmpty(db, 'levels')) await loadCatalogue(db)
  if (what === 'true') await loadSample(db)
}

async function isEmpty (db: Db, table: 'levels' | 'procedures' | 'indicator_values' | 'statistics_sets') {
  return await db.selectFrom(table).select(sql.lit(1).as('one')).limit(1).executeTakeFirst() === undefined
}

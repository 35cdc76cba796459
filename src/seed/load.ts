import { sql } from 'kysely'
import { DomainError } from '../contract/errors.ts'
import type { Db, Trx } from '../database/connect.ts'
import { allowSlowStatements } from '../database/time-limits.ts'
import { inTransaction } from '../database/transaction.ts'
import { upsert } from '../database/sql/bulk-json.ts'
import { runOwnWrite } from '../writes/unit-of-work.ts'
import type { Write } from '../writes/write.ts'
import { postIndicatorValues } from '../reports/indicators/commands.ts'
import { addFirstVersions } from '../catalogue/units/versions.ts'
import { addUsualPeriods } from '../catalogue/periods/usual.ts'
import { postUnitChanges } from '../catalogue/unit-changes/commands.ts'
import { passDossiers } from '../dossiers/passing/commands.ts'
import { postProcedures } from '../catalogue/procedures/commands.ts'
import { addCalendar } from '../working-time/calendars/store.ts'
import { addFormulas } from '../evaluation/formulas/store.ts'
import { addRules } from '../reports/rules/store.ts'
import { vietnam } from './calendars/vn.ts'
import { documentFormula } from './evaluation/document.ts'
import { foundFormula } from './evaluation/found.ts'
import { SHIPPED_VERSION, shippedRules } from './rules/shipped.ts'
import { postDossierStatistics, postFeedbackStatistics } from '../statistics/reported/commands.ts'
import { FIELDS } from './catalogue/fields.ts'
import { FORM, indicators, reportedValues } from './catalogue/form.ts'
import { LEVELS } from './catalogue/levels.ts'
import { PROCEDURES } from './catalogue/procedures.ts'
import { SOURCES } from './catalogue/sources.ts'
import { aliases, units } from './catalogue/units.ts'
import { communesOfToday, eventSets } from './reform/event-sets.ts'
import { reportedFeedback, reportedStatistics, syntheticStatistics, syntheticStatisticsOfToday } from './sample/statistics.ts'

const BATCH = { mode: 'atomic', dry_run: false } as const

/** Upserts the reference tables that the service starts with. Repeating it changes nothing. */
export async function loadCatalogue (db: Db): Promise<void> {
  await addUsualPeriods(db)
  await addCalendar(db, vietnam())
  await addFormulas(db, [foundFormula(), documentFormula()])
  await inTransaction(db, async trx => {
    await allowLongWaits(trx)
    await upsert(trx, 'levels', ['code'], LEVELS)
    await upsert(trx, 'units', ['id'], units())
    await addFirstVersions(trx)
    await upsert(trx, 'unit_aliases', ['source', 'external_code', 'valid_from'], aliases())
    await upsert(trx, 'fields', ['code'], FIELDS)
    await upsert(trx, 'sources', ['code'], SOURCES)
    await upsert(trx, 'forms', ['code'], [FORM])
    await upsert(trx, 'indicators', ['form', 'code'], indicators())
  })
  await addRules(db, shippedRules(), SHIPPED_VERSION)
}

/**
 * Posts the real report of 2021-H1 and the synthetic figures of 2021-Q3 through the same commands as any client. A
 * table that has rows is skipped, so that an interrupted start continues and nothing is overwritten.
 */
export async function loadSample (db: Db): Promise<void> {
  if (await isEmpty(db, 'procedures')) await inOwnWrite(db, write => (
    postProcedures(write, PROCEDURES, BATCH)))
  if (await isEmpty(db, 'indicator_values')) {
    const values = reportedValues().map(value => ({ ...value, unit: 'H56', period: '2021-H1' }))
    await inOwnWrite(db, write => postIndicatorValues(write, values, BATCH))
  }
  if (await isEmpty(db, 'statistics_sets')) {
    const statistics = [reportedStatistics(), ...syntheticStatistics(units())]
    const options = { ...BATCH, replace: false }
    await inOwnWrite(db, write => postDossierStatistics(write, statistics, options))
  }
  if (await isEmpty(db, 'feedback_sets')) await inOwnWrite(db, write => (
    postFeedbackStatistics(write, [reportedFeedback()], { ...BATCH, replace: false })))
}

/**
 * Posts the reform of 2025 and synthetic figures of 2026 for the units that it makes, all of it or nothing. Units that
 * somebody has changed, or that the reform does not fit for another reason, stay as they are.
 * @returns why the reform does not fit; null: it is there, or the units are others
 */
export async function loadReform (db: Db): Promise<string | null> {
  if (!await hasUnitsOf2021(db)) return null
  return inOwnWrite(db, async write => {
    // Of processes that start at the same time one does it, and the others find it done.
    await sql`lock table units in share row exclusive mode`.execute(write.trx)
    if (!await hasUnitsOf2021(write.trx)) return {}
    const communes = communesOfToday()
    for (const eventSet of eventSets(communes)) {
      await postUnitChanges(write.continued(), eventSet, { dry_run: false }, { passDossiers })
    }
    return postDossierStatistics(write, syntheticStatisticsOfToday(communes), { ...BATCH, replace: false })
  }).then(() => null, (error: unknown) => {
    if (error instanceof DomainError) return error.message
    throw error
  })
}

/** Whether the units of Thanh Hóa are those of the catalogue. An event set that was taken back is a change as well. */
async function hasUnitsOf2021 (db: Db | Trx): Promise<boolean> {
  const change = await db.selectFrom('unit_changes').select('id').where('province_code', '=', 'H56').limit(1)
    .execute()
  if (change.length > 0) return false
  const stored = await db.selectFrom('units').select(['id', 'name', 'kind', 'level', 'parent', 'valid_from', 'valid_to'])
    .where('province_code', '=', 'H56').execute()
  const byId = new Map(stored.map(unit => [unit.id, unit]))
  return units().every(unit => {
    const row = byId.get(unit.id)
    return row !== undefined && Object.entries(row).every(([name, value]) => unit[name as keyof typeof row] === value)
  })
}

function inOwnWrite<T extends object> (db: Db, work: (write: Write) => Promise<T>): Promise<T> {
  return runOwnWrite(db, 'sample data', 'load', async write => {
    await allowLongWaits(write.trx)
    return work(write)
  })
}

/** Processes that start at the same time wait for each other's locks. No request waits for it, so it may be slow. */
async function allowLongWaits (trx: Trx): Promise<void> {
  await allowSlowStatements(trx)
  await sql`set local lock_timeout = '20s'`.execute(trx)
}

/**
 * Fills a database with the catalogue and, for `true`, with the sample as well. One that a province was set up in has
 * no units that the sample could be of, and stays as it is.
 * @returns why the reform of 2025 is left out; null: it is not
 */
export async function load (db: Db, what: 'true' | 'catalogue'): Promise<{ reform_left_out: string | null }> {
  if (await isEmpty(db, 'levels')) await loadCatalogue(db)
  if (what !== 'true' || !await hasSampleCatalogue(db)) return { reform_left_out: null }
  await loadSample(db)
  return { reform_left_out: await loadReform(db) }
}

/** Whether the catalogue is that of the report of 2021. */
export async function hasSampleCatalogue (db: Db): Promise<boolean> {
  const source = reportedStatistics().source
  return await db.selectFrom('sources').select('code').where('code', '=', source).executeTakeFirst() !== undefined
}

async function isEmpty (db: Db, table: 'levels' | 'procedures' | 'indicator_values' | 'statistics_sets' | 'feedback_sets') {
  return await db.selectFrom(table).select(sql.lit(1).as('one')).limit(1).executeTakeFirst() === undefined
}

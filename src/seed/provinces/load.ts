import { sql } from 'kysely'
import type { Trx } from '../../database/connect.ts'
import { insertMissing } from '../../database/sql/bulk-json.ts'
import { usualPeriods } from '../../time/calendar.ts'
import { addFirstVersions } from '../../catalogue/units/versions.ts'
import { FIELDS } from '../catalogue/fields.ts'
import { FORM, indicators } from '../catalogue/form.ts'
import { LEVELS } from '../catalogue/levels.ts'
import { SOURCES } from '../catalogue/sources.ts'
import { SHIPPED_VERSION, shippedRules } from '../rules/shipped.ts'
import type { Division } from './provinces.ts'
import { aliasesOf, SINCE, unitsOf } from './units.ts'

const ONE_STOP = 'one-stop'

/** How many rows were added to each table. */
export type Added = Record<'units' | 'levels' | 'fields' | 'periods' | 'sources' | 'forms' | 'indicators' | 'rules', number>

/**
 * Adds a province with its communes of today, and the reference tables as far as they lack something. What is stored
 * already stays as it is, because an administrator may have changed it.
 * @param code the national identifier of the province
 * @throws Error with one line, when the code or the province is in use otherwise
 */
export async function loadProvince (trx: Trx, province: Division, code: string): Promise<Added> {
  // Two that set up different provinces under one code would both find it free.
  await sql`lock table units in share row exclusive mode`.execute(trx)
  await refuseOtherUse(trx, province, code)
  const levels = LEVELS.filter(({ valid_to: end }) => end === null || end >= SINCE)
  const added = {
    levels: await insertMissing(trx, 'levels', levels),
    units: await insertMissing(trx, 'units', unitsOf(province, code)),
    fields: await insertMissing(trx, 'fields', FIELDS),
    periods: await insertMissing(trx, 'periods', usualPeriods()),
    sources: await insertMissing(trx, 'sources', SOURCES.filter(source => source.code === ONE_STOP)),
    forms: await insertMissing(trx, 'forms', [FORM]),
    indicators: await insertMissing(trx, 'indicators', indicators()),
    rules: await insertMissing(trx, 'rules', shippedRules().map(rule => ({ ...rule, shipped_version: SHIPPED_VERSION })) as never[])
  }
  await addFirstVersions(trx)
  await insertMissing(trx, 'unit_aliases', aliasesOf(province, code))
  return added
}

async function refuseOtherUse (trx: Trx, province: Division, code: string): Promise<void> {
  const own = await trx.selectFrom('unit_aliases').select('unit')
    .where('source', '=', 'gso').where('external_code', '=', province.code).executeTakeFirst()
  if (own !== undefined && own.unit !== code) throw new Error(`${province.name} has the code ${own.unit} in this database`)
  const stored = await trx.selectFrom('units').select(['code', 'name', 'valid_to'])
    .where('code', 'in', unitsOf(province, code).map(unit => unit.code)).orderBy('code').execute()
  const taken = stored.find(unit => unit.code === code)
  if (own === undefined && taken !== undefined) throw new Error(`${code} is ${taken.name} in this database`)
  const hasEnded = ({ valid_to: end }: { valid_to: string | null }) => end !== null && end < SINCE
  const living = new Set(stored.filter(unit => !hasEnded(unit)).map(unit => unit.code))
  const ended = stored.find(unit => hasEnded(unit) && !living.has(unit.code))
  if (ended !== undefined) {
    throw new Error(`${code} has the units from before ${SINCE} in this database, such as ${ended.code}, ${ended.name}, ` +
      `whose codes are used again; set ${province.name} up in a database of its own`)
  }
}

import type { Reach } from '../../contract/caller.ts'
import { invalid, notFound } from '../../contract/errors.ts'
import type { Db } from '../../database/connect.ts'
import { periodByCode } from '../../catalogue/periods/queries.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import { reachedUnit, type ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { formFor } from '../indicators/form-in-force.ts'
import { allForms } from '../indicators/queries.ts'
import type { ReportKey } from '../stages/stage.ts'

export interface NamedReport {
  key: ReportKey
  unit: ResolvedUnit
  period: Period
}

/**
 * The report that an address names.
 * @throws DomainError `not_found` for unit and period, `invalid_request` for the form
 */
export async function reportNamed (
  db: Db, path: { unit: string, period: string }, form: string | undefined, reach: Reach
): Promise<NamedReport> {
  const period = await periodByCode(db, path.period)
  const unit = await reachedUnit(db, path.unit, reach, { day: period.ends_on })
  if (unit === undefined) throw notFound('unit', path.unit)
  const found = formFor(await allForms(db), form, period)
  if (typeof found === 'string') throw invalid('/query/form', 'unknown_form', found)
  const key = { province_code: unit.province_code, unit: unit.id, period: period.code, form: found.code }
  return { key, unit, period }
}

import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid, notFound } from '../../contract/errors.ts'
import { formFor } from '../indicators/form-in-force.ts'
import { allForms } from '../indicators/queries.ts'
import { periodByCode } from '../../catalogue/periods/queries.ts'
import { reachedUnit, type ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { valuesKnownAt } from '../history/queries.ts'
import type { FilledReport, ReportPath, ReportQuery, ReportRow } from './schema.ts'

/**
 * @throws DomainError `not_found` for unit and period, `invalid_request` for the form
 */
export async function filledReport (
  db: Db, path: ReportPath, query: ReportQuery, reach: Reach
): Promise<FilledReport> {
  const period = await periodByCode(db, path.period)
  const unit = await reachedUnit(db, path.unit, reach, { day: period.ends_on })
  if (unit === undefined) throw notFound('unit', path.unit)
  const form = formFor(await allForms(db), query.form, period)
  if (typeof form === 'string') throw invalid('/query/form', 'unknown_form', form)
  const rows = await filledRows(db, unit, period.code, form.code, query.as_known_at)
  return { unit: unit.id, period: period.code, form: form.code, rows }
}

async function filledRows (
  db: Db, unit: ResolvedUnit, period: string, form: string, asKnownAt: string | undefined
): Promise<ReportRow[]> {
  const { rows } = await sql<ReportRow>`
    select indicators.code, printed_code, parent, name, value_type, measure,
      coalesce(state, case when value_type <> 'heading' then 'not_provided' end) as state,
      number, numerator, denominator, choice, coalesce(printed, '') as printed, note
    from indicators
    left join ${valuesKnownAt(asKnownAt)} on province_code = ${unit.province_code} and unit = ${unit.id} and period = ${period}
      and indicator_values.form = indicators.form and indicator = indicators.code
    where indicators.form = ${form}
    order by position`.execute(db)
  return rows
}

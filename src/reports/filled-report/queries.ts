import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid, notFound } from '../../contract/errors.ts'
import { canonicalDerivation } from '../derivations/canonical.ts'
import { Deriver, differenceOf, type Derived } from '../derivations/derive.ts'
import { REASONS, type Derivation } from '../derivations/schema.ts'
import { formFor } from '../indicators/form-in-force.ts'
import { allForms } from '../indicators/queries.ts'
import { periodByCode } from '../../catalogue/periods/queries.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import { reachedUnit, type ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { valuesKnownAt } from '../history/queries.ts'
import type {
  ExplainPath, ExplainQuery, FilledReport, ReportExplained, ReportPath, ReportQuery, ReportRow
} from './schema.ts'
import { shownPart, shownStep } from './shown.ts'

/**
 * A form as a unit fills it, with what the service derives itself beside what is reported. What is reported counts.
 * Nothing is derived as it was known earlier: it follows from dossiers and procedures as they are now.
 * @param now milliseconds since 1970
 * @throws DomainError `not_found` for unit and period, `invalid_request` for the form
 */
export async function filledReport (
  db: Db, path: ReportPath, query: ReportQuery, reach: Reach, now: number
): Promise<FilledReport> {
  const { key, rows, deriver } = await openedReport(db, path, query, reach, now)
  const filled: ReportRow[] = []
  for (const { derivation, ...row } of rows) {
    const derived = query.as_known_at === undefined ? await deriver.of(row.code) : null
    filled.push(withDerived(row, derived, derivation))
  }
  return { ...key, rows: filled }
}

/**
 * How the value of one indicator comes about.
 * @param now milliseconds since 1970
 * @throws DomainError as `filledReport`, and `not_found` for the indicator
 */
export async function reportExplained (
  db: Db, { indicator, ...path }: ExplainPath, query: ExplainQuery, reach: Reach, now: number
): Promise<ReportExplained> {
  const { key, rows, deriver } = await openedReport(db, path, query, reach, now)
  const found = rows.find(({ code }) => code === indicator)
  if (found === undefined) throw notFound('indicator', indicator)
  const { derivation, ...row } = found
  const derived = await deriver.of(indicator)
  const { unknown = null, parts = [], steps = [] } = derived ?? {}
  return {
    ...key,
    row: withDerived(row, derived, derivation),
    derivation: canonicalDerivation(derivation),
    reason: unknown && REASONS[unknown],
    parts: parts.map(shownPart),
    steps: steps.map(shownStep)
  }
}

type PostedRow = Omit<ReportRow, keyof typeof NOTHING_DERIVED> & { derivation: Derivation | null }

interface OpenedReport {
  key: Pick<FilledReport, 'unit' | 'period' | 'form'>
  rows: PostedRow[]
  deriver: Deriver
}

async function openedReport (
  db: Db, path: ReportPath, query: Pick<ReportQuery, 'form' | 'as_known_at'>, reach: Reach, now: number
): Promise<OpenedReport> {
  const period = await periodByCode(db, path.period)
  const unit = await reachedUnit(db, path.unit, reach, { day: period.ends_on })
  if (unit === undefined) throw notFound('unit', path.unit)
  const form = formFor(await allForms(db), query.form, period)
  if (typeof form === 'string') throw invalid('/query/form', 'unknown_form', form)
  const rows = await postedRows(db, unit, period, form.code, query.as_known_at)
  const deriver = new Deriver({ db, unit, period, reach, now }, form.code, rows)
  return { key: { unit: unit.id, period: period.code, form: form.code }, rows, deriver }
}

async function postedRows (
  db: Db, unit: ResolvedUnit, period: Period, form: string, asKnownAt: string | undefined
): Promise<PostedRow[]> {
  const { rows } = await sql<PostedRow>`
    select indicators.code, printed_code, parent, name, value_type, measure,
      coalesce(state, case when value_type <> 'heading' then 'not_provided' end) as state,
      number, numerator, denominator, choice, coalesce(printed, '') as printed, note, derivation
    from indicators
    left join ${valuesKnownAt(asKnownAt)} on province_code = ${unit.province_code} and unit = ${unit.id} and period = ${period.code}
      and indicator_values.form = indicators.form and indicator = indicators.code
    where indicators.form = ${form}
    order by position`.execute(db)
  return rows
}

/** Of an indicator that is reported by hand. */
export const NOTHING_DERIVED = {
  source: null, computed_number: null, computed_numerator: null, computed_denominator: null, computed_unknown: null,
  difference: null, units_reported: null, units_expected: null
}

function withDerived (
  row: Omit<PostedRow, 'derivation'>, derived: Derived | null, derivation: Derivation | null
): ReportRow {
  const isReported = row.state === 'reported' || row.state === 'no_data'
  if (derived === null) return { ...row, ...NOTHING_DERIVED, source: isReported ? 'reported' : null }
  const { number, numerator, denominator, unknown, units_reported, units_expected } = derived
  const own = unknown !== null ? null : derivation!.op === 'units' ? 'aggregated' : 'computed'
  return {
    ...row,
    source: isReported ? 'reported' : own,
    computed_number: number,
    computed_numerator: numerator,
    computed_denominator: denominator,
    computed_unknown: unknown,
    difference: differenceOf(row.number, number),
    units_reported,
    units_expected
  }
}

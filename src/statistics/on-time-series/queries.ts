import type { Reach } from '../../contract/caller.ts'
import type { Db } from '../../database/connect.ts'
import { countUnits, isExpected, isRecorded, reportingUnits, type ReportingUnit } from '../../dossiers/counts/index.ts'
import { notFound } from '../../contract/errors.ts'
import { noDossiers, noSources, nothingReported } from '../on-time/empty-rows.ts'
import type { RulesOfRow } from '../on-time/percentage-sql.ts'
import { rulesAsked, rulesOfRow } from '../on-time/resolve-query.ts'
import { onTime } from '../on-time/queries.ts'
import { receptionRulesFor } from '../on-time/reception/rules.ts'
import { hierarchyOf } from '../../catalogue/hierarchy/hierarchy.ts'
import { exactly, reachedUnit } from '../../catalogue/units/resolve.ts'
import { existsIn } from '../../catalogue/units/lifetime.ts'
import { MAX_MONTHS, monthsAsked, type Month } from './months.ts'
import type { UnknownAsked } from '../../measures/unknown.ts'
import type { Cut } from '../../time/cut.ts'
import type { OnTimeSeriesQuery, OnTimeSeriesRow } from './schema.ts'

/** What the row of a month holds besides its month. */
type Counted = Omit<OnTimeSeriesRow, 'unit' | 'period' | 'starts_on' | 'ends_on' | 'basis' | 'method' | 'hierarchy' | keyof RulesOfRow | keyof Cut>

/**
 * The months of a unit and all below it, also those of which nothing is known. The series begins and ends with the
 * unit, or with the units that its figures are carried from: it does not become zero. Months that have not begun are
 * left out.
 * @param now milliseconds since 1970
 * @throws DomainError `not_found` for the unit, `invalid_request` for months and method
 */
export async function onTimeSeries (
  db: Db, name: string, question: OnTimeSeriesQuery, reach: Reach, now: number
): Promise<OnTimeSeriesRow[]> {
  const { basis = 'reported', method = 'resolved', unknown = false, rules } = question
  const hierarchy = hierarchyOf(question.hierarchy, reach, now)
  const asked = await monthsAsked(db, question, now)
  const unit = await reachedUnit(db, name, reach, { day: hierarchy.unitsOf?.day ?? asked.at(-1)?.ends_on })
  if (unit === undefined) throw notFound('unit', name)
  const desks = await reportingUnits(db, unit.id, hierarchy.unitsOf)
  const lives = hierarchy.unitsOf === null ? [unit] : desks
  const months = asked.filter(month => lives.some(life => existsIn(life, month)))
  if (months.length === 0) return []
  // What is wrong with its days is said of the months that are asked for.
  if (basis === 'records') {
    await receptionRulesFor(db, { method }, months.map(({ code, cut }) => ({ code, ...cut })), unit.province_code)
  }
  const named = { basis, method, unknown, rules, hierarchy: hierarchy.name }
  const counted = await countedMonths(db, unit.id, months, named, reach, now)
  const byRules = rulesOfRow(await rulesAsked(db, { basis, rules }, months, now))
  return months.map(month => {
    const { code: period, starts_on, ends_on, cut: { as_of, provisional } } = month
    const of = basis === 'reported' ? reportedMonth : recordedMonth
    const figures = of(month, counted.get(period), desks, question)
    const asked = { unit: unit.id, period, starts_on, ends_on, basis, method, hierarchy: hierarchy.name }
    return { ...asked, ...figures, ...byRules, as_of, provisional }
  })
}

async function countedMonths (
  db: Db, unit: string, months: Month[],
  asked: Pick<OnTimeSeriesQuery, 'basis' | 'method' | 'unknown' | 'rules' | 'hierarchy'>, reach: Reach,
  now: number
): Promise<Map<string, Counted>> {
  const question = { ...asked, period: months.map(({ code }) => code), unit: exactly(unit), group_by: ['period' as const] }
  const { items } = await onTime(db, question, { limit: MAX_MONTHS }, reach, now)
  return new Map(items.map(row => {
    const {
      period, level, field, unit, procedure, channel, basis, method, hierarchy, rules, rules_version, ...counted
    } = row
    return [period!, counted]
  }))
}

const UNKNOWN = { numerator: null, denominator: null, on_time_percent: null, units_reported: 0 }

function reportedMonth (
  month: Month, counted: Counted | undefined, desks: ReportingUnit[], asked: UnknownAsked
): Counted {
  return counted ?? {
    ...nothingReported(asked), ...UNKNOWN, ...noSources('reported'), units_expected: expected(desks, month)
  }
}

function recordedMonth (
  month: Month, counted: Counted | undefined, desks: ReportingUnit[], asked: UnknownAsked
): Counted {
  const units_expected = expected(desks, month)
  const units_reported = countUnits(desks.filter(desk => isRecorded(desk, { ...month, ends_on: month.cut.to })))
  if (counted === undefined && units_reported === 0) {
    return { ...nothingReported(asked), ...UNKNOWN, ...noSources('records'), units_expected }
  }
  const none = { ...noDossiers(asked), ...noSources('records'), numerator: 0, denominator: 0, on_time_percent: null }
  return { ...counted ?? none, units_reported, units_expected }
}

function expected (desks: ReportingUnit[], month: Month): number {
  return countUnits(desks.filter(desk => isExpected(desk, month)))
}

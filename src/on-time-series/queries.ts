import type { Db } from '../database/connect.ts'
import { countedDossiers } from '../dossiers/counts.ts'
import { desksOf, isExpected, isRecorded, type Desk } from '../dossiers/desks.ts'
import { invalid, notFound } from '../fault.ts'
import { NO_DOSSIERS, NOTHING_REPORTED, recordedFigures } from '../statistics/figures.ts'
import { onTime } from '../statistics/on-time.ts'
import { shareOf, type Method } from '../statistics/share.ts'
import { reachedUnit } from '../units/resolve.ts'
import { existsIn } from '../units/validity.ts'
import { MAX_MONTHS, monthsAsked, type Month } from './months.ts'
import type { OnTimeSeriesQuery, OnTimeSeriesRow } from './schema.ts'

/** What the row of a month holds besides its month. */
type Counted = Omit<OnTimeSeriesRow, 'unit' | 'period' | 'starts_on' | 'ends_on' | 'basis' | 'method'>

/**
 * The months of a unit and all below it, also those of which nothing is known. The series begins and ends with the
 * unit: it does not become zero.
 * @param reach code of the unit that the caller reaches; null: all
 * @throws Refusal `not_found` for the unit, `invalid_request` for months and method
 */
export async function onTimeSeries (
  db: Db, name: string, question: OnTimeSeriesQuery, reach: string | null
): Promise<OnTimeSeriesRow[]> {
  const { basis = 'reported', method = 'resolved' } = question
  const unit = await reachedUnit(db, { name, source: null }, reach)
  if (unit === undefined) throw notFound('unit', name)
  const months = (await monthsAsked(db, question)).filter(month => existsIn(unit, month))
  if (months.length === 0) return []
  const desks = await desksOf(db, unit.code)
  const counted = basis === 'reported'
    ? await reported(db, unit.code, months, method)
    : await recorded(db, unit.code, months.filter(({ has_begun }) => has_begun), method, desks)
  return months.map(month => {
    const { code: period, starts_on, ends_on } = month
    const row = counted.get(period) ?? { ...NOTHING, units_expected: expected(desks, month) }
    return { unit: unit.code, period, starts_on, ends_on, basis, method, ...row }
  })
}

const NOTHING = { ...NOTHING_REPORTED, numerator: null, denominator: null, on_time_percent: null, units_reported: 0 }

async function reported (db: Db, unit: string, months: Month[], method: Method): Promise<Map<string, Counted>> {
  if (method === 'due') {
    throw invalid('/query/method', 'not_allowed', 'what fell due is known of records alone: basis=records')
  }
  const question = { period: months.map(({ code }) => code), unit, group_by: ['period' as const], method }
  const { items } = await onTime(db, question, { limit: MAX_MONTHS }, null)
  return new Map(items.map(({ period, level, field, unit, procedure, method, ...counted }) => [period!, counted]))
}

async function recorded (
  db: Db, unit: string, months: Month[], method: Method, desks: Desk[]
): Promise<Map<string, Counted>> {
  if (months.length === 0) return new Map()
  const spans = months.map(({ code, starts_on: from, ends_on: to }) => ({ code, from, to }))
  const { rows } = await countedDossiers({ keys: ['period'], spans, unit }).execute(db)
  const counts = new Map(rows.map(row => [row.period!, row]))
  return new Map(months.flatMap((month): [string, Counted][] => {
    const units_reported = desks.filter(desk => isRecorded(desk, month)).length
    const counted = counts.get(month.code) ?? (units_reported === 0 ? undefined : NO_DOSSIERS)
    if (counted === undefined) return []
    const coverage = { units_reported, units_expected: expected(desks, month) }
    return [[month.code, { ...recordedFigures(counted), ...shareOf(counted, method), ...coverage }]]
  }))
}

function expected (desks: Desk[], month: Month): number {
  return desks.filter(desk => isExpected(desk, month)).length
}

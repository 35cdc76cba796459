import { sql } from 'kysely'
import type { Trx } from '../../../database/connect.ts'
import { recordingUnits } from '../../../dossiers/counts/index.ts'
import { DOSSIERS } from '../../kinds/index.ts'
import type { RecordsPlan } from '../records/plan.ts'
import { recordsQuery } from '../records/records-sql.ts'
import { reportedPlanOf } from '../reported/plan.ts'
import { reportedQuery } from '../reported/reported-sql.ts'
import type { ResolvedQuery } from '../resolve-query.ts'
import type { OnTimeQuery } from '../schema.ts'
import type { Figure } from './figures.ts'
import type { Unreported } from './schema.ts'

interface ReportedFigures {
  /** What units without records add. */
  withoutRecords: { units: number, numerator_change: number, denominator_change: number }
  /**
   * Units of which there are records and no reports, or none of the fields asked for. What they add is not the sum of
   * their figures: a dossier that has moved can count for two units, and then counts once for both.
   */
  without: Record<Unreported, string[]>
  reported: Figure
  isEstimated: boolean
}

/**
 * What units reported, and what of its difference from records is of units of which only one of the two is there. It
 * is known of units that report for themselves; a unit whose figure is unknown is left out.
 * @param byUnit the plan of the records, grouped by unit
 */
export async function reportedFigures (
  trx: Trx, question: OnTimeQuery, resolved: ResolvedQuery, byUnit: RecordsPlan
): Promise<ReportedFigures> {
  const { source, spans: [span] } = byUnit
  const asked = { ...question, basis: 'reported' as const }
  const { rows: [whole] } = await reportedQuery(reportedPlanOf(DOSSIERS, asked, resolved)).execute(trx)
  const figures = { reported: whole!, isEstimated: whole!.estimated }
  if (whole!.scope === 'total') return { ...figures, withoutRecords: summed([]), without: NONE }
  const reports = await reportsByUnit(trx, asked, resolved)
  const ofAnyField = question.field === undefined
    ? []
    : await reportsByUnit(trx, { ...asked, field: undefined }, resolved)
  const { rows: records } = await recordsQuery(byUnit).execute(trx)
  const { rows: senders } = await sql<{ unit: string }>`
    select unit from ${recordingUnits(source)} as desks where since <= ${span!.to}::date`.execute(trx)
  const recorded = new Set([...records, ...senders].map(({ unit }) => unit))
  const reporting = new Set(reports.map(({ unit }) => unit))
  const otherwise = new Set(ofAnyField.map(({ unit }) => unit))
  const silent = records.map(({ unit }) => unit!).filter(unit => !reporting.has(unit))
  return {
    ...figures,
    withoutRecords: summed(reports.filter(({ unit }) => !recorded.has(unit))),
    without: {
      units_without_reports: silent.filter(unit => !otherwise.has(unit)),
      units_without_field: silent.filter(unit => otherwise.has(unit))
    }
  }
}

const NONE: ReportedFigures['without'] = { units_without_reports: [], units_without_field: [] }

/** The figures of units that report for themselves. */
async function reportsByUnit (trx: Trx, asked: OnTimeQuery, resolved: ResolvedQuery) {
  const plan = reportedPlanOf(DOSSIERS, { ...asked, group_by: ['unit'] }, resolved)
  return (await reportedQuery(plan).execute(trx)).rows.filter(({ scope }) => scope === 'own')
}

function summed (all: readonly Figure[]): ReportedFigures['withoutRecords'] {
  const known = all.filter(({ numerator, denominator }) => numerator !== null && denominator !== null)
  const sumOf = (name: keyof Figure) => known.reduce((sum, figure) => sum + figure[name]!, 0)
  return { units: known.length, numerator_change: sumOf('numerator'), denominator_change: sumOf('denominator') }
}

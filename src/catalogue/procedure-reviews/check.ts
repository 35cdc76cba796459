import { sql } from 'kysely'
import { duplicateKeys, type Prepared, type ResolvedChecks } from '../../writes/ingest-batch.ts'
import { unknownReference } from '../../writes/row-issues.ts'
import type { Caller } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import { today } from '../../time/business-day.ts'
import { lifetimeIssues, reachIssues, severalProvinces, successorsAfter } from '../units/batch-rules.ts'
import type { UnitsById } from '../units/lineage/successions.ts'
import { resolveUnits, type ResolvedUnit } from '../units/resolve.ts'
import type { ProcedureReview, ProcedureReviewItem } from './schema.ts'

export interface StoredReview extends ProcedureReview {
  province_code: string
}

export const REVIEW_KEY = ['province_code', 'period', 'unit', 'procedure'] as const

export function reviewKeyOf ({ period, unit, procedure }: ProcedureReview): string {
  return [period, unit, procedure].join(' ')
}

interface Days {
  code: string
  starts_on: string
  ends_on: string
}

interface Lookups {
  unitIn: (name: string, period: Days | undefined) => ResolvedUnit | undefined
  periods: ReadonlyMap<string, Days>
  procedures: ReadonlySet<string>
  /** Of units that had ended before the period. */
  successors: UnitsById
}

/** Looks up what the items name. @returns the checks of one item and of all beside one another */
export async function resolvedChecks (
  trx: Trx, items: ProcedureReviewItem[], by: Caller
): Promise<ResolvedChecks<ProcedureReviewItem, StoredReview>> {
  const unitOf = await resolveUnits(trx, items.map(({ unit }) => ({ name: unit, source: null })))
  const { rows: periods } = await sql<Days>`
    select code, starts_on, ends_on from periods where code = any(${items.map(({ period }) => period)})`.execute(trx)
  const { rows: procedures } = await sql<{ code: string }>`
    select code from procedures where code = any(${items.map(({ procedure }) => procedure)})`.execute(trx)
  const lookups: Lookups = {
    unitIn: (name, period) => unitOf({ name, source: null }, period?.ends_on ?? today()),
    periods: new Map(periods.map(period => [period.code, period])),
    procedures: new Set(procedures.map(({ code }) => code)),
    successors: new Map()
  }
  lookups.successors = await successorsAfter(trx, items.map(item => {
    const period = lookups.periods.get(item.period)
    return [lookups.unitIn(item.unit, period), period]
  }))
  return {
    prepare: item => prepared(item, lookups, by),
    rules: [duplicateKeys('unit, procedure and period', reviewKeyOf), severalProvinces]
  }
}

function prepared (item: ProcedureReviewItem, lookups: Lookups, by: Caller): Prepared<StoredReview> {
  const period = lookups.periods.get(item.period)
  const unit = lookups.unitIn(item.unit, period)
  const issues: Issue[] = []
  if (unit === undefined) issues.push(unknownReference('unit', item.unit))
  if (period === undefined) issues.push(unknownReference('period', item.period))
  if (!lookups.procedures.has(item.procedure)) issues.push(unknownReference('procedure', item.procedure))
  if (unit === undefined) return { row: null, issues }
  issues.push(...reachIssues(unit, by))
  if (period === undefined) return { row: null, issues }
  issues.push(...lifetimeIssues(unit, period, lookups.successors))
  const { procedure, proposal, outcome, note } = item
  return {
    row: {
      province_code: unit.province_code, period: period.code, unit: unit.id, procedure, proposal, outcome,
      note: note?.normalize('NFC') ?? null
    },
    issues
  }
}

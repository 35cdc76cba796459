import { sql, type RawBuilder } from 'kysely'
import type { Reach } from '../../../contract/caller.ts'
import type { Db, Trx } from '../../../database/connect.ts'
import { inSlowRead } from '../../../database/time-limits.ts'
import { explainedRollupRows, grainOf, isOfProvince, type ExplainedRollupRow } from '../../../dossiers/counts/index.ts'
import { DomainError } from '../../../contract/errors.ts'
import { MAX_LIMIT, type Page, type PageRequest } from '../../../contract/paging.ts'
import { pageOf } from '../../../database/sql/keyset.ts'
import { withinReach } from '../queries.ts'
import { withSources, type CountedRow, type RulesOfRow } from '../percentage-sql.ts'
import { nothingReported, noSources } from '../empty-rows.ts'
import { assertAnswerable } from '../answerable.ts'
import {
  resolveQuery, rulesOfRow, spansAsked, wholeSpan, type AskedSpan, type ResolvedQuery
} from '../resolve-query.ts'
import { dossiersPage, LATE_FIRST } from './drill-down-sql.ts'
import { planOfPage } from './units-of-page.ts'
import { recordsPlanOf, type RecordsPlan } from '../records/plan.ts'
import { receptionRulesFor } from '../reception/rules.ts'
import { recordsQuery } from '../records/records-sql.ts'
import { reportedPlanOf } from '../reported/plan.ts'
import { reportedQuery, reportedRowsOf } from '../reported/reported-sql.ts'
import type { ExplainDossiersQuery, ExplainedDossier, ExplainedRow, ExplainQuery, OnTimeExplained } from './schema.ts'
import { DOSSIERS } from '../../kinds/index.ts'
import type { StatisticsKind } from '../../kinds/kind.ts'
import { figureOf as columnsOfFigure, type GroupKey, type OnTimeRow } from '../schema.ts'
import type { Cut } from '../../../time/cut.ts'

/**
 * A figure of `onTime`, without groups, and the stored rows that it is the sum of.
 * @param now milliseconds since 1970
 * @param dossiersUrl where the dossiers of the same question are; null: nowhere
 * @throws DomainError `invalid_request` as `onTime` does, `too_many_rows`
 */
export async function onTimeExplained (
  db: Db, asked: ExplainQuery, reach: Reach, now: number, dossiersUrl: string | null, kind: StatisticsKind = DOSSIERS
): Promise<OnTimeExplained> {
  assertAnswerable(asked)
  const question = withinReach(asked, reach)
  return inSlowRead(db, async trx => {
    const resolved = await resolveQuery(trx, question, reach, now)
    const [span] = spansAsked(question, resolved.periods, now)
    const explained = {
      hierarchy: resolved.hierarchy.name,
      ...rulesOfRow(resolved.rules),
      ...wholeSpan(question, resolved.periods, now),
      dossiers_url: question.basis === 'records' ? dossiersUrl : null
    }
    if (span === undefined) return { ...notBegun(kind, question), ...explained }
    const found = question.basis === 'records'
      ? await explainedFromRecords(trx, await planOf(trx, question, [span], resolved))
      : await explainedFromReports(trx, kind, question, resolved)
    return { ...found, ...explained }
  })
}

type Explained = Omit<OnTimeExplained, 'from' | 'to' | 'hierarchy' | 'dossiers_url' | keyof RulesOfRow | keyof Cut>

function notBegun (kind: StatisticsKind, question: ExplainQuery): Explained {
  const { basis = 'reported', method = 'resolved' } = question
  return {
    ...nothingReported(question, kind), numerator: null, denominator: null, on_time_percent: null, method, basis,
    ...noSources(basis), units_reported: 0, units_expected: 0, rows_of: basis === 'records' ? 'dossiers' : 'reports', by: null, rows: []
  }
}

async function explainedFromReports (
  trx: Trx, kind: StatisticsKind, question: ExplainQuery, resolved: ResolvedQuery
): Promise<Explained> {
  const plan = reportedPlanOf(kind, question, resolved)
  const figure = await figureOf(trx, kind, reportedQuery(plan))
  const rows = await rowsOf(trx, reportedRowsOf(plan, figure.scope))
  return {
    ...figure,
    rows_of: plan.table === 'rows' ? 'report_rows' : 'reports', by: null,
    rows: rows.map(({ period, unit, scope, source, field, procedure, share, ...values }) => (
      { key: present({ period, unit, scope, source, field, procedure }), values, share }))
  }
}

async function planOf (
  db: Db, question: ExplainQuery, spans: readonly AskedSpan[], resolved: ResolvedQuery
): Promise<RecordsPlan> {
  return recordsPlanOf(question, spans, resolved, await receptionRulesFor(db, question, spans, resolved.province))
}

async function explainedFromRecords (trx: Trx, plan: RecordsPlan): Promise<Explained> {
  const { reading: ofFigure, unitReading, carried, spans: [span] } = plan
  // What is carried is shown unit by unit, each with its share, and so is what counts for a unit.
  const reading = carried === 'nothing' && !isOfProvince(plan) ? ofFigure : unitReading
  const figure = await figureOf(trx, DOSSIERS, recordsQuery(plan))
  // What is kept of other rules are differences, which explain nothing by themselves.
  if (reading === 'dossiers' || plan.method === 'reception' || reading.differences !== undefined) {
    return { ...figure, rows_of: 'dossiers', by: null, rows: [] }
  }
  const rows = await rowsOf(trx, explainedRollupRows(plan, reading))
  return { ...figure, rows_of: 'rollup', by: grainOf(reading), rows: rows.map(row => explainedRollupRow(row, span!.from)) }
}

function explainedRollupRow (row: ExplainedRollupRow, from: string): ExplainedRow {
  const { level, field, unit, procedure, channel, quarter, half_month, day, share = 1, ...values } = row
  const time = [quarter, half_month, day].includes(null) ? { before: from } : { quarter, half_month, day }
  return { key: present({ level, field, unit, procedure, channel, ...time }), values, share }
}

/** The columns that such a row has. */
function present (key: Record<string, string | null | undefined>): ExplainedRow['key'] {
  return Object.fromEntries(Object.entries(key).filter(([, value]) => value !== undefined)) as ExplainedRow['key']
}

type Figure = Omit<OnTimeRow, GroupKey | 'hierarchy' | keyof RulesOfRow | keyof Cut>

async function figureOf (trx: Trx, { answer }: StatisticsKind, query: RawBuilder<CountedRow>): Promise<Figure> {
  const row = withSources((await query.execute(trx)).rows[0]!)
  const names = Object.keys(columnsOfFigure(answer.row)).filter(name => name in row)
  return Object.fromEntries(names.map(name => [name, row[name as keyof typeof row]])) as Figure
}

async function rowsOf<R> (trx: Trx, query: RawBuilder<R>): Promise<R[]> {
  const { rows } = await sql<R>`select * from (${query}) as counted limit ${MAX_LIMIT + 1}`.execute(trx)
  if (rows.length <= MAX_LIMIT) return rows
  throw new DomainError('too_many_rows', `the figure is the sum of more than ${MAX_LIMIT} rows; ask for fewer days, fields or units`)
}

/** The dossiers that make up a figure. @throws DomainError `invalid_request` as `onTime` does */
export async function dossiersExplaining (
  db: Db, asked: ExplainDossiersQuery, page: PageRequest, reach: Reach, now: number
): Promise<Page<ExplainedDossier>> {
  const { part = 'denominator' } = asked
  const question = { ...withinReach(asked, reach), basis: 'records' } as const
  assertAnswerable(question)
  const resolved = await resolveQuery(db, question, reach, now)
  const spans = spansAsked(question, resolved.periods, now)
  if (spans.length === 0) return { items: [], next_cursor: null }
  const plan = await planOf(db, question, spans, resolved)
  const { rows } = await inSlowRead(db, async trx => {
    const ofPage = await planOfPage(trx, plan, part, page)
    const found = await dossiersPage(ofPage.plan, part, page).execute(trx)
    // Sums that are wrong do not end the list by which they are found out.
    const isShort = ofPage.promisesMore && found.rows.length <= page.limit
    return isShort ? dossiersPage(plan, part, page).execute(trx) : found
  })
  return pageOf(rows, LATE_FIRST, page.limit)
}

import { sql } from 'kysely'
import type { BatchAnswer, BatchOptions, Change } from '../../writes/batch.ts'
import type { BatchRow, Rule } from '../../writes/ingest-batch.ts'
import { issueAt, type RowIssues } from '../../writes/row-issues.ts'
import type { Write } from '../../writes/write.ts'
import type { Issue } from '../../contract/errors.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import { periodsOf, usualYearOf } from '../../time/calendar.ts'
import { assertForAllUnits, daysInOrder, postRows, type CodedTable } from '../post-rows.ts'
import { PeriodItem, type Period } from './schema.ts'

const TABLE: CodedTable<PeriodItem, Period> = {
  name: 'periods',
  columns: ['code', 'calendar', 'kind', 'year', 'starts_on', 'ends_on', 'report_due_on'],
  check: checkOf(PeriodItem),
  rowOf: item => ({ report_due_on: null, ...item }),
  issues: async () => issuesOfPeriod,
  rules: async trx => [withoutOverlaps(await storedPeriods(trx))],
  refuse: periodsWithFigures
}

/**
 * Creates or updates reporting periods, by code. What an item leaves out becomes unknown.
 * @throws DomainError `too_many_items`, `invalid_rows`, `forbidden_rows`
 */
export async function postPeriods (
  write: Write, items: readonly unknown[], options: BatchOptions
): Promise<BatchAnswer> {
  assertForAllUnits(write, 'periods')
  // Before the stored ones are read: two batches could add periods that overlap.
  await sql`lock table periods in share row exclusive mode`.execute(write.trx)
  return postRows(write, items, options, TABLE)
}

const BY_RULE = ['calendar', 'kind', 'year', 'starts_on', 'ends_on', 'report_due_on'] as const

function issuesOfPeriod (period: Period): Issue[] {
  const { code, starts_on, ends_on, report_due_on } = period
  const year = usualYearOf(code)
  if (year !== null) {
    const usual = periodsOf(year).find(one => one.code === code)!
    return BY_RULE.filter(property => period[property] !== usual[property]).map(property => issueAt(
      property, 'other_days_by_rule', `${property} of ${code} is ${usual[property] ?? 'null'} by rule, not ${period[property] ?? 'null'}`))
  }
  return [
    ...daysInOrder(['starts_on', 'ends_on'], starts_on, ends_on),
    ...daysInOrder(['ends_on', 'report_due_on'], ends_on, report_due_on)
  ]
}

type Days = Pick<Period, 'code' | 'calendar' | 'kind' | 'starts_on' | 'ends_on'>

async function storedPeriods (trx: Trx): Promise<Days[]> {
  return await trx.selectFrom('periods').select(['code', 'calendar', 'kind', 'starts_on', 'ends_on']).execute() as Days[]
}

/** Two periods of one calendar and kind that overlap would count a day twice. */
function withoutOverlaps (stored: readonly Days[]): Rule<Period> {
  return ({ sound }) => {
    const posted = new Set(sound.map(({ row }) => row.code))
    const beside = stored.filter(({ code }) => !posted.has(code)).map(row => ({ index: null, row }))
    const together = Map.groupBy([...beside, ...sound], ({ row: { calendar, kind } }) => `${calendar} ${kind}`)
    return [...together.values()].flatMap(overlapsIn)
  }
}

/** Sorted by first day, a period overlaps one before it if it begins by the last day so far. */
function overlapsIn (periods: readonly (Pick<BatchRow<Days>, 'row'> & { index: number | null })[]): RowIssues[] {
  const found: RowIssues[] = []
  let last: typeof periods[number] | null = null
  for (const next of periods.toSorted((a, b) => a.row.starts_on < b.row.starts_on ? -1 : 1)) {
    if (last !== null && next.row.starts_on <= last.row.ends_on) {
      if (next.index !== null) found.push({ index: next.index, issues: [overlap(last.row)] })
      if (last.index !== null) found.push({ index: last.index, issues: [overlap(next.row)] })
    }
    if (last === null || next.row.ends_on > last.row.ends_on) last = next
  }
  return found
}

function overlap ({ code, starts_on, ends_on }: Days): Issue {
  return issueAt('starts_on', 'period_overlaps', `overlaps ${code} (${starts_on} to ${ends_on}) of the same calendar and kind`)
}

const FIXED = ['calendar', 'starts_on', 'ends_on'] as const

/** Figures were checked and summed for the days that a period had. */
async function periodsWithFigures (trx: Trx, changes: readonly Change<Period>[]): Promise<RowIssues[]> {
  const moved = changes.filter(({ before, after }) => (
    before !== null && FIXED.some(column => before[column] !== after![column])))
  if (moved.length === 0) return []
  const codes = moved.map(({ after }) => after!.code)
  // Waits for writers whose figures name one of these periods: the foreign key locks it until they commit.
  await sql`select from periods where code = any(${codes}) order by code for update`.execute(trx)
  const { rows } = await sql<{ code: string }>`
    select code from periods where code = any(${codes}) and (
      exists(select from statistics_sets where period = periods.code)
      or exists(select from feedback_sets where period = periods.code)
      or exists(select from indicator_values where period = periods.code)
      or exists(select from submissions where period = periods.code)
      or exists(select from evaluation_inputs where period = periods.code))`.execute(trx)
  const used = new Set(rows.map(({ code }) => code))
  return moved.filter(({ after }) => used.has(after!.code)).map(({ index, after }) => {
    const detail = `figures are stored for ${after!.code}, so its calendar and its days stay as they are`
    return { index: index!, issues: [issueAt(null, 'period_has_figures', detail)] }
  })
}

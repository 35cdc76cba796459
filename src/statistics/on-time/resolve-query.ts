import { sql } from 'kysely'
import type { Db } from '../../database/connect.ts'
import { prepared } from '../../database/sql/prepared.ts'
import type { Reach } from '../../contract/caller.ts'
import type { Issue, IssueCode } from '../../contract/errors.ts'
import { dayOf, nameOfDay } from '../../time/business-day.ts'
import { dayAfter, usualYearOf } from '../../time/calendar.ts'
import { cutAt, cutOf, type Cut, type CutDays } from '../../time/cut.ts'
import { rulesOn, type AskedRules } from '../../dossiers/counting-rules/queries.ts'
import { DEFAULT_RULES } from '../../dossiers/counting-rules/schema.ts'
import { DETAIL_FILTERS } from '../../dossiers/counts/index.ts'
import { hierarchyOf, type Hierarchy } from '../../catalogue/hierarchy/hierarchy.ts'
import { reachedUnit } from '../../catalogue/units/resolve.ts'
import { refuse } from './answerable.ts'
import type { StatisticsKind } from '../kinds/kind.ts'
import { withSources, type CountedRow, type RulesOfRow } from './percentage-sql.ts'
import type { OnTimeQuery, OnTimeRow } from './schema.ts'

export interface AskedPeriod {
  code: string
  starts_on: string
  ends_on: string
}

/** The codes that a question names, looked up. */
export interface ResolvedQuery {
  /** In the order of their days. They follow one another, unless the question groups by period. */
  periods: AskedPeriod[]
  unit: string | null
  /** That of the unit. */
  province: string | null
  hierarchy: Hierarchy
  /** null: what is counted is reported. */
  rules: AskedRules | null
}

/** Filters other than the period: they have codes to look up. */
export function hasFilters (question: OnTimeQuery): boolean {
  const { level, field, procedure, channel, unit, source, rules } = question
  return [level, field, procedure, channel, unit, source].some(filter => filter !== undefined) ||
    DETAIL_FILTERS.some(name => question[name] !== undefined) || (rules !== undefined && rules !== DEFAULT_RULES)
}

/**
 * @param now milliseconds since 1970
 * @throws DomainError `invalid_request` for unknown codes, and for periods that overlap or leave a gap
 */
export async function resolveQuery (db: Db, question: OnTimeQuery, reach: Reach, now: number): Promise<ResolvedQuery> {
  const hierarchy = hierarchyOf(question.hierarchy, reach, now)
  const { period, level, field, procedure, unit, source, group_by: keys = [] } = question
  const known = await findKnownCodes(db, question)
  const day = hierarchy.unitsOf?.day ?? known.periods.map(({ ends_on: last }) => last).sort().at(-1) ?? question.to
  const resolved = unit === undefined ? null : await reachedUnit(db, unit, reach, { source, day })
  refuse([
    ...unknownCodes('period', period, known.periods.map(({ code }) => code)),
    ...unknownCodes('level', level, known.levels),
    ...unknownCodes('field', field, known.fields),
    ...unknownCodes('procedure', procedure, known.procedures),
    ...unknownCodes('source', source === undefined ? [] : [source], known.sources),
    ...unknownCodes('unit', resolved === undefined ? [unit!] : [], []),
    ...keys.includes('period') ? [] : notInARow(known.periods)
  ])
  const { id = null, province_code: province = null } = resolved ?? {}
  const rules = await rulesAsked(db, question, known.periods, now)
  return { periods: known.periods, unit: id, province, hierarchy, rules }
}

/**
 * The same for a question that may name days in place of periods.
 * @param known usual periods by code, whose days never change: one of them is not looked up again
 */
export async function resolveDays (
  db: Db, question: OnTimeQuery, reach: Reach, now: number, known: Map<string, AskedPeriod>
): Promise<ResolvedQuery> {
  const { period: codes = [] } = question
  if (hasFilters(question) || codes.length > 1) return resolveQuery(db, question, reach, now)
  const hierarchy = hierarchyOf(question.hierarchy, reach, now)
  const [code] = codes
  const rules = await rulesAsked(db, question, [], now)
  if (code === undefined) return { periods: [], unit: null, province: null, hierarchy, rules }
  const period = known.get(code) ?? (await resolveQuery(db, question, reach, now)).periods[0]!
  if (usualYearOf(code) !== null) known.set(code, period)
  return { periods: [period], unit: null, province: null, hierarchy, rules }
}

/** The counting rules as they are on the last day that is asked for, or today if that is not over. */
export async function rulesAsked (
  db: Db, { basis, rules, to }: Pick<OnTimeQuery, 'basis' | 'rules' | 'to'>, periods: readonly Pick<AskedPeriod, 'ends_on'>[],
  now: number
): Promise<AskedRules | null> {
  if (basis !== 'records') return null
  const last = [to ?? '', ...periods.map(({ ends_on: last }) => last)].sort().at(-1)!
  return rulesOn(db, rules, [last, nameOfDay(dayOf(now))].sort()[0]!)
}

interface Known {
  periods: AskedPeriod[]
  levels: string[]
  fields: string[]
  procedures: string[]
  sources: string[]
}

async function findKnownCodes (
  db: Db, { period = [], level = [], field = [], procedure = [], source = '' }: OnTimeQuery
): Promise<Known> {
  const { rows } = await prepared(sql<Known>`
    select
      (select coalesce(json_agg(asked), '[]') from (
        select code, starts_on, ends_on from periods where code = any(${period}) order by starts_on, ends_on, code) as asked) as periods,
      array(select code from levels where code = any(${level})) as levels,
      array(select code from fields where code = any(${field})) as fields,
      array(select code from procedures where code = any(${procedure})) as procedures,
      array(select code from sources where code = ${source}) as sources`).execute(db)
  return rows[0]!
}

type Name = 'period' | 'level' | 'field' | 'procedure' | 'source' | 'unit'

function unknownCodes (name: Name, asked: string[] = [], known: string[]): Issue[] {
  return asked.filter(code => !known.includes(code)).map(code => (
    { pointer: `/query/${name}`, code: `unknown_${name}` satisfies IssueCode, detail: `there is no ${name} ${code}` }))
}

/** Flows of periods that overlap would count twice, and the stocks of periods with a gap do not belong together. */
function notInARow (periods: AskedPeriod[]): Issue[] {
  return periods.slice(1).flatMap((period, i) => {
    const before = periods[i]!
    const expected = dayAfter(before.ends_on)
    if (period.starts_on === expected) return []
    const code: IssueCode = period.starts_on < expected ? 'overlapping_periods' : 'gap_between_periods'
    const relation = period.starts_on < expected ? 'overlap' : 'do not follow one another'
    return [{ pointer: '/query/period', code, detail: `${before.code} and ${period.code} ${relation}; group_by=period gives a row for each` }]
  })
}

/** A span that an answer is about, up to now. */
export interface AskedSpan extends CutDays {
  /** Of the period, where a row is about one. */
  code: string | null
}

/** A question with its codes looked up, and its spans that have begun. */
export interface ResolvedSpans extends ResolvedQuery {
  spans: AskedSpan[]
}

interface Days {
  code: string | null
  from: string
  to: string
}

/** The spans of a question that have begun, cut at now. */
export function spansAsked (question: OnTimeQuery, periods: readonly AskedPeriod[], now: number): AskedSpan[] {
  return daysAsked(question, periods).flatMap(({ code, ...days }) => {
    const cut = cutAt(now, days)
    return cut === null ? [] : [{ code, ...cut }]
  })
}

/** Without the key `period`, periods follow one another and are one span, from the first day to the last. */
function daysAsked ({ from, to, group_by: keys = [] }: OnTimeQuery, periods: readonly AskedPeriod[]): Days[] {
  if (keys.includes('period')) {
    return periods.map(({ code, starts_on, ends_on }) => ({ code, from: starts_on, to: ends_on }))
  }
  return [{ code: null, from: from ?? periods[0]!.starts_on, to: to ?? periods.at(-1)!.ends_on }]
}

/** All the days of a question without the key `period`. */
export function wholeSpan (
  question: OnTimeQuery, periods: readonly AskedPeriod[], now: number
): Cut & Pick<Days, 'from' | 'to'> {
  const { from, to } = daysAsked(question, periods)[0]!
  return { from, to, ...cutOf(now, to) }
}

/** The rules that a row names. */
export function rulesOfRow (asked: AskedRules | null): RulesOfRow {
  return { rules: asked?.rules ?? null, rules_version: asked?.rules_version ?? null }
}

const NO_RULES = {} as RulesOfRow

/** The rows of an answer, each with what was asked for and the instant at which its span is cut. */
export function answeredRows (
  kind: StatisticsKind, rows: readonly CountedRow[], spans: readonly AskedSpan[],
  { hierarchy, rules }: Pick<ResolvedQuery, 'hierarchy' | 'rules'>
): OnTimeRow[] {
  // What has no records has no rules to count them by.
  const named = { hierarchy: hierarchy.name, ...kind.answer.fromRecords.length === 0 ? NO_RULES : rulesOfRow(rules) }
  const cuts = new Map(spans.map(({ code, as_of, provisional }) => [code, { as_of, provisional }]))
  return rows.map(row => ({ ...withSources(row), ...named, ...cuts.get(row.period)! }))
}

import { periodByCode } from '../../catalogue/periods/queries.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import { reachedUnit, subtreeFor } from '../../catalogue/units/resolve.ts'
import type { Reach } from '../../contract/caller.ts'
import { invalid, notFound } from '../../contract/errors.ts'
import type { Page, PageRequest } from '../../contract/paging.ts'
import type { Db } from '../../database/connect.ts'
import { pageOf, readCursor, type OrderColumn } from '../../database/sql/keyset.ts'
import { formFor } from '../indicators/form-in-force.ts'
import { allForms } from '../indicators/queries.ts'
import { SEVERITIES } from '../rules/schema.ts'
import { checkedReports, type CheckedReport } from './trying/checked.ts'
import { indicatorsIn, type PreparedRule } from './trying/compare.ts'
import { fourDecimals, messageOf, type MessageLanguage } from './messages.ts'
import type { ChecksQuery, Finding, NotTried, ReportChecks, ReportChecksPath, ReportChecksQuery } from './schema.ts'

/** A finding with its message in both languages. */
export interface TwofoldFinding extends Omit<Finding, 'message'> {
  messages: Record<MessageLanguage, string>
}

export interface ReportFindings {
  /** Id of the unit. */
  unit: string
  province: string
  period: string
  form: string
  /** How many rules hold for the period. */
  rules: number
  /** Errors before warnings, each by rule and indicator. */
  findings: TwofoldFinding[]
  /** By rule and reason. */
  notTried: NotTried[]
}

/**
 * What the rules find in the report of a unit, and which of them could not be tried.
 * @param report `form` left out: the one in force on the last day of the period
 * @param now milliseconds since 1970
 * @throws DomainError `not_found` for unit and period, `invalid_request` for the form
 */
export async function findingsOf (
  db: Db, report: { unit: string, period: string, form?: string | undefined }, reach: Reach, now: number = Date.now()
): Promise<ReportFindings> {
  const period = await periodByCode(db, report.period)
  const unit = await reachedUnit(db, report.unit, reach, { day: period.ends_on })
  if (unit === undefined) throw notFound('unit', report.unit)
  const form = await formOf(db, report.form, period)
  const asked = { form, period, subtree: { ...unit, by: 'path' as const }, only: unit.id }
  const { rules, reports: [checked] } = await checkedReports(db, asked, now)
  const findings = findingsIn(checked!, rules)
  const bySeverity = SEVERITIES.flatMap(severity => findings.filter(one => one.severity === severity))
  return {
    unit: unit.id, province: unit.province_code, period: period.code, form, rules: rules.length, findings: bySeverity,
    notTried: notTriedIn(checked!)
  }
}

/** @throws DomainError as `findingsOf` */
export async function reportChecks (
  db: Db, path: ReportChecksPath, { form: asked }: ReportChecksQuery, reach: Reach, now: number,
  language: MessageLanguage
): Promise<{ value: ReportChecks, province: string }> {
  const found = await findingsOf(db, { ...path, form: asked }, reach, now)
  const { unit, province, period, form, rules, findings, notTried } = found
  const count = (severity: Finding['severity']) => findings.filter(one => one.severity === severity).length
  const value = {
    unit, period, form, errors: count('error'), warnings: count('warning'), rules,
    rules_not_tried: new Set(notTried.map(({ rule }) => rule)).size,
    findings: findings.map(one => inLanguage(one, language)),
    not_tried: notTried
  }
  return { value, province }
}

/** What the rules find in the reports of all units that have reported for a period, before anything is left out. */
export interface AllFindings {
  units_checked: number
  /** Ordered by unit, rule and indicator. */
  findings: Finding[]
  not_tried: (NotTriedOfUnits & Pick<NotTried, 'kind'>)[]
}

interface NotTriedOfUnits extends Pick<NotTried, 'rule' | 'reason'> {
  units: number
}

/**
 * @param now milliseconds since 1970
 * @returns `province`: the only one whose reports these are; null: those of any
 * @throws DomainError `invalid_request` for unknown codes
 */
export async function allFindings (
  db: Db, { period: code, unit, form: asked }: Pick<ChecksQuery, 'period' | 'unit' | 'form'>, reach: Reach, now: number,
  language: MessageLanguage
): Promise<{ value: AllFindings, province: string | null }> {
  const period = await periodAsked(db, code)
  const subtree = await subtreeFor(db, unit, reach, { day: period.ends_on })
  const form = await formOf(db, asked, period)
  const { rules, reports } = await checkedReports(db, { form, period, subtree }, now)
  const findings = reports.flatMap(report => findingsIn(report, rules)).map(one => inLanguage(one, language))
  return {
    value: { units_checked: reports.length, findings, not_tried: untriedIn(reports) },
    province: subtree?.province_code ?? null
  }
}

const ORDER: OrderColumn[] = ['unit', 'rule', 'indicator'].map(name => ({ name, kind: 'text' }))

/** After which finding a page begins; null: it is the first. @throws DomainError `invalid_cursor` */
export function placeOf ({ cursor }: PageRequest): string[] | null {
  return cursor === undefined ? null : readCursor(cursor, ORDER).map(name => String(name ?? ''))
}

/** A page of the findings that are asked for. */
export function findingsPage (
  { units_checked, findings, not_tried: untried }: AllFindings, asked: ChecksQuery, after: string[] | null,
  limit: number
): Page<Finding> & Pick<AllFindings, 'units_checked'> & { not_tried: NotTriedOfUnits[] } {
  const { rule, kind, severity } = asked
  const isAsked = (one: Pick<Finding, 'rule' | 'kind'>) => isOneOf(one.rule, rule) && isOneOf(one.kind, kind)
  const listed = findings.filter(one => isAsked(one) && isOneOf(one.severity, severity) &&
    (after === null || isAfter(keyOf(one), after)))
  return {
    ...pageOf(listed, ORDER, limit),
    units_checked,
    not_tried: untried.filter(isAsked).map(({ rule, reason, units }) => ({ rule, reason, units }))
  }
}

async function periodAsked (db: Db, code: string): Promise<Period> {
  const period = await db.selectFrom('periods').selectAll().where('code', '=', code).executeTakeFirst()
  if (period === undefined) throw invalid('/query/period', 'unknown_period', `there is no period ${code}`)
  return period as Period
}

async function formOf (db: Db, asked: string | undefined, period: Period): Promise<string> {
  const form = formFor(await allForms(db), asked, period)
  if (typeof form === 'string') throw invalid('/query/form', 'unknown_form', form)
  return form.code
}

/** Findings by rule and indicator. */
function findingsIn ({ unit, breaches }: CheckedReport, rules: readonly PreparedRule[]): TwofoldFinding[] {
  const prepared = new Map(rules.map(one => [one.rule.code, one]))
  return breaches.map(breach => {
    const { rule: { code: rule, severity, kind, comparison }, each, left, right, difference } = breach
    return {
      unit, rule, severity, kind, indicator: each, indicators: indicatorsIn(prepared.get(rule)!, each),
      left: fourDecimals(left), comparison, right: fourDecimals(right), difference: fourDecimals(difference),
      messages: { vi: messageOf(breach, 'vi'), en: messageOf(breach, 'en') }
    }
  }).toSorted((a, b) => Number(isAfter(keyOf(a), keyOf(b))) - Number(isAfter(keyOf(b), keyOf(a))))
}

function inLanguage ({ messages, ...finding }: TwofoldFinding, language: MessageLanguage): Finding {
  return { ...finding, message: messages[language] }
}

function notTriedIn ({ untried }: CheckedReport): NotTried[] {
  return [...Map.groupBy(untried, ({ rule, reason }) => `${rule.code} ${reason}`).values()].map(same => {
    const [{ rule, reason }] = same as [typeof same[number]]
    const distinct = (names: (string | null)[]) => [...new Set(names.filter(name => name !== null))]
    return {
      rule: rule.code, kind: rule.kind, reason,
      indicators: distinct(same.map(({ each }) => each)), inputs: distinct(same.map(({ input }) => input))
    }
  })
}

function untriedIn (reports: readonly CheckedReport[]): AllFindings['not_tried'] {
  const counts = new Map<string, AllFindings['not_tried'][number]>()
  for (const { rule, reason, kind } of reports.flatMap(notTriedIn)) {
    const key = `${rule} ${reason}`
    const count = counts.get(key) ?? { rule, reason, kind, units: 0 }
    counts.set(key, { ...count, units: count.units + 1 })
  }
  return [...counts].sort(([a], [b]) => a < b ? -1 : 1).map(([, count]) => count)
}

function isOneOf<V> (value: V, values: readonly V[] | undefined): boolean {
  return values === undefined || values.includes(value)
}

function keyOf ({ unit, rule, indicator }: Pick<Finding, 'unit' | 'rule' | 'indicator'>): string[] {
  return [unit, rule, indicator ?? '']
}

/** Whether the one comes after the other, by one name after another. */
function isAfter (one: readonly string[], other: readonly string[]): boolean {
  const at = one.findIndex((name, i) => name !== other[i])
  return at !== -1 && one[at]! > other[at]!
}

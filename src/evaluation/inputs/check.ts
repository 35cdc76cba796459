import { sql } from 'kysely'
import { unknownSources } from '../../catalogue/sources/register.ts'
import { sourceIssues } from '../../catalogue/sources/source-rules.ts'
import { lifetimeIssues, reachIssues, severalProvinces, successorsAfter } from '../../catalogue/units/batch-rules.ts'
import type { UnitsById } from '../../catalogue/units/lineage/successions.ts'
import { resolveUnits, type ResolvedUnit } from '../../catalogue/units/resolve.ts'
import type { Caller } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'
import { checkOf, type Check } from '../../contract/validation.ts'
import type { Trx } from '../../database/connect.ts'
import { dayOf, parseDay, today } from '../../time/business-day.ts'
import { instantOf } from '../../time/rfc3339.ts'
import { duplicateKeys, type Prepared, type ResolvedChecks } from '../../writes/ingest-batch.ts'
import { issueAt, unknownReference } from '../../writes/row-issues.ts'
import { isColumn, TOTAL } from '../formulas/check.ts'
import type { Criterion } from '../formulas/schema.ts'
import { storedFormulas } from '../formulas/store.ts'
import { EvaluationInputItem, type EvaluationInput } from './schema.ts'

export interface StoredInput extends EvaluationInput {
  province_code: string
}

export const INPUT_KEY = ['province_code', 'period', 'unit', 'criterion', 'source'] as const

export function inputKeyOf ({ period, unit, criterion, source }: EvaluationInput): string {
  return [period, unit, criterion, source].join(' ')
}

const checkShape = checkOf(EvaluationInputItem)

/** The shape of an item, and whether the caller may report for the source that it names. */
export function checkOfItem (by: Caller): Check {
  return (item, at) => {
    const issues = checkShape(item, at)
    if (typeof item !== 'object' || item === null) return issues
    return [...issues, ...sourceIssues((item as { source?: unknown }).source, by, `${at}/source`)]
  }
}

export interface Days {
  code: string
  starts_on: string
  ends_on: string
}

/** A criterion, a group or the total in all versions of the formula. */
interface Named {
  inputs: Criterion['inputs']
  /** Its most points, in the versions that know them. */
  maxima: number[]
}

interface Lookups {
  unitIn: (item: EvaluationInputItem) => ResolvedUnit | undefined
  periods: ReadonlyMap<string, Days>
  /** What to say of each source that does not exist. */
  unknownSources: ReadonlyMap<string, string>
  /** What may be named as a criterion. */
  criteria: ReadonlyMap<string, Named>
  /** Of units that had ended before the period. */
  successors: UnitsById
}

/** Looks up what the items name. @returns the checks of one item and of all beside one another */
export async function resolvedChecks (
  trx: Trx, items: EvaluationInputItem[], by: Caller
): Promise<ResolvedChecks<EvaluationInputItem, StoredInput>> {
  const { rows: days } = await sql<Days>`
    select code, starts_on, ends_on from periods where code = any(${items.map(({ period }) => period)})`.execute(trx)
  const periods = new Map(days.map(period => [period.code, period]))
  const named = (item: EvaluationInputItem) => ({ name: item.unit, source: sourceOf(item, by) })
  const unitOf = await resolveUnits(trx, items.map(named))
  const unitIn = (item: EvaluationInputItem) => unitOf(named(item), periods.get(item.period)?.ends_on ?? today())
  const lookups = {
    unitIn,
    periods,
    unknownSources: await unknownSources(trx, items.map(item => sourceOf(item, by))),
    criteria: await criteriaStored(trx),
    successors: await successorsAfter(trx, items.map(item => [unitIn(item), periods.get(item.period)]))
  }
  return {
    prepare: item => prepared(item, lookups, by),
    rules: [duplicateKeys('unit, period, criterion and source', inputKeyOf), severalProvinces]
  }
}

async function criteriaStored (trx: Trx): Promise<Map<string, Named>> {
  const found = new Map<string, Named>()
  const add = (code: string, maximum: number | null, inputs: Criterion['inputs'] = []) => {
    const before = found.get(code) ?? { inputs: [], maxima: [] }
    found.set(code, {
      inputs: [...before.inputs, ...inputs], maxima: maximum === null ? before.maxima : [...before.maxima, maximum]
    })
  }
  for (const { groups } of (await storedFormulas(trx)).values()) {
    // In hundredths, as points are added.
    add(TOTAL, groups.reduce((sum, { maximum }) => sum + Math.round(maximum * 100), 0) / 100)
    for (const { code, maximum, criteria } of groups) {
      add(code, maximum)
      for (const { code, maximum, inputs } of criteria) add(code, maximum, inputs)
    }
  }
  return found
}

/** The shape of an item makes sure that one of the two is there. */
function sourceOf ({ source }: EvaluationInputItem, by: Caller): string {
  return (source ?? by.source)!
}

function prepared (item: EvaluationInputItem, lookups: Lookups, by: Caller): Prepared<StoredInput> {
  const unit = lookups.unitIn(item)
  const period = lookups.periods.get(item.period)
  const source = sourceOf(item, by)
  const noSource = lookups.unknownSources.get(source)
  const issues: Issue[] = contentIssues(item, lookups)
  if (noSource !== undefined) issues.push(issueAt('source', 'unknown_source', noSource))
  if (period === undefined) issues.push(unknownReference('period', item.period))
  if (unit === undefined) issues.push(unknownReference('unit', item.unit))
  else issues.push(...reachIssues(unit, by))
  if (unit === undefined || period === undefined) return { row: null, issues }
  issues.push(...lifetimeIssues(unit, period, lookups.successors), ...begunIssues(period))
  const { criterion, numerator = null, denominator = null, inputs = {}, points = null, reported_at: at = null } = item
  return {
    row: {
      province_code: unit.province_code, unit: unit.id, period: period.code, criterion, source, numerator, denominator,
      inputs, points, reported_at: at === null ? null : new Date(instantOf(at)).toISOString(), note: item.note?.normalize('NFC') ?? null
    },
    issues
  }
}

/** The issue of a period of which nothing can have happened. */
export function begunIssues ({ code, starts_on: first }: Days): Issue[] {
  if (parseDay(first) <= dayOf(Date.now())) return []
  return [issueAt('period', 'period_not_begun', `period ${code} begins on ${first}, which is yet to come`)]
}

function contentIssues (item: EvaluationInputItem, { criteria }: Lookups): Issue[] {
  const { criterion, numerator = null, denominator = null, inputs = {}, points = null } = item
  const named = criteria.get(criterion)
  if (named === undefined) {
    return [issueAt('criterion', 'unknown_criterion', `no formula has a criterion or a group ${criterion}`)]
  }
  const { inputs: declared, maxima } = named
  const isBeyond = points !== null && maxima.length > 0 && points > Math.max(...maxima)
  const columns = Object.entries({ numerator, denominator }).filter(([, value]) => value !== null).map(([name]) => name)
  const isEmpty = columns.length === 0 && Object.keys(inputs).length === 0 && points === null
  return [
    ...isEmpty ? [issueAt(null, 'nothing_reported', 'there are neither counts nor points')] : [],
    ...points === null || Number(points.toFixed(2)) === points
      ? []
      : [issueAt('points', 'out_of_range', 'points have at most two decimals')],
    ...isBeyond ? [issueAt('points', 'out_of_range', `${criterion} has at most ${Math.max(...maxima)} points`)] : [],
    ...numerator !== null && denominator !== null && numerator > denominator
      ? [issueAt('numerator', 'out_of_range', `it counts ${numerator} of ${denominator}`)]
      : [],
    ...columns.flatMap(name => declared.some(input => input.name === name) ? [] : [noInput(name, name, criterion)]),
    ...Object.entries(inputs).flatMap(([name, value]) => inputIssues(name, value, criterion, declared))
  ]
}

function inputIssues (
  name: string, value: number | string, criterion: string, declared: Criterion['inputs']
): Issue[] {
  const at = `inputs/${name}`
  if (isColumn(name)) return [issueAt(at, 'not_allowed', `${name} is a property of its own`)]
  const all = declared.filter(input => input.name === name)
  if (all.length === 0) return [noInput(at, name, criterion)]
  if (all.some(({ choices }) => typeof value === 'number' ? choices === null : choices?.includes(value))) return []
  const choices = all.flatMap(({ choices }) => choices ?? [])
  if (choices.length === 0) return [issueAt(at, 'invalid_type', `${name} is a number`)]
  return [issueAt(at, 'not_a_choice', `${name} must be one of ${choices.join(', ')}`)]
}

function noInput (at: string, name: string, criterion: string): Issue {
  return issueAt(at, 'unknown_input', `${criterion} has no input ${name} in any version of the formula`)
}

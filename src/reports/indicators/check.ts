import { sql } from 'kysely'
import { duplicateKeys, type Prepared, type ResolvedChecks } from '../../writes/ingest-batch.ts'
import { issueAt, unknownReference } from '../../writes/row-issues.ts'
import type { Caller } from '../../contract/caller.ts'
import type { Issue } from '../../contract/errors.ts'
import type { Trx } from '../../database/connect.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import type { UnitsById } from '../../catalogue/units/lineage/successions.ts'
import { resolveUnits, type ResolvedUnit } from '../../catalogue/units/resolve.ts'
import { lifetimeIssues, reachIssues, severalProvinces, successorsAfter } from '../../catalogue/units/batch-rules.ts'
import { today } from '../../time/business-day.ts'
import { formFor } from './form-in-force.ts'
import { givenValue } from './value-rules.ts'
import { NOT_PROVIDED } from './notation.ts'
import type { Form, Indicator, IndicatorValueItem } from './schema.ts'
import { valueKeyOf, type StoredValue } from './store.ts'

/** Looks up what the items name. @returns the checks of one item and of all beside one another */
export async function resolvedChecks (
  trx: Trx, items: IndicatorValueItem[], by: Caller
): Promise<ResolvedChecks<IndicatorValueItem, StoredValue>> {
  const unitOf = await resolveUnits(trx, items.map(({ unit }) => ({ name: unit, source: null })))
  const periods = await periodsByCode(trx, items.map(({ period }) => period))
  const lookups: Lookups = {
    unitIn: (name, period) => unitOf({ name, source: null }, period?.ends_on ?? today()),
    periods,
    successors: new Map(),
    forms: await lockedForms(trx),
    indicators: await indicatorsByKey(trx, items.map(({ indicator }) => indicator))
  }
  lookups.successors = await successorsAfter(trx, items.map(item => {
    const period = periods.get(item.period)
    return [lookups.unitIn(item.unit, period), period]
  }))
  return {
    prepare: item => preparedValue(item, lookups, by),
    rules: [duplicateKeys('unit, period, form and indicator', valueKeyOf), severalProvinces]
  }
}

interface Lookups {
  unitIn: (name: string, period: NamedPeriod | undefined) => ResolvedUnit | undefined
  /** Of units that had ended before the period. */
  successors: UnitsById
  periods: ReadonlyMap<string, NamedPeriod>
  forms: Form[]
  /** By the code of the form and their own. */
  indicators: ReadonlyMap<string, Indicator>
}

function preparedValue (item: IndicatorValueItem, lookups: Lookups, by: Caller): Prepared<StoredValue> {
  const period = lookups.periods.get(item.period)
  const unit = lookups.unitIn(item.unit, period)
  const form = period && formFor(lookups.forms, item.form, period)
  const indicator = typeof form === 'object' ? lookups.indicators.get(`${form.code} ${item.indicator}`) : undefined

  const issues: Issue[] = []
  if (unit === undefined) issues.push(unknownReference('unit', item.unit))
  if (period === undefined) issues.push(unknownReference('period', item.period))
  if (typeof form === 'string') issues.push(issueAt('form', 'unknown_form', form))
  if (typeof form === 'object' && indicator === undefined) {
    issues.push(issueAt('indicator', 'unknown_indicator', `form ${form.code} has no indicator ${item.indicator}`))
  }
  const forbidden = unit === undefined ? [] : reachIssues(unit, by)
  if (forbidden.length > 0) return { row: null, issues: [...issues, ...forbidden] }
  const given = indicator && givenValue(item, indicator)
  if (Array.isArray(given)) {
    issues.push(...given.map(({ property, code, detail }) => issueAt(property, code, detail)))
  }
  if (unit === undefined || period === undefined || indicator === undefined || given === undefined) {
    return { row: null, issues }
  }
  issues.push(...lifetimeIssues(unit, period, lookups.successors))
  const key = { unit: unit.id, period: period.code, form: indicator.form, indicator: indicator.code }
  // Of a value at fault the key alone matters: another value with the same key is a duplicate.
  const value = Array.isArray(given) ? { ...NOT_PROVIDED, printed: '' } : given
  return {
    row: { province_code: unit.province_code, ...key, ...value, note: item.note?.normalize('NFC') || null },
    issues
  }
}

/** What values mean stays as it is until they are written: who changes a form waits. */
async function lockedForms (trx: Trx): Promise<Form[]> {
  const { rows } = await sql<Form>`select code, name, valid_from, valid_to from forms order by code for key share`.execute(trx)
  return rows
}

type NamedPeriod = Pick<Period, 'code' | 'starts_on' | 'ends_on'>

async function periodsByCode (trx: Trx, codes: string[]): Promise<Map<string, NamedPeriod>> {
  const { rows } = await sql<NamedPeriod>`
    select code, starts_on, ends_on from periods where code = any(${[...new Set(codes)]})`.execute(trx)
  return new Map(rows.map(row => [row.code, row]))
}

async function indicatorsByKey (trx: Trx, codes: string[]): Promise<Map<string, Indicator>> {
  const { rows } = await sql<Indicator>`
    select * from indicators where code = any(${[...new Set(codes)]})`.execute(trx)
  return new Map(rows.map(row => [`${row.form} ${row.code}`, row]))
}

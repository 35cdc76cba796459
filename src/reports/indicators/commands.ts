import { sql } from 'kysely'
import { Batch, changeOf, type BatchAnswer, type BatchOptions, type Change } from '../../writes/batch.ts'
import type { Trx } from '../../database/connect.ts'
import { auditRowsOf } from '../../writes/audit-log.ts'
import type { Write } from '../../writes/unit-of-work.ts'
import { checkOf } from '../../contract/validation.ts'
import type { Period } from '../../catalogue/periods/schema.ts'
import { resolveUnits } from '../../catalogue/units/resolve.ts'
import { rejectForbiddenUnit, rejectSeveralProvinces, rejectUnitNotValid } from '../../catalogue/units/batch-rules.ts'
import { formFor } from './form-in-force.ts'
import { givenValue, type GivenValue } from './value-rules.ts'
import { NOT_PROVIDED } from './notation.ts'
import { allForms, VALUE_KEY } from './queries.ts'
import { IndicatorValueItem, type Indicator, type IndicatorValue } from './schema.ts'
import { insertOrLock, updateValues, valueKeyOf, type StoredValue } from './store.ts'

interface Draft {
  index: number
  row: StoredValue
}

const checkItem = checkOf(IndicatorValueItem)

export function indicatorBatch (items: unknown[]): Batch<IndicatorValueItem> {
  return new Batch(items, checkItem)
}

/**
 * Takes in indicator values, by unit, period, form and indicator, all in one transaction.
 * @throws DomainError `invalid_rows`, `forbidden_rows`
 */
export async function postIndicatorValues (
  write: Write, batch: Batch<IndicatorValueItem>, options: BatchOptions
): Promise<BatchAnswer> {
  const drafts = await draftValues(write, batch)
  const keyed = drafts.map(({ index, row }) => ({ index, key: valueKeyOf(row) }))
  batch.rejectDuplicates(keyed, 'unit, period, form and indicator')
  rejectSeveralProvinces(batch, drafts)
  batch.settle(options.mode)

  const accepted = new Set(batch.accepted.map(({ index }) => index))
  const changes = await writeValues(write.trx, drafts.filter(({ index }) => accepted.has(index)))
  write.auditRows.push(...auditRowsOf('indicator-values', changes, { key: VALUE_KEY, show: shown, of: row => row }))
  return batch.answer(changes, options, shown)
}

/** A draft for each item whose key is known, even if its value is at fault: duplicates are told by their keys. */
async function draftValues ({ trx, by }: Write, batch: Batch<IndicatorValueItem>): Promise<Draft[]> {
  const items = batch.accepted
  const unitOf = await resolveUnits(trx, items.map(({ item }) => ({ name: item.unit, source: null })))
  const periods = await periodsByCode(trx, items.map(({ item }) => item.period))
  const forms = await allForms(trx)
  const indicators = await indicatorsByKey(trx, items.map(({ item }) => item.indicator))

  return items.flatMap(({ index, item }) => {
    const unit = unitOf({ name: item.unit, source: null })
    const period = periods.get(item.period)
    const form = period && formFor(forms, item.form, period)
    const indicator = typeof form === 'object' ? indicators.get(`${form.code} ${item.indicator}`) : undefined

    if (unit === undefined) batch.reject(index, 'unit', 'unknown_unit', `there is no unit ${item.unit}`)
    if (period === undefined) batch.reject(index, 'period', 'unknown_period', `there is no period ${item.period}`)
    if (typeof form === 'string') batch.reject(index, 'form', 'unknown_form', form)
    if (typeof form === 'object' && indicator === undefined) {
      batch.reject(index, 'indicator', 'unknown_indicator', `form ${form.code} has no indicator ${item.indicator}`)
    }
    if (unit !== undefined && rejectForbiddenUnit(batch, index, unit, by)) return []
    const value = indicator && takenValue(batch, index, item, indicator)
    if (unit === undefined || period === undefined || indicator === undefined || value === undefined) return []
    rejectUnitNotValid(batch, index, unit, period)
    const key = { unit: unit.code, period: period.code, form: indicator.form, indicator: indicator.code }
    const note = item.note?.normalize('NFC') || null
    return [{ index, row: { province_code: unit.province_code, ...key, ...value, note } }]
  })
}

/** The value of an item; nothing in its place when it is at fault, which the batch is told. */
function takenValue (batch: Batch<unknown>, index: number, item: IndicatorValueItem, indicator: Indicator): GivenValue {
  const given = givenValue(item, indicator)
  if (!Array.isArray(given)) return given
  for (const { property, code, detail } of given) batch.reject(index, property, code, detail)
  return { ...NOT_PROVIDED, printed: '' }
}

async function periodsByCode (trx: Trx, codes: string[]) {
  const { rows } = await sql<Pick<Period, 'code' | 'starts_on' | 'ends_on'>>`
    select code, starts_on, ends_on from periods where code = any(${[...new Set(codes)]})`.execute(trx)
  return new Map(rows.map(row => [row.code, row]))
}

async function indicatorsByKey (trx: Trx, codes: string[]) {
  const { rows } = await sql<Indicator>`
    select * from indicators where code = any(${[...new Set(codes)]})`.execute(trx)
  return new Map(rows.map(row => [`${row.form} ${row.code}`, row]))
}

async function writeValues (trx: Trx, drafts: Draft[]): Promise<Change<StoredValue>[]> {
  const before = new Map((await insertOrLock(trx, drafts.map(({ row }) => row))).map(row => [valueKeyOf(row), row]))
  const changes = drafts.map(({ index, row }) => changeOf(index, before.get(valueKeyOf(row)), row))
  await updateValues(trx, changes.filter(({ outcome }) => outcome === 'updated').map(({ after }) => after!))
  return changes
}

/** As the API shows a value: the province follows from the unit. */
function shown ({ unit, period, form, indicator, ...row }: StoredValue): IndicatorValue {
  const { state, number, numerator, denominator, choice, printed, note } = row
  return { unit, period, form, indicator, state, number, numerator, denominator, choice, printed, note }
}
